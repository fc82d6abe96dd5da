/** Checks cells that their types could store against what the table accepts. */
import type { Column } from '../table/types.ts';
import type { Cell } from './values.ts';
import { ValueError } from './value-error.ts';

/** Rejects what the table does not accept and must not be changed for. A stub does not write those columns. */
export function checkLimits(column: Column, cell: Cell, deletion: 'full' | 'stub' | undefined): void {
  if (column.notNull && cell === null && deletion !== 'stub') {
    throw new ValueError('is NULL, but its column is NOT NULL', breach(column, 'notNull'));
  }
  if (column.maxBytes === undefined || typeof cell !== 'string') return;
  const bytes = Buffer.byteLength(cell);
  if (bytes > column.maxBytes) {
    throw new ValueError(
      `has ${bytes} bytes, but its column must not be wider than ${column.maxBytes}`,
      breach(column, 'maxBytes'),
    );
  }
}

function breach({ strict }: Column, limit: 'notNull' | 'maxBytes'): 'table' | 'change' {
  return strict?.includes(limit) ? 'change' : 'table';
}
