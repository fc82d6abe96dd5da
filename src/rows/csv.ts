/**
 * The reference encoder: records to CSV bytes, and the COPY options that read these bytes back. One module, so that the
 * two cannot drift apart. Texts are quoted; NULL is an unquoted sentinel that is random for the run, so that NULL, '',
 * ' ', `\N` and the word NULL stay five different values under every reading of Redshift's documentation.
 */
import { randomBytes } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { literal, sql, type Sql } from '../sql.ts';
import { Token, type Cell } from './values.ts';

/** The text that stands for NULL in every file of this run. Short, because wide tables are mostly NULL: 1 of 2^48. */
export function nullSentinel(): string {
  return `N${randomBytes(6).toString('hex')}`;
}

/** The COPY options for what `encodeRows` writes. */
export function copyFormat(sentinel: string): Sql {
  return sql`CSV GZIP NULL AS ${literal(sentinel)} DATEFORMAT 'auto' TIMEFORMAT 'auto'`;
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
