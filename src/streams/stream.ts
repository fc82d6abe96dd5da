/**
 * One stream on its way into its table: its schema, its encoder, its open batch, and the chain of its loads, which run
 * one after the other in the order of the input. Each batch carries its own immutable plan.
 */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import { NO_TIME, type Frame } from '../protocol/envelope.ts';
import type { BatchMessage, Origin, RecordMessage, SchemaMessage } from '../protocol/message.ts';
import type { Unplanned } from '../rows/encoder.ts';
import { Token } from '../rows/values.ts';
import type { RecordFacts } from '../rows/walk/metadata-cells.ts';
import { DECLINED } from '../rows/walk/tape.ts';
import { Batch } from '../staging/batch.ts';
import { batchName, batchPrefix, rejectedFolder } from '../staging/keys.ts';
import { RejectedRecords } from '../staging/rejected.ts';
import type { Numeric } from '../table/fits.ts';
import {
  typeSql,
  type ColumnType,
  type StoredColumn,
  type StoredTable,
  type TableRef,
} from '../table/types.ts';
import { kindOf, LIVE, narrowKind } from '../warehouse/row-kinds.ts';
import type { StreamContext } from './context.ts';
import { checkFiles } from './direct.ts';
import { Evidence } from './evidence.ts';
import { Fallbacks, type Fallback } from './fallbacks.ts';
import { InvalidRecords } from './invalid.ts';
import { reportLosses } from './losses.ts';
import { joinOf } from './join.ts';
import { grownColumns, planStream, withPlanned, withRows, type RowOptions, type StreamPlan } from './plan.ts';
import { TableWork, type OpenBatch } from './work.ts';
import { impliesMetadata, versionObstacle, Versions, type Activation } from './versions.ts';

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
  /** The one whose columns the batches have; later schemas may lack some of them, see `join.ts`. */
  #widest: StreamPlan | undefined;
  /** The plan's table does not exist or fit yet, because none of its batches was loaded. */
  #isTableDue = false;
  #batch: OpenBatch | undefined;
  /** The columns of the schemas that lack some. */
  #narrow: ReadonlySet<string>[] = [];
  /** Columns of which this run has planned the type. */
  readonly #planned = new Set<string>();
  /** Whether the values of a column fit a type, by both. */
  readonly #fits = new Map<string, boolean>();
  /** Columns whose values do not fit the type that they would grow to. */
  readonly #ungrowable = new Set<string>();
  /** Columns of which values had to go to a second one. */
  readonly #overflowing = new Set<string>();
  #hasMetadata: boolean;
  readonly #told = new Set<string>();
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
    this.#hasMetadata = settings.add_record_metadata ?? false;
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

  /** Takes a schema. One that makes other columns of the stream closes the open batch: its rows were encoded for the old ones. */
  async setSchema(message: SchemaMessage): Promise<void> {
    if (this.#plan?.message.line.equals(message.line)) return;
    const next = await this.#planFor(message);
    if (this.#widest && this.#join(this.#widest, next)) return;
    this.#evidence.schema();
    await this.#adopt(next);
  }

  /** Whether the records of the new schema go on in the batches of the widest one. */
  #join(widest: StreamPlan, next: StreamPlan): boolean {
    const join = joinOf(widest, next);
    if (!join) return false;
    const { columns, carried } = join;
    const narrow = carried === undefined ? undefined : this.#narrowIndex(carried);
    if (narrow === -1) return false;
    const kind = narrow === undefined ? LIVE : narrowKind(narrow);
    this.#reportLosses();
    this.#plan = withRows({ ...next, columns, kind }, this.settings, this.#rows);
    this.#tell(next.warnings);
    return true;
  }

  /** Which of the narrower schemas this is; -1 when rows of it could not be told in order from those of the others. */
  #narrowIndex(carried: ReadonlySet<string>): number {
    const known = this.#narrow.findIndex((one) => one.size === carried.size && isWithin(one, carried));
    if (known !== -1) return known;
    if (!this.#narrow.every((one) => isWithin(one, carried) || isWithin(carried, one))) return -1;
    return this.#narrow.push(carried) - 1;
  }

  async #adopt(plan: StreamPlan): Promise<StreamPlan> {
    await this.room();
    this.close();
    this.#reportLosses();
    this.#tell(plan.warnings);
    this.#plan = plan;
    this.#widest = plan;
    this.#narrow = [];
    this.#isTableDue = true;
    this.#stored = withPlanned(this.#stored, plan.columns);
    for (const { name } of plan.columns) this.#planned.add(name);
    this.#keys = plan.keys;
    if (this.#overwrites) this.#work.beginOverwrite();
    return plan;
  }

  /** Looks at the values of the table where the plan depends on them. */
  async #planFor(message: SchemaMessage): Promise<StreamPlan> {
    const unknown: (readonly [string, Numeric])[] = [];
    const plan = this.#planWith(message, (column, type) => {
      if (this.#ungrowable.has(column)) return false;
      const known = this.#fits.get(fitKey(column, type));
      if (known === undefined) unknown.push([column, type as Numeric]);
      return known ?? true;
    });
    if (unknown.length === 0) return plan;
    // What is on its way counts.
    await this.room();
    this.close();
    await this.drained();
    for (const [column, type] of unknown) {
      this.#fits.set(fitKey(column, type), await this.#context.loader.fits(this.target, column, type));
    }
    return this.#planWith(message, (column, type) => {
      return !this.#ungrowable.has(column) && this.#fits.get(fitKey(column, type)) !== false;
    });
  }

  #planWith(message: SchemaMessage, canBecome: (column: string, type: ColumnType) => boolean): StreamPlan {
    return planStream({
      message,
      target: this.target,
      settings: this.settings,
      hasMetadata: this.#hasMetadata,
      stored: this.#stored,
      notedKeys: this.#keys,
      fate: {
        isDiscarded: (column) => this.#overwrites && !this.#planned.has(column),
        canBecome,
        overflowing: this.#overflowing,
      },
      rows: this.#rows,
    });
  }

  get #rows(): RowOptions {
    const { staging, readAt, syncStartedAt } = this.#context;
    return {
      sentinel: staging.format.sentinel,
      readAt,
      syncStartedAt,
      warn: (sentence) => this.#tell([sentence]),
    };
  }

  /** Warns of each thing once in a run. */
  #tell(sentences: readonly string[]): void {
    for (const sentence of sentences) {
      if (this.#told.has(sentence)) continue;
      this.#told.add(sentence);
      this.#context.log.warn({ stream: this.name }, sentence);
    }
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
    return this.#append(this.#plan, message, origin, this.#whyFallback(this.#plan, message, origin));
  }

  #append(
    plan: StreamPlan,
    message: RecordMessage,
    origin: Origin,
    why: Fallback,
  ): Promise<void> | undefined {
    const again = (next: StreamPlan): Promise<void> | undefined => this.#append(next, message, origin, why);
    if (this.#awaitsVersion(message.version)) return this.#adoptMetadata(plan).then(again);
    const batch = this.#batch ?? this.#open(plan);
    const outcome = plan.encoder.encode(message, origin, batch);
    if (outcome.kind === 'unplanned') return this.#replan(plan, outcome).then(again);
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
  async #replan({ message }: StreamPlan, { why, column }: Unplanned): Promise<StreamPlan> {
    const needed = why === 'overflow' ? this.#overflowing : this.#ungrowable;
    if (needed.has(column)) throw new Error(`column "${column}" was planned for such values already`);
    needed.add(column);
    // Before the schema is planned anew: what the open batch has grown counts.
    await this.room();
    this.close();
    return this.#adopt(await this.#planFor(message));
  }

  /** Whether a version shows that the table needs to know the versions of its rows. */
  #awaitsVersion(version: string | undefined): boolean {
    return version !== undefined && !this.#hasMetadata && impliesMetadata(this.settings);
  }

  async #adoptMetadata({ message }: StreamPlan): Promise<StreamPlan> {
    this.#hasMetadata = true;
    this.#tell([
      'its records have versions and hard_delete is set: the table gets the columns of add_record_metadata, so that ' +
        'ACTIVATE_VERSION can delete the rows of older versions (add_record_metadata false prevents that)',
    ]);
    return this.#adopt(await this.#planFor(message));
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

  /** Closes the open batch and queues its load, and behind it the activations that its records make due. */
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

  /** Takes an ACTIVATE_VERSION: what was read before it is loaded first. */
  async activate(version: bigint): Promise<void> {
    this.#evidence.activation();
    if (this.#overwrites) return;
    if (this.#plan && this.#awaitsVersion(String(version))) await this.#adoptMetadata(this.#plan);
    const obstacle = versionObstacle(this.settings, this.#hasMetadata);
    if (obstacle !== undefined) {
      this.#ignoreVersions(obstacle);
      return;
    }
    await this.room();
    this.close();
    this.#versions.add({ version, settle: this.#context.ledger.open() });
    this.#activate(this.#versions.takeDue());
  }

  /** After the last message: loads what is open, and makes the table of a stream without rows. */
  finish(): void {
    this.close();
    if (this.#plan && this.#isTableDue && !this.#overwrites) this.#work.prepare(this.#plan);
    this.#reportLosses();
  }

  /**
   * Once everything read is loaded: overwrites the table, obeys the activations that still wait. `isWholeInput` says that
   * the input ended by itself. False when the stream would be overwritten, but may be incomplete.
   */
  settle(isWholeInput: boolean): boolean {
    const isComplete = isWholeInput && this.#evidence.isComplete;
    if (this.#overwrites) {
      const isDue = isComplete || (isWholeInput && this.settings.overwrite_when === 'end_of_input');
      if (this.#plan && isDue) this.#work.swap(this.#plan);
      return isDue;
    }
    const rest = this.#versions.takeRest();
    if (isComplete) this.#activate(rest);
    else if (rest.length > 0) {
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
      census: [],
      nullKeys: 0,
      narrow: this.#narrow,
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

  #activate(activations: readonly Activation[]): void {
    if (activations.length === 0 || !this.#plan) return;
    if (this.#versions.hasUnversioned) {
      this.#ignoreVersions(
        'records of this run have no version, so their rows could not be told from old ones',
      );
      for (const { settle } of activations) settle();
      return;
    }
    this.#isTableDue = false;
    this.#work.activate(this.#plan, activations, this.settings.add_record_metadata === undefined);
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

function fitKey(column: string, type: ColumnType): string {
  return JSON.stringify([column, typeSql(type)]);
}

function isWithin<T>(small: ReadonlySet<T>, large: ReadonlySet<T>): boolean {
  return [...small].every((one) => large.has(one));
}
