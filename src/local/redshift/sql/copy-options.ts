/** The options of COPY that are not its authorization: each is read once, in any order, and anything else is a syntax error. */
import type { CopyDraft } from './copy-draft.ts';
import { RedshiftError } from './statement.ts';
import { type TokenReader, unsupported } from './reader.ts';

type ReadOption = (reader: TokenReader, draft: CopyDraft) => void;

const MAX_ERRORS = 100_000;

const OPTIONS: Readonly<Record<string, ReadOption>> = {
  CSV: (reader, draft) => {
    draft.format = 'csv';
    if (reader.sees('QUOTE')) readQuote(reader, draft);
  },
  QUOTE: () => {
    throw new RedshiftError('42601', 'QUOTE is only valid with CSV format, right after the word CSV');
  },
  DELIMITER: (reader, draft) => {
    reader.accept('AS');
    draft.delimiter = oneCharacter(reader.string(), 'DELIMITER');
  },
  GZIP: (_reader, draft) => {
    draft.compression = 'gzip';
  },
  MANIFEST: (_reader, draft) => {
    draft.manifest = true;
  },
  REGION: (reader, draft) => {
    reader.accept('AS');
    draft.region = reader.string();
  },
  NULL: (reader, draft) => {
    reader.accept('AS');
    draft.nullAs = reader.string();
  },
  EMPTYASNULL: (_reader, draft) => {
    draft.emptyAsNull = true;
  },
  BLANKSASNULL: (_reader, draft) => {
    draft.blanksAsNull = true;
  },
  DATEFORMAT: (reader, draft) => {
    draft.dateFormat = dateTimeFormat(reader, 'DATEFORMAT', ['YYYY-MM-DD']);
  },
  TIMEFORMAT: (reader, draft) => {
    draft.timeFormat = dateTimeFormat(reader, 'TIMEFORMAT', ['YYYY-MM-DD HH:MI:SS']);
  },
  IGNOREHEADER: (reader, draft) => {
    reader.accept('AS');
    draft.ignoreHeader = count(reader, 'IGNOREHEADER', 0, Number.MAX_SAFE_INTEGER);
  },
  MAXERROR: (reader, draft) => {
    reader.accept('AS');
    draft.maxError = count(reader, 'MAXERROR', 0, MAX_ERRORS);
  },
  TRUNCATECOLUMNS: (_reader, draft) => {
    draft.truncateColumns = true;
  },
  ROUNDEC: (_reader, draft) => {
    draft.roundDecimals = true;
  },
  FILLRECORD: (_reader, draft) => {
    draft.fillRecord = true;
  },
  COMPROWS: (reader) => {
    count(reader, 'COMPROWS', 1000, 2_147_483_647);
  },
  COMPUPDATE: (reader, draft) => {
    if (reader.acceptAny(['PRESET', 'ON', 'TRUE', 'OFF', 'FALSE']) !== undefined) draft.needsOwnership = true;
  },
  STATUPDATE: (reader, draft) => {
    if (reader.acceptAny(['ON', 'TRUE', 'OFF', 'FALSE']) !== undefined) draft.needsOwnership = true;
  },
  ENCODING: (reader) => {
    reader.accept('AS');
    const encoding = (reader.peek()?.kind === 'string' ? reader.string() : reader.take().text).toUpperCase();
    if (!['UTF8', 'UTF16', 'UTF16LE', 'UTF16BE', 'ISO88591'].includes(encoding)) {
      throw new RedshiftError('42601', `COPY encoding "${encoding}" is not recognized`);
    }
    if (encoding !== 'UTF8') throw notServed(`ENCODING ${encoding}`);
  },
};

/** Options that Redshift has and the local warehouse does not serve. */
const NOT_SERVED = new Set(
  `JSON PARQUET AVRO ORC FIXEDWIDTH SHAPEFILE BZIP2 ZSTD LZOP ENCRYPTED MASTER_SYMMETRIC_KEY ACCEPTANYDATE
  ACCEPTINVCHARS ESCAPE EXPLICIT_IDS IGNOREBLANKLINES REMOVEQUOTES TRIMBLANKS IGNOREALLERRORS NOLOAD SERIALIZETOJSON
  READRATIO`.split(/\s+/),
);

/** Pairs that Redshift refuses together. */
const EXCLUSIVE: readonly (readonly [string, string])[] = [
  ['CSV', 'FIXEDWIDTH'],
  ['CSV', 'REMOVEQUOTES'],
  ['CSV', 'ESCAPE'],
  ['CSV', 'JSON'],
  ['CSV', 'AVRO'],
  ['CSV', 'PARQUET'],
  ['CSV', 'ORC'],
  ['GZIP', 'BZIP2'],
  ['GZIP', 'LZOP'],
  ['GZIP', 'ZSTD'],
  ['MAXERROR', 'IGNOREALLERRORS'],
];

/** Reads one option. Throws 42601 for an unknown word, a repeated option or an exclusive pair, 0A000 for what is not served. */
export function readCopyOption(reader: TokenReader, draft: CopyDraft): void {
  const formatWord = reader.accept('FORMAT');
  if (formatWord) reader.accept('AS');
  const token = reader.peek();
  const word = token?.word ?? '';
  const read = OPTIONS[word];
  if (
    formatWord &&
    !['CSV', 'DELIMITER', 'FIXEDWIDTH', 'SHAPEFILE', 'AVRO', 'JSON', 'PARQUET', 'ORC'].includes(word)
  ) {
    throw reader.unexpected();
  }
  if (read === undefined && !NOT_SERVED.has(word)) throw reader.unexpected();
  remember(draft, word);
  if (read === undefined) throw notServed(word);
  reader.take();
  read(reader, draft);
}

function remember({ seen }: CopyDraft, word: string): void {
  if (seen.has(word))
    throw new RedshiftError('42601', `conflicting or redundant options: ${word} is given twice`);
  seen.add(word);
  for (const [one, other] of EXCLUSIVE) {
    if (seen.has(one) && seen.has(other)) {
      throw new RedshiftError('42601', `${one} and ${other} cannot be used together in COPY`);
    }
  }
}

function notServed(what: string): RedshiftError {
  return unsupported(
    `The local warehouse does not read COPY with ${what}; it reads CSV, plain or with GZIP.`,
  );
}

function readQuote(reader: TokenReader, draft: CopyDraft): void {
  reader.expect('QUOTE');
  reader.accept('AS');
  draft.quote = oneCharacter(reader.string(), 'QUOTE');
}

function oneCharacter(value: string, option: string): string {
  if (value.length > 1 && option === 'DELIMITER') throw notServed('a delimiter of several characters');
  const code = value.charCodeAt(0);
  if (value.length !== 1 || code > 127 || code === 0 || value === '\n' || value === '\r') {
    throw new RedshiftError('42601', `COPY ${option} must be a single ASCII character`);
  }
  return value;
}

function count(reader: TokenReader, option: string, min: number, max: number): number {
  const value = reader.integer();
  if (value < min || value > max) {
    throw new RedshiftError('22023', `${option} must be between ${min} and ${max}`);
  }
  return value;
}

/** `'auto'` is case-sensitive ("Using automatic recognition"); other formats than the default are not served. */
function dateTimeFormat(
  reader: TokenReader,
  option: string,
  defaults: readonly string[],
): 'default' | 'auto' {
  reader.accept('AS');
  const format = reader.string();
  if (format === 'auto') return 'auto';
  if (defaults.includes(format)) return 'default';
  throw notServed(`${option} '${format}'`);
}
