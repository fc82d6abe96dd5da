/**
 * How much work the check of one record may take. Schemas come from the tap and values from those who write into its source:
 * together they must not be able to keep this program busy without end.
 */

/** A step is a keyword that is applied or a character that is read: some tens of nanoseconds. */
const MOST_STEPS = 100_000_000;

export class TooMuchEffortError extends Error {
  override readonly name = 'TooMuchEffortError';
}

export class Effort {
  readonly #most: number;
  #steps = 0;

  constructor(most = MOST_STEPS) {
    this.#most = most;
  }

  /** Before each record. */
  begin(): void {
    this.#steps = 0;
  }

  /** Throws TooMuchEffortError when the record has taken more than it may. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#most) throw new TooMuchEffortError(`more than ${this.#most} steps`);
  }

  /** All of it at once. Throws TooMuchEffortError. */
  exhaust(): never {
    this.#steps = this.#most;
    throw new TooMuchEffortError('it was given up');
  }
}
