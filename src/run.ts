/**
 * The whole way of the data: bytes from stdin become messages, records become rows in the open batch of their stream,
 * full or old batches are loaded, and a state is written once everything read before it is committed.
 */
import { isUtf8 } from 'node:buffer';
import pLimit from 'p-limit';
import { beginsAsMessage, messageMember } from './batches/messages.ts';
import type { BatchFiles } from './batches/read.ts';
import { InputError } from './errors.ts';
import { Ledger } from './ledger.ts';
import type { Logger } from './log.ts';
import type { Config } from './config/options.ts';
import type { Input } from './input.ts';
import { LF } from './protocol/bytes.ts';
import { BareFrame, Envelope } from './protocol/envelope.ts';
import { blocksOf, type Source } from './protocol/lines.ts';
import {
  placeOf,
  type BatchMessage,
  type Message,
  type Origin,
  type RecordMessage,
} from './protocol/message.ts';
import { parseRecord, parseSinger, withoutBom } from './protocol/singer.ts';
import { Tape } from './rows/walk/tape.ts';
import type { Staging } from './staging/batch.ts';
import type { StateWriter } from './states.ts';
import type { HookRunner, StreamContext, TableLoader } from './streams/context.ts';
import type { Stream } from './streams/stream.ts';
import { Streams, type StreamsSummary } from './streams/streams.ts';
import type { History } from './warehouse/history.ts';

export interface RunParts {
  readonly config: Config;
  readonly loader: TableLoader;
  readonly hooks: HookRunner;
  readonly history: History | undefined;
  readonly staging: Staging;
  readonly files: BatchFiles;
  readonly states: StateWriter;
  readonly objectPrefix: string;
  /** The prefix of the records that this run sets aside. */
  readonly rejectedPrefix: string;
  /** The folder of this run below the prefix. */
  readonly folder: string;
  readonly log: Logger;
  readonly now: () => number;
}

export interface RunSummary extends StreamsSummary {
  readonly lines: number;
}

/** Where lines come from, and how one is taken. */
interface Lines {
  /** Lines read so far. */
  count: number;
  /** Takes the record in the line from `at` of the tape's source to its LF by walking along it. Undefined when it is not one for that. */
  walk(at: number, end: number): Stream | undefined;
  /** Takes any line. A promise only where the load has to catch up. */
  parse(line: Buffer): Promise<void> | undefined;
}

export class Run {
  readonly #parts: RunParts;
  readonly #ledger = new Ledger();
  readonly #streams: Streams;
  /** Aborted when nothing further is to be read. */
  readonly #reading = new AbortController();
  readonly #tape = new Tape();
  readonly #lines = this.#messages();
  #readAt = 0;
  #failure: { readonly error: unknown } | undefined;
  #areLoadsStopped = false;
  #batches = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const context: StreamContext = {
      ...parts,
      syncStartedAt: parts.now(),
      readAt: () => this.#readAt,
      tape: this.#tape,
      ledger: this.#ledger,
      loads: pLimit(parts.config.max_parallel_loads),
      nextBatch: () => ++this.#batches,
      onCommitted: () => this.#writeState(),
      onFailure: (error) => this.fail(error),
      areLoadsStopped: () => this.#areLoadsStopped,
    };
    this.#streams = new Streams(context);
  }

  /** Reads to the end, loads everything, resolves when all of it is committed. Rejects with the first failure. */
  async load(input: Input): Promise<RunSummary> {
    const { config, hooks } = this.#parts;
    const { signal } = this.#reading;
    if (signal.aborted) input.destroy();
    else signal.addEventListener('abort', () => input.destroy(), { once: true });
    const started = this.#parts.now();
    const timer = setInterval(() => this.#streams.closeAged(this.#parts.now()), 250);
    try {
      await hooks.run('pre_sql', undefined, config.pre_sql).catch((error: unknown) => this.fail(error));
      const blocks = blocksOf(input, {}, () => this.#lines.count);
      await this.#each(blocks, this.#lines).catch((error: unknown) => this.#endInput(error));
      // From here on nothing may be queued but what finish() queues.
      clearInterval(timer);
      await this.#step(() => this.#streams.finish());
      await this.#step(() => {
        const refusal = this.#streams.settle(!this.#reading.signal.aborted);
        if (refusal) this.#endInput(refusal);
      });
    } finally {
      clearInterval(timer);
    }
    if (this.#failure) await this.#streams.abandon();
    this.#writeState();
    await this.#parts.states.flushed();
    this.#streams.reportInvalid();
    this.#streams.reportUnmatched(!this.#reading.signal.aborted);
    if (!this.#failure) await this.#afterwards().catch((error: unknown) => this.fail(error));
    if (this.#failure) throw this.#failure.error;
    if (this.#lines.count === 0) this.#parts.log.warn('nothing arrived on stdin; did the tap fail?');
    const summary = { ...this.#streams.summary(), lines: this.#lines.count };
    const rejected = this.#streams.totalRejected();
    this.#parts.log.info(
      { ...summary, ms: this.#parts.now() - started },
      `every record read is committed: ${this.#streams.totalRows()} rows${rejected > 0 ? `, or set aside: ${rejected}` : ''}`,
    );
    return summary;
  }

  /** Stops reading as if the input ended here; a line that is not complete is dropped. */
  stop(): void {
    this.#reading.abort();
  }

  /** Loading cannot go on: loads that run are finished, nothing new is begun. */
  fail(error: unknown): void {
    this.#areLoadsStopped = true;
    this.#endInput(error);
  }

  /** Reading cannot go on: batches that are closed are still loaded, what is open is given up. */
  #endInput(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#reading.abort();
  }

  /** Behind all commits and states. */
  async #afterwards(): Promise<void> {
    const { config, hooks } = this.#parts;
    await this.#streams.afterwards();
    await hooks.run('post_sql', undefined, config.post_sql);
  }

  /** A step of the end of a run: each begins when everything before it is committed, and not at all after a failure. */
  async #step(work: () => void): Promise<void> {
    if (!this.#failure) work();
    await this.#streams.drained();
  }

  /** Takes blocks of lines. Stops between two lines when the input is to end: nothing behind them may count. */
  async #each(blocks: AsyncIterable<Buffer>, lines: Lines): Promise<void> {
    const { signal } = this.#reading;
    try {
      for await (const block of blocks) {
        this.#readAt = this.#parts.now();
        const isText = isUtf8(block);
        for (let at = 0, end = 0; at < block.length && !signal.aborted; at = end + 1) {
          end = block.indexOf(LF, at);
          lines.count++;
          this.#tape.read(block);
          const isWalkable = isText || isUtf8(block.subarray(at, end));
          const stream = isWalkable ? lines.walk(at, end) : undefined;
          const wait = stream ? this.#closeIfFull(stream) : lines.parse(block.subarray(at, end));
          if (!wait) continue;
          await wait;
          this.#readAt = this.#parts.now();
        }
        if (signal.aborted) return;
        await this.#settleChunk();
      }
    } catch (error) {
      // An input that is destroyed ends its iteration with an error; the reason is known already.
      if (!signal.aborted) throw error;
    }
  }

  /** The messages of the input. */
  #messages(): Lines {
    const envelope = new Envelope();
    const lines: Lines = {
      count: 0,
      walk: (at, end) => {
        const recordAt = envelope.open(this.#tape.source, at);
        const stream = recordAt === -1 ? undefined : this.#streams.find(envelope.stream);
        return stream?.walk(recordAt, envelope, at, end) === true ? stream : undefined;
      },
      parse: (line) => {
        const message = parseSinger(line, lines.count);
        return message && this.#handle(message, line);
      },
    };
    return lines;
  }

  #handle(message: Message, bytes: Buffer): Promise<void> | undefined {
    switch (message.type) {
      case 'record':
        return this.#append(message, { line: this.#lines.count, bytes });
      case 'state':
        if (message.value) this.#ledger.mark(message.value);
        return undefined;
      case 'schema':
        return this.#streams.setSchema(message);
      case 'activate-version':
        return this.#streams.activate(message);
      case 'batch':
        return this.#readFiles(message);
    }
  }

  async #readFiles(message: BatchMessage): Promise<void> {
    const stream = this.#streams.get(message.stream, this.#lines.count);
    if (stream.copiesFiles) return stream.copyFiles(message, this.#lines.count);
    for (const file of this.#parts.files.of(message, this.#lines.count, this.#reading.signal)) {
      const lines = this.#records(stream, message, file.source);
      await this.#each(
        file.blocks(() => lines.count),
        lines,
      );
    }
  }

  /** The records of a file that a BATCH message names. */
  #records(stream: Stream, message: BatchMessage, source: Source): Lines {
    const frame = new BareFrame(message.version);
    const lines: Lines = {
      count: 0,
      walk: (at, end) => {
        // The first line is parsed in any case, to find out whether the file holds records.
        if (lines.count === 1 || beginsAsMessage(this.#tape.source, at)) return undefined;
        return stream.walk(at, frame, at, end) ? stream : undefined;
      },
      parse: (line) => {
        const origin = { ...source, line: lines.count, bytes: lines.count === 1 ? withoutBom(line) : line };
        const record = parseRecord(message, origin);
        if (!record) return undefined;
        const member = messageMember(record.record);
        if (member !== undefined && !stream.reads(member)) throw notARecord(stream.name, origin);
        return this.#append(record, origin);
      },
    };
    return lines;
  }

  #append(record: RecordMessage, origin: Origin): Promise<void> | undefined {
    const stream = this.#streams.get(record.stream, origin.line);
    const wait = stream.append(record, origin);
    return wait ? wait.then(() => this.#closeIfFull(stream)) : this.#closeIfFull(stream);
  }

  #closeIfFull(stream: Stream): Promise<void> | undefined {
    return stream.isFull ? this.#closeFull(stream) : undefined;
  }

  async #closeFull(stream: Stream): Promise<void> {
    await stream.work.room();
    // While this waited, the batch may have been closed for its age.
    if (stream.isFull) stream.close();
  }

  /** Once per chunk, not per record: encode, close what is full, write the state, wait for memory. */
  async #settleChunk(): Promise<void> {
    for (const stream of this.#streams.encode()) await this.#closeFull(stream);
    this.#writeState();
    const { budget } = this.#parts.staging;
    // Early enough that the compressors have something to do before reading has to wait for them.
    if (budget.openBytes > budget.limit * 0.6) this.#streams.cutDownTo(budget.limit * 0.3);
    while (budget.isFull && !this.#failure) await budget.room();
  }

  #writeState(): void {
    const state = this.#ledger.take();
    if (state) this.#parts.states.write(state);
  }
}

function notARecord(stream: string, origin: Origin): InputError {
  return new InputError(
    `Cannot load stream "${stream}", ${placeOf(origin)}: the line is a Singer message, and each line of a BATCH file must be a ` +
      'record alone; correct the tap, or give such a file to --input',
    { stream, line: origin.line, file: origin.file },
  );
}
