/** The streams of a run by name, and the work on all of them. */
import { settingsOf, type StreamSettings } from '../config/settings.ts';
import { unmatched } from '../config/unmatched.ts';
import { InputError } from '../errors.ts';
import type { ActivateVersionMessage, SchemaMessage } from '../protocol/message.ts';
import type { StreamContext } from './context.ts';
import { Stream, type StreamOptions } from './stream.ts';
import { SINGER, type Dialect } from './dialect.ts';
import { Selection } from './selection.ts';
import { targetOf } from './target.ts';
import type { StoredTable, TableRef } from '../table/types.ts';

export interface StreamsSummary {
  /** Committed rows by stream. */
  readonly streams: Readonly<Record<string, number>>;
  /** The records that needed the reference encoder, by stream and reason; absent if there are none. */
  readonly reference_encoder?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A stream that is known before its records. */
export interface DeclaredStream {
  readonly name: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly dialect: Dialect;
  /** Of its schema. */
  readonly message: SchemaMessage;
  /** The table beside the target into which its rows go until it is complete. */
  readonly refreshTable: TableRef | undefined;
}

export class Streams {
  readonly #context: StreamContext;
  readonly #byName = new Map<string, Stream>();
  readonly #byTable = new Map<string, Stream>();
  readonly #touched = new Set<Stream>();
  readonly #unknown = new Set<string>();
  /** The names in SCHEMA messages, including streams that were rejected. */
  readonly #named = new Set<string>();
  /** The stream that was found last. */
  #last: Stream | undefined;
  /** By schema. */
  readonly #tables = new Map<string, ReadonlyMap<string, StoredTable>>();

  /** Which streams are loaded. */
  readonly selection: Selection;

  constructor(context: StreamContext) {
    this.#context = context;
    this.selection = new Selection(context.config);
  }

  /** The stream with this name, if there is one. */
  find(name: string): Stream | undefined {
    if (this.#last?.name !== name) this.#last = this.#byName.get(name);
    return this.#last;
  }

  /** The stream of a record, which `encode` will visit. Throws InputError before its schema. */
  streamForRecord(name: string, line: number): Stream {
    const stream = this.#byName.get(name);
    if (!stream) {
      throw new InputError(
        `Cannot load line ${line}: a record for stream "${name}" was encountered before a corresponding schema`,
        { line, stream: name },
      );
    }
    this.#touched.add(stream);
    return stream;
  }

  /** Adds a stream of which everything is known. Throws InputError or LoadError. */
  async declare({ name, target, settings, dialect, message, refreshTable }: DeclaredStream): Promise<Stream> {
    const stream = await this.#open({ name, target, settings, dialect }, refreshTable);
    if (refreshTable) stream.work.collectIn(refreshTable);
    await stream.setSchema(message);
    return stream;
  }

  /** The tables of a schema, read when it is first asked for. */
  async tablesOf(schema: string): Promise<ReadonlyMap<string, StoredTable>> {
    const { loader, staging } = this.#context;
    const known = this.#tables.get(schema);
    if (known) return known;
    const tables = await loader.tables(schema);
    if (this.#tables.size === 0) staging.shaper.useSlices(await loader.slices());
    this.#tables.set(schema, tables);
    return tables;
  }

  /** A table has changed, together with others of its schema: all of them are read again. */
  forgetTables(schema: string): void {
    this.#tables.delete(schema);
  }

  /** A table was made, or dropped. */
  setTable({ schema, table }: TableRef, stored: StoredTable | undefined): void {
    const tables = new Map(this.#tables.get(schema));
    if (stored) tables.set(table, stored);
    else tables.delete(table);
    this.#tables.set(schema, tables);
  }

  /** Notes that records of the stream wait for `encode`. */
  touch(stream: Stream): void {
    this.#touched.add(stream);
  }

  /** Takes a SCHEMA. */
  async setSchema(message: SchemaMessage): Promise<void> {
    this.#named.add(message.stream);
    if (!this.selection.has(message.stream)) return;
    const stream = this.#byName.get(message.stream) ?? (await this.#add(message.stream));
    await stream.setSchema(message);
  }

  /** Takes an ACTIVATE_VERSION. An unknown stream has no rows to remove. */
  async activate({ stream: name, version }: ActivateVersionMessage): Promise<void> {
    if (!this.selection.has(name)) return;
    const stream = this.#byName.get(name);
    if (!stream) {
      this.#ignoreVersion(name);
      return;
    }
    await stream.work.room();
    await stream.activate(BigInt(version));
  }

  /** Encodes what was read since the last call. Returns the streams whose batch is full now. */
  encode(): readonly Stream[] {
    const full: Stream[] = [];
    for (const stream of this.#touched) {
      stream.encode();
      if (stream.isFull) full.push(stream);
    }
    this.#touched.clear();
    return full;
  }

  closeAged(now: number): void {
    for (const stream of this.#byName.values()) if (stream.isAged(now) && stream.work.hasRoom) stream.close();
  }

  /** Closes all open batches. Resolves when what was read is in S3, and queued for the warehouse. */
  async closeAll(): Promise<void> {
    for (const stream of this.#byName.values()) {
      await stream.work.room();
      stream.close();
    }
    await this.drained();
  }

  /** Some stream holds every state back until the end of the input. */
  get holdStates(): boolean {
    return [...this.#byName.values()].some(({ holdsStates }) => holdsStates);
  }

  /** Uploads open batches, the largest first, until at most this many bytes are open. */
  cutDownTo(bytes: number): void {
    const largestFirst = [...this.#byName.values()].sort((a, b) => b.openBytes - a.openBytes);
    let open = largestFirst.reduce((sum, stream) => sum + stream.openBytes, 0);
    for (const stream of largestFirst) {
      if (open <= bytes) return;
      open -= stream.openBytes;
      stream.cut();
    }
  }

  finish(): void {
    for (const stream of this.#byName.values()) stream.finish();
  }

  /**
   * Overwrites tables and runs the activations that are still waiting. Returns the error about streams whose tables must not be
   * overwritten. `isWholeInput` means that the input ended by itself.
   */
  concludeStreams(isWholeInput: boolean, isProven: boolean): InputError | undefined {
    const refused = [...this.#byName.values()].filter((stream) => !stream.conclude(isWholeInput, isProven));
    if (refused.length === 0) return undefined;
    const names = refused.map(({ name }) => `"${name}"`).join(', ');
    const [why, advice] = isWholeInput
      ? [
          'the input ended without a STATE or ACTIVATE_VERSION after the last record of the stream, as it happens when a tap dies',
          'If the tap failed, run it again. If it sends neither of them after its last record (Meltano SDK taps do so for the last ' +
            'FULL_TABLE stream), set overwrite_when to end_of_input for the stream; then a tap that dies in the middle leaves a ' +
            'table with a part of its rows',
        ]
      : ['the run was stopped before the input ended', 'Run again'];
    return new InputError(
      `Cannot overwrite the table of stream ${names}: ${why}. The table is unchanged, and no later state was written. ${advice}`,
      refused[0] && refused.length === 1 ? { stream: refused[0].name } : {},
    );
  }

  /** Runs the users' post_sql and ANALYZE after all loads and states. */
  async afterwards(): Promise<void> {
    for (const stream of this.#byName.values()) await stream.work.afterwards();
  }

  async drained(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((stream) => stream.work.drained()));
  }

  async abandon(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((stream) => stream.abandon()));
  }

  all(): Iterable<Stream> {
    return this.#byName.values();
  }

  summary(): StreamsSummary {
    const all = [...this.#byName.values()];
    const fallbacks = all.flatMap(({ name, fallbacks: { counts } }) =>
      counts ? [[name, counts] as const] : [],
    );
    return {
      streams: Object.fromEntries(all.map(({ name, work }) => [name, work.loadedRows])),
      ...(fallbacks.length > 0 ? { reference_encoder: Object.fromEntries(fallbacks) } : {}),
    };
  }

  /** Reports the invalid records of each stream. */
  reportInvalid(): void {
    for (const { invalid } of this.#byName.values()) invalid.report(this.#context.log);
  }

  /** Warns about names in the configuration that match no stream. `isWholeInput` means that the input ended by itself. */
  reportUnmatched(isWholeInput: boolean): void {
    const { config, log } = this.#context;
    for (const sentence of unmatched(config, [...this.#named], isWholeInput)) log.warn(sentence);
    this.selection.report([...this.#byName.values()], log);
  }

  async #add(name: string): Promise<Stream> {
    const { config } = this.#context;
    const settings = settingsOf(config, name);
    return this.#open({ name, target: targetOf(name, settings, config), settings, dialect: SINGER });
  }

  /** `basis` is the table whose columns decide how rows are written. */
  async #open(options: Omit<StreamOptions, 'table'>, basis = options.target): Promise<Stream> {
    const { name, target } = options;
    this.#named.add(name);
    const place = JSON.stringify([target.schema, target.table]);
    const other = this.#byTable.get(place);
    if (other) {
      throw new InputError(
        `Cannot load stream "${name}": its table "${target.table}" is also that of stream "${other.name}", because Redshift ` +
          `converts names to lower case; give it another one with streams.${name}.table, or streams.${name}.schema`,
        { stream: name },
      );
    }
    const tables = await this.tablesOf(target.schema);
    if (tables.get(target.table)?.isView === true) {
      throw new InputError(
        `Cannot load stream "${name}": "${target.schema}"."${target.table}" is a view, and rows can be stored only in tables; drop or ` +
          `rename the view, or give the stream another table with streams.${name}.table, or streams.${name}.schema`,
        { stream: name },
      );
    }
    const stream = new Stream({ ...options, table: tables.get(basis.table) }, this.#context);
    this.#byName.set(name, stream);
    this.#byTable.set(place, stream);
    return stream;
  }

  #ignoreVersion(name: string): void {
    if (this.#unknown.has(name)) return;
    this.#unknown.add(name);
    this.#context.log.warn(
      { stream: name },
      'ACTIVATE_VERSION is ignored: no SCHEMA of the stream arrived before it',
    );
  }
}
