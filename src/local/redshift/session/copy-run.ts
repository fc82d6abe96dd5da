/** The COPYs of a session, and what pg_last_copy_id() and pg_last_copy_count() tell of the last one. */
import type { CopyJob, CopyResult } from '../copy/copy.ts';
import type { Stoppable } from './stoppable.ts';

/** Loads the rows of a COPY. @throws RedshiftError when it fails before it reads rows. */
export type LoadRows = (job: CopyJob) => Promise<CopyResult>;

/** Runs one COPY at a time. */
export class CopyRun {
  readonly #stoppable: Stoppable;
  readonly #forgetsRolledBack: boolean;
  #id = -1;
  #count = 0;
  /** `#id` at the end of the last transaction block. */
  #settledId = -1;

  /** `forgetsRolledBack`: a COPY that is rolled back is not the last one; see the reading `rolledBackCopyIsForgotten`. */
  constructor(stoppable: Stoppable, forgetsRolledBack: boolean) {
    this.#stoppable = stoppable;
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

  /** Has `load` do the job, until it is stopped. */
  async run(job: Omit<CopyJob, 'signal'>, load: LoadRows, started: number): Promise<CopyResult> {
    const result = await this.#stoppable.run(started, (signal) => load({ ...job, signal }));
    this.#id = job.context.queryId;
    this.#count = result.kind === 'loaded' ? result.rows : 0;
    return result;
  }

  /** To be called when the client begins or ends a transaction block, or runs a statement outside one. */
  settle(isRolledBack: boolean): void {
    if (isRolledBack && this.#forgetsRolledBack) this.#id = this.#settledId;
    this.#settledId = this.#id;
  }
}
