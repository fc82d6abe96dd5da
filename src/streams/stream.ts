/**
 * One stream on its way into its table: its schema, its encoder, its open batch, and the chain of its loads, which run one after
 * another in the order of the input. Each batch has its own immutable plan.
 */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import type { BatchMessage, Origin, RecordMessage, SchemaMessage } from '../protocol/message.ts';
import type { Unplanned } from '../rows/unplanned.ts';
import { rejectedFolder } from '../staging/keys.ts';
import type { TableRef } from '../table/types.ts';
import type { CompletionWish, StreamContext } from './context.ts';
import { checkFiles } from './direct.ts';
import { Evidence } from './evidence.ts';
import { Fallbacks, whyFallback, type Fallback } from './fallbacks.ts';
import { FastRows, type RowPlace } from './fast-rows.ts';
import { InvalidRecords } from './invalid.ts';
import { LossReport } from './losses.ts';
import type { StreamPlan } from './plan.ts';
import { Planning, rowOptionsOf, type PlannedStream } from './planning.ts';
import { appendRow, isAged, isFull, openBatch, type OpenBatch } from './open-batch.ts';
import { Teller } from './teller.ts';
import { TableWork } from './work.ts';
import { impliesMetadata, versionObstacle, Versions, type Activation } from './versions.ts';

export interface StreamOptions extends PlannedStream {
  readonly name: string;
}

export class Stream {
  readonly name: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly #context: StreamContext;
  /** The work on the table, one after another. */
  readonly work: TableWork;
  /** The invalid records and what happened to them. */
  readonly invalid: InvalidRecords;
  readonly #evidence: Evidence;
  readonly #versions = new Versions();
  readonly #planning: Planning;
  /** The table of the plan does not exist or does not fit yet, because none of its batches was loaded. */
  #isTableDue = false;
  #batch: OpenBatch | undefined;
  readonly #teller: Teller;
  readonly #lossReport: LossReport;
  /** The records that the reference encoder encoded. */
  readonly fallbacks = new Fallbacks();
  /** The records that are not parsed. */
  readonly fast: FastRows<Stream>;
  #ordinal = 0;

  constructor({ name, target, settings, table, dialect }: StreamOptions, context: StreamContext) {
    this.name = name;
    this.target = target;
    this.settings = settings;
    this.#context = context;
    this.#teller = new Teller(name, context.log);
    this.#lossReport = new LossReport(name, context.log);
    this.work = new TableWork(name, target, settings, context);
    const rejectedUrl = context.staging.url(rejectedFolder(context.rejectedPrefix, target.table));
    this.invalid = new InvalidRecords(name, settings, rejectedUrl, dialect.rules);
    this.#evidence = new Evidence(() => context.effects.statesRead);
    const { loader } = context;
    this.#planning = new Planning(
      { target, settings, table, dialect },
      {
        rows: rowOptionsOf(context, (sentence) => this.#teller.warn(sentence)),
        loadedSoFar: () => this.#loadedSoFar(),
        onPlanned: context.onPlanned,
        fits: (column, type) =>
          loader.fits(this.#overwrites ? loader.shadowOf(target) : target, column, type),
        largeStrings: () => loader.largeStrings(),
      },
    );
    this.fast = new FastRows(this, this.#rowPlace(), context);
  }

  #rowPlace(): RowPlace {
    const plan = (): StreamPlan | undefined => this.plan;
    const ordinal = (): number => this.#ordinal;
    return {
      get plan() {
        return plan();
      },
      get ordinal() {
        return ordinal();
      },
      batch: (plan) => this.#batch ?? this.#open(plan),
      awaitsVersion: (version) => this.#awaitsVersion(version),
      counted: (version, rows) => {
        this.#ordinal += rows;
        this.#evidence.record();
        this.#versions.record(version);
      },
    };
  }

  get #overwrites(): boolean {
    return this.settings.load_method === 'overwrite';
  }

  /** Its records, or those without a key, become rows each time, so that one that is sent again is there twice. */
  get doublesRecords(): boolean {
    return !this.#overwrites && (this.plan?.method === 'append' || this.settings.null_keys === 'append');
  }

  /** What it does only at its end holds every state back until then. */
  get holdsStates(): boolean {
    return this.#overwrites || this.#versions.isWaiting;
  }

  /** Records that were accepted. */
  get accepted(): number {
    return this.#ordinal;
  }

  /** The plan of its latest schema. */
  get plan(): StreamPlan | undefined {
    return this.#planning.plan;
  }

  /** Takes a schema. A schema with other columns closes the open batch, because its rows were encoded for the old ones. */
  async setSchema(message: SchemaMessage): Promise<void> {
    if (this.plan?.message.line.equals(message.line)) return;
    this.#grow();
    const next = await this.#planning.planFor(message);
    this.#teller.warn(...next.warnings);
    if (this.#planning.join(next)) return;
    this.#evidence.schema();
    await this.#adopt(next);
  }

  /** Takes a plan in batches of its own. The current schema joins it if it is a narrower one. */
  async #adopt(plan: StreamPlan, current = plan.message): Promise<StreamPlan> {
    await this.work.room();
    this.close();
    this.#planning.adopt(plan);
    this.#isTableDue = true;
    if (this.#overwrites) this.work.beginOverwrite();
    if (current === plan.message) return plan;
    const next = await this.#planning.planFor(current);
    return this.#planning.join(next) ? (this.plan ?? next) : this.#adopt(next);
  }

  /** Tells later plans the types that columns grow to for values of the open batch. */
  #grow(): void {
    this.#takeLosses();
    if (this.#batch) this.#planning.grow(this.#batch.outgrown);
  }

  async #loadedSoFar(): Promise<void> {
    await this.work.room();
    this.close();
    await this.work.drained();
  }

  /**
   * Encodes a record into the open batch, which is opened if necessary: one synchronous step with the ledger. Returns a promise
   * only if the stream needs other columns for the record.
   */
  append(message: RecordMessage, origin: Origin): Promise<void> | undefined {
    if (!this.plan)
      throw new InputError(`Cannot load line ${origin.line}: stream "${this.name}" has no schema`, origin);
    const why = whyFallback(this.plan.walk, this.settings, message, origin);
    return this.#append(this.plan, message, origin, why);
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
    const outcome = plan.encoder.encode(message, origin, batch, this.#ordinal);
    if (outcome.kind === 'unplanned') return this.#replan(outcome).then(again);
    this.#evidence.record();
    this.fallbacks.add(why);
    if (outcome.kind === 'rejection') {
      this.invalid.check(outcome, origin);
      batch.rejected.append(plan.message.line, message, origin, { rejection: outcome, hidden: plan.hidden });
      this.invalid.countRejected(outcome, origin);
      return undefined;
    }
    if (outcome.nulled.length > 0) {
      batch.nulled++;
      this.invalid.countNulled(outcome.nulled, origin);
    }
    this.#versions.record(message.version);
    appendRow(batch, plan, outcome, this.#ordinal++);
    return undefined;
  }

  /** Gives the stream a column for a value that the columns of its plan cannot store, or asks whether they can. */
  async #replan(unplanned: Unplanned): Promise<StreamPlan> {
    if (unplanned.why === 'large-string') {
      this.#takeLosses();
      return this.#planning.askForLargeStrings();
    }
    // Includes the types that columns of the open batch have grown to.
    await this.work.room();
    this.close();
    const current = this.plan?.message;
    const plan = await this.#planning.planAround(unplanned);
    this.#teller.warn(...plan.warnings);
    return this.#adopt(plan, current);
  }

  /** Whether a version shows that the table needs the versions of its rows. */
  #awaitsVersion(version: string | undefined): boolean {
    return version !== undefined && !this.#planning.hasMetadata && impliesMetadata(this.settings);
  }

  async #adoptMetadata(): Promise<StreamPlan> {
    this.#teller.warn(
      'its records have versions and hard_delete is set, so the table gets the columns of add_record_metadata, with which ' +
        'ACTIVATE_VERSION can delete rows of older versions (add_record_metadata false prevents that)',
    );
    this.#grow();
    const current = this.plan?.message;
    return this.#adopt(await this.#planning.planWithMetadata(), current);
  }

  /** Whether a property of the schema has this name. */
  reads(property: string): boolean {
    return this.plan?.encoder.reads(property) ?? false;
  }

  /** Whether Redshift itself copies BATCH files. */
  get copiesFiles(): boolean {
    return this.settings.batch_direct_copy;
  }

  /** Queues BATCH files after what was read before them. Throws InputError if COPY cannot read them. */
  async copyFiles(message: BatchMessage, line: number): Promise<void> {
    checkFiles(message, line, this.#context.locations);
    await this.work.room();
    this.close();
    await this.work.room();
    if (!this.plan || message.files.length === 0) return;
    this.#isTableDue = false;
    this.#evidence.record();
    this.work.copyFiles(this.plan, message);
  }

  /** Turns the rows read so far into CSV. */
  encode(): void {
    this.#batch?.rows.encode();
  }

  get isFull(): boolean {
    return this.#batch !== undefined && isFull(this.#batch, this.#context.config);
  }

  /** Whether the open batch has reached its maximum age. */
  isAged(now: number): boolean {
    return this.#batch !== undefined && isAged(this.#batch, this.#context.config, now);
  }

  /** Bytes in memory that are not being uploaded. */
  get openBytes(): number {
    return this.#batch ? this.#batch.rows.openBytes + this.#batch.rejected.openBytes : 0;
  }

  /** Uploads the open rows to free memory. The batch stays open. */
  cut(): void {
    this.#batch?.rows.cut();
    this.#batch?.rejected.cut();
  }

  /**
   * Closes the open batch and queues its load, followed by the activation that its records trigger. `isLast` says that no more
   * records come.
   */
  close(isLast = false): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#grow();
    this.#batch = undefined;
    if (batch.rows.rows > 0) this.#isTableDue = false;
    this.work.load(batch, isLast);
    this.#activate(this.#versions.takeDue());
  }

  /** Takes an ACTIVATE_VERSION: what was read before it is loaded first. */
  async activate(version: bigint): Promise<void> {
    this.#evidence.activation();
    if (this.#overwrites) return;
    if (this.plan && this.#awaitsVersion(String(version))) await this.#adoptMetadata();
    const obstacle = versionObstacle(this.settings, this.#planning.hasMetadata);
    if (obstacle !== undefined) {
      this.#ignoreVersions(obstacle);
      return;
    }
    await this.work.room();
    this.close();
    this.#versions.add(version, () => this.#context.effects.open(this.name));
    this.#activate(this.#versions.takeDue());
  }

  /** After the last message: loads the open batch, and creates the table of a stream without rows. */
  finish(): void {
    this.close(true);
    if (this.plan && this.#isTableDue && !this.#overwrites) this.work.prepare(this.plan);
    this.#takeLosses();
    this.#lossReport.end(this.plan?.columns ?? []);
  }

  /** Does what makes the table of the stream complete, after the records that were read before. */
  async complete(wish: CompletionWish): Promise<void> {
    await this.work.room();
    this.close(true);
    if (!this.plan) return;
    if (this.#overwrites) this.work.replace(this.plan, wish);
    else this.work.complete(this.plan, wish, this.#isTableDue);
    this.#isTableDue = false;
  }

  /**
   * After everything that was read is loaded: overwrites the table, and runs the activation that is still waiting. `isWholeInput`
   * means that the input ended by itself, `isProven` that no further evidence is needed. Returns false if the stream should be
   * overwritten but may be incomplete.
   */
  conclude(isWholeInput: boolean, isProven: boolean): boolean {
    const isComplete = isWholeInput && (isProven || this.#evidence.isComplete);
    if (this.#overwrites) {
      const isDue = isComplete || (isWholeInput && this.settings.overwrite_when === 'end_of_input');
      if (this.plan && isDue) this.work.overwrite(this.plan);
      return isDue;
    }
    const rest = this.#versions.takeRest();
    if (isComplete) this.#activate(rest);
    else if (rest) {
      this.#context.log.warn(
        { stream: this.name },
        'ACTIVATE_VERSION is dropped: no record of that version arrived, and no later message shows that there are none; ' +
          'rows of older versions stay, and no later state is written',
      );
    }
    return true;
  }

  /** Drops the open batch, except for its rejected records. Resolves when nothing else of it is left in S3. */
  async abandon(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    await this.work.abandon(batch);
  }

  #open(plan: StreamPlan): OpenBatch {
    this.#batch = openBatch(this, plan, this.#planning.narrow, this.#context);
    return this.#batch;
  }

  #activate(activation: Activation | undefined): void {
    if (!activation || !this.plan) return;
    if (this.#versions.hasUnversioned) {
      this.#ignoreVersions('records of this run have no version, so their rows look like old ones');
      activation.settle();
      return;
    }
    this.#isTableDue = false;
    this.work.activate(this.plan, activation, this.settings.add_record_metadata === undefined);
  }

  #ignoreVersions(why: string): void {
    this.#teller.first('ignored versions', `ACTIVATE_VERSION is ignored: ${why}`);
  }

  #takeLosses(): void {
    if (this.plan) this.#lossReport.take(this.plan.encoder.losses, this.plan.columns);
  }
}
