/**
 * Repeats work after temporary errors, rereads a table that changed, and finds out whether an unanswered COMMIT took effect. Ends
 * the server processes of lost connections.
 */
import { CommitUnknownError, LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Session, Warehouse } from '../ports.ts';
import type { Retype } from '../table/changes.ts';
import { retypesFirst } from './alter-type.ts';
import type { Sql } from '../sql.ts';
import type { TableJob } from './jobs.ts';
import type { KnownTables } from './known-tables.ts';
import type { Outages } from './outages.ts';
import type { PreparedTable } from './prepare.ts';
import type { LoadHistory } from './load-history.ts';
import type { TablePreparer } from './table-preparer.ts';
import { terminateBackend } from './statements.ts';
import type { Seal } from './seal.ts';
import { ofPart, transaction, type CommitHooks, type TransactionBody } from './transaction.ts';
import type { Done, Work } from './work.ts';

export interface AttemptsOptions {
  readonly warehouse: Warehouse;
  /** Decides how long what passes is tried again. */
  readonly outages: Outages;
  /** Called before any work on a table. */
  readonly onBegun?: () => void;
  readonly log: Logger;
}

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

  /** Lends a connection on which the tables of the jobs have room. Work that old knowledge of them may have spoilt is done again. */
  async onTables<T>(
    jobs: readonly TableJob[],
    work: (session: Session, prepared: readonly PreparedTable[]) => Promise<T>,
  ): Promise<T> {
    this.#options.onBegun?.();
    try {
      return await this.#lend(jobs, work);
    } catch (error) {
      const targets = jobs.map(({ target }) => target);
      const wereFresh = targets.every((target) => this.#known.isFresh(target));
      for (const target of targets) this.#known.doubt(target);
      if (wereFresh || !mayBeOldKnowledge(error)) throw error;
      const names = targets.map(({ table }) => `"${table}"`).join(', ');
      this.#options.log.debug(`table ${names} is not as it was read: ${messageOf(error)}`);
      return await this.#lend(jobs, work);
    }
  }

  async #lend<T>(
    jobs: readonly TableJob[],
    work: (session: Session, prepared: readonly PreparedTable[]) => Promise<T>,
  ): Promise<T> {
    let backend: number | undefined;
    const lent = async (session: Session): Promise<T> => {
      backend = session.backend;
      await this.#endGhosts(session);
      const prepared = await this.#prepare(session, jobs);
      const done = await work(session, prepared);
      prepared.forEach(({ retypes }, i) => {
        const { target } = jobs[i] as TableJob;
        if (retypes.length > 0) this.#known.doubt(target);
        else this.#known.age(target);
      });
      return done;
    };
    try {
      return await this.#options.warehouse.session(lent, { purpose: purposeOf(jobs) });
    } catch (error) {
      // The server may not have noticed the loss, and its open transaction would keep the table's lock for hours.
      if (backend !== undefined && error instanceof LoadError && error.sqlstate === CONNECTION_LOST) {
        this.#ghosts.add(backend);
      }
      throw error;
    }
  }

  /** Each table as its job needs it; where several jobs have the same table, as it is after the last of them. */
  async #prepare(session: Session, jobs: readonly TableJob[]): Promise<readonly PreparedTable[]> {
    const places = jobs.map(placeOf);
    // The first job of each table has the columns that it is made with.
    const firsts = jobs.filter((_, i) => places.indexOf(places[i] ?? '') === i);
    if (firsts.length > 1) await this.#preparer.makeMissing(session, firsts);
    const prepared = await this.#prepareAll(session, jobs);
    return new Set(places).size === jobs.length ? prepared : this.#prepareAll(session, jobs);
  }

  async #prepareAll(session: Session, jobs: readonly TableJob[]): Promise<readonly PreparedTable[]> {
    const prepared: PreparedTable[] = [];
    const retypes = new Map<string, readonly Retype[]>();
    for (const [part, job] of jobs.entries()) {
      const place = placeOf(job);
      const before = retypes.get(place);
      const table = await this.#preparer
        .make(session, job, before)
        .catch((error: unknown) => rethrow(error, part));
      retypes.set(place, [...(before ?? []), ...table.retypes]);
      prepared.push(table);
    }
    return prepared;
  }

  /**
   * One attempt, as one transaction with the records of all its work. `seal` ends it, before COMMIT. The work is repeated once if a
   * table was not as it was read.
   */
  async attempt(all: readonly Work[], number: number, seal?: Seal): Promise<void> {
    let done: readonly Done[] | undefined;
    let record: readonly Sql[] = [];
    try {
      await this.onTables(
        all.map(({ job }) => job),
        async (session, prepared) => {
          const isRecorded = all.length > 0 && (await this.#history.ready(session));
          const hooks: CommitHooks<Done> = {
            record: (seen) => {
              this.#history.ended(record, false);
              const rows = seen.flatMap(({ row }) => row ?? []);
              return (record = isRecorded ? this.#history.in(rows) : []);
            },
            onCounted: (seen) => (done = seen),
          };
          const bodies: TransactionBody<Done>[] = [];
          for (const [place, work] of all.entries()) {
            const table = prepared[place] as PreparedTable;
            const body = bodyOf(session, work, table, { number, place });
            bodies.push(await body.catch((error: unknown) => rethrow(error, place)));
          }
          await transaction(session, hooks, [...bodies, ...(seal ? [seal.body] : [])]);
        },
      );
      this.#history.ended(record, true);
    } catch (error) {
      const isCommitted =
        error instanceof CommitUnknownError && done !== undefined && record.length > 0
          ? await this.#tookEffect(error, all, seal)
          : false;
      this.#history.ended(record, isCommitted);
      if (!isCommitted) throw this.#meaningOf(error, all, record);
    }
    for (const { committed } of done ?? []) committed();
  }

  #meaningOf(error: unknown, all: readonly Work[], record: readonly Sql[]): unknown {
    if (error instanceof CommitUnknownError) {
      if (record.length > 0) return rolledBack(error);
      if (all.length > 0) return error;
      // What only a seal has changed can be repeated as it is, once nothing holds its lock any more.
      this.#ghosts.add(error.backend);
      return rolledBack(error);
    }
    if (this.#history.refused(error, record)) return again(error as LoadError);
    const work = error instanceof LoadError && error.part !== undefined ? all[error.part] : undefined;
    return work?.meaning?.(error) ?? error;
  }

  async #tookEffect(error: CommitUnknownError, all: readonly Work[], seal?: Seal): Promise<boolean> {
    const streams = [...new Set(all.map(({ job }) => job.stream))];
    this.#options.log.warn(
      streams.length === 1 ? { stream: streams[0] } : { streams },
      'no answer came to COMMIT: looking for what became of it',
    );
    const [first] = all;
    return (
      first !== undefined && this.#history.tookEffect(error, seal?.table ?? first.job.target, first.job.batch)
    );
  }

  async #endGhosts(session: Session): Promise<void> {
    for (const ghost of this.#ghosts) {
      this.#ghosts.delete(ghost);
      // It may have ended by itself, or belong to a pooler.
      await session.run(terminateBackend(ghost), { timeoutMs: 30_000 }).catch(() => undefined);
    }
  }
}

/** For the log and the heartbeat of long statements. */
function purposeOf(jobs: readonly TableJob[]): string {
  const named = jobs.map(
    ({ stream, target: { schema, table } }) => `stream "${stream}" into "${schema}"."${table}"`,
  );
  const more = named.length > 2 ? ` and ${named.length - 1} others` : '';
  return named.length === 0
    ? 'the state of the pipeline'
    : named.slice(0, named.length > 2 ? 1 : 2).join(', ') + more;
}

const placeOf = ({ target: { schema, table } }: TableJob): string => JSON.stringify([schema, table]);

/** What the work does, after the changes of its table that had to wait for what is before it. */
async function bodyOf(
  session: Session,
  work: Work,
  table: PreparedTable,
  attempt: Parameters<Work['body']>[2],
): Promise<TransactionBody<Done>> {
  const body = await work.body(session, table, attempt);
  return table.retypes.length > 0 ? retypesFirst(session, work.job.target, table.retypes, body) : body;
}

function rethrow(error: unknown, part: number): never {
  throw ofPart(error, part);
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
