/** Values that a column can take only after a change, and how they are written. */
import type { Json } from '../protocol/json.ts';
import { commonType } from '../table/fits.ts';
import type { Column, ColumnType } from '../table/types.ts';
import { cellWriter, noLosses, type CellWriter } from './values.ts';
import { ValueError } from './value-error.ts';

/**
 * A value that is right needs other columns than there are: a second one for values that the first cannot hold
 * (`overflow`), or the present one without the growth that would not hold this value any more (`no-growth`).
 */
export interface Unplanned {
  readonly kind: 'unplanned';
  readonly why: 'overflow' | 'no-growth';
  /** The name of the property's first column. */
  readonly column: string;
}

/** Travels from a writer to the encoder, which returns what it holds. */
export class UnplannedError extends ValueError {
  readonly unplanned: Unplanned;

  constructor(why: Unplanned['why'], { name }: Column) {
    super('needs another column');
    this.unplanned = { kind: 'unplanned', why, column: name };
  }
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

/** Tries the column's type first: the column grows only for a value that does not fit it. `onGrown` is told of such. */
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
