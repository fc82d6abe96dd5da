/** Values that a column can store only after a change, and how they are written. */
import type { Json } from '../protocol/json.ts';
import { commonType } from '../table/fits.ts';
import type { Column, ColumnType } from '../table/types.ts';
import { cellWriter, noLosses, type CellWriter } from './values.ts';
import { LargeStringError, ValueError } from './value-error.ts';

/**
 * A valid value needs columns that do not exist: a second column for values that the first cannot store (`overflow`), or the
 * current one without a growth that could no longer store this value (`no-growth`). Or only the cluster knows whether the column
 * stores the value (`large-string`).
 */
export interface Unplanned {
  readonly kind: 'unplanned';
  readonly why: 'overflow' | 'no-growth' | 'large-string';
  /** The name of the first column of the property. */
  readonly column: string;
}

/** Thrown by a writer and caught by the encoder, which returns its content. */
export class UnplannedError extends ValueError {
  readonly unplanned: Unplanned;

  constructor(why: Unplanned['why'], { name }: Column) {
    super('needs another column');
    this.unplanned = { kind: 'unplanned', why, column: name };
  }
}

/** What the error of a writer says is needed for the value; undefined if the value is invalid. */
export function unplannedBy(
  error: unknown,
  { name }: Column,
  asksForLargeStrings = false,
): Unplanned | undefined {
  if (error instanceof UnplannedError) return error.unplanned;
  const isAsked = asksForLargeStrings && error instanceof LargeStringError;
  return isAsked ? { kind: 'unplanned', why: 'large-string', column: name } : undefined;
}

function canWrite(write: CellWriter, value: Json): boolean {
  try {
    write(value, noLosses());
    return true;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return false;
  }
}

/** Tries the type of the column first: the column grows only for a value that does not fit. Then `onGrown` is called. */
export function growingWriter(column: Column, growsTo: ColumnType, onGrown: () => void): CellWriter {
  const write = cellWriter(column.type);
  const writeCommon = cellWriter(commonType(column.type, growsTo));
  const writeGrown = cellWriter(growsTo);
  return (value, losses) => {
    try {
      return writeCommon(value, losses);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
    }
    if (canWrite(write, value)) throw new UnplannedError('no-growth', column);
    const cell = writeGrown(value, losses);
    onGrown();
    return cell;
  };
}
