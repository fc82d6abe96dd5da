/**
 * Loads batches until their outcome is final: prepares the table, writes the manifest, and removes the objects from S3 when they are
 * no longer needed.
 */
import { CommitUnknownError, LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore, Session, Warehouse } from '../ports.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { manifestOf, manifestOfFiles } from '../staging/manifest.ts';
import { dependsOnValues, type Numeric } from '../table/fits.ts';
import type { StoredTable, TableRef } from '../table/types.ts';
import type { LoadCounts } from './accounting.ts';
import { Attempts, type TableTask } from './attempts.ts';
import { readSlices, readTable } from './catalog.ts';
import { collated, isMixedCollation } from './collation.ts';
import { explainFailure } from './load-failure.ts';
import { copyFiles } from './files.ts';
import type { CopyJob, FilesJob, LoadJob, OverwriteJob, TableJob } from './jobs.ts';
import { KnownTables } from './known-tables.ts';
import { acceptsLargeStrings } from './large-strings.ts';
import { load, type LoadTask } from './load.ts';
import { fitsAll } from './misfits.ts';
import type { Outages } from './outages.ts';
import { overwrite, type OverwriteCounts } from './overwrite.ts';
import type { LoadRow, Outcome } from './record-sql.ts';
import { LoadHistory } from './load-history.ts';
import { Remover } from './remover.ts';
import { TablePreparer } from './table-preparer.ts';
import { Shadows } from './shadows.ts';
import type { CopyAccess } from './statements.ts';
import { removeOlderVersions } from './versions.ts';

export interface LoaderOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  /** The schema of the tables that this program needs for itself. */
  readonly schema: string;
  /** How COPY may read the bucket; asked for each attempt. */
  readonly access: () => Promise<CopyAccess>;
  /** Of the bucket. Throws LoadError for a bucket that cannot be reached. */
  readonly region: () => Promise<string>;
  readonly runId: string;
  /** Of this program. */
  readonly version: string;
  readonly keepFiles: boolean;
  /** Whether the records of this run's loads stay. */
  readonly keepsRecords: boolean;
  /** What runs that began before this have left is removed. */
  readonly staleBefore: Date;
  /** Decides how long what passes is tried again. */
  readonly outages: Outages;
  /** Nothing is created that only this program needs. */
  readonly forbidDdl: boolean;
  /** Called before any work on a table. */
  readonly onBegun?: () => void;
  /** How long the outcome of a COMMIT without answer is looked for. */
  readonly resolveTimeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const CATALOG_TRIES = 2;
const TRY_AGAIN = '40001';

/** What COPY reads. */
interface CopiedFiles {
  readonly manifest: Buffer;
  /** The objects that are removed when the outcome is final, besides the manifests. */
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
}

interface CopyTask<Counts> {
  /** What the load record says about the counts. */
  readonly changes: (counts: Counts) => Partial<LoadRow>;
  readonly work: (
    manifest: { readonly url: string; readonly written: Promise<void> },
    ...on: Parameters<TableTask<Counts>>
  ) => Promise<Counts>;
}

export class Loader {
  readonly #options: LoaderOptions;
  readonly #known = new KnownTables();
  readonly #preparer = new TablePreparer(this.#known);
  readonly #history: LoadHistory;
  readonly #attempts: Attempts;
  readonly #shadows: Shadows;
  readonly #remover: Remover;
  #largeStrings: Promise<boolean> | undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#history = new LoadHistory(options, this.#known);
    this.#attempts = new Attempts(options, this.#known, this.#preparer, this.#history);
    this.#shadows = new Shadows(options);
    this.#remover = new Remover(options.store, options.log);
  }

  /** The tables of a schema; none when it does not exist yet. */
  async tables(schema: string): Promise<ReadonlyMap<string, StoredTable>> {
    // The first thing of a run: a wrong setting should be reported soon, not after minutes of trying.
    const [tables] = await Promise.all([this.#readTables(schema), this.#options.region()]);
    return tables;
  }

  #readTables(schema: string): Promise<ReadonlyMap<string, StoredTable>> {
    return this.#attempts.retry(
      'read the catalog',
      () =>
        this.#options.warehouse.session(async (session) => {
          const tables = await this.#known.read(session, schema);
          await this.#shadows.dropStale(session, schema, tables);
          return tables;
        }),
      CATALOG_TRIES,
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

  /** Whether the cluster accepts large strings in SUPER. Asked once, and only where a record has one. Throws LoadError. */
  largeStrings(): Promise<boolean> {
    this.#largeStrings ??= this.ask('ask whether SUPER takes large strings', acceptsLargeStrings);
    return this.#largeStrings;
  }

  /** Creates or alters the table of a stream that sent no rows. */
  async prepare(job: TableJob): Promise<void> {
    await this.#tableWork(job, `prepare table "${job.target.table}"`, () => Promise.resolve());
  }

  /**
   * Tells `onCommitted` as soon as the batch is durable and visible, so that its state need not wait for S3; resolves when
   * the batch's objects are on their way out, too.
   */
  async load(job: LoadJob, staged: StagedBatch, onCommitted: (counts: LoadCounts) => void): Promise<void> {
    const { store } = this.#options;
    const manifest = manifestOf(store, staged.parts);
    const keys = staged.parts.map(({ key }) => key);
    const prefixes = [store.url(job.keyPrefix)];
    await this.#copy<LoadCounts>(
      job,
      { manifest, keys, prefixes },
      {
        // Rows in a shadow table change the target table only when they replace its rows.
        changes: (counts) => (job.target === job.historyRow.table ? writtenBy(counts) : {}),
        work: async (at, session, commit, { columns, replaces }) => {
          const source = { manifestUrl: at.url, format: staged.format, ...(await this.#from()) };
          const hardDelete = job.settings.hard_delete;
          const clears = job.discards === 'later' ? replaces : undefined;
          const isOwn = this.#known.isOwn(job.target);
          const facts = { rows: staged.rows, isOwn, source, manifest: at.written, clears };
          const task = { ...job, ...commit, hardDelete, ...facts };
          return this.#minding(job.target, task, (one) => load(session, one, columns));
        },
      },
      onCommitted,
    );
  }

  /** Merges by keys whose case counts: where the table ignores it, the load is tried again with COLLATE. */
  async #minding(
    target: TableRef,
    task: LoadTask,
    work: (task: LoadTask) => Promise<LoadCounts>,
  ): Promise<LoadCounts> {
    const ignoresCase = this.#known.ignoresCase(target);
    try {
      return await work(ignoresCase ? { ...task, columns: collated(task.columns) } : task);
    } catch (error) {
      if (ignoresCase || !isMixedCollation(error)) throw error;
      this.#known.setIgnoresCase(target);
      throw new LoadError(error.message, { sqlstate: TRY_AGAIN, cause: error });
    }
  }

  /** Copies the files of a tap, which stay where they are. Tells `onCommitted` as soon as their rows are visible. */
  async copyFiles(job: FilesJob, onCommitted: (rows: number) => void): Promise<void> {
    const manifest = manifestOfFiles(job.files);
    await this.#copy<number>(
      job,
      { manifest, keys: [], prefixes: job.files },
      {
        changes: (rows) => ({ received: rows, written: rows }),
        work: async (at, session, commit) => {
          const source = { manifestUrl: at.url, isGzip: job.isGzip, ...(await this.#from()) };
          const isOwn = this.#known.isOwn(job.target);
          return copyFiles(session, { ...job, ...commit, source, isOwn, manifest: at.written });
        },
      },
      onCommitted,
    );
  }

  /** What COPY needs beside the files. */
  async #from(): Promise<{ readonly access: CopyAccess; readonly region: string }> {
    const { access, region } = this.#options;
    return { access: await access(), region: await region() };
  }

  /** Puts a manifest for each try, and has it and the other objects removed once the outcome is final. */
  async #copy<Counts>(
    job: CopyJob,
    from: CopiedFiles,
    { changes, work }: CopyTask<Counts>,
    onCommitted: (counts: Counts) => void,
  ): Promise<void> {
    const { store, signal, warehouse } = this.#options;
    const keys = [...from.keys];
    let outcomeIsKnown = true;
    try {
      const counts = await this.#attempts.retryCopy(`load stream "${job.stream}"`, async (attempt) => {
        const key = `${job.keyPrefix}manifest-${attempt}.json`;
        keys.push(key);
        // Written beside the first statements.
        const written = store.put(key, from.manifest, signal);
        written.catch(() => undefined);
        const manifest = { url: store.url(key), written };
        const done = this.#attempts.attempt<Counts>(
          job,
          (seen) => this.#row(job, changes(seen)),
          (...on) => work(manifest, ...on),
        );
        return await done.finally(() => written.catch(() => undefined));
      });
      onCommitted(counts);
    } catch (error) {
      outcomeIsKnown = !(error instanceof CommitUnknownError);
      throw await explainFailure(error, job, warehouse, from.prefixes);
    } finally {
      if (outcomeIsKnown) this.remove(keys);
    }
  }

  /** Tells `onCommitted` as soon as the new rows are durable and visible; resolves when the shadow is gone too. */
  async overwrite(job: OverwriteJob, onCommitted: (counts: OverwriteCounts) => void): Promise<void> {
    let outcomeIsKnown = true;
    try {
      const counts = await this.#attempts.retry(`overwrite table "${job.target.table}"`, () =>
        this.#attempts.attempt<OverwriteCounts>(
          job,
          (seen) => this.#row(job, { written: seen.inserted, deleted: seen.deleted ?? 0 }),
          async (session, commit, { replaces }) => {
            // A stream without rows has no shadow yet.
            const { columns } = await this.#preparer.table(session, job.shadow);
            const shadow = job.shadow.target;
            const shadowColumns = columns.map(({ name }) => name);
            return overwrite(session, { ...job, ...commit, shadow, shadowColumns, replaces });
          },
        ),
      );
      if (job.method === 'swap') this.#known.doubt(job.target);
      onCommitted(counts);
    } catch (error) {
      outcomeIsKnown = !(error instanceof CommitUnknownError);
      throw await explainFailure(error, job, this.#options.warehouse);
    } finally {
      // A swap that may still be committing may be about to give this very table the target's name.
      if (outcomeIsKnown) await this.drop(job.shadow.target);
    }
  }

  /** Deletes or marks the rows of versions before this one, and those without unless they are kept; returns how many. Doing it twice changes nothing. */
  async activate(job: TableJob, version: bigint, time: Date, keepsUnversioned: boolean): Promise<number> {
    const what = `activate version ${version} of table "${job.target.table}"`;
    const rows = await this.#tableWork(job, what, (session) =>
      removeOlderVersions(session, { ...job, keepsUnversioned }, version, time),
    );
    this.note(job, job.settings.hard_delete ? { deleted: rows } : { replaced: rows });
    return rows;
  }

  /** Records work that has no transaction of its own. */
  note(job: TableJob, changes: Partial<LoadRow>): void {
    this.#history.later(this.#row(job, changes));
  }

  /** Does further work on a table that has the columns of the job, in a transaction of its own. */
  async inTransaction<Counts>(
    job: TableJob,
    changes: (counts: Counts) => Partial<LoadRow>,
    work: TableTask<Counts>,
  ): Promise<Counts> {
    const once = (): Promise<Counts> =>
      this.#attempts.attempt<Counts>(job, (seen) => this.#row(job, changes(seen)), work);
    return this.#explained(job, () => this.#attempts.retry(`complete table "${job.target.table}"`, once));
  }

  /** Runs what can be repeated as it is, outside of a transaction. */
  ask<T>(what: string, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#attempts.retry(what, () => this.#options.warehouse.session(work));
  }

  /** A table was changed otherwise than by loads: it is read again before it is used again. */
  doubt(table: TableRef): void {
    this.#known.doubt(table);
  }

  /** The table that collects the rows of an overwrite. */
  shadowOf(target: TableRef): TableRef {
    return this.#shadows.of(target);
  }

  /** Drops a shadow; a failure is logged, not thrown: a later run tries again. */
  async drop(shadow: TableRef): Promise<void> {
    await this.#shadows.drop(shadow);
    this.#known.doubt(shadow);
  }

  /** Removes objects in the background; a failure is logged, not thrown: the rows are safe, and the next run removes what is left. */
  remove(keys: readonly string[]): void {
    if (!this.#options.keepFiles) this.#remover.add(keys);
  }

  /** Resolves when all objects that were to be removed are removed, or were tried to be. */
  removed(): Promise<void> {
    return this.#remover.done();
  }

  /** Records how the run ended, and resolves when nothing is done in the background any more. */
  async finish(outcome: Outcome, error?: string): Promise<void> {
    await Promise.all([this.#history.end(outcome, error), this.#remover.done()]);
  }

  #row({ stream, batch, historyRow }: TableJob, changes: Partial<LoadRow>): LoadRow {
    const { table, ...facts } = historyRow;
    const nothing = { received: 0, rejected: 0, written: 0, replaced: 0, deleted: 0, bytes: 0, parts: 0 };
    const committedAt = this.#options.now();
    return { batch, stream, ...table, ...nothing, ...facts, ...changes, committedAt };
  }

  /** Work on a table that can be repeated as it is. */
  async #tableWork<T>(job: TableJob, what: string, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#explained(job, () => this.#attempts.retry(what, () => this.#attempts.onTable(job, work)));
  }

  async #explained<T>(job: TableJob, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await explainFailure(error, job, this.#options.warehouse);
    }
  }

  /**
   * Whether every number in a column fits another type. A column that is not there has none that does not.
   * Throws LoadError.
   */
  async fits({ schema, table }: TableRef, column: string, type: Numeric): Promise<boolean> {
    return this.#attempts.retry(`look at the values of column "${column}"`, () =>
      this.#options.warehouse.session(async (session) => {
        const there = await readTable(session, { schema, table });
        const from = there?.find(({ name }) => name === column)?.type;
        if (!from || !dependsOnValues(from, type)) return true;
        return fitsAll(session, { schema, table }, { column, from, to: type });
      }),
    );
  }
}

/** What a load did to the rows of its table. */
function writtenBy({ inserted, updated, replaced, deleted, cleared = 0 }: LoadCounts): Partial<LoadRow> {
  return { written: inserted + updated, replaced, deleted: deleted + cleared };
}
