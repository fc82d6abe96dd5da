/** The only retry loop: bounded in tries and in time, with growing pauses, stopped by a signal. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** The most tries. Omitted: any number. */
  readonly tries?: number;
  /**
   * The longest time in milliseconds from the first failure to the last try. Omitted: any time; 0: one try. If the tries
   * themselves last longer than this, there are three of them: such a failure does not say that nothing works.
   */
  readonly windowMs?: number;
  /** The first pause. Each later one is twice as long, plus a random amount of up to half of it. */
  readonly pauseMs: number;
  readonly maxPauseMs: number;
  /** Ends a pause and all tries. Omitted if each try fails by itself when the run is given up. */
  readonly signal?: AbortSignal;
  /** Ends a pause. Two more tries are made after it. */
  readonly hurry?: AbortSignal;
  readonly isTransient: (error: unknown) => boolean;
  /**
   * When what the work needs first failed, in milliseconds of `performance.now()`, if it has failed for others before.
   * -Infinity: others have waited for it in vain.
   */
  readonly failingSince?: (error: unknown) => number | undefined;
  /** Awaited before the pause. */
  readonly onRetry?: (failure: Failure) => void | Promise<void>;
  /** The error to reject with after a transient one, when there is no further try. */
  readonly onGiveUp?: (failure: Failure) => unknown;
}

/** A transient error, and how long the work has been failing. */
export interface Failure {
  readonly error: unknown;
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds since the first failure of this work. */
  readonly failingMs: number;
  /** Milliseconds until the next try; 0 if there is none. */
  readonly pauseMs: number;
}

const LONG_TRIES = 3;
const HURRIED_TRIES = 2;

/** `attempt` counts from 1. Rejects with the last error. */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const tries = new Tries(options);
  for (;;) {
    options.signal?.throwIfAborted();
    const attempt = tries.begin();
    try {
      return await work(attempt);
    } catch (error) {
      await tries.pauseAfter(error);
    }
  }
}

/** The tries of one piece of work so far, which decide whether and when there is another. */
class Tries {
  readonly #options: RetryOptions;
  #attempt = 0;
  #hurried = 0;
  #startedAt = 0;
  /** When the work first failed. */
  #first: number | undefined;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Counts a try. */
  begin(): number {
    if (this.#options.hurry?.aborted) this.#hurried++;
    this.#startedAt = performance.now();
    return ++this.#attempt;
  }

  /** Resolves when it is time for the next try. Rejects if there is none. */
  async pauseAfter(error: unknown): Promise<void> {
    const options = this.#options;
    const { signal, hurry } = options;
    if (signal?.aborted || !options.isTransient(error)) throw error;
    const now = performance.now();
    this.#first ??= now;
    const left = this.#left(error, this.#first, now);
    const failure = { error, attempt: this.#attempt, failingMs: now - this.#first, pauseMs: 0 };
    if (this.#isOver(left, now)) throw options.onGiveUp?.(failure) ?? error;
    const pauseMs = this.#pauseMs(left);
    await options.onRetry?.({ ...failure, pauseMs: Math.round(pauseMs) });
    await pauseFor(pauseMs, signal, hurry?.aborted ? undefined : hurry);
    if (signal?.aborted) throw error;
  }

  /** The milliseconds that are left of the window. */
  #left(error: unknown, first: number, now: number): number {
    const { windowMs = Infinity } = this.#options;
    const since = Math.min(first, this.#options.failingSince?.(error) ?? first);
    return windowMs - (now - since);
  }

  #isOver(left: number, now: number): boolean {
    const { tries = Infinity, windowMs = Infinity } = this.#options;
    const isLong = windowMs > 0 && now - this.#startedAt > windowMs && this.#attempt < LONG_TRIES;
    return this.#attempt >= tries || this.#hurried >= HURRIED_TRIES || (left <= 0 && !isLong);
  }

  #pauseMs(left: number): number {
    const { pauseMs, maxPauseMs, hurry } = this.#options;
    const grown = Math.min(pauseMs * 2 ** (this.#attempt - 1), maxPauseMs);
    const pause = grown * (1 + Math.random() / 2);
    if (hurry?.aborted) return pauseMs;
    // The last try is at the end of the window.
    return left > 0 ? Math.min(pause, left) : pause;
  }
}

/** Resolves after the time, or when a signal is aborted. */
async function pauseFor(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const given = signals.filter((signal) => signal !== undefined);
  await sleep(ms, undefined, { signal: AbortSignal.any(given) }).catch(() => undefined);
}
