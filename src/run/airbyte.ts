/** Processes the messages of an Airbyte source: the records of the streams of a catalog, their states and their statuses. */
import { arrange, completionComment, type Arrangement } from '../airbyte/arrangement.ts';
import { dialectOf, markOf, plannedStream, type PlannedStream } from '../airbyte/streams.ts';
import { CatalogError, IncompleteError, InputError } from '../errors.ts';
import {
  keyOf,
  parseAirbyte,
  type AirbyteRecord,
  type AirbyteState,
  type AirbyteStatus,
} from '../protocol/airbyte.ts';
import { AirbyteEnvelope } from '../protocol/airbyte-envelope.ts';
import type { ConfiguredStream } from '../protocol/catalog.ts';
import { withoutBom } from '../protocol/singer.ts';
import { Acks } from '../states/acks.ts';
import type { Stream } from '../streams/stream.ts';
import { RunLane } from './lane.ts';
import type { MessageHandler, Protocol, RunAccess, StateOutput } from './protocol.ts';

/** Where acknowledgements of states are written. */
export interface AckOutput extends StateOutput {
  writeState(state: Buffer): void;
}

/** The protocol of Airbyte. */
export function airbyteProtocol(catalog: readonly ConfiguredStream[], output: AckOutput): Protocol {
  const acks = new Acks((state) => output.writeState(state));
  return { effects: acks, output, handler: (run) => new AirbyteHandler(run, catalog, acks) };
}

/** If waiting states use more memory than this, the batches that they wait for are closed. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** A stream of the catalog in this run. */
interface Source {
  readonly planned: PlannedStream;
  readonly arrangement: Arrangement;
  readonly stream: Stream;
  /** Of the run. */
  records: number;
  /** The records before its last state, or before the last state of all streams. */
  acknowledged: number;
  status: AirbyteStatus['status'] | undefined;
}

class AirbyteHandler implements MessageHandler {
  count = 0;
  readonly #run: RunAccess;
  readonly #catalog: readonly ConfiguredStream[];
  readonly #acks: Acks;
  readonly #sources = new Map<string, Source>();
  readonly #byStream = new Map<Stream, Source>();
  readonly #envelope = new AirbyteEnvelope();
  readonly lane = new RunLane();
  /** The stream of the last record. */
  #lastKey: string | undefined;
  #last: Source | undefined;

  constructor(run: RunAccess, catalog: readonly ConfiguredStream[], acks: Acks) {
    this.#run = run;
    this.#catalog = catalog;
    this.#acks = acks;
  }

  /** Plans every stream before the first record, so that errors are reported before anything is loaded. */
  async begin(): Promise<void> {
    const { config } = this.#run.context;
    const names = namesOf(this.#catalog);
    try {
      for (const configured of this.#catalog)
        await this.#declare(plannedStream(names.get(configured) ?? '', configured, config));
    } catch (error) {
      if (error instanceof InputError) throw new CatalogError(error.message, { cause: error });
      throw error;
    }
  }

  async #declare(planned: PlannedStream): Promise<void> {
    const { streams, context } = this.#run;
    const { generations } = context;
    if (!generations) throw new Error('an Airbyte sync is run without what completes its streams');
    const arrangement = await arrange(planned, streams, context, generations);
    const { isReplaced, refreshTable, completeGeneration } = arrangement;
    const stream = await streams.declare({
      ...planned,
      settings: isReplaced ? { ...planned.settings, load_method: 'overwrite' } : planned.settings,
      dialect: dialectOf(planned.configured, completeGeneration),
      refreshTable,
    });
    const source = { planned, arrangement, stream, records: 0, acknowledged: 0, status: undefined };
    this.#sources.set(keyOf(planned.configured), source);
    this.#byStream.set(stream, source);
  }

  walk(at: number, end: number): Stream | undefined {
    const { tape } = this.#run;
    const recordAt = this.#envelope.open(tape.source, at, end);
    const source = recordAt === -1 ? undefined : this.#sourceOf(this.#envelope.stream);
    if (source?.stream.fast.take(recordAt, this.#envelope, at, end) !== true) return undefined;
    this.lane.walked(source.stream.fast, this.#envelope);
    source.records++;
    return source.stream;
  }

  took(stream: Stream, lines: number): void {
    const source = this.#byStream.get(stream);
    if (source) source.records += lines;
  }

  #sourceOf(key: string): Source | undefined {
    if (this.#lastKey !== key) {
      this.#lastKey = key;
      this.#last = this.#sources.get(key);
    }
    return this.#last;
  }

  parse(line: Buffer): Promise<void> | undefined {
    const bytes = this.count === 1 ? withoutBom(line) : line;
    const message = parseAirbyte(bytes, this.count);
    switch (message?.type) {
      case undefined:
        return undefined;
      case 'record':
        return this.#append(message, bytes);
      case 'state':
        return this.#addState(message);
      case 'status':
        return this.#takeStatus(message);
    }
  }

  #append({ stream: of, record }: AirbyteRecord, bytes: Buffer): Promise<void> | undefined {
    const { streams, onRecord } = this.#run;
    const source = this.#sources.get(keyOf(of));
    if (!source) {
      throw new InputError(
        `Cannot load line ${this.count}: the catalog does not have its stream "${of.name}"${
          of.namespace === undefined ? '' : ` of namespace "${of.namespace}"`
        }`,
        { line: this.count },
      );
    }
    const { stream } = source;
    streams.touch(stream);
    source.records++;
    const wait = stream.append({ ...record, stream: stream.name }, { line: this.count, bytes });
    return wait ? wait.then(() => onRecord(stream)) : onRecord(stream);
  }

  #addState({ stream: of, members }: AirbyteState): Promise<void> | undefined {
    const source = of && this.#sources.get(keyOf(of));
    const sources = of ? (source ? [source] : []) : [...this.#sources.values()];
    let records = 0;
    for (const one of sources) {
      records += one.records - one.acknowledged;
      one.acknowledged = one.records;
    }
    this.#acks.addState(of && (source?.stream.name ?? keyOf(of)), acknowledgement(members, records));
    return this.#acks.bytes > MAX_HELD_BYTES ? this.#release(sources) : undefined;
  }

  /** Loads the batches that states wait for. */
  async #release(sources: readonly Source[]): Promise<void> {
    for (const { stream } of sources) {
      await stream.work.room();
      stream.close();
    }
  }

  #takeStatus({ stream: of, status }: AirbyteStatus): Promise<void> | undefined {
    const source = this.#sources.get(keyOf(of));
    if (!source) return undefined;
    source.status = status;
    if (status === 'INCOMPLETE') return undefined;
    const { planned, arrangement, stream, records } = source;
    return stream.complete({
      minimum: planned.configured.minimumGeneration,
      mark: markOf(planned.configured),
      comment: completionComment(planned, arrangement),
      keepsRows: planned.configured.generation !== undefined && records === 0,
    });
  }

  conclude(isWholeInput: boolean): Error | undefined {
    const open = [...this.#sources.values()].filter(({ status }) => status !== 'COMPLETE');
    if (open.length === 0) return undefined;
    const names = open.map(({ planned }) => `"${planned.configured.label}"`).join(', ');
    const why = !isWholeInput
      ? 'the sync was stopped before the end of the input'
      : open.some(({ status }) => status === 'INCOMPLETE')
        ? 'the source says that it is incomplete (stream status INCOMPLETE)'
        : 'the input ended without its stream status COMPLETE';
    return new IncompleteError(
      `Cannot complete stream ${names}: ${why}. What was read is loaded, and its states are acknowledged. Rows of older ` +
        'generations stay until a sync completes the stream',
    );
  }
}

/** The name of a stream in messages and in the history. */
function namesOf(catalog: readonly ConfiguredStream[]): ReadonlyMap<ConfiguredStream, string> {
  const labels = catalog.map(({ label }) => label);
  return new Map(
    catalog.map((configured) => {
      const { label, namespace, name } = configured;
      const isAlone = labels.filter((other) => other === label).length === 1;
      return [configured, isAlone ? label : JSON.stringify([namespace ?? null, name])];
    }),
  );
}

/** The state as it was received, and how many records came before it. The protocol requires a number with a decimal point. */
function acknowledgement(members: Buffer, records: number): Buffer {
  const stats = `${members.length > 0 ? ',' : ''}"destinationStats":{"recordCount":${records}.0}}`;
  return Buffer.concat([Buffer.from('{"type":"STATE","state":{'), members, Buffer.from(`${stats}}`)]);
}
