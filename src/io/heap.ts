/** The heap of V8. Objects that a load allocates die immediately, and most records allocate nothing. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at its initial size. V8 would let it grow to 48 MB for the few objects that outlive a
 * collection, and would not release it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
