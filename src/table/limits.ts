/** Checks how many columns a stream has. Throws InputError if there are too many. */
import { InputError } from '../errors.ts';
import type { Column, StoredColumn } from './types.ts';

/** The limit of a table in Redshift, also of a temporary one (r_CREATE_TABLE_NEW). */
export const MAX_COLUMNS = 1_600;

const ADVICE = 'select fewer properties in the tap';

/** `stored` are the columns that the table has; `added` is how many more columns than the stream the stage of a batch has. */
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
      `its table would have ${table} columns${stored ? ', including those that it has' : ''}, and a Redshift table has at most ${MAX_COLUMNS}; ${ADVICE}`,
    );
  }
  if (added > 0 && columns.length + added > MAX_COLUMNS) {
    refuse(
      stream,
      `it has ${columns.length} columns; its batches are staged in a table that has ${added} more (${added === 1 ? 'the order of the records' : 'the order of the records, and which are deletions'}), ` +
        `and a Redshift table has at most ${MAX_COLUMNS}; ${ADVICE}, or use load_method append-only, which needs no such table`,
    );
  }
}

/** Checks the number of properties, before their columns are compared with the table. */
export function checkPropertyCount(stream: string, count: number): void {
  if (count <= MAX_COLUMNS) return;
  refuse(
    stream,
    `it has more than ${MAX_COLUMNS} properties, and a Redshift table has at most ${MAX_COLUMNS} columns; ${ADVICE}`,
  );
}

function refuse(stream: string, what: string): never {
  throw new InputError(`Cannot use the schema of stream "${stream}": ${what}`, { stream });
}
