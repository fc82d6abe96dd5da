/** Parses COPY from S3 as strictly as Redshift does; what the local warehouse cannot read is refused in plain words. */
import type { Readings } from '../readings.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { missingAuthorization, moreThanOneAuthorization, readAuthorization } from './authorization.ts';
import { copyColumns, type CopyDraft } from './copy-draft.ts';
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
    if (!authorize(reader, draft)) readCopyOption(reader, draft);
  }
  const copy: CopyStatement = {
    table,
    ...(columns === undefined ? {} : { columns }),
    ...source,
    ...settle(draft, reader.dialect.readings),
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

function authorize(reader: TokenReader, draft: CopyDraft): boolean {
  const credentials = readAuthorization(reader);
  if (credentials === undefined) return false;
  if (draft.credentials !== undefined) throw moreThanOneAuthorization('COPY');
  draft.credentials = credentials;
  return true;
}

function settle(
  draft: CopyDraft,
  readings: Readings,
): Omit<CopyStatement, 'table' | 'columns' | 'bucket' | 'key'> {
  if (draft.credentials === undefined) throw missingAuthorization('COPY');
  refuseUnserved(draft, readings);
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
  if (draft.format === 'parquet')
    return { kind: 'parquet', serializesToJson: draft.serializesToJson ?? false };
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
