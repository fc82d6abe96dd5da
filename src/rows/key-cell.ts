/** Keys identify rows. They must not be repaired, because two rows could become one. */
import type { Json } from '../protocol/json.ts';
import { ValueError } from './value-error.ts';
import { noLosses, type Cell, type CellWriter } from './values.ts';

/** Facts about a key and its record. */
export interface KeyFacts {
  /** A NULL in a key is a value like any other. */
  readonly isNullAllowed: boolean;
  /** Bytes of the record were not UTF-8 and were replaced. */
  readonly hasInvalidUtf8: boolean;
}

/** The cell of a key property. Throws ValueError if the value is missing or would be changed. */
export function keyCell(
  write: CellWriter,
  value: Json | undefined,
  { isNullAllowed, hasInvalidUtf8 }: KeyFacts,
): Cell {
  if (value === undefined || value === null) {
    if (isNullAllowed) return null;
    throw new ValueError(
      `is ${value === null ? 'null' : 'missing'}, but every record must have its key`,
      'null-key',
    );
  }
  const changes = noLosses();
  const cell = write(value, changes);
  const isChanged =
    Object.values(changes).some((count) => count > 0) ||
    (hasInvalidUtf8 && typeof cell === 'string' && cell.includes('\uFFFD'));
  if (isChanged) {
    throw new ValueError(
      'has characters or digits that Redshift cannot store, and keys are never changed',
      'key',
    );
  }
  return cell;
}
