/**
 * One stream on its way into its table: its schema, its encoder, its open batch, and the chain of its loads, which run
 * one after the other in the order of the input. Each batch carries its own immutable plan.
 */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import { NO_TIME, type Frame } from '../protocol/envelope.ts';
import type { BatchMessage, Origin, RecordMessage, SchemaMessage } from '../protocol/message.ts';
import { Token } from '../rows/values.ts';
import type { RecordFacts } from '../rows/walk/metadata-cells.ts';
import { DECLINED } from '../rows/walk/tape.ts';
import { Batch } from '../staging/batch.ts';
import { batchName, batchPrefix, rejectedFolder } from '../staging/keys.ts';
import { RejectedRecords } from '../staging/rejected.ts';
import type { StoredColumn, StoredTable, TableRef } from '../table/types.ts';
import { NONE_SPECIAL } from '../warehouse/steps.ts';
import type { StreamContext } from './context.ts';
import { checkFiles } from './direct.ts';
import { Evidence } from './evidence.ts';
import { Fallbacks, type Fallback } from './fallbacks.ts';
import { InvalidRecords } from './invalid.ts';
import { reportLosses } from './losses.ts';
import { grownColumns, isNewSchema, planStream, withPlanned, type StreamPlan } from './plan.ts';
import { TableWork, type OpenBatch } from './work.ts';
import { versionObstacle, Versions, type Activation } from './versions.ts';

/** Of a line. Longer ones would need memory beyond all proportion; hardly any of them becomes a row. */
const MAX_WALKED_BYTES = 16 * 1024 * 1024;

export class Stream {
  readonly name: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly #context: StreamContext;
  readonly #work: TableWork;
  readonly #invalid: InvalidRecords;
  readonly #evidence: Evidence;
  readonly #versions = new Versions();
  #stored: readonly StoredColumn[] | undefined;
  /** The key properties of the table's rows so far; undefined while nobody knows them. */
  #keys: readonly string[] | undefined;
  #plan: StreamPlan | undefined;
  /** The plan's table does not exist or fit yet, because none of its batches was loaded. */
  #isTableDue = false;
  #batch: OpenBatch | undefined;
  readonly #fallbacks = new Fallbacks();
  readonly #facts: { -readonly [Fact in keyof RecordFacts]: RecordFacts[Fact] };
  #ordinal = 0;
  #areVersionsIgnored = false;

  /** `table` is undefined without one. */
  constructor(
    name: string,
    target: TableRef,
    settings: StreamSettings,
    table: StoredTable | undefined,
    context: StreamContext,
  ) {
    this.name = name;
    this.target = target;
    this.settings = settings;
    this.#stored = table?.columns;
    this.#keys = table?.keyProperties;
    this.#context = context;
    this.#work = new TableWork(name, target, settings, context);
    const rejectedUrl = context.staging.url(rejectedFolder(context.rejectedPrefix, target.table));
    this.#invalid = new InvalidRecords(name, settings, rejectedUrl);
    this.#evidence = new Evidence(() => context.ledger.marks);
    const { syncStartedAt } = context;
    this.#facts = { now: 0, batchOpenedAt: 0, syncStartedAt, version: undefined, timeAt: NO_TIME };
  }

  get #overwrites(): boolean {
    return this.settings.load_method === 'overwrite';
  }

  /** Rows that are committed. */
  get loadedRows(): number {
    return this.#work.loadedRows;
  }

  /** Records that were encoded by the reference encoder, by reason; undefined when there are none. */
  get fallbacks(): Fallbacks['counts'] {
    return this.#fallbacks.counts;
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
    const { staging, log, readAt, syncStartedAt } = this.#context;
    const plan = planStream({
      message,
      target,
      settings,
      stored: this.#stored,
      notedKeys: this.#keys,
      sentinel: staging.format.sentinel,
      log,
      readAt,
      syncStartedAt,
    });
    this.#reportLosses();
    this.#plan = plan;
    this.#isTableDue = true;
    this.#stored = withPlanned(this.#stored, plan.columns);
    this.#keys = plan.keys;
    this.#evidence.schema();
    if (this.#overwrites) this.#work.beginOverwrite();
  }

  /**
   * Takes the record at `at` of the tape's source, in the line from `start` to the LF at `end`, by walking along it; into
   * the open batch, opening one if need be. One synchronous step with the ledger. False when nothing was taken: then the
   * line is to be parsed and appended.
   */
  walk(at: number, frame: Frame, start: number, end: number): boolean {
    const walk = this.#plan?.walk;
    const bytes = end - start;
    if (!walk || bytes > MAX_WALKED_BYTES) return false;
    const { tape, readAt } = this.#context;
    const batch = this.#batch ?? this.#open(this.#plan as StreamPlan);
    batch.rows.roll(tape, walk.room(bytes));
    const recordEnd = walk.record(tape, at);
    if (recordEnd === DECLINED || !frame.close(tape.source, recordEnd, end)) return false;
    const facts = this.#facts;
    facts.now = readAt();
    facts.batchOpenedAt = batch.openedAt;
    facts.version = frame.version;
    facts.timeAt = frame.timeAt;
    if (!walk.complete(facts, this.#ordinal)) return false;
    walk.commit(batch);
    batch.rows.written(tape);
    this.#ordinal++;
    this.#evidence.record();
    this.#versions.record(frame.version);
    return true;
  }

  /** Encodes a record into the open batch, opening one if need be. One synchronous step with the ledger. */
  append(message: RecordMessage, origin: Origin): void {
    const plan = this.#plan;
    if (!plan)
      throw new InputError(`Cannot load line ${origin.line}: stream "${this.name}" has no schema`, origin);
    this.#evidence.record();
    this.#fallbacks.add(this.#whyFallback(plan, message, origin));
    const batch = this.#batch ?? this.#open(plan);
    const outcome = plan.encoder.encode(message, origin, batch);
    if (outcome.kind === 'rejection') {
      this.#invalid.check(outcome, origin);
      batch.rejected.append(message, origin, outcome);
      this.#invalid.countRejected(outcome, origin);
      return;
    }
    if (outcome.nulled.length > 0) {
      batch.nulled++;
      this.#invalid.countNulled(outcome.nulled, origin);
    }
    this.#versions.record(message.version);
    const { cells, deletion, hasNullKey } = outcome;
    if (plan.method !== 'append') cells.push(new Token(String(this.#ordinal++)));
    if (plan.hasStubs) cells.push(new Token(String(deletion === 'stub')));
    if (deletion) batch.special.deletions++;
    if (deletion === 'stub') batch.special.stubs++;
    if (hasNullKey) batch.special.nullKeys++;
    batch.rows.append(cells);
  }

  /** Whether the files of BATCH messages are copied by Redshift alone. */
  get copiesFiles(): boolean {
    return this.settings.batch_direct_copy;
  }

  /** Queues the files of a BATCH message behind what was read before it. Throws InputError when COPY cannot read them. */
  async copyFiles(message: BatchMessage, line: number): Promise<void> {
    checkFiles(message, line);
    await this.room();
    this.close();
    await this.room();
    if (!this.#plan || message.files.length === 0) return;
    this.#isTableDue = false;
    this.#evidence.record();
    this.#work.copyFiles(this.#plan, message);
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
    return this.#work.hasRoom;
  }

  room(): Promise<void> {
    return this.#work.room();
  }

  /** Closes the open batch and queues its load, and after it the activation that its records make due. */
  close(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    if (batch.rows.rows > 0) this.#isTableDue = false;
    const grown = grownColumns(batch.plan.columns, batch.outgrown).filter((_, i) => batch.outgrown[i]);
    if (grown.length > 0) this.#stored = withPlanned(this.#stored, grown);
    this.#work.load(batch);
    this.#activate(this.#versions.takeDue());
  }

  /** Takes an ACTIVATE_VERSION: what was read before it is loaded first. The chain must have room. */
  activate(version: bigint): void {
    this.#evidence.activation();
    if (this.#overwrites) return;
    const obstacle = versionObstacle(this.settings);
    if (obstacle !== undefined) {
      this.#ignoreVersions(obstacle);
      return;
    }
    this.close();
    this.#versions.add(version, () => this.#context.ledger.open());
    this.#activate(this.#versions.takeDue());
  }

  /** After the last message: loads what is open, and makes the table of a stream without rows. */
  finish(): void {
    this.close();
    if (this.#plan && this.#isTableDue && !this.#overwrites) this.#work.prepare(this.#plan);
    this.#reportLosses();
  }

  /**
   * Once everything read is loaded: overwrites the table, obeys the activation that still waits. `isWholeInput` says that
   * the input ended by itself. False when the stream would be overwritten, but may be incomplete.
   */
  settle(isWholeInput: boolean): boolean {
    const isComplete = isWholeInput && this.#evidence.isComplete;
    if (this.#overwrites) {
      if (this.#plan && isComplete) this.#work.swap(this.#plan);
      return isComplete;
    }
    const rest = this.#versions.takeRest();
    if (isComplete) this.#activate(rest);
    else if (rest) {
      this.#context.log.warn(
        { stream: this.name },
        'ACTIVATE_VERSION is given up: no record of that version came, and nothing behind it says that there are none; ' +
          'rows of older versions stay, and no state that came after it is written',
      );
    }
    return true;
  }

  afterwards(): Promise<void> {
    return this.#work.afterwards();
  }

  /** Gives up the open batch, but for what it set aside. Resolves when nothing else of it is left in S3. */
  async abandon(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    await this.#work.abandon(batch);
  }

  /** Resolves when every queued load has ended, well or not. */
  async drained(): Promise<void> {
    await this.#work.drained();
  }

  #open(plan: StreamPlan): OpenBatch {
    const { objectPrefix, rejectedPrefix, folder, staging, ledger, readAt, nextBatch, log } = this.#context;
    const number = nextBatch();
    log.debug({ stream: this.name, batch: number }, 'opened a batch');
    const { table } = this.target;
    const keyPrefix = batchPrefix(objectPrefix, folder, table, number);
    const openedAt = readAt();
    this.#batch = {
      plan,
      openedAt,
      rows: new Batch(keyPrefix, staging, openedAt),
      rejected: new RejectedRecords(
        `${rejectedFolder(rejectedPrefix, table)}${batchName(number)}`,
        plan.message.line,
        staging,
      ),
      nulled: 0,
      settle: ledger.open(),
      number,
      keyPrefix,
      maxBytes: plan.columns.map(() => 0),
      special: { ...NONE_SPECIAL },
      nulls: plan.columns.map(() => false),
      outgrown: plan.columns.map(() => false),
    };
    return this.#batch;
  }

  #whyFallback({ walk }: StreamPlan, { invalidUtf8 }: RecordMessage, { bytes }: Origin): Fallback {
    if (this.settings.validate_records) return 'validate_records';
    if (invalidUtf8) return 'not UTF-8';
    return bytes.length > MAX_WALKED_BYTES ? 'long line' : (walk?.takeReason() ?? 'form');
  }

  #activate(activation: Activation | undefined): void {
    if (!activation || !this.#plan) return;
    if (this.#versions.hasUnversioned) {
      this.#ignoreVersions(
        'records of this run have no version, so their rows could not be told from old ones',
      );
      activation.settle();
      return;
    }
    this.#isTableDue = false;
    this.#work.activate(this.#plan, activation);
  }

  #ignoreVersions(why: string): void {
    if (this.#areVersionsIgnored) return;
    this.#areVersionsIgnored = true;
    this.#context.log.warn({ stream: this.name }, `ACTIVATE_VERSION is ignored: ${why}`);
  }

  #reportLosses(): void {
    if (this.#plan) reportLosses(this.name, this.#plan.encoder.losses, this.#context.log);
  }
}
