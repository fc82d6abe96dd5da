/** The only retry loop: bounded in tries, with growing pauses, stopped by the signal. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  readonly tries: number;
  /** The first pause. Each later one is twice as long, plus a random amount of up to half of it. */
  readonly pauseMs: number;
  readonly maxPauseMs: number;
  /** Ends a pause and all tries. Omitted if each try fails by itself when the run is given up. */
  readonly signal?: AbortSignal;
  readonly isTransient: (error: unknown) => boolean;
  readonly onRetry?: (error: unknown, attempt: number, pauseMs: number) => void;
}

/** `attempt` counts from 1. Rejects with the last error. */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= options.tries || options.signal?.aborted || !options.isTransient(error)) throw error;
      const pause =
        Math.min(options.pauseMs * 2 ** (attempt - 1), options.maxPauseMs) * (1 + Math.random() / 2);
      options.onRetry?.(error, attempt, Math.round(pause));
      await sleep(pause, undefined, options.signal && { signal: options.signal }).catch(() => {
        throw error;
      });
    }
  }
}
