/**
 * Loads batches until their outcome is final: prepares the table, writes the manifest, tries again what may pass, finds
 * out what became of a COMMIT without answer, and removes the objects from S3 once nobody can need them any more.
 */
import { CommitUnknownError, LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore, Session, Warehouse } from '../ports.ts';
import { retry } from '../retry.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { manifestOf } from '../staging/manifest.ts';
import type { TableSettings } from '../table/settings.ts';
import type { Column, StoredColumn, TableRef } from '../table/types.ts';
import { readTables, type Tables } from './catalog.ts';
import { Commits } from './commits.ts';
import { findRowError } from './explain.ts';
import { load, type LoadCounts, type LoadMethod, type LoadPlan } from './load.ts';
import { prepareSchema, prepareTable } from './prepare.ts';
import * as statements from './statements.ts';
import type { CopyAccess } from './statements.ts';
import type { Commit } from './transaction.ts';
import { isTransient } from './transient.ts';

export interface LoaderOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  /** The schema of the tables that this program needs for itself. */
  readonly schema: string;
  readonly access: CopyAccess;
  readonly region: string | undefined;
  readonly runId: string;
  readonly keepFiles: boolean;
  readonly tries: number;
  readonly retryPauseMs: number;
  /** How long the outcome of a COMMIT without answer is looked for. */
  readonly resolveTimeoutMs: number;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** A table as a stream needs it. */
export interface TableJob {
  readonly stream: string;
  readonly target: TableRef;
  readonly columns: readonly Column[];
  /** The widest value of each column, in bytes. */
  readonly maxBytes: readonly number[];
  readonly settings: TableSettings;
  readonly keyProperties: readonly string[];
  /** The number of the work, unique in this run. */
  readonly batch: number;
}

/** A batch and the immutable plan it was encoded for. */
export interface LoadJob extends TableJob {
  readonly method: LoadMethod;
  /** The rows end with a truth value: whether the row is a stub of a deletion. */
  readonly hasStubs: boolean;
  /** The prefix of the batch's objects. */
  readonly keyPrefix: string;
}

const MAX_PAUSE_MS = 60_000;
const FIRST_TRIES = 2;
const CONNECTION_LOST = '08006';

export class Loader {
  readonly #options: LoaderOptions;
  /** By name. */
  readonly #schemasReady = new Map<string, Promise<void>>();
  readonly #commits: Commits;
  /** Server processes of connections that were lost. */
  readonly #ghosts = new Set<number>();

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#commits = new Commits(options);
  }

  /** The tables of a schema; none when it does not exist yet. */
  async tables(schema: string): Promise<Tables> {
    // The first thing of a run: a setting that is wrong should be told soon, not after minutes of trying.
    return this.#retry(
      'read the catalog',
      () => this.#options.warehouse.session((session) => readTables(session, schema)),
      FIRST_TRIES,
    );
  }

  /** Creates or alters the table of a stream that sent no rows. */
  async prepare(job: TableJob): Promise<void> {
    await this.#retry(`prepare table "${job.target.table}"`, () =>
      this.#options.warehouse.session(async (session) => {
        await this.#prepareSchema(session, job.target.schema);
        await prepareTable(session, this.#wish(job));
      }),
    );
  }

  /**
   * Tells `onCommitted` as soon as the batch is durable and visible, so that its state need not wait for S3; resolves when
   * the batch's objects are gone too.
   */
  async load(job: LoadJob, staged: StagedBatch, onCommitted: (counts: LoadCounts) => void): Promise<void> {
    const keys = staged.parts.map(({ key }) => key);
    let outcomeIsKnown = true;
    try {
      const counts = await this.#retry(`load stream "${job.stream}"`, async (attempt) => {
        const manifest = `${job.keyPrefix}manifest-${attempt}.json`;
        keys.push(manifest);
        await this.#options.store.put(
          manifest,
          manifestOf(this.#options.store, staged.parts),
          this.#options.signal,
        );
        return this.#attempt<LoadCounts>(job, (session, commit, existing) =>
          load(session, { ...this.#loadPlan(job, staged, manifest), ...commit }, existing),
        );
      });
      onCommitted(counts);
    } catch (error) {
      outcomeIsKnown = !(error instanceof CommitUnknownError);
      throw error instanceof CommitUnknownError
        ? this.#unknownOutcome(job, error)
        : await this.#explain(job, error);
    } finally {
      if (outcomeIsKnown) await this.remove(keys);
    }
  }

  /** Removes objects; a failure is told, not thrown: the rows are safe and the next run's sweep comes by. */
  async remove(keys: readonly string[]): Promise<void> {
    const { store, keepFiles, log } = this.#options;
    if (keepFiles || keys.length === 0) return;
    try {
      await store.remove(keys);
    } catch (error) {
      log.warn(`objects may stay in S3 until a later run removes them: ${messageOf(error)}`);
    }
  }

  /** Removes what serves nobody once all outcomes are known. */
  async finish(): Promise<void> {
    await this.#commits.forget();
  }

  /** One try on a table that has room, as one transaction with a marker. */
  async #attempt<Counts>(
    job: TableJob,
    work: (session: Session, commit: Commit<Counts>, existing: readonly StoredColumn[]) => Promise<Counts>,
  ): Promise<Counts> {
    const { warehouse, log } = this.#options;
    let counts: Counts | undefined;
    let backend: number | undefined;
    try {
      return await warehouse.session(async (session) => {
        backend = session.backend;
        await this.#endGhosts(session);
        await this.#prepareSchema(session, job.target.schema);
        const existing = await prepareTable(session, this.#wish(job));
        const marker = await this.#commits.marker(session, job.batch, (...at) => this.#prepareSchema(...at));
        return work(session, { marker, onCounted: (seen) => (counts = seen) }, existing);
      });
    } catch (error) {
      // The server may not have noticed the loss, and its open transaction would keep the table's lock for hours.
      if (backend !== undefined && error instanceof LoadError && error.sqlstate === CONNECTION_LOST) {
        this.#ghosts.add(backend);
      }
      if (!(error instanceof CommitUnknownError) || counts === undefined) throw error;
      log.warn({ stream: job.stream }, 'no answer came to COMMIT: looking for what became of it');
      if (await this.#commits.tookEffect(error, job.target, job.batch)) return counts;
      throw new LoadError('The connection was lost during COMMIT; the load was rolled back', {
        sqlstate: CONNECTION_LOST,
        cause: error,
      });
    }
  }

  #loadPlan(job: LoadJob, staged: StagedBatch, manifest: string): Omit<LoadPlan, keyof Commit<LoadCounts>> {
    const { store, access, region } = this.#options;
    return {
      target: job.target,
      columns: job.columns,
      maxBytes: job.maxBytes,
      method: job.method,
      hasStubs: job.hasStubs,
      rows: staged.rows,
      source: { manifestUrl: store.url(manifest), sentinel: staged.sentinel, access, region },
    };
  }

  async #endGhosts(session: Session): Promise<void> {
    for (const ghost of this.#ghosts) {
      this.#ghosts.delete(ghost);
      // It may have ended by itself, or belong to a pooler.
      await session.run(statements.terminateBackend(ghost), { timeoutMs: 30_000 }).catch(() => undefined);
    }
  }

  #wish(job: TableJob): Parameters<typeof prepareTable>[1] {
    const note = { 'target-redshift': { stream: job.stream, key_properties: job.keyProperties } };
    return {
      target: job.target,
      columns: job.columns,
      maxBytes: job.maxBytes,
      comment: JSON.stringify(note),
    };
  }

  async #prepareSchema(session: Session, schema: string): Promise<void> {
    const ready = this.#schemasReady.get(schema) ?? prepareSchema(session, schema);
    this.#schemasReady.set(schema, ready);
    await ready.catch((error: unknown) => {
      this.#schemasReady.delete(schema);
      throw error;
    });
  }

  #retry<T>(what: string, work: (attempt: number) => Promise<T>, maxTries = Infinity): Promise<T> {
    const { tries, retryPauseMs, signal, log } = this.#options;
    return retry(work, {
      tries: Math.min(tries, maxTries),
      pauseMs: retryPauseMs,
      maxPauseMs: MAX_PAUSE_MS,
      signal,
      isTransient,
      onRetry: (error, attempt, pauseMs) =>
        log.warn({ attempt, pause_ms: pauseMs }, `trying again to ${what}: ${messageOf(error)}`),
    });
  }

  async #explain(job: LoadJob, error: unknown): Promise<unknown> {
    if (!(error instanceof LoadError)) return error;
    const table = `"${job.target.schema}"."${job.target.table}"`;
    const more = {
      ...(error.sqlstate === undefined ? {} : { sqlstate: error.sqlstate }),
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      cause: error.cause,
    };
    if (!/Check '(stl_load_errors|sys_load_error_detail)'/.test(error.message)) {
      return new LoadError(`Cannot load stream "${job.stream}" into ${table}: ${error.message}`, more);
    }
    const row = await findRowError(this.#options.warehouse, this.#options.store.url(job.keyPrefix));
    const reason = row
      ? `column "${row.column}" (${row.type}) refused line ${row.line} of ${row.file}: ${row.reason} (${row.code})`
      : error.message;
    return new LoadError(`Cannot load stream "${job.stream}" into ${table}: ${reason}`, more);
  }

  #unknownOutcome(job: TableJob, cause: CommitUnknownError): LoadError {
    return new LoadError(
      `Cannot tell whether the last batch of stream "${job.stream}" was committed: ${cause.message}, and its outcome could ` +
        'not be found; no state was written for it. Run again from the last state: an upsert repairs itself, for an ' +
        'append look for doubled rows first',
      { cause },
    );
  }
}
