/** The COPYs of a session, and what pg_last_copy_id() and pg_last_copy_count() tell of the last one. */
import type { CopyJob, CopyResult } from '../copy/copy.ts';
import type { Upstream } from '../wire/upstream.ts';

/** Loads the rows of a COPY. @throws RedshiftError when it fails before it reads rows. */
export type LoadRows = (job: CopyJob) => Promise<CopyResult>;

/** Runs one COPY at a time. */
export class CopyRun {
  readonly #upstream: Upstream;
  readonly #clientIsGone: AbortSignal;
  readonly #forgetsRolledBack: boolean;
  #running: AbortController | undefined;
  #id = -1;
  #count = 0;
  /** `#id` at the end of the last transaction block. */
  #settledId = -1;

  /** `forgetsRolledBack`: a COPY that is rolled back is not the last one; see the reading `rolledBackCopyIsForgotten`. */
  constructor(upstream: Upstream, clientIsGone: AbortSignal, forgetsRolledBack: boolean) {
    this.#upstream = upstream;
    this.#clientIsGone = clientIsGone;
    this.#forgetsRolledBack = forgetsRolledBack;
  }

  /** The query id of the last COPY that came to reading rows; -1 when there is none. */
  get id(): number {
    return this.#id;
  }

  /** The rows that it has loaded. */
  get count(): number {
    return this.#count;
  }

  /** Cancels the COPY that runs; false when none does. */
  cancel(): boolean {
    this.#running?.abort();
    return this.#running !== undefined;
  }

  /** Has `load` do the job, until it is cancelled, the client leaves, or statement_timeout is over since `started`. */
  async run(job: Omit<CopyJob, 'signal'>, load: LoadRows, started: number): Promise<CopyResult> {
    const running = new AbortController();
    const stop = () => running.abort();
    let timer: NodeJS.Timeout | undefined;
    this.#running = running;
    this.#clientIsGone.addEventListener('abort', stop);
    try {
      const timeout = await this.#timeLeft(started);
      if (timeout !== undefined) timer = setTimeout(stop, timeout);
      const result = await load({ ...job, signal: running.signal });
      this.#id = job.context.queryId;
      this.#count = result.kind === 'loaded' ? result.rows : 0;
      return result;
    } finally {
      clearTimeout(timer);
      this.#clientIsGone.removeEventListener('abort', stop);
      this.#running = undefined;
    }
  }

  /** To be called when the client begins or ends a transaction block, or runs a statement outside one. */
  settle(isRolledBack: boolean): void {
    if (isRolledBack && this.#forgetsRolledBack) this.#id = this.#settledId;
    this.#settledId = this.#id;
  }

  /** Milliseconds until statement_timeout, which the engine does not watch while the endpoint waits for S3. */
  async #timeLeft(started: number): Promise<number | undefined> {
    const [[limit] = []] = await this.#upstream.run(
      `SELECT extract(epoch FROM current_setting('statement_timeout')::interval) * 1000`,
    );
    return Number(limit) > 0 ? Math.max(0, started + Number(limit) - Date.now()) : undefined;
  }
}
