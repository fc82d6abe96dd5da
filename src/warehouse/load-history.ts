/**
 * The history of loads. The record of a load is a row of `_target_redshift_loads` that the transaction of the load inserts. It tells
 * users what was loaded, and this program whether a COMMIT without an answer took effect. No load reads it, so that loads do not
 * wait for each other longer than a COMMIT takes.
 */
import { CommitUnknownError, LoadError, messageOf, stateOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Session, Warehouse } from '../ports.ts';
import { retry } from '../retry.ts';
import { raw, type Sql } from '../sql.ts';
import type { TableRef } from '../table/types.ts';
import type { KnownTables } from './known-tables.ts';
import { DDL_TIMEOUT_MS, retryBusyDdl } from './busy-ddl.ts';
import * as statements from './record-sql.ts';
import type { LoadRow, Outcome, RecordTables, RunRow } from './record-sql.ts';
import { awaitWriters, createSchema, terminateBackend } from './statements.ts';
import { isTransient } from './transient.ts';

export interface LoadHistoryOptions {
  readonly warehouse: Warehouse;
  /** The schema of the tables of records. */
  readonly schema: string;
  readonly runId: string;
  /** Of this program. */
  readonly version: string;
  /** The tables of records are not created; those that are there are used. */
  readonly forbidDdl: boolean;
  /** Whether records stay after the run. */
  readonly keepsRecords: boolean;
  /** How long the outcome of a COMMIT without answer is looked for. */
  readonly resolveTimeoutMs: number;
  readonly now: () => number;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const LOOK_PAUSE_MS = 1000;
const REPORT_MS = 30_000;
const CREATE_TRIES = 8;
const CREATE_PAUSE_MS = 100;
const LAST_WORDS = { timeoutMs: 30_000 };
const ALREADY_THERE = new Set(['42P06', '42P07', '23505', '40001']);
const NOT_ALLOWED = '42501';

export class LoadHistory {
  readonly #options: LoadHistoryOptions;
  readonly #known: KnownTables;
  readonly #startedAt: number;
  #tables: RecordTables;
  #isReady: Promise<boolean> | undefined;
  #isGivenUp = false;
  /** Of loads without a transaction of their own. */
  readonly #later: LoadRow[] = [];
  #runRow: 'due' | 'on its way' | 'there' = 'due';

  constructor(options: LoadHistoryOptions, known: KnownTables) {
    this.#options = options;
    this.#known = known;
    this.#startedAt = options.now();
    this.#tables = options.keepsRecords ? statements.HISTORY : statements.COMMITS;
  }

  /** Creates missing tables of records; false if nothing can be recorded. Throws LoadError if another attempt may succeed. */
  async ready(session: Session): Promise<boolean> {
    this.#isReady ??= this.#prepare(session);
    try {
      return (await this.#isReady) && !this.#isGivenUp;
    } catch (error) {
      this.#isReady = undefined;
      throw error;
    }
  }

  /** The statements that record loads in their transaction; the first of a run also inserts the row of the run. */
  in(loads: readonly LoadRow[]): readonly Sql[] {
    const isFirst = this.#tables.runs !== undefined && this.#runRow === 'due';
    if (isFirst) this.#runRow = 'on its way';
    return statements.recordOf(this.#options.schema, this.#tables, {
      loads,
      run: this.#run('running'),
      isFirst,
    });
  }

  /** Called when the transaction that holds the record has ended. */
  ended(record: readonly Sql[], isCommitted: boolean): void {
    if (record.length > 1) this.#runRow = isCommitted ? 'there' : 'due';
  }

  /** A record of work that had no transaction; it is written at the end of the run. */
  later(row: LoadRow): void {
    this.#later.push(row);
  }

  /** Goes on without records if they were what the server refused; true when the load can be tried without. */
  refused(error: unknown, record: readonly Sql[]): boolean {
    if (!(error instanceof LoadError) || error.at === undefined || error.at >= record.length) return false;
    if (isTransient(error)) return false;
    if (this.#fallBack(error)) this.#isReady = undefined;
    return true;
  }

  /**
   * Whether a COMMIT without an answer took effect. The old session may still be committing: it is ended first, and writers of
   * the target are waited for; only then does the record decide. Throws `unknown` if there is not enough time to find out.
   */
  async tookEffect(unknown: CommitUnknownError, target: TableRef, batch: number): Promise<boolean> {
    const { warehouse, schema, runId, resolveTimeoutMs, signal, log } = this.#options;
    const deadline = performance.now() + resolveTimeoutMs;
    const look = (): Promise<boolean> =>
      warehouse.session(async (session) => {
        await session.run(terminateBackend(unknown.backend), LAST_WORDS).catch(() => undefined);
        const limit = { timeoutMs: Math.max(deadline - performance.now(), 1000) };
        await awaitEnd(session, target, unknown.backend, limit);
        const { rows } = await session.run(statements.findLoad(schema, this.#tables, runId, batch), limit);
        return rows.length > 0;
      });
    let nextReportMs = 0;
    try {
      return await retry(look, {
        pauseMs: LOOK_PAUSE_MS,
        maxPauseMs: LOOK_PAUSE_MS,
        signal,
        isTransient: () => performance.now() < deadline,
        onRetry: ({ error, failingMs }) => {
          if (failingMs < nextReportMs) return;
          nextReportMs += REPORT_MS;
          log.warn(`cannot look for the outcome of a COMMIT yet: ${messageOf(error)}`);
        },
      });
    } catch {
      throw unknown;
    }
  }

  /** Writes what is left to be recorded. A failure is logged, not thrown: the loads are safe. */
  async end(outcome: Outcome, error?: string): Promise<void> {
    const { warehouse, schema, runId, version, log } = this.#options;
    if (!(await this.#isReady?.catch(() => false)) || this.#isGivenUp) return;
    const { runs } = this.#tables;
    const run = this.#run(outcome, error);
    const later = this.#later.splice(0);
    const all = runs
      ? [
          ...(later.length > 0
            ? [statements.insertLoads(schema, this.#tables, { runId, version }, later)]
            : []),
          this.#runRow === 'due'
            ? statements.insertRun(schema, runs, run)
            : statements.endRun(schema, runs, run),
        ]
      : [statements.removeLoads(schema, this.#tables, runId)];
    await warehouse
      .session((session) => session.send([raw('BEGIN'), ...all, raw('COMMIT')], LAST_WORDS))
      .catch((cause: unknown) => log.warn(`the record of this run is incomplete: ${messageOf(cause)}`));
  }

  #run(outcome: Outcome, error?: string): RunRow {
    const { runId, version, now } = this.#options;
    const endedAt = outcome === 'running' ? {} : { endedAt: now() };
    return { runId, version, startedAt: this.#startedAt, ...endedAt, outcome, error };
  }

  async #prepare(session: Session): Promise<boolean> {
    try {
      if (!(await this.#areThere(session))) await this.#create(session);
      return true;
    } catch (error) {
      if (isTransient(error)) throw error;
      await session.run(raw('ROLLBACK'));
      return this.#fallBack(error) && this.#prepare(session);
    }
  }

  /** Where the history cannot be written, loads are marked as committed while the run lasts. False when that is not possible either. */
  #fallBack(error: unknown): boolean {
    const { log } = this.#options;
    if (this.#tables === statements.HISTORY) {
      log.warn(`the history of loads is not written any further in this run: ${messageOf(error)}`);
      this.#tables = statements.COMMITS;
      return true;
    }
    if (!this.#isGivenUp)
      log.warn(
        `commits cannot be marked, so a connection lost during COMMIT will end the run: ${messageOf(error)}`,
      );
    this.#isGivenUp = true;
    return false;
  }

  async #areThere(session: Session): Promise<boolean> {
    const { schema, forbidDdl } = this.#options;
    const { loads, runs } = this.#tables;
    for (const { name: table, columns: needed } of [loads, ...(runs ? [runs] : [])]) {
      const columns = await this.#known.columns(session, { schema, table });
      if (!columns && !forbidDdl) return false;
      const names = needed.map(({ name }) => name);
      const missing = names.filter((name) => !columns?.some((column) => column.name === name));
      if (missing.length === 0) continue;
      throw new LoadError(
        columns
          ? `table "${schema}"."${table}" lacks the column "${missing.join('", "')}"; rename it, and this program makes its own`
          : `table "${schema}"."${table}" does not exist, and forbid_ddl is set`,
      );
    }
    return true;
  }

  /**
   * Several runs may start at once, and one of them makes the schema or a table between the look and the statement of another: the
   * other looks again, and makes what is still missing.
   */
  async #create(session: Session): Promise<void> {
    const { schema, signal } = this.#options;
    const create = async (attempt: number): Promise<void> => {
      if (attempt > 1) {
        await session.run(raw('ROLLBACK'));
        if (await this.#areThereNow(session)) return;
      }
      const missing = this.#known.isThere(schema) === true ? [] : [createSchema(schema)];
      const all = [
        raw('BEGIN'),
        ...missing,
        ...statements.createRecords(schema, this.#tables),
        raw('COMMIT'),
      ];
      await retryBusyDdl(() => session.send(all, { timeoutMs: DDL_TIMEOUT_MS }));
    };
    await retry(create, {
      tries: CREATE_TRIES,
      pauseMs: CREATE_PAUSE_MS,
      maxPauseMs: CREATE_PAUSE_MS * 8,
      signal,
      isTransient: (error) => ALREADY_THERE.has(stateOf(error)),
    });
    this.#known.created(schema);
  }

  /** The same as `#areThere`, of the catalog as it is at this moment. */
  async #areThereNow(session: Session): Promise<boolean> {
    const { schema } = this.#options;
    const { loads, runs } = this.#tables;
    for (const { name: table } of [loads, ...(runs ? [runs] : [])]) this.#known.doubt({ schema, table });
    return this.#areThere(session);
  }
}

/**
 * Waits until the transaction of a server process has ended, without a lock for which readers wait. In a transaction of its own,
 * so that what is read after it sees what was waited for. Throws LoadError if the transaction is open and cannot be waited for.
 */
async function awaitEnd(
  session: Session,
  target: TableRef,
  backend: number,
  limit: { readonly timeoutMs: number },
): Promise<void> {
  try {
    await session.send([raw('BEGIN'), awaitWriters(target), raw('ROLLBACK')], limit);
  } catch (error) {
    if (stateOf(error) !== NOT_ALLOWED) throw error;
    await session.run(raw('ROLLBACK'));
    const { rows } = await session.run(statements.findTransaction(backend), limit);
    if (rows.length > 0) throw new LoadError('the transaction of the lost connection has not ended yet');
  }
}
