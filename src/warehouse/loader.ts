/**
 * Loads batches until their outcome is final: prepares the table, writes the manifest, tries again what may pass, finds
 * out what became of a COMMIT without answer, and removes the objects from S3 once nobody can need them any more.
 */
import { CommitUnknownError, LoadError, messageOf, stateOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore, Session, Warehouse } from '../ports.ts';
import { retry } from '../retry.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { manifestOf, manifestOfFiles } from '../staging/manifest.ts';
import { dependsOnValues, type Numeric } from '../table/fits.ts';
import type { StoredTable, TableRef } from '../table/types.ts';
import type { LoadCounts } from './accounting.ts';
import { readSlices, readStoredTables, readTables } from './catalog.ts';
import { Commits } from './commits.ts';
import { explain } from './explain.ts';
import { copyFiles } from './files.ts';
import type { CopyJob, FilesJob, LoadJob, SwapJob, TableJob } from './jobs.ts';
import { load } from './load.ts';
import { createLike, overwrite, type OverwriteCounts } from './overwrite.ts';
import { SchemaGrants } from './grants.ts';
import { prepareSchema, prepareTable, type PreparedTable } from './prepare.ts';
import { countMisfits } from './retype.ts';
import { Shadows } from './shadows.ts';
import * as statements from './statements.ts';
import type { CopyAccess } from './statements.ts';
import type { Commit } from './transaction.ts';
import { isTransient } from './transient.ts';
import { removeOlderVersions } from './versions.ts';

export interface LoaderOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  /** The schema of the tables that this program needs for itself. */
  readonly schema: string;
  /** How COPY may read the bucket; asked for each attempt. */
  readonly access: () => Promise<CopyAccess>;
  readonly runId: string;
  readonly keepFiles: boolean;
  /** What runs that began before this have left is removed. */
  readonly staleBefore: Date;
  readonly tries: number;
  readonly retryPauseMs: number;
  /** Nothing is created that only this program needs. */
  readonly forbidDdl: boolean;
  /** How long the outcome of a COMMIT without answer is looked for. */
  readonly resolveTimeoutMs: number;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** What is done in one transaction on a table that has room. */
export type TableTask<Counts> = (
  session: Session,
  commit: Commit<Counts>,
  prepared: PreparedTable,
) => Promise<Counts>;

const MAX_PAUSE_MS = 60_000;
const FIRST_TRIES = 2;
const CONNECTION_LOST = '08006';
const NOTHING_WRITTEN = new Set([
  'NoSuchBucket',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
  'CredentialsProviderError',
]);

export class Loader {
  readonly #options: LoaderOptions;
  /** By name. */
  readonly #schemasReady = new Map<string, Promise<void>>();
  readonly #commits: Commits;
  readonly #shadows: Shadows;
  readonly #usage = new SchemaGrants();
  /** Server processes of connections that were lost. */
  readonly #ghosts = new Set<number>();

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#commits = new Commits(options);
    this.#shadows = new Shadows(options);
  }

  /** The tables of a schema; none when it does not exist yet. */
  async tables(schema: string): Promise<ReadonlyMap<string, StoredTable>> {
    // The first thing of a run: a setting that is wrong should be told soon, not after minutes of trying.
    return this.#retry(
      'read the catalog',
      () =>
        this.#options.warehouse.session(async (session) => {
          const tables = await readStoredTables(session, schema);
          await this.#shadows.dropStale(session, schema, tables);
          return tables;
        }),
      FIRST_TRIES,
    );
  }

  /** How many slices the cluster has; undefined where that cannot be known, as on Serverless. */
  async slices(): Promise<number | undefined> {
    try {
      return await this.#options.warehouse.session(readSlices);
    } catch (error) {
      this.#options.log.debug(`cannot count the slices of the cluster: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Creates or alters the table of a stream that sent no rows. */
  async prepare(job: TableJob): Promise<void> {
    await this.#tableWork(job, `prepare table "${job.target.table}"`, () => Promise.resolve());
  }

  /**
   * Tells `onCommitted` as soon as the batch is durable and visible, so that its state need not wait for S3; resolves when
   * the batch's objects are gone too.
   */
  async load(job: LoadJob, staged: StagedBatch, onCommitted: (counts: LoadCounts) => void): Promise<void> {
    const { store } = this.#options;
    const manifest = manifestOf(store, staged.parts);
    const keys = staged.parts.map(({ key }) => key);
    await this.#copy(
      job,
      { manifest, keys, prefixes: [store.url(job.keyPrefix)] },
      onCommitted,
      async (manifestUrl, session, commit, { columns }) => {
        const source = { manifestUrl, format: staged.format, ...(await this.#from()) };
        const hardDelete = job.settings.hard_delete;
        return load(session, { ...job, ...commit, hardDelete, rows: staged.rows, source }, columns);
      },
    );
  }

  /** Copies the files of a tap, which stay where they are. Tells `onCommitted` as soon as their rows are visible. */
  async copyFiles(job: FilesJob, onCommitted: (rows: number) => void): Promise<void> {
    const manifest = manifestOfFiles(job.files);
    await this.#copy(
      job,
      { manifest, keys: [], prefixes: job.files },
      onCommitted,
      async (manifestUrl, session, commit) => {
        const source = { manifestUrl, isGzip: job.isGzip, ...(await this.#from()) };
        return copyFiles(session, { ...job, ...commit, source });
      },
    );
  }

  /** What COPY needs beside the files. */
  async #from(): Promise<{ readonly access: CopyAccess; readonly region: string }> {
    const { access, store } = this.#options;
    return { access: await access(), region: store.region };
  }

  /** Puts the manifest for each try, and removes it and the other objects once the outcome is final. */
  async #copy<Counts>(
    job: CopyJob,
    from: {
      readonly manifest: Buffer;
      readonly keys: readonly string[];
      readonly prefixes: readonly string[];
    },
    onCommitted: (counts: Counts) => void,
    work: (manifestUrl: string, ...on: Parameters<TableTask<Counts>>) => Promise<Counts>,
  ): Promise<void> {
    const { store, signal, warehouse } = this.#options;
    const keys = [...from.keys];
    let outcomeIsKnown = true;
    try {
      const counts = await this.#retry(`load stream "${job.stream}"`, async (attempt) => {
        const manifest = `${job.keyPrefix}manifest-${attempt}.json`;
        keys.push(manifest);
        await store.put(manifest, from.manifest, signal);
        return this.#attempt<Counts>(job, (...on) => work(store.url(manifest), ...on));
      });
      onCommitted(counts);
    } catch (error) {
      outcomeIsKnown = !(error instanceof CommitUnknownError);
      throw await explain(error, job, warehouse, from.prefixes);
    } finally {
      if (outcomeIsKnown) await this.remove(keys);
    }
  }

  /** Tells `onCommitted` as soon as the new rows are durable and visible; resolves when the shadow is gone too. */
  async swap(job: SwapJob, onCommitted: (counts: OverwriteCounts) => void): Promise<void> {
    let outcomeIsKnown = true;
    try {
      const counts = await this.#retry(`overwrite table "${job.target.table}"`, () =>
        this.#attempt<OverwriteCounts>(job, async (session, commit, { replaces }) => {
          // A stream without rows has no shadow yet.
          await this.#prepareTable(session, job.shadow);
          return overwrite(session, { ...job, ...commit, shadow: job.shadow.target, replaces });
        }),
      );
      onCommitted(counts);
    } catch (error) {
      outcomeIsKnown = !(error instanceof CommitUnknownError);
      throw await explain(error, job, this.#options.warehouse);
    } finally {
      // A swap that may still be committing may be about to give this very table the target's name.
      if (outcomeIsKnown) await this.drop(job.shadow.target);
    }
  }

  /** Deletes or marks the rows of versions before this one, and those without unless they are kept; returns how many. Doing it twice changes nothing. */
  async activate(job: TableJob, version: bigint, time: Date, keepsUnversioned: boolean): Promise<number> {
    return this.#tableWork(job, `activate version ${version} of table "${job.target.table}"`, (session) =>
      removeOlderVersions(session, { ...job, keepsUnversioned }, version, time),
    );
  }

  /** Does further work on a table that has room for the columns of the job, as one transaction of its own. */
  async settle<Counts>(job: TableJob, what: string, work: TableTask<Counts>): Promise<Counts> {
    return this.#explained(job, () => this.#retry(what, () => this.#attempt(job, work)));
  }

  /** Runs what can be repeated as it is, outside of a transaction. */
  async ask<T>(what: string, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#retry(what, () => this.#options.warehouse.session(work));
  }

  /** The table that collects the rows of an overwrite. */
  shadowOf(target: TableRef): TableRef {
    return this.#shadows.of(target);
  }

  /** Drops a shadow; a failure is told, not thrown: a later run comes by. */
  async drop(shadow: TableRef): Promise<void> {
    await this.#shadows.drop(shadow);
  }

  /** Removes objects; a failure is told, not thrown: the rows are safe and the next run's sweep comes by. */
  async remove(keys: readonly string[]): Promise<void> {
    const { store, keepFiles, log } = this.#options;
    if (keepFiles || keys.length === 0) return;
    try {
      await store.remove(keys);
    } catch (error) {
      // With these nothing was written either: the failed upload says it.
      const level = NOTHING_WRITTEN.has(stateOf(error)) ? 'debug' : 'warn';
      log[level](`objects may stay in S3 until a later run removes them: ${messageOf(error)}`);
    }
  }

  /** Removes what serves nobody once all outcomes are known. */
  async finish(): Promise<void> {
    await this.#commits.forget();
  }

  /** Work on a table that can be repeated as it is. */
  async #tableWork<T>(job: TableJob, what: string, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#explained(job, () => this.#retry(what, () => this.#onTable(job, work)));
  }

  async #explained<T>(job: TableJob, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await explain(error, job, this.#options.warehouse);
    }
  }

  /** One try on a table that has room, as one transaction with a marker. */
  async #attempt<Counts>(job: TableJob, work: TableTask<Counts>): Promise<Counts> {
    let counts: Counts | undefined;
    try {
      return await this.#onTable(job, async (session, prepared) => {
        const marker = await this.#commits.marker(session, job.batch, (...at) => this.#prepareSchema(...at));
        return work(session, { marker, onCounted: (seen) => (counts = seen) }, prepared);
      });
    } catch (error) {
      if (!(error instanceof CommitUnknownError) || counts === undefined) throw error;
      this.#options.log.warn(
        { stream: job.stream },
        'no answer came to COMMIT: looking for what became of it',
      );
      if (await this.#commits.tookEffect(error, job.target, job.batch)) return counts;
      throw new LoadError('The connection was lost during COMMIT; the load was rolled back', {
        sqlstate: CONNECTION_LOST,
        cause: error,
      });
    }
  }

  /** Lends a connection on which the job's table has room. */
  async #onTable<T>(
    job: TableJob,
    work: (session: Session, prepared: PreparedTable) => Promise<T>,
  ): Promise<T> {
    let backend: number | undefined;
    try {
      return await this.#options.warehouse.session(async (session) => {
        backend = session.backend;
        await this.#endGhosts(session);
        if (!job.settings.forbid_ddl) await this.#prepareSchema(session, job.target.schema);
        return work(session, await this.#prepareTable(session, job));
      });
    } catch (error) {
      // The server may not have noticed the loss, and its open transaction would keep the table's lock for hours.
      if (backend !== undefined && error instanceof LoadError && error.sqlstate === CONNECTION_LOST) {
        this.#ghosts.add(backend);
      }
      throw error;
    }
  }

  async #prepareTable(session: Session, job: TableJob): Promise<PreparedTable> {
    if (job.like) await createLike(session, job.target, job.like);
    const { target, columns, maxBytes, nulls, settings, design, isCommentDue, committed } = job;
    const isSwap = 'shadow' in job;
    return prepareTable(session, {
      target,
      columns,
      needs: { maxBytes, nulls },
      settings,
      design,
      isCommentDue,
      usage: this.#usage,
      discards: job.discards === true ? (isSwap ? 'later' : 'now') : undefined,
      committed,
    });
  }

  /**
   * Whether every number in a column fits another type. A column that is not there has none that does not.
   * Throws LoadError.
   */
  async fits({ schema, table }: TableRef, column: string, type: Numeric): Promise<boolean> {
    return this.#retry(`look at the values of column "${column}"`, () =>
      this.#options.warehouse.session(async (session) => {
        const there = (await readTables(session, schema, table)).get(table);
        const from = there?.find(({ name }) => name === column)?.type;
        if (!from || !dependsOnValues(from, type)) return true;
        const { rows } = await session.run(countMisfits({ schema, table }, column, from, type));
        return rows[0]?.[0] === '0';
      }),
    );
  }

  async #endGhosts(session: Session): Promise<void> {
    for (const ghost of this.#ghosts) {
      this.#ghosts.delete(ghost);
      // It may have ended by itself, or belong to a pooler.
      await session.run(statements.terminateBackend(ghost), { timeoutMs: 30_000 }).catch(() => undefined);
    }
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
}
