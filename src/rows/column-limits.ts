/** What a table refuses of cells that their types could hold. */
import type { Column } from '../table/types.ts';
import type { Cell } from './values.ts';
import { ValueError } from './value-error.ts';

/** What the table refuses; only where it may not be changed. A stub leaves those columns alone. */
export function checkLimits(column: Column, cell: Cell, deletion: 'full' | 'stub' | undefined): void {
  if (column.notNull && cell === null && deletion !== 'stub') {
    throw new ValueError('is NULL, and its column is NOT NULL', breach(column, 'notNull'));
  }
  if (column.maxBytes === undefined || typeof cell !== 'string') return;
  const bytes = Buffer.byteLength(cell);
  if (bytes > column.maxBytes) {
    throw new ValueError(
      `has ${bytes} bytes, and its column may not be wider than ${column.maxBytes}`,
      breach(column, 'maxBytes'),
    );
  }
}

function breach({ strict }: Column, limit: 'notNull' | 'maxBytes'): 'table' | 'change' {
  return strict?.includes(limit) ? 'change' : 'table';
}
