/** The authorization of COPY and UNLOAD ("Authorization parameters"). */
import { SQLSTATE } from '../sqlstates.ts';
import type { CopyCredentials } from './copy-credentials.ts';
import { RedshiftError } from './statement.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads IAM_ROLE, ACCESS_KEY_ID or CREDENTIALS; undefined if another word comes next. Throws 42601, and XX000 for wrong values. */
export function readAuthorization(reader: TokenReader): CopyCredentials | undefined {
  const start = reader.peek();
  if (reader.accept('IAM_ROLE')) {
    return { kind: 'role', arns: reader.accept('DEFAULT') ? 'default' : roleChain(reader.string()) };
  }
  if (reader.accept('ACCESS_KEY_ID')) {
    const accessKeyId = reader.string();
    reader.expect('SECRET_ACCESS_KEY');
    const secretAccessKey = reader.string();
    const sessionToken = reader.accept('SESSION_TOKEN') ? reader.string() : undefined;
    return {
      kind: 'keys',
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
    };
  }
  const withWord = reader.accept('WITH');
  if (reader.accept('CREDENTIALS')) {
    reader.accept('AS');
    return readCredentialsString(reader.string());
  }
  if (withWord) throw reader.unexpected(start);
  return undefined;
}

/** The refusal of a second form of authorization. */
export function moreThanOneAuthorization(verb: 'COPY' | 'UNLOAD'): RedshiftError {
  return new RedshiftError(
    SQLSTATE.syntaxError,
    `${verb} accepts one form of authorization only: conflicting or redundant options`,
  );
}

/** The refusal of a statement without authorization. */
export function missingAuthorization(verb: 'COPY' | 'UNLOAD'): RedshiftError {
  return new RedshiftError(
    SQLSTATE.syntaxError,
    `CREDENTIALS argument is required but not provided: ${verb} needs an authorization`,
  );
}

/** Comma-separated role ARNs, without spaces: the first is attached to the cluster, and each assumes the next one. */
function roleChain(text: string): string[] {
  const arns = text.split(',');
  if (arns.some((arn) => !/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn))) {
    throw new RedshiftError(SQLSTATE.internalError, `Invalid IAM role ARN: ${text}`);
  }
  return arns;
}

const CREDENTIALS_FORM =
  "Invalid credentials. Must be of the format: credentials 'aws_access_key_id=<access-key-id>;" +
  "aws_secret_access_key=<secret-access-key>[;token=<temporary-session-token>]'";

/** `CREDENTIALS 'key=value;...'`: keys are case-sensitive, spaces are not allowed ("Authorization parameters"). */
function readCredentialsString(text: string): CopyCredentials {
  if (/\s/.test(text)) throw invalidCredentials();
  const pairs = new Map<string, string>();
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=');
    if (equals <= 0 || pairs.has(pair.slice(0, equals))) throw invalidCredentials();
    pairs.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  const role = pairs.get('aws_iam_role');
  if (role !== undefined && pairs.size === 1) return { kind: 'role', arns: role.split(',') };
  return keysOf(pairs);
}

function keysOf(pairs: ReadonlyMap<string, string>): CopyCredentials {
  const accessKeyId = pairs.get('aws_access_key_id');
  const secretAccessKey = pairs.get('aws_secret_access_key');
  const sessionToken = pairs.get('token');
  const expected = sessionToken === undefined ? 2 : 3;
  if (!accessKeyId || !secretAccessKey || pairs.size !== expected) throw invalidCredentials();
  return {
    kind: 'keys',
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

function invalidCredentials(): RedshiftError {
  return new RedshiftError(SQLSTATE.internalError, CREDENTIALS_FORM);
}
