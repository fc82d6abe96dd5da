/**
 * One stream on its way into its table: its schema, its encoder, its open batch, and the chain of its loads, which run
 * one after the other in the order of the input. Each batch carries its own immutable plan.
 */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import { NO_TIME, type Frame } from '../protocol/envelope.ts';
import type { BatchMessage, Origin, RecordMessage, SchemaMessage } from '../protocol/message.ts';
import type { Unplanned } from '../rows/unplanned.ts';
import { Token } from '../rows/values.ts';
import type { RecordFacts } from '../rows/walk/metadata-cells.ts';
import { DECLINED } from '../rows/walk/tape.ts';
import { rejectedFolder } from '../staging/keys.ts';
import type { StoredTable, TableRef } from '../table/types.ts';
import { kindOf, LIVE } from '../warehouse/row-kinds.ts';
import type { StreamContext } from './context.ts';
import { checkFiles } from './direct.ts';
import { Evidence } from './evidence.ts';
import { Fallbacks, MAX_WALKED_BYTES, whyFallback, type Fallback } from './fallbacks.ts';
import { InvalidRecords } from './invalid.ts';
import { LossReport } from './losses.ts';
import { grownColumns, type StreamPlan } from './plan.ts';
import { Planning } from './planning.ts';
import { openBatch, type OpenBatch } from './open-batch.ts';
import { Teller } from './teller.ts';
import { TableWork } from './work.ts';
import { impliesMetadata, versionObstacle, Versions, type Activation } from './versions.ts';

export class Stream {
  readonly name: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly #context: StreamContext;
  /** What is done to the table, one thing after the other. */
  readonly work: TableWork;
  readonly #invalid: InvalidRecords;
  readonly #evidence: Evidence;
  readonly #versions = new Versions();
  readonly #planning: Planning;
  /** The plan's table does not exist or fit yet, because none of its batches was loaded. */
  #isTableDue = false;
  #batch: OpenBatch | undefined;
  readonly #teller: Teller;
  readonly #lossReport: LossReport;
  readonly #fallbacks = new Fallbacks();
  readonly #facts: { -readonly [Fact in keyof RecordFacts]: RecordFacts[Fact] };
  #ordinal = 0;

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
    this.#context = context;
    this.#teller = new Teller(name, context.log);
    this.#lossReport = new LossReport(name, context.log);
    this.work = new TableWork(name, target, settings, context);
    const rejectedUrl = context.staging.url(rejectedFolder(context.rejectedPrefix, target.table));
    this.#invalid = new InvalidRecords(name, settings, rejectedUrl);
    this.#evidence = new Evidence(() => context.ledger.marks);
    const { staging, loader, readAt, syncStartedAt } = context;
    this.#planning = new Planning(target, settings, table, {
      rows: {
        sentinel: staging.format.sentinel,
        readAt,
        syncStartedAt,
        warn: (sentence) => this.#teller.warn(sentence),
      },
      settled: () => this.#settled(),
      fits: (column, type) => loader.fits(target, column, type),
    });
    this.#facts = { now: 0, batchOpenedAt: 0, syncStartedAt, version: undefined, timeAt: NO_TIME };
  }

  get #overwrites(): boolean {
    return this.settings.load_method === 'overwrite';
  }

  /** Records that were encoded by the reference encoder, by reason; undefined when there are none. */
  get fallbacks(): Fallbacks['counts'] {
    return this.#fallbacks.counts;
  }

  /** The records that were invalid, and what became of them. */
  get invalid(): InvalidRecords {
    return this.#invalid;
  }

  get #plan(): StreamPlan | undefined {
    return this.#planning.plan;
  }

  /** Takes a schema. One that makes other columns of the stream closes the open batch: its rows were encoded for the old ones. */
  async setSchema(message: SchemaMessage): Promise<void> {
    if (this.#plan?.message.line.equals(message.line)) return;
    const next = await this.#planning.planFor(message);
    this.#takeLosses();
    this.#teller.warn(...next.warnings);
    if (this.#planning.join(next)) return;
    this.#evidence.schema();
    await this.#adopt(next);
  }

  async #adopt(plan: StreamPlan): Promise<StreamPlan> {
    await this.work.room();
    this.close();
    this.#planning.adopt(plan);
    this.#isTableDue = true;
    if (this.#overwrites) this.work.beginOverwrite();
    return plan;
  }

  async #settled(): Promise<void> {
    await this.work.room();
    this.close();
    await this.work.drained();
  }

  /**
   * Takes the record at `at` of the tape's source, in the line from `start` to the LF at `end`, by walking along it; into
   * the open batch, opening one if need be. One synchronous step with the ledger. False when nothing was taken: then the
   * line is to be parsed and appended.
   */
  walk(at: number, frame: Frame, start: number, end: number): boolean {
    const { walk, kind = LIVE } = this.#plan ?? {};
    const bytes = end - start;
    if (!walk || bytes > MAX_WALKED_BYTES) return false;
    const { tape, readAt } = this.#context;
    const batch = this.#batch ?? this.#open(this.#plan as StreamPlan);
    batch.rows.roll(tape, walk.room(bytes));
    const recordEnd = walk.record(tape, at);
    if (recordEnd === DECLINED || !frame.close(tape.source, recordEnd, end)) return false;
    if (this.#awaitsVersion(frame.version)) return false;
    const facts = this.#facts;
    facts.now = readAt();
    facts.batchOpenedAt = batch.openedAt;
    facts.version = frame.version;
    facts.timeAt = frame.timeAt;
    if (!walk.complete(facts, this.#ordinal)) return false;
    walk.commit(batch);
    batch.census[kind] = (batch.census[kind] ?? 0) + 1;
    batch.rows.written(tape);
    this.#ordinal++;
    this.#evidence.record();
    this.#versions.record(frame.version);
    return true;
  }

  /**
   * Encodes a record into the open batch, opening one if need be: one synchronous step with the ledger. A promise only where
   * the stream needs other columns for the record.
   */
  append(message: RecordMessage, origin: Origin): Promise<void> | undefined {
    if (!this.#plan)
      throw new InputError(`Cannot load line ${origin.line}: stream "${this.name}" has no schema`, origin);
    return this.#append(
      this.#plan,
      message,
      origin,
      whyFallback(this.#plan.walk, this.settings, message, origin),
    );
  }

  #append(
    plan: StreamPlan,
    message: RecordMessage,
    origin: Origin,
    why: Fallback,
  ): Promise<void> | undefined {
    const again = (next: StreamPlan): Promise<void> | undefined => this.#append(next, message, origin, why);
    if (this.#awaitsVersion(message.version)) return this.#adoptMetadata().then(again);
    const batch = this.#batch ?? this.#open(plan);
    const outcome = plan.encoder.encode(message, origin, batch);
    if (outcome.kind === 'unplanned') return this.#replan(outcome).then(again);
    this.#evidence.record();
    this.#fallbacks.add(why);
    if (outcome.kind === 'rejection') {
      this.#invalid.check(outcome, origin);
      batch.rejected.append(message, origin, outcome);
      this.#invalid.countRejected(outcome, origin);
      return undefined;
    }
    if (outcome.nulled.length > 0) {
      batch.nulled++;
      this.#invalid.countNulled(outcome.nulled, origin);
    }
    this.#versions.record(message.version);
    const { cells, deletion, hasNullKey } = outcome;
    const kind = kindOf(plan.kind, deletion);
    if (plan.method !== 'append') cells.push(new Token(String(this.#ordinal++)), new Token(String(kind)));
    batch.census[kind] = (batch.census[kind] ?? 0) + 1;
    if (hasNullKey) batch.nullKeys++;
    batch.rows.append(cells);
    return undefined;
  }

  /** Gives the stream the columns for a value that those of its plan cannot hold. */
  async #replan(unplanned: Unplanned): Promise<StreamPlan> {
    // What the open batch has grown counts.
    await this.work.room();
    this.close();
    const plan = await this.#planning.planAround(unplanned);
    this.#teller.warn(...plan.warnings);
    return this.#adopt(plan);
  }

  /** Whether a version shows that the table needs to know the versions of its rows. */
  #awaitsVersion(version: string | undefined): boolean {
    return version !== undefined && !this.#planning.hasMetadata && impliesMetadata(this.settings);
  }

  async #adoptMetadata(): Promise<StreamPlan> {
    this.#teller.warn(
      'its records have versions and hard_delete is set: the table gets the columns of add_record_metadata, so that ' +
        'ACTIVATE_VERSION can delete the rows of older versions (add_record_metadata false prevents that)',
    );
    return this.#adopt(await this.#planning.planWithMetadata());
  }

  /** Whether a property of the schema has this name. */
  reads(property: string): boolean {
    return this.#plan?.encoder.reads(property) ?? false;
  }

  /** Whether the files of BATCH messages are copied by Redshift alone. */
  get copiesFiles(): boolean {
    return this.settings.batch_direct_copy;
  }

  /** Queues the files of a BATCH message behind what was read before it. Throws InputError when COPY cannot read them. */
  async copyFiles(message: BatchMessage, line: number): Promise<void> {
    checkFiles(message, line, this.#context.locations);
    await this.work.room();
    this.close();
    await this.work.room();
    if (!this.#plan || message.files.length === 0) return;
    this.#isTableDue = false;
    this.#evidence.record();
    this.work.copyFiles(this.#plan, message);
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

  /** Closes the open batch and queues its load, and after it the activation that its records make due. */
  close(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#takeLosses();
    this.#batch = undefined;
    if (batch.rows.rows > 0) this.#isTableDue = false;
    this.#planning.grow(grownColumns(batch.plan.columns, batch.outgrown).filter((_, i) => batch.outgrown[i]));
    this.work.load(batch);
    this.#activate(this.#versions.takeDue());
  }

  /** Takes an ACTIVATE_VERSION: what was read before it is loaded first. */
  async activate(version: bigint): Promise<void> {
    this.#evidence.activation();
    if (this.#overwrites) return;
    if (this.#plan && this.#awaitsVersion(String(version))) await this.#adoptMetadata();
    const obstacle = versionObstacle(this.settings, this.#planning.hasMetadata);
    if (obstacle !== undefined) {
      this.#ignoreVersions(obstacle);
      return;
    }
    await this.work.room();
    this.close();
    this.#versions.add(version, () => this.#context.ledger.open());
    this.#activate(this.#versions.takeDue());
  }

  /** After the last message: loads what is open, and makes the table of a stream without rows. */
  finish(): void {
    this.close();
    if (this.#plan && this.#isTableDue && !this.#overwrites) this.work.prepare(this.#plan);
    this.#takeLosses();
    this.#lossReport.end(this.#plan?.columns ?? []);
  }

  /**
   * Once everything read is loaded: overwrites the table, obeys the activation that still waits. `isWholeInput` says that
   * the input ended by itself. False when the stream would be overwritten, but may be incomplete.
   */
  settle(isWholeInput: boolean): boolean {
    const isComplete = isWholeInput && this.#evidence.isComplete;
    if (this.#overwrites) {
      const isDue = isComplete || (isWholeInput && this.settings.overwrite_when === 'end_of_input');
      if (this.#plan && isDue) this.work.swap(this.#plan);
      return isDue;
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

  /** Gives up the open batch, but for what it set aside. Resolves when nothing else of it is left in S3. */
  async abandon(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    await this.work.abandon(batch);
  }

  #open(plan: StreamPlan): OpenBatch {
    this.#batch = openBatch(this.name, this.target, plan, this.#planning.narrow, this.#context);
    return this.#batch;
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
    this.work.activate(this.#plan, activation, this.settings.add_record_metadata === undefined);
  }

  #ignoreVersions(why: string): void {
    this.#teller.first('ignored versions', `ACTIVATE_VERSION is ignored: ${why}`);
  }

  #takeLosses(): void {
    if (this.#plan) this.#lossReport.take(this.#plan.encoder.losses, this.#plan.columns);
  }
}
