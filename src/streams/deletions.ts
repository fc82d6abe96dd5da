/** Finds tables that do not show deletions. */
import type { LoadMethod } from '../warehouse/steps.ts';

/** Why the table will not show deletions; undefined if it will. */
export function deletionProblem(
  method: LoadMethod,
  hardDelete: boolean,
  canMark: boolean,
): string | undefined {
  if (method === 'append') {
    if (hardDelete)
      return 'hard_delete has no effect on streams that are appended: records of deletions become rows';
    return canMark
      ? undefined
      : 'records of deletions (_sdc_deleted_at) are appended as ordinary rows, because the table has no column for the mark; add_record_metadata adds one';
  }
  return hardDelete || canMark
    ? undefined
    : 'records say that their rows were deleted (_sdc_deleted_at), but the rows stay: set hard_delete to delete them, or add_record_metadata to mark them';
}
