/** Work of a session outside the engine that can be stopped: by the client, when the client leaves, or by statement_timeout. */
import type { Upstream } from '../wire/upstream.ts';

/** Runs one piece of work at a time. */
export class Stoppable {
  readonly #upstream: Upstream;
  readonly #clientIsGone: AbortSignal;
  #running: AbortController | undefined;

  constructor(upstream: Upstream, clientIsGone: AbortSignal) {
    this.#upstream = upstream;
    this.#clientIsGone = clientIsGone;
  }

  /** Stops the work that runs; false when none does. */
  cancel(): boolean {
    this.#running?.abort();
    return this.#running !== undefined;
  }

  /** Does the work until it is stopped; statement_timeout counts from `started`, in milliseconds as Date.now() gives them. */
  async run<T>(started: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = new AbortController();
    const stop = () => running.abort();
    let timer: NodeJS.Timeout | undefined;
    this.#running = running;
    this.#clientIsGone.addEventListener('abort', stop);
    try {
      const timeout = await this.#timeLeft(started);
      if (timeout !== undefined) timer = setTimeout(stop, timeout);
      return await work(running.signal);
    } finally {
      clearTimeout(timer);
      this.#clientIsGone.removeEventListener('abort', stop);
      this.#running = undefined;
    }
  }

  /** Milliseconds until statement_timeout, which the engine does not watch while the endpoint waits for S3. */
  async #timeLeft(started: number): Promise<number | undefined> {
    const [[limit] = []] = await this.#upstream.run(
      `SELECT extract(epoch FROM current_setting('statement_timeout')::interval) * 1000`,
    );
    return Number(limit) > 0 ? Math.max(0, started + Number(limit) - Date.now()) : undefined;
  }
}
