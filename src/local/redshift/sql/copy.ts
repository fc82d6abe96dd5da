/** Parses COPY from S3 as strictly as Redshift does; what the local warehouse cannot read is refused in plain words. */
import { SQLSTATE } from '../sqlstates.ts';
import { copyColumns, readCredentialsString, type CopyDraft } from './copy-draft.ts';
import { readCopyOption, refuseUnserved } from './copy-options.ts';
import { RedshiftError, type CopyFormat, type CopyStatement, type Statement } from './statement.ts';
import { type TokenReader, unsupported } from './token-reader.ts';

/** Reads the statement after the word COPY. Throws 42601 for what Redshift does not parse, 0A000 for what is not served. */
export function readCopy(reader: TokenReader): Statement {
  const table = reader.tableName();
  const columns = reader.seesOperator('(') ? copyColumns(reader) : undefined;
  reader.expect('FROM');
  const source = readSource(reader);
  const draft: CopyDraft = { seen: new Set() };
  while (!reader.done) {
    if (!readAuthorization(reader, draft)) readCopyOption(reader, draft);
  }
  const copy: CopyStatement = {
    table,
    ...(columns === undefined ? {} : { columns }),
    ...source,
    ...settle(draft),
  };
  return { verb: 'COPY', sql: '', copy, writes: table };
}

function readSource(reader: TokenReader): { bucket: string; key: string } {
  if (reader.sees('STDIN')) throw reader.unexpected();
  const at = reader.peek();
  const url = reader.string();
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(url);
  if (match === null) {
    if (/^(emr|ssh|dynamodb):\/\//.test(url)) throw unsupported('The local warehouse copies from S3 only.');
    throw at === undefined
      ? reader.unexpected()
      : new RedshiftError(SQLSTATE.syntaxError, `COPY source is not supported: ${url}`);
  }
  return { bucket: match[1] ?? '', key: match[2] ?? '' };
}

function readAuthorization(reader: TokenReader, draft: CopyDraft): boolean {
  const start = reader.peek();
  if (reader.accept('IAM_ROLE')) {
    const role = reader.accept('DEFAULT') ? 'default' : roleChain(reader.string());
    authorize(draft, { kind: 'role', arns: role });
    return true;
  }
  if (reader.accept('ACCESS_KEY_ID')) {
    const accessKeyId = reader.string();
    reader.expect('SECRET_ACCESS_KEY');
    const secretAccessKey = reader.string();
    const sessionToken = reader.accept('SESSION_TOKEN') ? reader.string() : undefined;
    const token = sessionToken === undefined ? {} : { sessionToken };
    authorize(draft, { kind: 'keys', accessKeyId, secretAccessKey, ...token });
    return true;
  }
  const withWord = reader.accept('WITH');
  if (reader.accept('CREDENTIALS')) {
    reader.accept('AS');
    authorize(draft, readCredentialsString(reader.string()));
    return true;
  }
  if (withWord) throw reader.unexpected(start);
  return false;
}

/** Comma-separated role ARNs, without spaces: the first is attached to the cluster, each next one is assumed by the one before. */
function roleChain(text: string): string[] {
  const arns = text.split(',');
  if (arns.some((arn) => !/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn))) {
    throw new RedshiftError(SQLSTATE.internalError, `Invalid IAM role ARN: ${text}`);
  }
  return arns;
}

function authorize(draft: CopyDraft, credentials: CopyStatement['credentials']): void {
  if (draft.credentials !== undefined) {
    throw new RedshiftError(
      SQLSTATE.syntaxError,
      'COPY accepts one form of authorization only: conflicting or redundant options',
    );
  }
  draft.credentials = credentials;
}

function settle(draft: CopyDraft): Omit<CopyStatement, 'table' | 'columns' | 'bucket' | 'key'> {
  if (draft.credentials === undefined) {
    throw new RedshiftError(
      SQLSTATE.syntaxError,
      'CREDENTIALS argument is required but not provided: COPY needs an authorization',
    );
  }
  refuseUnserved(draft);
  return {
    credentials: draft.credentials,
    ...(draft.region === undefined ? {} : { region: draft.region }),
    format: settleFormat(draft),
    ...(draft.replaceInvalid === undefined ? {} : { replaceInvalid: draft.replaceInvalid }),
    ...withDefaults(draft),
  };
}

const DEFAULTS = {
  manifest: false,
  compression: 'none',
  encoding: 'utf8',
  nullAs: '\\N',
  emptyAsNull: false,
  blanksAsNull: false,
  trimBlanks: false,
  dateFormat: 'default',
  timeFormat: 'default',
  acceptAnyDate: false,
  ignoreHeader: 0,
  ignoreBlankLines: false,
  maxError: 0,
  truncateColumns: false,
  roundDecimals: false,
  fillRecord: false,
  explicitIds: false,
  noLoad: false,
  needsOwnership: false,
} as const satisfies Partial<CopyStatement>;

type Defaulted = Pick<CopyStatement, keyof typeof DEFAULTS>;

function withDefaults(draft: Partial<Defaulted>): Defaulted {
  const settled: { -readonly [Name in keyof Defaulted]: Defaulted[Name] } = { ...DEFAULTS };
  const settle = <Name extends keyof Defaulted>(name: Name, given: Defaulted[Name] | undefined): void => {
    if (given !== undefined) settled[name] = given;
  };
  for (const name of Object.keys(DEFAULTS) as (keyof Defaulted)[]) settle(name, draft[name]);
  return settled;
}

function settleFormat(draft: CopyDraft): CopyFormat {
  const { json, escape = false, removeQuotes = false } = draft;
  if (json !== undefined) return { kind: 'json', ...json };
  if (draft.format !== 'csv')
    return { kind: 'text', delimiter: draft.delimiter ?? '|', escape, removeQuotes };
  const { delimiter = ',', quote = '"' } = draft;
  if (delimiter.includes(quote)) {
    throw new RedshiftError(
      SQLSTATE.syntaxError,
      'COPY delimiter must be different from the quote character',
    );
  }
  return { kind: 'csv', delimiter, quote };
}
