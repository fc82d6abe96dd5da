/**
 * The reference encoder: records to CSV bytes, and the COPY options that read these bytes back. One module, so that the
 * two cannot drift apart. Texts are quoted; NULL is an unquoted sentinel that is random for the run, so that NULL, '',
 * ' ', `\N` and the word NULL stay five different values under every reading of Redshift's documentation.
 */
import { randomBytes } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { literal, raw, sql, type Sql } from '../sql.ts';
import { Token, type Cell } from './values.ts';

/** How the files of a run are compressed; COPY has to be told (copy-parameters-file-compression). */
export type Compression = 'gzip' | 'zstd';

/** What every file of a run has in common. */
export interface CsvFormat {
  /** The text that stands for NULL. */
  readonly sentinel: string;
  readonly compression: Compression;
}

/** With a sentinel that no other run has. It is short, because wide tables are mostly NULL, and one of 2^48. */
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
  // What is not a string in the input is not quoted: tokens and the sentinel go through as they are.
  cast: { object: (token: object) => (token as Token).text },
};
