/**
 * What is done to the table of one stream, one thing after the other in the order of the input: loads, activations, and
 * the overwrite at the end.
 */
import type { StreamSettings } from '../config/settings.ts';
import type { BatchMessage } from '../protocol/message.ts';
import { messageOf } from '../errors.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { batchPrefix } from '../staging/keys.ts';
import { isMarker } from '../table/metadata.ts';
import type { TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { Completion } from '../warehouse/generations.ts';
import type { LoadRow } from '../warehouse/history.ts';
import type { TableJob } from '../warehouse/jobs.ts';
import { deletionKinds, rowsOf, type Census } from '../warehouse/row-kinds.ts';
import { Chain } from './chain.ts';
import type { OpenBatch } from './open-batch.ts';
import type { StreamContext } from './context.ts';
import { deletionProblem } from './deletions.ts';
import { Overwrite } from './overwrite.ts';
import { grownColumns, type StreamPlan } from './plan.ts';
import type { Activation } from './versions.ts';

type Facts = Pick<OpenBatch, 'maxBytes' | 'nulls' | 'outgrown'>;

const NO_ROWS: Facts = { maxBytes: [], nulls: [], outgrown: [] };

/** What a stream wants done when it is complete. */
export interface CompletionWish extends Pick<Completion, 'minimum' | 'comment'> {
  /** The property that is set in rows that were deleted in the source; undefined where they stay. */
  readonly mark: string | undefined;
  /** An overwrite is given up: no record came that could take the place of what is there. */
  readonly keepsRows: boolean;
}

export class TableWork {
  readonly #stream: string;
  readonly #target: TableRef;
  readonly #settings: StreamSettings;
  readonly #context: StreamContext;
  readonly #chain: Chain;
  #overwrite: Overwrite | undefined;
  /** The table beside the target in which the rows of a refresh are collected. */
  #refreshTable: TableRef | undefined;
  #loadedRows = 0;
  /** Columns of the table, or of the shadow, that hold rows of this run. */
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

  /** Whether a closed batch may be added: at most one waits behind the one that is loading. */
  get hasRoom(): boolean {
    return this.#chain.hasRoom;
  }

  room(): Promise<void> {
    return this.#chain.room();
  }

  /** Resolves when everything queued has ended, well or not. */
  async drained(): Promise<void> {
    await this.#chain.drained();
  }

  /** From here on batches go into a shadow. No state passes until the shadow's rows are those of the table. */
  beginOverwrite(): void {
    const { loader, ledger } = this.#context;
    this.#overwrite ??= new Overwrite(
      this.#target,
      loader.shadowOf(this.#target),
      this.#settings.overwrite_method,
      ledger.open(this.#stream),
    );
  }

  /** From here on batches go into a table that exists beside the target, until the stream is complete. */
  collectIn(refreshTable: TableRef): void {
    this.#refreshTable = refreshTable;
  }

  load(batch: OpenBatch): void {
    if (batch.rows.rows === 0 && batch.rejected.count === 0) {
      void batch.rows.discard();
      batch.settle();
      return;
    }
    const { loader, now, hasFailed } = this.#context;
    const { plan, number, census, narrow, nullKeys, keyPrefix } = batch;
    const { method, newest } = plan;
    this.#checkDeletions(plan, census);
    // What is set aside is durable before the rest is visible.
    const staged = Promise.all([batch.rows.close(), batch.rejected.close()]).then(([rows]) => rows);
    staged.catch(() => undefined);
    this.#chain.add(async () => {
      if (hasFailed()) return this.#discard(batch);
      const started = now();
      const ready = await staged.catch(async (error: unknown) => {
        await this.#discard(batch);
        throw error;
      });
      if (ready.rows === 0) {
        this.#settle(batch, ready, started);
        return;
      }
      const merge = { method, newest, census, narrow, nullKeys, keyPrefix };
      const own = { ...this.#job(plan, number, batch), ...merge };
      const job = this.#overwrite?.redirect(own) ?? this.#intoRefresh(own);
      await loader.load(job, ready, (counts) => {
        this.#commit(job);
        this.#overwrite?.add(job, counts);
        this.#settle(batch, ready, started, counts);
      });
    });
  }

  /** Has files copied as they are, in turn with the batches. */
  copyFiles(plan: StreamPlan, { files, compression }: BatchMessage): void {
    const { loader, ledger, nextBatch, objectPrefix, folder, log, now } = this.#context;
    const number = nextBatch();
    const settle = ledger.open(this.#stream);
    const keyPrefix = batchPrefix(objectPrefix, folder, this.#target.table, number);
    const job = { ...this.#job(plan, number), keyPrefix, files, isGzip: compression === 'gzip' };
    this.#add(async () => {
      const started = now();
      await loader.copyFiles(job, (rows) => {
        this.#loadedRows += rows;
        this.#commit(job);
        this.#note(number, 'direct-copy', started, { received: rows, written: rows, parts: files.length });
        log.info(
          {
            stream: this.#stream,
            table: this.#target.table,
            files: files.length,
            rows,
            ms: now() - started,
          },
          `copied ${files.length} files of ${this.#stream}: ${rows} rows`,
        );
        settle();
      });
    });
  }

  /** Makes the table of a stream without rows. */
  prepare(plan: StreamPlan): void {
    const { loader } = this.#context;
    this.#add(() => loader.prepare(this.#job(plan, 0)));
  }

  /** Deletes or marks the rows of older versions. */
  activate(plan: StreamPlan, { version, settle }: Activation, keepsUnversioned: boolean): void {
    const { loader, log, now } = this.#context;
    this.#add(async () => {
      const started = now();
      const rows = await loader.activate(this.#job(plan, 0), version, new Date(now()), keepsUnversioned);
      this.#note(
        0,
        'activate-version',
        started,
        this.#settings.hard_delete ? { deleted: rows } : { replaced: rows },
      );
      log.info(
        { stream: this.#stream, table: this.#target.table, version: String(version), rows },
        `activated version ${version} of ${this.#stream}: ${rows} rows ${this.#settings.hard_delete ? 'deleted' : 'marked'}`,
      );
      settle();
    });
  }

  /** Puts the rows of the shadow in place of those of the table. */
  swap(plan: StreamPlan): void {
    const overwrite = this.#overwrite;
    if (!overwrite) return;
    const { loader, log, now, nextBatch } = this.#context;
    this.#add(async () => {
      const started = now();
      const job = overwrite.swap(this.#job(plan, nextBatch()));
      await loader.swap(job, (counts) => {
        this.#note(job.batch, 'overwrite', started, {
          written: counts.inserted,
          deleted: counts.deleted ?? 0,
        });
        log.info(
          { stream: this.#stream, table: this.#target.table, ...counts, ms: now() - started },
          `overwrote the table of ${this.#stream} with ${counts.inserted} rows`,
        );
        this.#overwrite = undefined;
        overwrite.settle();
      });
    });
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
      const job = this.#job(plan, number);
      if (!refreshTable && !marked && comment === undefined) {
        if (isTableDue) await loader.prepare(job);
        return;
      }
      const { newest } = plan;
      const what = { job, refreshTable, minimum, newest, mark: marked, comment };
      const counts = await generations.complete(what);
      if (refreshTable) this.#committed = undefined;
      this.#refreshTable = undefined;
      const { older, inserted } = counts;
      this.#note(number, 'complete', started, { written: inserted, deleted: older + counts.deleted });
      log.info(
        { stream: this.#stream, table: this.#target.table, ...counts, ms: now() - started },
        `completed the table of ${this.#stream}${refreshTable ? `: ${inserted} rows of the refresh took the place of ${older}` : ''}`,
      );
    });
  }

  /** Leaves the table of an overwrite as it is. */
  keepRows(): void {
    const overwrite = this.#overwrite;
    this.#overwrite = undefined;
    overwrite?.settle();
  }

  /** Gives up a batch and what an overwrite has collected. Resolves when nothing of them is left in the warehouse and S3. */
  async abandon(batch: OpenBatch | undefined): Promise<void> {
    if (batch) await this.#discard(batch);
    if (this.#overwrite?.hasShadow) await this.#context.loader.drop(this.#overwrite.shadow);
  }

  /** What may not happen to the table may happen to the one beside it. */
  #intoRefresh<Job extends TableJob>(job: Job): Job {
    const target = this.#refreshTable;
    if (!target) return job;
    const settings = { ...job.settings, forbid_ddl: false };
    return { ...job, target, settings, isCommentDue: false, design: { ...job.design, readers: [] } };
  }

  #commit({ columns }: Pick<TableJob, 'columns'>): void {
    this.#committed ??= new Set();
    for (const { name } of columns) this.#committed.add(name);
  }

  /** Warns once of deletions that the table will not show. */
  #checkDeletions({ method, columns }: StreamPlan, census: Census): void {
    if (this.#isWarnedOfDeletions || rowsOf(census, deletionKinds(census)) === 0) return;
    const problem = deletionProblem(method, this.#settings.hard_delete, columns.some(isMarker));
    if (problem === undefined) return;
    this.#isWarnedOfDeletions = true;
    this.#context.log.warn({ stream: this.#stream }, problem);
  }

  /** What users want done behind all loads and states. */
  async afterwards(): Promise<void> {
    const { analyze_after_rows, post_sql } = this.#settings;
    const { hooks } = this.#context;
    if (analyze_after_rows > 0 && this.#loadedRows >= analyze_after_rows) await hooks.analyze(this.#target);
    await hooks.run('post_sql', this.#stream, post_sql);
  }

  #settle(batch: OpenBatch, { rows, bytes, parts }: StagedBatch, started: number, counts?: LoadCounts): void {
    const { log, now } = this.#context;
    const { count, urls } = batch.rejected;
    this.#loadedRows += rows;
    // What goes into a shadow changes the table with the swap only.
    const changes: Partial<LoadRow> =
      counts && !this.#overwrite
        ? { written: counts.inserted + counts.updated, replaced: counts.replaced, deleted: counts.deleted }
        : {};
    this.#note(batch.number, this.#overwrite ? 'overwrite' : batch.plan.method, started, {
      received: rows + count,
      rejected: count,
      ...changes,
      bytes,
      parts: parts.length,
    });
    log.info(
      {
        stream: this.#stream,
        table: this.#target.table,
        rows,
        ...counts,
        ...(count > 0 ? { rejected: count, rejected_files: urls } : {}),
        ...(batch.nulled > 0 ? { nulled: batch.nulled } : {}),
        bytes,
        parts: parts.length,
        ms: now() - started,
      },
      `loaded ${rows} rows of ${this.#stream}${count > 0 ? `, set aside ${count}` : ''}`,
    );
    batch.settle();
  }

  /** A row for the history; what `counts` does not say is 0. */
  #note(batch: number, method: string, startedAt: number, counts: Partial<LoadRow>): void {
    const { history, now } = this.#context;
    const nothing = { received: 0, rejected: 0, written: 0, replaced: 0, deleted: 0, bytes: 0, parts: 0 };
    const place = { ...this.#target, stream: this.#stream, batch, method };
    history?.add({ ...place, ...nothing, ...counts, startedAt, committedAt: now() });
  }

  /** What was set aside stays: it shows why records were refused, whatever ended the run. */
  async #discard({ rows, rejected }: OpenBatch): Promise<void> {
    const { loader, log } = this.#context;
    await rejected.close().catch((error: unknown) => {
      log.warn({ stream: this.#stream }, `records could not be set aside: ${messageOf(error)}`);
    });
    await loader.remove(await rows.discard());
  }

  #add(work: () => Promise<void>): void {
    this.#chain.add(async () => {
      if (!this.#context.hasFailed()) await work();
    });
  }

  #job(plan: StreamPlan, batch: number, { maxBytes, nulls, outgrown }: Facts = NO_ROWS): TableJob {
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
    };
  }
}
