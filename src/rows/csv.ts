/**
 * The CSV of the reference encoder, and the COPY options that read it back. They are in one module so that they cannot drift
 * apart. Strings are quoted. NULL is an unquoted sentinel that is random for each run, so that NULL, '', ' ', `\N` and the
 * word NULL stay five different values under every reading of Redshift's documentation.
 */
import { randomBytes } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { literal, raw, sql, type Sql } from '../sql.ts';
import { Token, type Cell } from './values.ts';

/** The compression of the files of a run, which COPY needs to know (copy-parameters-file-compression). */
export type Compression = 'gzip' | 'zstd';

/** The format of all files of a run. */
export interface CsvFormat {
  /** The string for NULL. */
  readonly sentinel: string;
  readonly compression: Compression;
}

/** A format with a sentinel that no other run has. It is short, because wide tables are mostly NULL, and one of 2^48. */
export function newFormat(compression: Compression): CsvFormat {
  return { sentinel: `N${randomBytes(6).toString('hex')}`, compression };
}

/** The COPY options for files of this format. */
export function copyFormat({ sentinel, compression }: CsvFormat): Sql {
  return sql`CSV ${raw(compression.toUpperCase())} NULL AS ${literal(sentinel)} DATEFORMAT 'auto' TIMEFORMAT 'auto'`;
}

/** One CSV line for each row. */
export function encodeRows(rows: readonly (readonly Cell[])[], sentinel: string): Buffer {
  const none = new Token(sentinel);
  const fields = rows.map((cells) => cells.map((cell) => cell ?? none));
  return Buffer.from(stringify(fields, OPTIONS), 'utf8');
}

const OPTIONS = {
  quoted_string: true,
  record_delimiter: '\n',
  // Values that are not strings are not quoted: tokens and the sentinel are written as they are.
  cast: { object: (token: object) => (token as Token).text },
};
