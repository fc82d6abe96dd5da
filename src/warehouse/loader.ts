/**
 * Loads batches until their outcome is final: prepares the table, writes the manifest, and removes the objects from S3 when they are
 * no longer needed.
 */
import { count } from '../amounts.ts';
import { CommitUnknownError, LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore, Session, Warehouse } from '../ports.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { dependsOnValues, type Numeric } from '../table/fits.ts';
import type { StoredTable, TableRef } from '../table/types.ts';
import type { LoadCounts } from './accounting.ts';
import { Attempts } from './attempts.ts';
import { readSlices, readTable } from './catalog.ts';
import { explainFailure } from './load-failure.ts';
import type { GroupCommit } from './group-commit.ts';
import type { FilesJob, LoadJob, OverwriteJob, ParquetJob, TableJob } from './jobs.ts';
import { KnownTables } from './known-tables.ts';
import { acceptsLargeStrings } from './large-strings.ts';
import { fitsAll, fitsWaiting } from './misfits.ts';
import type { Outages } from './outages.ts';
import type { OverwriteCounts } from './overwrite.ts';
import type { LoadRow, Outcome } from './record-sql.ts';
import { LoadHistory } from './load-history.ts';
import type { Pipeline } from './pipeline.ts';
import { Remover } from './remover.ts';
import { TablePreparer } from './table-preparer.ts';
import { Shadows } from './shadows.ts';
import type { CopyAccess } from './statements.ts';
import type { Seal } from './seal.ts';
import type { TransactionBody } from './transaction.ts';
import type { ActivatedVersion } from './versions.ts';
import type { Settle, Work } from './work.ts';
import { isBeside, Works, type OnCommitted } from './works.ts';

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
  /** Gathers the work of streams into transactions; without it each work has its own. */
  readonly group?: GroupCommit | undefined;
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

export class Loader {
  readonly #options: LoaderOptions;
  readonly #known = new KnownTables();
  readonly #preparer = new TablePreparer(this.#known);
  readonly #history: LoadHistory;
  readonly #attempts: Attempts;
  readonly #shadows: Shadows;
  readonly #remover: Remover;
  readonly #works: Works;
  #largeStrings: Promise<boolean> | undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#history = new LoadHistory(options, this.#known);
    this.#attempts = new Attempts(options, this.#known, this.#preparer, this.#history);
    this.#shadows = new Shadows(options);
    this.#remover = new Remover(options.store, options.log, () => options.outages.renew());
    const releases = {
      remove: (keys: readonly string[]): void => this.remove(keys),
      drop: (shadow: TableRef): Promise<void> => this.drop(shadow),
    };
    this.#works = new Works({ ...options, ...releases }, this.#known, this.#preparer);
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
    const what = `prepare table "${job.target.table}"`;
    try {
      await this.#attempts.retry(what, () => this.#attempts.onTables([job], () => Promise.resolve()));
    } catch (error) {
      throw await explainFailure(error, job, this.#options.warehouse);
    }
  }

  /**
   * Tells `onCommitted` as soon as the batch is durable and visible, so that its state need not wait for S3. Resolves when the next
   * work on the table may begin: when the batch's objects are on their way out, or when it waits for its group. `effects` are what
   * `onCommitted` will settle.
   */
  async load(
    job: LoadJob,
    staged: StagedBatch,
    onCommitted: OnCommitted<LoadCounts>,
    effects: readonly Settle[] = [],
  ): Promise<void> {
    const work = this.#works.load(job, staged, onCommitted);
    // Rows in a shadow table are not visible to users, so they need not wait for a group.
    await (isBeside(job) ? this.#commit([work]) : this.#commitOrQueue(work, effects));
  }

  /** Copies the files of a tap, which stay where they are. Otherwise as `load`. */
  async copyFiles(
    job: FilesJob,
    onCommitted: OnCommitted<number>,
    effects: readonly Settle[] = [],
  ): Promise<void> {
    await this.#commitOrQueue(this.#works.copyFiles(job, onCommitted), effects);
  }

  /** Loads files of Parquet, which stay where they are, in a transaction of its own. Throws LoadError. */
  async copyParquet(job: ParquetJob, onCommitted: OnCommitted<LoadCounts>): Promise<void> {
    await this.#commit([this.#works.copyParquet(job, onCommitted)]);
  }

  /** Tells `onCommitted` as soon as the new rows are durable and visible; resolves as `load` does. */
  async overwrite(
    job: OverwriteJob,
    onCommitted: OnCommitted<OverwriteCounts>,
    effects: readonly Settle[] = [],
  ): Promise<void> {
    await this.#commitOrQueue(this.#works.overwrite(job, onCommitted), effects);
  }

  /**
   * Deletes or marks the rows of versions before this one, and those without unless they are kept; tells how many. Doing it twice
   * changes nothing.
   */
  async activate(
    job: TableJob,
    version: ActivatedVersion,
    onCommitted: OnCommitted<number>,
    effects: readonly Settle[] = [],
  ): Promise<void> {
    await this.#commitOrQueue(this.#works.activate(job, version, onCommitted), effects);
  }

  /** Records work that has no transaction of its own. */
  note(job: TableJob, changes: Partial<LoadRow>): void {
    this.#history.later(this.#works.row(job, changes));
  }

  /** Does further work on a table that has the columns of the job, in a transaction of its own. */
  async inTransaction<Counts>(
    job: TableJob,
    changes: (counts: Counts) => Partial<LoadRow>,
    body: TransactionBody<Counts>,
  ): Promise<Counts> {
    let counts: Counts | undefined;
    const work = this.#works.of<Counts>(job, {
      what: `complete table "${job.target.table}"`,
      changes,
      body: () => Promise.resolve(body),
      onCommitted: (seen) => (counts = seen),
    });
    await this.#afterGroups();
    await this.#commit([work]);
    return counts as Counts;
  }

  /** Work that is not committed in a group comes after the batches that wait for theirs. Throws LoadError if those are given up. */
  async #afterGroups(): Promise<void> {
    const { group } = this.#options;
    await group?.idle();
    if (group?.isOver === true)
      throw new LoadError('The table was not completed, because an earlier load failed');
  }

  /** Takes the pipeline over: from here on older runs can commit nothing. The state that is there; undefined if there is none. */
  takeOver(pipeline: Pipeline): Promise<Buffer | undefined> {
    return this.ask(`take over pipeline "${pipeline.name}"`, (session) => pipeline.takeOver(session));
  }

  /** Commits works in one transaction, in their order. `seal` ends it. */
  async commitTogether(works: readonly Work[], seal: Seal | undefined): Promise<void> {
    await this.#commit(works, seal);
  }

  async #commitOrQueue(work: Work, effects: readonly Settle[]): Promise<void> {
    const { group } = this.#options;
    if (group) await group.add(work, effects);
    else await this.#commit([work]);
  }

  /** Resolves when all works are committed, and what they needed is freed. */
  async #commit(works: readonly Work[], seal?: Seal): Promise<void> {
    let outcomeIsKnown = true;
    try {
      const [what] = works.length === 1 ? works.map((work) => work.what) : [togetherWith(works)];
      const attempt = (number: number): Promise<void> => this.#attempts.attempt(works, number, seal);
      const copies = works.some((work) => work.copies);
      await (copies
        ? this.#attempts.retryCopy(what ?? '', attempt)
        : this.#attempts.retry(what ?? '', attempt));
    } catch (error) {
      outcomeIsKnown = !(error instanceof CommitUnknownError);
      throw await this.#explained(error, works, seal);
    } finally {
      await Promise.all(works.map(({ release }) => release(outcomeIsKnown)));
    }
  }

  /** The error in the words of the work that met it. */
  #explained(error: unknown, works: readonly Work[], seal: Seal | undefined): unknown {
    if (error instanceof CommitUnknownError && seal) return seal.unknown(error);
    const part = error instanceof LoadError ? error.part : undefined;
    const isWhole = works.length === 1 || error instanceof CommitUnknownError;
    const work = works[part ?? (isWhole ? 0 : -1)];
    return work ? explainFailure(error, work.job, this.#options.warehouse, work.prefixes) : error;
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

  /**
   * Whether every number in a column fits another type. A column that is not there has none that does not. Numbers that wait for a
   * state are not in the table yet: their widths decide. Throws LoadError.
   */
  async fits({ schema, table }: TableRef, column: string, type: Numeric): Promise<boolean> {
    const { group } = this.#options;
    await group?.idle();
    const waiting = group?.waitingOn({ schema, table }) ?? [];
    if (!waiting.every((job) => fitsWaiting(job, column, type))) return false;
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

function togetherWith(works: readonly Work[]): string {
  const streams = new Set(works.map(({ job }) => job.stream));
  return works.length === 0
    ? 'keep the state of the pipeline'
    : `commit ${count(works.length, 'piece of work', 'pieces of work')} of ${count(streams.size, 'stream')}`;
}
