/**
 * The work on the table of one stream, one after another in the order of the input: loads, activations, and the overwrite at the
 * end.
 */
import { count } from '../amounts.ts';
import type { StreamSettings } from '../config/settings.ts';
import type { BatchMessage } from '../protocol/message.ts';
import { messageOf } from '../errors.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { batchPrefix } from '../staging/keys.ts';
import { isMarker } from '../table/metadata.ts';
import type { TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { LoadJob, TableJob, WorkFacts } from '../warehouse/jobs.ts';
import type { OverwriteCounts } from '../warehouse/overwrite.ts';
import { deletionKinds, rowsOf, type Census } from '../warehouse/row-kinds.ts';
import { Chain } from './chain.ts';
import { closeBatch, factsOf, mergeOf, recordedOf, sentenceOf, type ClosedBatch } from './closed-batch.ts';
import { whileLoading, type CompletionWish, type StreamContext } from './context.ts';
import { NO_ROWS, type OpenBatch, type ValueFacts } from './open-batch.ts';
import { deletionProblem } from './deletions.ts';
import { effectOf } from './effect.ts';
import { Overwrite } from './overwrite.ts';
import { grownColumns, type StreamPlan } from './plan.ts';
import type { Activation } from './versions.ts';

export class TableWork {
  readonly #stream: string;
  readonly #target: TableRef;
  readonly #settings: StreamSettings;
  readonly #context: StreamContext;
  readonly #chain: Chain;
  #overwrite: Overwrite | undefined;
  /** Something was queued for the shadow table. */
  #isCollecting = false;
  /** The only batch of an overwrite, which waits for the stream to be complete. */
  #held: ClosedBatch | undefined;
  /** The table beside the target in which the rows of a refresh are collected. */
  #refreshTable: TableRef | undefined;
  #loadedRows = 0;
  /** Columns of the table, or of the shadow table, that contain rows of this run. */
  #committed: Set<string> | undefined;
  #isWarnedOfDeletions = false;

  constructor(stream: string, target: TableRef, settings: StreamSettings, context: StreamContext) {
    this.#stream = stream;
    this.#target = target;
    this.#settings = settings;
    this.#context = context;
    this.#chain = new Chain(context.loads, context.fail, async () => {
      if (!context.hasFailed()) await context.hooks.run('pre_sql', stream, settings.pre_sql);
    });
  }

  /** Rows that are committed. */
  get loadedRows(): number {
    return this.#loadedRows;
  }

  /** Whether a closed batch may be added: at most one waits while another one is loading. */
  get hasRoom(): boolean {
    return this.#chain.hasRoom;
  }

  room(): Promise<void> {
    return this.#chain.room();
  }

  /** Resolves when everything that is queued has ended, successfully or not. */
  async drained(): Promise<void> {
    await this.#chain.drained();
  }

  /** From now on batches go into a shadow table. No state passes until its rows are in the target table. */
  beginOverwrite(): void {
    const { loader, effects } = this.#context;
    this.#overwrite ??= new Overwrite(
      this.#target,
      loader.shadowOf(this.#target),
      this.#settings.overwrite_method,
      effects.open(this.#stream),
    );
  }

  /** From here on batches go into a table that exists beside the target, until the stream is complete. */
  collectIn(refreshTable: TableRef): void {
    this.#refreshTable = refreshTable;
  }

  /** `isLast` says that no more batches come. */
  load(batch: OpenBatch, isLast = false): void {
    if (batch.rows.rows === 0 && batch.rejected.count === 0) {
      batch.keyHashes?.close();
      void batch.rows.discard();
      batch.settle();
      return;
    }
    this.#checkDeletions(batch.plan, batch.census);
    const closed = closeBatch(batch);
    // The only batch of an overwrite needs no shadow table.
    const isOnly = isLast && !this.#isCollecting && batch.rows.rows > 0;
    if (isOnly && this.#overwrite?.method === 'delete-insert') this.#held = closed;
    else {
      this.#isCollecting = true;
      this.#chain.add(() => this.#load(closed));
    }
  }

  async #load(closed: ClosedBatch, overwritten?: Overwrite): Promise<void> {
    const { batch, staged } = closed;
    const { loader, now, hasFailed, observer } = this.#context;
    if (hasFailed()) return this.#discard(batch);
    const started = now();
    const ready = await staged.catch(async (error: unknown) => {
      await this.#discard(batch);
      throw error;
    });
    const method = this.#overwrite ? 'overwrite' : batch.plan.method;
    const record = this.#record(method, started, recordedOf(batch, ready));
    const own = { ...this.#job(batch.plan, batch.number, record, batch), ...mergeOf(closed) };
    if (ready.rows === 0) {
      loader.note(own, {});
      this.#settle(batch, ready, started);
      return;
    }
    const job: LoadJob = overwritten
      ? { ...own, discards: 'later' }
      : (this.#overwrite?.redirect(own) ?? this.#intoRefresh(own));
    const onCommitted = (counts: LoadCounts): void => {
      this.#noteCommittedColumns(job);
      if (!overwritten) this.#overwrite?.add(job, counts);
      this.#settle(batch, ready, started, counts);
      const { inserted, cleared: deleted } = counts;
      if (overwritten) this.#overwrote(overwritten, { inserted, deleted }, started);
    };
    const effects = [batch.settle, ...(overwritten ? [overwritten.settle] : [])];
    await whileLoading(observer, () => loader.load(job, ready, onCommitted, effects));
  }

  /** Copies files directly, in order with the batches. */
  copyFiles(plan: StreamPlan, { files, compression }: BatchMessage): void {
    const { loader, effects, nextBatch, objectPrefix, folder, log, now, observer } = this.#context;
    this.#isCollecting = true;
    const number = nextBatch();
    const settle = effects.open(this.#stream);
    const keyPrefix = batchPrefix(objectPrefix, folder, this.#target.table, number);
    this.#add(async () => {
      const started = now();
      const record = this.#record('direct-copy', started, { parts: files.length });
      const isGzip = compression === 'gzip';
      const job = { ...this.#job(plan, number, record), keyPrefix, files, isGzip };
      const onCommitted = (rows: number): void => {
        this.#loadedRows += rows;
        this.#noteCommittedColumns(job);
        const [facts, ms] = [this.#place, now() - started];
        const sentence = `copied ${count(files.length, 'file')} of ${facts.stream}: ${count(rows, 'row')}`;
        log.info({ ...facts, files: files.length, rows, ms }, sentence);
        observer.committed({ ...facts, rows, isCollected: false, rejected: 0, bytes: 0, ms });
        settle();
      };
      await whileLoading(observer, () => loader.copyFiles(job, onCommitted, [settle]));
    });
  }

  /** Creates the table of a stream without rows. */
  prepare(plan: StreamPlan): void {
    const { loader, now } = this.#context;
    this.#add(() => loader.prepare(this.#job(plan, 0, this.#record('prepare', now()))));
  }

  /** Deletes or marks the rows of older versions. */
  activate(plan: StreamPlan, { version, settle }: Activation, keepsUnversioned: boolean): void {
    const { loader, log, now, nextBatch } = this.#context;
    // A number of its own, because the outcome of a COMMIT without an answer is looked up by it.
    const number = nextBatch();
    this.#add(async () => {
      const started = now();
      const job = this.#job(plan, number, this.#record('activate-version', started));
      const activated = { version, time: new Date(started), keepsUnversioned };
      const onCommitted = (rows: number): void => {
        log.info(
          { ...this.#place, version: String(version), rows },
          `activated version ${version} of ${this.#stream}: ${count(rows, 'row')} ${this.#settings.hard_delete ? 'deleted' : 'marked'}`,
        );
        settle();
      };
      await loader.activate(job, activated, onCommitted, [settle]);
    });
  }

  /** Replaces the rows of the target table by those of the shadow table, or by the only batch. */
  overwrite(plan: StreamPlan): void {
    const overwrite = this.#overwrite;
    if (!overwrite) return;
    const held = this.#held;
    if (held) {
      this.#held = undefined;
      this.#chain.add(() => this.#load(held, overwrite));
      return;
    }
    const { loader, now, nextBatch } = this.#context;
    this.#add(async () => {
      const started = now();
      const job = overwrite.jobOf(this.#job(plan, nextBatch(), this.#record('overwrite', started)));
      const onCommitted = (counts: OverwriteCounts): void => this.#overwrote(overwrite, counts, started);
      await loader.overwrite(job, onCommitted, [overwrite.settle]);
    });
  }

  #overwrote(overwrite: Overwrite, counts: OverwriteCounts, started: number): void {
    const { log, now } = this.#context;
    log.info(
      { ...this.#place, ...counts, ms: now() - started },
      `overwrote the table of ${this.#stream} with ${count(counts.inserted, 'row')}`,
    );
    this.#context.observer.overwrote(this.#stream, this.#target.table, counts.inserted, counts.deleted);
    this.#overwrite = undefined;
    overwrite.settle();
  }

  /** Makes the table complete. `isTableDue` says that no batch has made it fit yet. */
  complete(plan: StreamPlan, { minimum, mark, comment }: CompletionWish, isTableDue: boolean): void {
    const { loader, generations, log, now, nextBatch } = this.#context;
    if (!generations) return;
    const marked = plan.columns.find(
      ({ property, source }) => property === mark && source.kind === 'property',
    );
    const number = nextBatch();
    this.#add(async () => {
      const started = now();
      const refreshTable = this.#refreshTable;
      const job = this.#job(plan, number, this.#record('complete', started));
      if (!refreshTable && !marked && comment === undefined) {
        if (isTableDue) await loader.prepare(job);
        return;
      }
      const { newest } = plan;
      const what = { job, refreshTable, minimum, newest, mark: marked, comment };
      const counts = await generations.complete(what);
      if (refreshTable) this.#committed = undefined;
      this.#refreshTable = undefined;
      log.info(
        { ...this.#place, ...counts, ms: now() - started },
        `completed the table of ${this.#stream}${refreshTable ? `: ${count(counts.inserted, 'row')} of the refresh took the place of ${counts.older}` : ''}`,
      );
    });
  }

  /** Ends an overwrite: the collected rows take the place of all rows, or the table stays as it is. */
  replace(plan: StreamPlan, { keepsRows }: CompletionWish): void {
    if (!keepsRows) {
      this.overwrite(plan);
      return;
    }
    this.#overwrite?.settle();
    this.#overwrite = undefined;
  }

  /** Drops a batch and what an overwrite has collected. Resolves when nothing of them is left in the warehouse and S3. */
  async abandon(batch: OpenBatch | undefined): Promise<void> {
    if (batch) await this.#discard(batch);
    if (this.#held) await this.#discard(this.#held.batch);
    if (this.#overwrite?.hasShadow) await this.#context.loader.drop(this.#overwrite.shadow);
  }

  /** What may not happen to the table may happen to the one beside it. */
  #intoRefresh<Job extends TableJob>(job: Job): Job {
    const target = this.#refreshTable;
    if (!target) return job;
    const settings = { ...job.settings, forbid_ddl: false };
    return { ...job, target, settings, isCommentDue: false, design: { ...job.design, readers: [] } };
  }

  /** Remembers columns that hold committed rows of this run. */
  #noteCommittedColumns({ columns }: Pick<TableJob, 'columns'>): void {
    this.#committed ??= new Set();
    for (const { name } of columns) this.#committed.add(name);
  }

  /** Warns once about deletions that the table will not show. */
  #checkDeletions({ method, columns }: StreamPlan, census: Census): void {
    if (this.#isWarnedOfDeletions || rowsOf(census, deletionKinds(census)) === 0) return;
    const problem = deletionProblem(method, this.#settings.hard_delete, columns.some(isMarker));
    if (problem === undefined) return;
    this.#isWarnedOfDeletions = true;
    this.#context.log.warn({ stream: this.#stream }, problem);
  }

  /** Runs the users' post_sql and ANALYZE after all loads and states. */
  async afterwards(): Promise<void> {
    const { analyze_after_rows, post_sql } = this.#settings;
    const { hooks } = this.#context;
    if (analyze_after_rows > 0 && this.#loadedRows >= analyze_after_rows) await hooks.analyze(this.#target);
    await hooks.run('post_sql', this.#stream, post_sql);
  }

  #settle(batch: OpenBatch, staged: StagedBatch, started: number, counts?: LoadCounts): void {
    const { log, now, observer } = this.#context;
    const { rows, bytes } = staged;
    const [place, ms, rejected] = [this.#place, now() - started, batch.rejected.count];
    this.#loadedRows += rows;
    log.info(
      { ...place, ...factsOf(batch, staged, counts), ms },
      `${sentenceOf(place.stream, batch, staged)}${effectOf(counts)}`,
    );
    const isCollected = this.#overwrite !== undefined && counts !== undefined;
    observer.committed({ ...place, rows, counts, isCollected, rejected, bytes, ms });
    batch.settle();
  }

  /** For the log. */
  get #place(): { readonly stream: string; readonly table: string } {
    return { stream: this.#stream, table: this.#target.table };
  }

  #record(method: string, startedAt: number, facts: Partial<WorkFacts> = {}): WorkFacts {
    return { table: this.#target, method, startedAt, ...facts };
  }

  /** Rejected records stay: they show why records were rejected, however the run ended. */
  async #discard({ rows, rejected, keyHashes }: OpenBatch): Promise<void> {
    keyHashes?.close();
    const { loader, log } = this.#context;
    await rejected.close().catch((error: unknown) => {
      log.warn({ stream: this.#stream }, `records could not be set aside: ${messageOf(error)}`);
    });
    loader.remove(await rows.discard());
  }

  #add(work: () => Promise<void>): void {
    this.#chain.add(async () => {
      if (!this.#context.hasFailed()) await work();
    });
  }

  #job(
    plan: StreamPlan,
    batch: number,
    record: WorkFacts,
    { maxBytes, nulls, outgrown }: ValueFacts = NO_ROWS,
  ): TableJob {
    return {
      stream: this.#stream,
      target: this.#target,
      columns: grownColumns(plan.columns, outgrown),
      maxBytes,
      nulls,
      settings: this.#settings,
      keyProperties: plan.keys,
      design: plan.design,
      isCommentDue: plan.areKeysNew,
      batch,
      committed: this.#committed,
      historyRow: record,
    };
  }
}
