/**
 * Repeats work after temporary errors, rereads a table that changed, and finds out whether an unanswered COMMIT took effect. Ends
 * the server processes of lost connections.
 */
import { CommitUnknownError, LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Session, Warehouse } from '../ports.ts';
import type { Sql } from '../sql.ts';
import type { TableJob } from './jobs.ts';
import type { KnownTables } from './known-tables.ts';
import type { Outages } from './outages.ts';
import type { PreparedTable } from './prepare.ts';
import type { LoadRow } from './record-sql.ts';
import type { LoadHistory } from './load-history.ts';
import type { TablePreparer } from './table-preparer.ts';
import { terminateBackend } from './statements.ts';
import type { CommitHooks } from './transaction.ts';

export interface AttemptsOptions {
  readonly warehouse: Warehouse;
  /** Decides how long what passes is tried again. */
  readonly outages: Outages;
  /** Called before any work on a table. */
  readonly onBegun?: () => void;
  readonly log: Logger;
}

/** What is done in one transaction on a table that has room. */
export type TableTask<Counts> = (
  session: Session,
  commit: CommitHooks<Counts>,
  prepared: PreparedTable,
) => Promise<Counts>;

const CONNECTION_LOST = '08006';
const TRY_AGAIN = '40001';

/** SQLSTATEs that show that a table changed since it was read: no such table or column, one that exists already, a string that is too long. */
const NOT_AS_READ = new Set(['42P01', '42703', '42P07', '42701', '22001']);

export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #known: KnownTables;
  readonly #preparer: TablePreparer;
  readonly #history: LoadHistory;
  /** Server processes of connections that were lost. */
  readonly #ghosts = new Set<number>();

  constructor(options: AttemptsOptions, known: KnownTables, preparer: TablePreparer, history: LoadHistory) {
    this.#options = options;
    this.#known = known;
    this.#preparer = preparer;
    this.#history = history;
  }

  /** Work with Redshift, with fewer tries than the run allows where `tries` says so. */
  retry<T>(what: string, work: (attempt: number) => Promise<T>, tries?: number): Promise<T> {
    return this.#options.outages.retry(what, work, tries === undefined ? {} : { tries });
  }

  /** The load of a batch, for which COPY reads S3. */
  retryCopy<T>(what: string, work: (attempt: number) => Promise<T>): Promise<T> {
    return this.#options.outages.retry(what, work, {
      needs: ['Redshift', 'S3', 'S3, which COPY reads', 'AWS'],
    });
  }

  /** Lends a connection on which the job's table has room. Work that old knowledge of the table may have spoilt is done again. */
  async onTable<T>(
    job: TableJob,
    work: (session: Session, prepared: PreparedTable) => Promise<T>,
  ): Promise<T> {
    this.#options.onBegun?.();
    try {
      return await this.#lend(job, work);
    } catch (error) {
      const wasFresh = this.#known.isFresh(job.target);
      this.#known.doubt(job.target);
      if (wasFresh || !mayBeOldKnowledge(error)) throw error;
      this.#options.log.debug(`table "${job.target.table}" is not as it was read: ${messageOf(error)}`);
      return await this.#lend(job, work);
    }
  }

  async #lend<T>(job: TableJob, work: (session: Session, prepared: PreparedTable) => Promise<T>): Promise<T> {
    let backend: number | undefined;
    const { schema, table } = job.target;
    const purpose = `stream "${job.stream}" into "${schema}"."${table}"`;
    const lent = async (session: Session): Promise<T> => {
      backend = session.backend;
      await this.#endGhosts(session);
      const done = await work(session, await this.#preparer.make(session, job));
      this.#known.age(job.target);
      return done;
    };
    try {
      return await this.#options.warehouse.session(lent, { purpose });
    } catch (error) {
      // The server may not have noticed the loss, and its open transaction would keep the table's lock for hours.
      if (backend !== undefined && error instanceof LoadError && error.sqlstate === CONNECTION_LOST) {
        this.#ghosts.add(backend);
      }
      throw error;
    }
  }

  /**
   * One attempt, as one transaction with the record that `rowOf` makes from its counts. The work is repeated once if the table was not
   * as it was read.
   */
  async attempt<Counts>(
    job: TableJob,
    rowOf: (counts: Counts) => LoadRow,
    task: TableTask<Counts>,
  ): Promise<Counts> {
    let counts: Counts | undefined;
    let record: readonly Sql[] = [];
    try {
      const done = await this.onTable(job, async (session, prepared) => {
        const isRecorded = await this.#history.ready(session);
        const commit: CommitHooks<Counts> = {
          record: (seen) => {
            this.#history.ended(record, false);
            return (record = isRecorded ? this.#history.in(rowOf(seen)) : []);
          },
          onCounted: (seen) => (counts = seen),
        };
        return task(session, commit, prepared);
      });
      this.#history.ended(record, true);
      return done;
    } catch (error) {
      const isCommitted =
        error instanceof CommitUnknownError && counts !== undefined && record.length > 0
          ? await this.#tookEffect(error, job)
          : false;
      this.#history.ended(record, isCommitted);
      if (isCommitted) return counts as Counts;
      if (error instanceof CommitUnknownError && record.length > 0) throw rolledBack(error);
      if (this.#history.refused(error, record)) throw again(error as LoadError);
      throw error;
    }
  }

  async #tookEffect(error: CommitUnknownError, job: TableJob): Promise<boolean> {
    this.#options.log.warn({ stream: job.stream }, 'no answer came to COMMIT: looking for what became of it');
    return this.#history.tookEffect(error, job.target, job.batch);
  }

  async #endGhosts(session: Session): Promise<void> {
    for (const ghost of this.#ghosts) {
      this.#ghosts.delete(ghost);
      // It may have ended by itself, or belong to a pooler.
      await session.run(terminateBackend(ghost), { timeoutMs: 30_000 }).catch(() => undefined);
    }
  }
}

/** Whether a table that has changed since it was read would answer so. */
function mayBeOldKnowledge(error: unknown): boolean {
  if (!(error instanceof LoadError)) return false;
  const isCopyOfValues = /Check '(stl_load_errors|sys_load_error_detail)'/.test(error.message);
  return isCopyOfValues || NOT_AS_READ.has(error.sqlstate ?? '');
}

function again(error: LoadError): LoadError {
  return new LoadError(error.message, { sqlstate: TRY_AGAIN, cause: error });
}

function rolledBack(cause: CommitUnknownError): LoadError {
  return new LoadError('The connection was lost during COMMIT; the load was rolled back', {
    sqlstate: CONNECTION_LOST,
    cause,
  });
}
