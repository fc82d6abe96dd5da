/** Parses UNLOAD as strictly as Redshift does ("UNLOAD"); what the local warehouse cannot write is refused in plain words. */
import { SQLSTATE } from '../sqlstates.ts';
import { missingAuthorization, moreThanOneAuthorization, readAuthorization } from './authorization.ts';
import type { CopyCredentials } from './copy-credentials.ts';
import { readTokens } from './read-tokens.ts';
import type { Dialect } from './dialect.ts';
import { RedshiftError, type Statement } from './statement.ts';
import { isOperator, type TokenReader, unsupported } from './token-reader.ts';
import { literalValue, splitStatements, type Token } from './tokens.ts';
import {
  checkUnloadOptions,
  MAX_FILE_BYTES,
  readUnloadOption,
  ROW_GROUP_DEFAULT,
  type UnloadDraft,
} from './unload-options.ts';
import type { UnloadEncryption, UnloadFormat, UnloadStatement } from './unload-statement.ts';

/** Translates the query, which is a text of its own. */
type TranslateQuery = (source: string, tokens: readonly Token[]) => Statement;

/** Reads the statement after the word UNLOAD. Throws 42601 for what Redshift does not parse, 0A000 for what is not served. */
export function readUnload(reader: TokenReader, translate: TranslateQuery): Statement {
  reader.expectOperator('(');
  const query = readQuery(readText(reader), reader.dialect, translate);
  reader.expectOperator(')');
  reader.expect('TO');
  const destination = readDestination(reader);
  const draft: UnloadDraft = { seen: new Set() };
  let credentials: CopyCredentials | undefined;
  let byString = false;
  while (!reader.done) {
    const isString = reader.sees('CREDENTIALS') || reader.sees('WITH');
    const given = readAuthorization(reader);
    if (given === undefined) readUnloadOption(reader, draft);
    else if (credentials) throw moreThanOneAuthorization('UNLOAD');
    else [credentials, byString] = [given, isString];
  }
  if (credentials === undefined) throw missingAuthorization('UNLOAD');
  checkUnloadOptions(draft, byString);
  const unload = settle(draft, { ...destination, credentials });
  return { ...query, verb: 'UNLOAD', unload, onComputeNodes: true };
}

function readText(reader: TokenReader): string {
  const token = reader.take();
  if (token.kind === 'string') return literalValue(token.text);
  if (token.kind !== 'dollar') throw reader.unexpected(token);
  const tag = token.text.slice(0, token.text.indexOf('$', 1) + 1);
  return token.text.slice(tag.length, -tag.length);
}

function readQuery(text: string, dialect: Dialect, translate: TranslateQuery): Statement {
  const [tokens, ...others] = splitStatements(readTokens(text, dialect));
  const statement = tokens && others.length === 0 ? translate(text, tokens) : undefined;
  if (tokens === undefined || statement?.verb !== 'SELECT') {
    throw new RedshiftError(SQLSTATE.syntaxError, 'UNLOAD takes one SELECT statement');
  }
  refuseLimit(tokens);
  return statement;
}

/** "The SELECT query can't use a LIMIT clause in the outer SELECT", nor TOP, which is the same. */
function refuseLimit(tokens: readonly Token[]): void {
  const outer = withoutParentheses(tokens);
  let depth = 0;
  for (const [at, token] of outer.entries()) {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    const isTop = token.word === 'TOP' && ['SELECT', 'DISTINCT'].includes(outer[at - 1]?.word ?? '');
    if (depth === 0 && (token.word === 'LIMIT' || isTop)) {
      throw unsupported('Limit clause is not supported in the outermost SELECT of UNLOAD');
    }
  }
}

/** The tokens without parentheses around all of them. */
function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  if (!isOperator(tokens[0], '(') || closingOf(tokens) !== tokens.length - 1) return tokens;
  return withoutParentheses(tokens.slice(1, -1));
}

/** Where the parenthesis ends that the tokens begin with. */
function closingOf(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    return depth === 0;
  });
}

function readDestination(reader: TokenReader): { readonly bucket: string; readonly key: string } {
  const url = reader.string();
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(url) ?? [];
  if (bucket === undefined) {
    throw new RedshiftError(SQLSTATE.syntaxError, `UNLOAD destination is not supported: ${url}`);
  }
  return { bucket, key };
}

type Place = Pick<UnloadStatement, 'bucket' | 'key' | 'credentials'>;

function settle(draft: UnloadDraft, { bucket, key, credentials }: Place): UnloadStatement {
  const { seen, region, partition, manifest, parallel = true, extension } = draft;
  return {
    bucket,
    // "If you use PARTITION BY, a forward slash (/) is automatically added to the end of the name-prefix value if needed."
    key: partition && key !== '' && !key.endsWith('/') ? `${key}/` : key,
    credentials,
    format: settleFormat(draft),
    compression: seen.has('GZIP') ? 'gzip' : seen.has('ZSTD') ? 'zstd' : 'none',
    existing: seen.has('ALLOWOVERWRITE') ? 'overwrite' : seen.has('CLEANPATH') ? 'remove' : 'fail',
    parallel,
    maxFileBytes: draft.maxFileBytes ?? MAX_FILE_BYTES,
    encryption: settleEncryption(draft),
    ...(region !== undefined && { region }),
    ...(partition && { partition }),
    ...(manifest && { manifest }),
    ...(extension !== undefined && { extension }),
  };
}

function settleFormat({ seen, format, widths, ...draft }: UnloadDraft): UnloadFormat {
  const { nullAs, rowGroupBytes = ROW_GROUP_DEFAULT } = draft;
  const header = seen.has('HEADER');
  if (format === 'json') return { kind: 'json' };
  if (format === 'parquet') return { kind: 'parquet', rowGroupBytes };
  if (widths) return { kind: 'fixed', widths, nullAs };
  if (format === 'csv')
    return { kind: 'csv', delimiter: draft.delimiter ?? ',', nullAs: nullAs ?? '', header };
  return {
    kind: 'text',
    delimiter: draft.delimiter ?? '|',
    nullAs: nullAs ?? '',
    header,
    addQuotes: seen.has('ADDQUOTES'),
    escape: seen.has('ESCAPE'),
  };
}

function settleEncryption({ kmsKey, isAutoEncrypted }: UnloadDraft): UnloadEncryption {
  if (kmsKey !== undefined) return { kind: 'kms', key: kmsKey };
  return { kind: isAutoEncrypted === true ? 'bucket' : 's3' };
}
