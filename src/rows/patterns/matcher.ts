/** Matches strings with a pattern in bounded time. */
import type { Effort } from '../effort.ts';
import type { CompiledPattern } from './pattern.ts';
import { OutOfTimeError, withinTime } from './timed.ts';

/** How long an expression without a linear equal may take for one string. */
const MATCH_MS = 1000;

export class Matcher {
  readonly #pattern: CompiledPattern;
  readonly #effort: Effort;

  constructor(pattern: CompiledPattern, effort: Effort) {
    this.#pattern = pattern;
    this.#effort = effort;
  }

  /** Throws TooMuchEffortError. */
  test(value: string): boolean {
    const { regExp, linear } = this.#pattern;
    this.#effort.spend(value.length);
    if (linear) return linear.test(value);
    try {
      return withinTime(MATCH_MS, () => regExp.test(value));
    } catch (error) {
      if (error instanceof OutOfTimeError) return this.#effort.exhaust();
      throw error;
    }
  }

  /** By which ajv tells patterns apart. */
  toString(): string {
    return String(this.#pattern.regExp);
  }
}
