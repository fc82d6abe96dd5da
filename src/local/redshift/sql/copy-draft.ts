/** What COPY's parsers share: the options read so far, the column list and the CREDENTIALS string. */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError, type CopyCredentials, type CopyStatement } from './statement.ts';
import type { TokenReader } from './token-reader.ts';

/** The options met so far; a member is set when its option was given. */
export interface CopyDraft {
  credentials?: CopyCredentials;
  /** Delimited text if undefined. */
  format?: 'csv' | 'json';
  delimiter?: string;
  quote?: string;
  json?: Omit<Extract<CopyStatement['format'], { kind: 'json' }>, 'kind'>;
  escape?: boolean;
  removeQuotes?: boolean;
  encoding?: CopyStatement['encoding'];
  region?: string;
  manifest?: boolean;
  compression?: 'gzip' | 'zstd';
  nullAs?: string;
  emptyAsNull?: boolean;
  blanksAsNull?: boolean;
  trimBlanks?: boolean;
  dateFormat?: string;
  timeFormat?: string;
  acceptAnyDate?: boolean;
  replaceInvalid?: string;
  ignoreHeader?: number;
  ignoreBlankLines?: boolean;
  maxError?: number;
  truncateColumns?: boolean;
  roundDecimals?: boolean;
  fillRecord?: boolean;
  explicitIds?: boolean;
  noLoad?: boolean;
  needsOwnership?: boolean;
  /** The words of the options met so far: none may be given twice. */
  readonly seen: Set<string>;
}

/** The column list; a column named twice is 42701. */
export function copyColumns(reader: TokenReader): string[] {
  const names = reader.nameList();
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new RedshiftError(SQLSTATE.duplicateColumn, `column "${twice}" specified more than once`);
  return names;
}

const CREDENTIALS_FORM =
  "Invalid credentials. Must be of the format: credentials 'aws_access_key_id=<access-key-id>;" +
  "aws_secret_access_key=<secret-access-key>[;token=<temporary-session-token>]'";

/** `CREDENTIALS 'key=value;...'`: keys are case-sensitive, spaces are not allowed ("Authorization parameters"). */
export function readCredentialsString(text: string): CopyCredentials {
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
