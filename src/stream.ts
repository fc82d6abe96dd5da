/**
 * One stream on its way into its table: its schema, its encoder, its open batch, and the chain of its loads, which run
 * one after the other in the order of the input. Each batch carries its own immutable plan.
 */
import type { LimitFunction } from 'p-limit';
import { InputError } from './errors.ts';
import type { Ledger, Settle } from './ledger.ts';
import type { Logger } from './log.ts';
import type { Config } from './options.ts';
import type { Json } from './protocol/json.ts';
import type { RecordMessage, SchemaMessage } from './protocol/message.ts';
import { RecordEncoder } from './rows/encoder.ts';
import { compileValidator } from './rows/validate.ts';
import { noLosses, Token, type Losses } from './rows/values.ts';
import { Batch, type Staging } from './staging/batch.ts';
import { batchPrefix } from './staging/keys.ts';
import { resolveColumns } from './table/changes.ts';
import { columnsOf } from './table/columns.ts';
import { typeSql, type Column, type StoredColumn } from './table/types.ts';
import type { LoadJob, Loader } from './warehouse/loader.ts';

/** What the streams of a run share. */
export interface StreamContext {
  readonly config: Config;
  readonly loader: Loader;
  readonly staging: Staging;
  readonly ledger: Ledger;
  /** How many tables load at the same time. */
  readonly loads: LimitFunction;
  readonly objectPrefix: string;
  readonly folder: string;
  readonly log: Logger;
  readonly now: () => number;
  readonly nextBatch: () => number;
  /** A batch is durable and the ledger knows. */
  readonly onCommitted: () => void;
  readonly onFailure: (error: unknown) => void;
  /** A load or the way to S3 failed for good: nothing further is loaded. */
  readonly areLoadsStopped: () => boolean;
}

/** What a schema makes of the stream. */
interface Plan {
  readonly message: SchemaMessage;
  readonly columns: readonly Column[];
  readonly method: 'append' | 'upsert';
  readonly encoder: RecordEncoder;
}

interface OpenBatch {
  readonly plan: Plan;
  readonly rows: Batch;
  readonly settle: Settle;
  readonly number: number;
  readonly keyPrefix: string;
  readonly maxBytes: number[];
}

export class Stream {
  readonly name: string;
  readonly table: string;
  readonly #context: StreamContext;
  #stored: readonly StoredColumn[] | undefined;
  #plan: Plan | undefined;
  /** The plan's table does not exist or fit yet, because none of its batches was loaded. */
  #isTableDue = false;
  #batch: OpenBatch | undefined;
  #ordinal = 0;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #onRoom: (() => void)[] = [];
  #loadedRows = 0;

  constructor(
    name: string,
    table: string,
    stored: readonly StoredColumn[] | undefined,
    context: StreamContext,
  ) {
    this.name = name;
    this.table = table;
    this.#stored = stored;
    this.#context = context;
  }

  /** Rows that are committed. */
  get loadedRows(): number {
    return this.#loadedRows;
  }

  /** Whether the schema differs from the current one in more than the order of its keys. */
  isNewSchema(message: SchemaMessage): boolean {
    const current = this.#plan?.message;
    return (
      !current ||
      !sameJson(current.schema, message.schema) ||
      !sameJson([...current.keyProperties].sort(), [...message.keyProperties].sort())
    );
  }

  /** Takes a new schema. The open batch must be closed before: its rows were encoded for the old one. */
  setSchema(message: SchemaMessage): void {
    const { config, log } = this.#context;
    const wanted = columnsOf(this.name, message.schema, message.keyProperties);
    const columns = resolveColumns(this.table, wanted, this.#stored);
    this.#reportLosses();
    this.#plan = {
      message,
      columns,
      method: config.load_method === 'upsert' && message.keyProperties.length > 0 ? 'upsert' : 'append',
      encoder: new RecordEncoder({
        stream: this.name,
        columns,
        validate: config.validate_records ? compileValidator(this.name, message.schema) : undefined,
        onUnknownProperty: (property) =>
          log.warn(
            { stream: this.name },
            `property ${JSON.stringify(property)} is not in the schema and is not loaded`,
          ),
      }),
    };
    this.#isTableDue = true;
    this.#stored = withPlanned(this.#stored, columns);
  }

  /** Encodes a record into the open batch, opening one if need be. One synchronous step with the ledger. */
  append(message: RecordMessage, line: number, lineBytes: number): void {
    const plan = this.#plan;
    if (!plan)
      throw new InputError(`Cannot load line ${line}: stream "${this.name}" has no schema`, { line });
    const batch = this.#batch ?? this.#open(plan);
    const cells = plan.encoder.encode(message, line, lineBytes, batch.maxBytes);
    if (plan.method === 'upsert') cells.push(new Token(String(this.#ordinal++)));
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

  /** CSV bytes in memory that are not on their way to S3. */
  get openBytes(): number {
    return this.#batch?.rows.openBytes ?? 0;
  }

  /** Sends what is open to S3 to free memory; the batch stays open. */
  cut(): void {
    this.#batch?.rows.cut();
  }

  /** Whether a closed batch may be added: at most one waits behind the one that is loading. */
  get hasRoom(): boolean {
    return this.#waiting === 0;
  }

  async room(): Promise<void> {
    while (!this.hasRoom) await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  /** Closes the open batch and queues its load. */
  close(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    this.#isTableDue = false;
    const staged = batch.rows.close();
    staged.catch(() => undefined);
    this.#enqueue(async () => {
      if (this.#context.areLoadsStopped()) return this.#discard(batch);
      const { loader, log, onCommitted, now } = this.#context;
      const started = now();
      const ready = await staged.catch(async (error: unknown) => {
        await this.#discard(batch);
        throw error;
      });
      await loader.load(this.#job(batch), ready, (counts) => {
        this.#loadedRows += ready.rows;
        batch.settle();
        log.info(
          {
            stream: this.name,
            table: this.table,
            rows: ready.rows,
            ...counts,
            bytes: ready.bytes,
            parts: ready.parts.length,
            ms: now() - started,
          },
          `loaded ${ready.rows} rows of ${this.name}`,
        );
        onCommitted();
      });
    });
  }

  /** After the last message: loads what is open, and makes the table of a stream without rows. */
  finish(): void {
    this.close();
    const plan = this.#plan;
    if (this.#isTableDue && plan) {
      this.#enqueue(async () => {
        if (this.#context.areLoadsStopped()) return;
        await this.#context.loader.prepare(this.#job({ plan, maxBytes: [], number: 0, keyPrefix: '' }));
      });
    }
    this.#reportLosses();
  }

  /** Gives up the open batch. Resolves when nothing of it is left in S3. */
  async abandon(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch) await this.#discard(batch);
  }

  /** Resolves when every queued load has ended, well or not. */
  async drained(): Promise<void> {
    await this.#tail;
  }

  #open(plan: Plan): OpenBatch {
    const { objectPrefix, folder, staging, ledger, now, nextBatch, log } = this.#context;
    const number = nextBatch();
    log.debug({ stream: this.name, batch: number }, 'opened a batch');
    const keyPrefix = batchPrefix(objectPrefix, folder, this.table, number);
    this.#batch = {
      plan,
      rows: new Batch(keyPrefix, staging, now()),
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
      table: this.table,
      columns: plan.columns,
      maxBytes,
      method: plan.method,
      keyProperties: plan.message.keyProperties,
      batch: number,
      keyPrefix,
    };
  }

  #enqueue(work: () => Promise<void>): void {
    const { loads, onFailure } = this.#context;
    this.#waiting++;
    this.#tail = this.#tail
      .then(() =>
        loads(async () => {
          this.#waiting--;
          for (const wake of this.#onRoom.splice(0)) wake();
          await work();
        }),
      )
      .catch(onFailure);
  }

  async #discard(batch: OpenBatch): Promise<void> {
    await this.#context.loader.remove(await batch.rows.discard());
  }

  #reportLosses(): void {
    const losses = this.#plan?.encoder.losses ?? noLosses();
    for (const [kind, sentence] of Object.entries(LOSSES) as [keyof Losses, string][]) {
      if (losses[kind] === 0) continue;
      this.#context.log.warn({ stream: this.name, count: losses[kind] }, sentence);
      losses[kind] = 0;
    }
  }
}

const LOSSES: Readonly<Record<keyof Losses, string>> = {
  nulRemoved: 'texts held NUL characters, which Redshift cannot store; they were removed',
  surrogatesReplaced: 'texts held lone surrogates, which are not characters; they became U+FFFD',
  invalidUtf8: 'records held bytes that are not UTF-8; they became U+FFFD',
  fractionsCut: 'times had more than six digits of a second, which Redshift cannot store; the rest was cut',
  doublesRounded: 'numbers had more digits than their column holds; they are rounded to the nearest',
  duplicateKeys: 'keys stood twice in one JSON object; the last value was taken',
};

/** The columns that the table will have once the plan's first batch is loaded. */
function withPlanned(
  stored: readonly StoredColumn[] | undefined,
  columns: readonly Column[],
): readonly StoredColumn[] {
  const known = new Set(stored?.map(({ name }) => name));
  const planned = columns.filter(({ name }) => !known.has(name));
  return [
    ...(stored ?? []),
    ...planned.map(({ name, type }) => ({
      name,
      type,
      typeText: typeSql(type).toLowerCase(),
      nullable: true,
    })),
  ];
}

/** Equal but for the order of object keys. Numbers are equal when their texts are. */
function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return canonical(a ?? null) === canonical(b ?? null);
}

function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join()}]`;
  if (value instanceof Map) {
    const members = [...(value as ReadonlyMap<string, Json>)].map(
      ([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`,
    );
    return `{${members.sort().join()}}`;
  }
  return 'text' in value ? value.text : '';
}
