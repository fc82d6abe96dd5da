/** The share of the budget that the hashes of keys of all open batches may occupy. They are freed when their batch closes. */
import type { HashRoom } from '../rows/key-hashes.ts';
import type { Budget } from './budget.ts';

/** Small enough that open rows reach their own limit, and are uploaded, before hashes and rows fill the budget. */
const SHARE = 0.25;

export function hashRoom(budget: Budget): HashRoom {
  let left = budget.limit * SHARE;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      budget.take(bytes);
      return true;
    },
    give(bytes) {
      left += bytes;
      budget.give(bytes);
    },
  };
}
