/** What the protocol of a run wants done to a table once its stream is complete. */
import type { Completion } from '../warehouse/generations.ts';

/** What a stream wants done when it is complete. */
export interface CompletionWish extends Pick<Completion, 'minimum' | 'comment'> {
  /** The property that is set in rows that were deleted in the source; undefined where they stay. */
  readonly mark: string | undefined;
  /** An overwrite is given up: no record came that could take the place of what is there. */
  readonly keepsRows: boolean;
}
