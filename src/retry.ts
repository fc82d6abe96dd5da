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
  const { tries = Infinity, windowMs = Infinity, signal, hurry } = options;
  let first: number | undefined;
  let hurried = 0;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    if (hurry?.aborted) hurried++;
    const startedAt = performance.now();
    try {
      return await work(attempt);
    } catch (error) {
      if (signal?.aborted || !options.isTransient(error)) throw error;
      const now = performance.now();
      first ??= now;
      const since = Math.min(first, options.failingSince?.(error) ?? first);
      const left = windowMs - (now - since);
      const isLong = windowMs > 0 && now - startedAt > windowMs && attempt < LONG_TRIES;
      const isOver = attempt >= tries || hurried >= HURRIED_TRIES || (left <= 0 && !isLong);
      const failure = { error, attempt, failingMs: now - first, pauseMs: 0 };
      if (isOver) throw options.onGiveUp?.(failure) ?? error;
      const grown = Math.min(options.pauseMs * 2 ** (attempt - 1), options.maxPauseMs);
      const pause = grown * (1 + Math.random() / 2);
      // The last try is at the end of the window.
      const pauseMs = hurry?.aborted ? options.pauseMs : left > 0 ? Math.min(pause, left) : pause;
      await options.onRetry?.({ ...failure, pauseMs: Math.round(pauseMs) });
      await pauseFor(pauseMs, signal, hurry?.aborted ? undefined : hurry);
      if (signal?.aborted) throw error;
    }
  }
}

/** Resolves after the time, or when a signal is aborted. */
async function pauseFor(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const given = signals.filter((signal) => signal !== undefined);
  await sleep(ms, undefined, { signal: AbortSignal.any(given) }).catch(() => undefined);
}
