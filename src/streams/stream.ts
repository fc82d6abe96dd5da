/**
 * One stream on its way into its table: its schema, its encoder, its open batch, and the chain of its loads, which run
 * one after the other in the order of the input. Each batch carries its own immutable plan.
 */
import type { LimitFunction } from 'p-limit';
import type { Config } from '../config/options.ts';
import type { StreamSettings } from '../config/settings.ts';
import { InputError, messageOf } from '../errors.ts';
import type { Ledger, Settle } from '../ledger.ts';
import type { Logger } from '../log.ts';
import type { Origin, RecordMessage, SchemaMessage } from '../protocol/message.ts';
import { Token } from '../rows/values.ts';
import { Batch, type StagedBatch, type Staging } from '../staging/batch.ts';
import { batchName, batchPrefix, rejectedFolder } from '../staging/keys.ts';
import { RejectedRecords } from '../staging/rejected.ts';
import type { StoredColumn, TableRef } from '../table/types.ts';
import type { LoadJob, Loader } from '../warehouse/loader.ts';
import type { LoadCounts } from '../warehouse/load.ts';
import { Chain } from './chain.ts';
import { InvalidRecords } from './invalid.ts';
import { reportLosses } from './losses.ts';
import { isNewSchema, planStream, withPlanned, type StreamPlan } from './plan.ts';

/** What the streams of a run share. */
export interface StreamContext {
  readonly config: Config;
  readonly loader: Loader;
  readonly staging: Staging;
  readonly ledger: Ledger;
  /** How many tables load at the same time. */
  readonly loads: LimitFunction;
  readonly objectPrefix: string;
  /** The prefix of the records that the run sets aside. */
  readonly rejectedPrefix: string;
  readonly folder: string;
  readonly log: Logger;
  readonly now: () => number;
  /** When the run began, in milliseconds since the epoch. */
  readonly syncStartedAt: number;
  readonly nextBatch: () => number;
  /** A batch is durable and the ledger knows. */
  readonly onCommitted: () => void;
  readonly onFailure: (error: unknown) => void;
  /** A load or the way to S3 failed for good: nothing further is loaded. */
  readonly areLoadsStopped: () => boolean;
}

interface OpenBatch {
  readonly plan: StreamPlan;
  readonly rows: Batch;
  readonly rejected: RejectedRecords;
  readonly settle: Settle;
  readonly number: number;
  readonly keyPrefix: string;
  readonly openedAt: number;
  readonly maxBytes: number[];
}

export class Stream {
  readonly name: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly #context: StreamContext;
  readonly #chain: Chain;
  readonly #invalid: InvalidRecords;
  #stored: readonly StoredColumn[] | undefined;
  #plan: StreamPlan | undefined;
  /** The plan's table does not exist or fit yet, because none of its batches was loaded. */
  #isTableDue = false;
  #batch: OpenBatch | undefined;
  #ordinal = 0;
  #loadedRows = 0;

  /** `stored` are the columns of the table that is there; undefined without one. */
  constructor(
    name: string,
    target: TableRef,
    settings: StreamSettings,
    stored: readonly StoredColumn[] | undefined,
    context: StreamContext,
  ) {
    this.name = name;
    this.target = target;
    this.settings = settings;
    this.#stored = stored;
    this.#context = context;
    this.#chain = new Chain(context.loads, context.onFailure);
    const rejectedUrl = context.staging.url(rejectedFolder(context.rejectedPrefix, target.table));
    this.#invalid = new InvalidRecords(name, settings, rejectedUrl);
  }

  /** Rows that are committed. */
  get loadedRows(): number {
    return this.#loadedRows;
  }

  /** The records that were invalid, and what became of them. */
  get invalid(): InvalidRecords {
    return this.#invalid;
  }

  isNewSchema(message: SchemaMessage): boolean {
    return isNewSchema(this.#plan?.message, message);
  }

  /** Takes a new schema. The open batch must be closed before: its rows were encoded for the old one. */
  setSchema(message: SchemaMessage): void {
    const { target, settings } = this;
    const { log, now, syncStartedAt } = this.#context;
    const plan = planStream({ message, target, settings, stored: this.#stored, log, now, syncStartedAt });
    this.#reportLosses();
    this.#plan = plan;
    this.#isTableDue = true;
    this.#stored = withPlanned(this.#stored, plan.columns);
  }

  /** Encodes a record into the open batch, opening one if need be. One synchronous step with the ledger. */
  append(message: RecordMessage, origin: Origin): void {
    const plan = this.#plan;
    if (!plan)
      throw new InputError(`Cannot load line ${origin.line}: stream "${this.name}" has no schema`, origin);
    const batch = this.#batch ?? this.#open(plan);
    const outcome = plan.encoder.encode(message, origin, batch);
    if (outcome.kind === 'rejection') {
      this.#invalid.check(outcome, origin);
      batch.rejected.append(message, origin, outcome);
      this.#invalid.countRejected(outcome, origin);
      return;
    }
    if (outcome.nulled.length > 0) this.#invalid.countNulled(outcome.nulled, origin);
    const { cells, deletion } = outcome;
    if (plan.method !== 'append') cells.push(new Token(String(this.#ordinal++)));
    if (plan.hasStubs) cells.push(new Token(String(deletion === 'stub')));
    batch.rows.append(cells);
  }

  /** Turns the rows read so far into CSV. */
  encode(): void {
    this.#batch?.rows.encode();
  }

  get isFull(): boolean {
    const { batch_size_rows, batch_size_bytes } = this.#context.config;
    const rows = this.#batch?.rows;
    return rows !== undefined && (rows.rows >= batch_size_rows || rows.bytes >= batch_size_bytes);
  }

  /** Whether the open batch is as old as it may get. */
  isAged(now: number): boolean {
    return (
      this.#batch !== undefined &&
      now - this.#batch.rows.openedAt >= this.#context.config.batch_max_age_seconds * 1000
    );
  }

  /** Bytes in memory that are not on their way to S3. */
  get openBytes(): number {
    return this.#batch ? this.#batch.rows.openBytes + this.#batch.rejected.openBytes : 0;
  }

  /** Sends what is open to S3 to free memory; the batch stays open. */
  cut(): void {
    this.#batch?.rows.cut();
    this.#batch?.rejected.cut();
  }

  /** Whether a closed batch may be added: at most one waits behind the one that is loading. */
  get hasRoom(): boolean {
    return this.#chain.hasRoom;
  }

  room(): Promise<void> {
    return this.#chain.room();
  }

  /** Closes the open batch and queues its load. */
  close(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    if (batch.rows.rows > 0) this.#isTableDue = false;
    // What is set aside is durable before the rest is visible.
    const staged = Promise.all([batch.rows.close(), batch.rejected.close()]).then(([rows]) => rows);
    staged.catch(() => undefined);
    this.#chain.add(async () => {
      if (this.#context.areLoadsStopped()) return this.#discard(batch);
      const started = this.#context.now();
      const ready = await staged.catch(async (error: unknown) => {
        await this.#discard(batch);
        throw error;
      });
      const { loader } = this.#context;
      if (ready.rows === 0) this.#settle(batch, ready, started);
      else
        await loader.load(this.#job(batch), ready, (counts) => this.#settle(batch, ready, started, counts));
    });
  }

  #settle(batch: OpenBatch, { rows, bytes, parts }: StagedBatch, started: number, counts?: LoadCounts): void {
    const { log, now, onCommitted } = this.#context;
    const { count, urls } = batch.rejected;
    this.#loadedRows += rows;
    batch.settle();
    log.info(
      {
        stream: this.name,
        table: this.target.table,
        rows,
        ...counts,
        ...(count > 0 ? { rejected: count, rejected_files: urls } : {}),
        bytes,
        parts: parts.length,
        ms: now() - started,
      },
      `loaded ${rows} rows of ${this.name}${count > 0 ? `, set aside ${count}` : ''}`,
    );
    onCommitted();
  }

  /** After the last message: loads what is open, and makes the table of a stream without rows. */
  finish(): void {
    this.close();
    const plan = this.#plan;
    if (this.#isTableDue && plan) {
      this.#chain.add(async () => {
        if (this.#context.areLoadsStopped()) return;
        await this.#context.loader.prepare(this.#job({ plan, maxBytes: [], number: 0, keyPrefix: '' }));
      });
    }
    this.#reportLosses();
  }

  /** Gives up the open batch, but for what it set aside. Resolves when nothing else of it is left in S3. */
  async abandon(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (!batch) return;
    await this.#discard(batch);
  }

  /** Resolves when every queued load has ended, well or not. */
  async drained(): Promise<void> {
    await this.#chain.drained();
  }

  #open(plan: StreamPlan): OpenBatch {
    const { objectPrefix, rejectedPrefix, folder, staging, ledger, now, nextBatch, log } = this.#context;
    const number = nextBatch();
    log.debug({ stream: this.name, batch: number }, 'opened a batch');
    const { table } = this.target;
    const keyPrefix = batchPrefix(objectPrefix, folder, table, number);
    const openedAt = now();
    this.#batch = {
      plan,
      openedAt,
      rows: new Batch(keyPrefix, staging, openedAt),
      rejected: new RejectedRecords(
        `${rejectedFolder(rejectedPrefix, table)}${batchName(number)}`,
        plan.message.line,
        staging,
      ),
      settle: ledger.open(),
      number,
      keyPrefix,
      maxBytes: plan.columns.map(() => 0),
    };
    return this.#batch;
  }

  #job({
    plan,
    maxBytes,
    number,
    keyPrefix,
  }: Pick<OpenBatch, 'plan' | 'maxBytes' | 'number' | 'keyPrefix'>): LoadJob {
    return {
      stream: this.name,
      target: this.target,
      columns: plan.columns,
      maxBytes,
      method: plan.method,
      hasStubs: plan.hasStubs,
      settings: this.settings,
      keyProperties: plan.keys,
      batch: number,
      keyPrefix,
    };
  }

  /** What was set aside stays: it shows why records were refused, whatever ended the run. */
  async #discard({ rows, rejected }: OpenBatch): Promise<void> {
    const { loader, log } = this.#context;
    await rejected.close().catch((error: unknown) => {
      log.warn({ stream: this.name }, `records could not be set aside: ${messageOf(error)}`);
    });
    await loader.remove(await rows.discard());
  }

  #reportLosses(): void {
    if (this.#plan) reportLosses(this.name, this.#plan.encoder.losses, this.#context.log);
  }
}
