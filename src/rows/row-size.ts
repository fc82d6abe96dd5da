/** The size of a row as COPY counts it, known before the upload. */
import type { Column } from '../table/types.ts';
import { Token, type Cell } from './values.ts';

/** COPY rejects longer rows; each `|` in the data counts twice (copy-parameters-data-format). */
export const MAX_ROW_BYTES = 4 * 1024 * 1024;

/** Below this many bytes of JSON no row can reach the limit, because a byte grows at most sixfold (U+FFFD, then quoted). */
export const SAFE_LINE_BYTES = MAX_ROW_BYTES / 8;

/** The size of a NULL sentinel with its comma, and of an ordinal, in the file. */
const NULL_BYTES = 14;
const ORDINAL_BYTES = 21;

const PIPE = 0x7c;

/** Whether the row in these bytes of CSV, without an ordinal, is longer than COPY accepts. */
export function isRowTooLong(csv: Buffer, from: number, to: number): boolean {
  let bytes = ORDINAL_BYTES + to - from;
  if (bytes * 2 <= MAX_ROW_BYTES) return false;
  for (let at = csv.indexOf(PIPE, from); at !== -1 && at < to; at = csv.indexOf(PIPE, at + 1)) bytes++;
  return bytes > MAX_ROW_BYTES;
}

export function rowBytes(cells: readonly Cell[]): number {
  return cells.reduce((bytes, cell) => bytes + cellBytes(cell), ORDINAL_BYTES);
}

function cellBytes(cell: Cell): number {
  if (cell === null) return NULL_BYTES;
  if (cell instanceof Token) return cell.text.length + 1;
  return Buffer.byteLength(cell) + occurrences(cell, '"') + occurrences(cell, '|') + 3;
}

/**
 * Sets the longest values to NULL until the row is short enough for COPY, and calls `onNull` for each. Returns false if what
 * remains may not become NULL.
 */
export function shorten(
  cells: Cell[],
  columns: readonly Column[],
  onNull: (column: Column) => void,
): boolean {
  const mayGo = columns.flatMap((column, i) => {
    const isFixed = column.isKey || column.isProtected === true || column.notNull === true;
    return isFixed || column.source.kind !== 'property'
      ? []
      : [{ column, i, bytes: cellBytes(cells[i] ?? null) }];
  });
  const longestFirst = mayGo.sort((a, b) => b.bytes - a.bytes);
  for (const { column, i, bytes } of longestFirst) {
    if (rowBytes(cells) <= MAX_ROW_BYTES) return true;
    if (bytes <= NULL_BYTES) return false;
    cells[i] = null;
    onNull(column);
  }
  return rowBytes(cells) <= MAX_ROW_BYTES;
}

function occurrences(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) count++;
  return count;
}
