/** The options of UNLOAD that are not its authorization: each is read once, in any order ("UNLOAD"). */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError } from './statement.ts';
import { type TokenReader, unsupported } from './token-reader.ts';
import type { UnloadStatement } from './unload-statement.ts';

/** The options met so far; a member is set when its option was given. */
export interface UnloadDraft {
  format?: 'csv' | 'json' | 'parquet';
  delimiter?: string;
  nullAs?: string;
  widths?: readonly number[];
  partition?: UnloadStatement['partition'];
  manifest?: 'plain' | 'verbose';
  parallel?: boolean;
  maxFileBytes?: number;
  rowGroupBytes?: number;
  region?: string;
  extension?: string;
  kmsKey?: string;
  isAutoEncrypted?: boolean;
  /** The words of the options met so far: none may be given twice. */
  readonly seen: Set<string>;
}

type ReadOption = (reader: TokenReader, draft: UnloadDraft) => void;

const MB = 1024 * 1024;
const GB = 1024 * MB;
/** The bounds of MAXFILESIZE, of which the greatest is the default. */
const FILE_BYTES = { min: 5 * MB, max: Math.round(6.2 * GB) };
const ROW_GROUP_BYTES = { min: 32 * MB, max: 128 * MB };

const OPTIONS: Readonly<Record<string, ReadOption>> = {
  CSV: (_reader, draft) => {
    draft.format = 'csv';
  },
  JSON: (_reader, draft) => {
    draft.format = 'json';
  },
  PARQUET: (_reader, draft) => {
    draft.format = 'parquet';
  },
  DELIMITER: (reader, draft) => {
    reader.accept('AS');
    draft.delimiter = delimiter(reader.string());
  },
  FIXEDWIDTH: (reader, draft) => {
    reader.accept('AS');
    draft.widths = readWidths(reader.string());
  },
  NULL: (reader, draft) => {
    reader.accept('AS');
    draft.nullAs = reader.string();
  },
  HEADER: noArgument,
  ADDQUOTES: noArgument,
  ESCAPE: noArgument,
  GZIP: noArgument,
  ZSTD: noArgument,
  BZIP2: noArgument,
  ALLOWOVERWRITE: noArgument,
  CLEANPATH: noArgument,
  PARTITION: (reader, draft) => {
    reader.expect('BY');
    draft.partition = { columns: reader.nameList(), include: reader.accept('INCLUDE') };
  },
  MANIFEST: (reader, draft) => {
    draft.manifest = reader.accept('VERBOSE') ? 'verbose' : 'plain';
  },
  PARALLEL: (reader, draft) => {
    const word = reader.acceptAny(['ON', 'TRUE', 'OFF', 'FALSE']);
    draft.parallel = word !== 'OFF' && word !== 'FALSE';
  },
  MAXFILESIZE: (reader, draft) => {
    draft.maxFileBytes = readBytes(reader, 'MAXFILESIZE', FILE_BYTES, '5 MB and 6.2 GB');
  },
  ROWGROUPSIZE: (reader, draft) => {
    draft.rowGroupBytes = readBytes(reader, 'ROWGROUPSIZE', ROW_GROUP_BYTES, '32 MB and 128 MB');
  },
  REGION: (reader, draft) => {
    reader.accept('AS');
    draft.region = reader.string();
  },
  EXTENSION: (reader, draft) => {
    draft.extension = reader.string();
  },
  ENCRYPTED: (reader, draft) => {
    draft.isAutoEncrypted = reader.accept('AUTO');
  },
  KMS_KEY_ID: (reader, draft) => {
    reader.accept('AS');
    draft.kmsKey = reader.string();
  },
  MASTER_SYMMETRIC_KEY: (reader) => {
    reader.accept('AS');
    reader.string();
  },
};

function noArgument(): void {
  // The word alone says it.
}

const FORMATS = ['CSV', 'JSON', 'PARQUET'];
const CODECS = ['GZIP', 'BZIP2', 'ZSTD'];
const OF_TEXT = ['FIXEDWIDTH', 'ADDQUOTES', 'ESCAPE'];

/** What does not go with each option. */
const EXCLUDED: Readonly<Record<string, readonly string[]>> = {
  CSV: OF_TEXT,
  JSON: [...OF_TEXT, 'DELIMITER', 'HEADER', 'NULL'],
  PARQUET: [...OF_TEXT, 'DELIMITER', 'HEADER', 'NULL', ...CODECS],
  FIXEDWIDTH: ['DELIMITER', 'HEADER', 'ADDQUOTES', 'ESCAPE'],
  CLEANPATH: ['ALLOWOVERWRITE'],
  ...Object.fromEntries(
    [FORMATS, CODECS].flatMap((words) =>
      words.map((word) => [`only ${word}`, words.filter((other) => other !== word)]),
    ),
  ),
};

/** Reads one option. Throws 42601 for an unknown word, a repeated option or an exclusive pair. */
export function readUnloadOption(reader: TokenReader, draft: UnloadDraft): void {
  const formatWord = reader.accept('FORMAT');
  if (formatWord) reader.accept('AS');
  const word = reader.peek()?.word ?? '';
  const read = OPTIONS[word];
  if (read === undefined || (formatWord && !FORMATS.includes(word))) throw reader.unexpected();
  remember(draft, word);
  reader.take();
  read(reader, draft);
}

function remember({ seen }: UnloadDraft, word: string): void {
  if (seen.has(word)) throw conflict(`conflicting or redundant options: ${word} is given twice`);
  seen.add(word);
  for (const one of seen) {
    const excluded = [...(EXCLUDED[one] ?? []), ...(EXCLUDED[`only ${one}`] ?? [])];
    const other = excluded.find((candidate) => seen.has(candidate));
    if (other !== undefined) throw conflict(`${one} and ${other} cannot be used together in UNLOAD`);
  }
}

/** Refuses what depends on several options, and what is not served. `byString`: the authorization is CREDENTIALS. */
export function checkUnloadOptions({ seen, isAutoEncrypted }: UnloadDraft, byString: boolean): void {
  if (seen.has('ROWGROUPSIZE') && !seen.has('PARQUET')) throw conflict('ROWGROUPSIZE needs FORMAT PARQUET');
  const hasKey = seen.has('KMS_KEY_ID') || seen.has('MASTER_SYMMETRIC_KEY');
  if (hasKey && !seen.has('ENCRYPTED')) throw conflict('A key for encryption needs ENCRYPTED');
  if (hasKey && isAutoEncrypted === true) throw conflict('ENCRYPTED AUTO cannot be used with a key');
  if (hasKey && byString) {
    throw conflict('KMS_KEY_ID and MASTER_SYMMETRIC_KEY cannot be used with CREDENTIALS');
  }
  if (seen.has('MASTER_SYMMETRIC_KEY')) {
    throw unsupported(
      'The local warehouse does not encrypt on the side of the client (MASTER_SYMMETRIC_KEY).',
    );
  }
  if (seen.has('BZIP2')) throw unsupported('The local warehouse does not write BZIP2; it writes GZIP.');
}

/** The bytes of MAXFILESIZE where none are given. */
export const MAX_FILE_BYTES = FILE_BYTES.max;
/** The bytes of a row group where none are given. */
export const ROW_GROUP_DEFAULT = ROW_GROUP_BYTES.min;

/** One ASCII character, which may be written as an octal number `\ddd` or as `\t`. */
function delimiter(value: string): string {
  const text = value.replaceAll(/\\([0-7]{3}|t)/g, (_match, code: string) =>
    code === 't' ? '\t' : String.fromCharCode(parseInt(code, 8)),
  );
  if (/^[^\P{ASCII}\0\r\n]$/u.test(text)) return text;
  throw conflict('UNLOAD DELIMITER must be a single ASCII character');
}

/** `column:width,...`; the names are for the reader only ("UNLOAD", FIXEDWIDTH). */
function readWidths(spec: string): number[] {
  return spec.split(',').map((part) => {
    const width = /^\s*[^:]+:\s*(\d{1,7})\s*$/.exec(part)?.[1];
    if (width !== undefined && Number(width) > 0) return Number(width);
    throw conflict(`Invalid FIXEDWIDTH specification: '${spec}'`);
  });
}

/** A decimal number with MB (the default) or GB. */
function readBytes(
  reader: TokenReader,
  option: string,
  { min, max }: { readonly min: number; readonly max: number },
  bounds: string,
): number {
  reader.accept('AS');
  const token = reader.take();
  if (token.kind !== 'number') throw reader.unexpected(token);
  const unit = reader.acceptAny(['MB', 'GB']) === 'GB' ? GB : MB;
  const bytes = Math.round(Number(token.text) * unit);
  if (bytes >= min && bytes <= max) return bytes;
  throw new RedshiftError(SQLSTATE.invalidParameterValue, `${option} must be between ${bounds}`);
}

function conflict(message: string): RedshiftError {
  return new RedshiftError(SQLSTATE.syntaxError, message);
}
