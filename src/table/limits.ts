/** How many columns a stream may have. Throws InputError for more. */
import { InputError } from '../errors.ts';
import type { Column, StoredColumn } from './types.ts';

/** Of a table of Redshift, a temporary one included (r_CREATE_TABLE_NEW). */
export const MAX_COLUMNS = 1_600;

const ADVICE = 'select fewer properties in the tap';

/** `stored` are the columns that the table has; `added` is how many columns a batch is staged with beside those of the stream. */
export function checkColumnCount(
  stream: string,
  columns: readonly Column[],
  stored: readonly StoredColumn[] | undefined,
  added: number,
): void {
  const table = new Set([...(stored ?? []), ...columns].map(({ name }) => name)).size;
  if (table > MAX_COLUMNS) {
    refuse(
      stream,
      `its table would have ${table} columns${stored ? ', those that it has included' : ''}, and a Redshift table holds at most ${MAX_COLUMNS}; ${ADVICE}`,
    );
  }
  if (added > 0 && columns.length + added > MAX_COLUMNS) {
    refuse(
      stream,
      `it has ${columns.length} columns; its batches are staged in a table that has ${added} more (${added === 1 ? 'the order of the records' : 'the order of the records, and which are deletions'}), ` +
        `and a Redshift table holds at most ${MAX_COLUMNS}; ${ADVICE}, or load it with load_method append-only, which needs no such table`,
    );
  }
}

/** Checks the number of properties, before their columns are compared with the table. */
export function checkPropertyCount(stream: string, count: number): void {
  if (count <= MAX_COLUMNS) return;
  refuse(
    stream,
    `it has more than ${MAX_COLUMNS} properties, and a Redshift table holds at most ${MAX_COLUMNS} columns; ${ADVICE}`,
  );
}

function refuse(stream: string, what: string): never {
  throw new InputError(`Cannot use the schema of stream "${stream}": ${what}`, { stream });
}
