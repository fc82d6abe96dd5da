/** `_sdc_deleted_at` in a record: whether its row was deleted in the source, and when. */
import type { Json } from '../protocol/json.ts';
import type { CellWriter } from './values.ts';
import { ValueError } from './value-error.ts';

/** Whether a value of `_sdc_deleted_at` means that the row was deleted. It does even if it is not a time. */
export function isDeletion(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false;
}

/** The mark of a deletion is stored if its column can store it. A deletion never makes a record invalid. */
export function markerWriter(write: CellWriter): CellWriter {
  return (value, losses) => {
    try {
      return write(value, losses);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      if (isDeletion(value)) losses.marksUnread++;
      return null;
    }
  };
}
