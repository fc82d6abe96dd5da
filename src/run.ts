/**
 * The whole way of the data: bytes from stdin become messages, records become rows in the open batch of their stream,
 * full or old batches are loaded, and a state is written once everything read before it is committed.
 */
import type { Readable } from 'node:stream';
import pLimit from 'p-limit';
import { InputError } from './errors.ts';
import { Ledger } from './ledger.ts';
import type { Logger } from './log.ts';
import type { Config } from './config/options.ts';
import { LineSplitter } from './protocol/lines.ts';
import type { Message } from './protocol/message.ts';
import { parseSinger } from './protocol/singer.ts';
import type { Staging } from './staging/batch.ts';
import type { StateWriter } from './states.ts';
import { Stream, type StreamContext } from './streams/stream.ts';
import { Streams } from './streams/streams.ts';
import type { Loader } from './warehouse/loader.ts';

/** No row that Redshift takes needs such a line, and a text of twice the length could not be held. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

export interface RunParts {
  readonly config: Config;
  readonly loader: Loader;
  readonly staging: Staging;
  readonly states: StateWriter;
  readonly objectPrefix: string;
  /** The prefix of the records that this run sets aside. */
  readonly rejectedPrefix: string;
  /** The folder of this run below the prefix. */
  readonly folder: string;
  readonly log: Logger;
  readonly now: () => number;
}

export class Run {
  readonly #parts: RunParts;
  readonly #ledger = new Ledger();
  readonly #streams: Streams;
  #input: Readable | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isStopped = false;
  #areLoadsStopped = false;
  #lines = 0;
  #batches = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const context: StreamContext = {
      ...parts,
      syncStartedAt: parts.now(),
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
  async load(input: Readable): Promise<void> {
    this.#input = input;
    const started = this.#parts.now();
    const timer = setInterval(() => this.#streams.closeAged(this.#parts.now()), 250);
    try {
      // Stopped or failed before there was an input to destroy.
      if (this.#isStopped || this.#failure) input.destroy();
      await this.#read(input).catch((error: unknown) => this.#endInput(error));
      // From here on nothing may be queued but what finish() queues.
      clearInterval(timer);
      await this.#step(() => this.#streams.finish());
    } finally {
      clearInterval(timer);
    }
    if (this.#failure) await this.#streams.abandon();
    this.#writeState();
    await this.#parts.states.flushed();
    if (this.#failure) throw this.#failure.error;
    this.#parts.log.info(
      { streams: this.#streams.rows(), lines: this.#lines, ms: this.#parts.now() - started },
      `every record read is committed: ${this.#streams.totalRows()} rows`,
    );
  }

  /** Stops reading as if the input ended here; a line that is not complete is dropped. */
  stop(): void {
    this.#isStopped = true;
    this.#input?.destroy();
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
    this.#input?.destroy();
  }

  /** A step of the end of a run: each begins when everything before it is committed, and not at all after a failure. */
  async #step(work: () => void): Promise<void> {
    if (!this.#failure) work();
    await this.#streams.drained();
  }

  async #read(input: Readable): Promise<void> {
    const splitter = new LineSplitter();
    try {
      for await (const chunk of input) {
        for (const line of splitter.push(chunk as Buffer)) {
          const wait = this.#take(line);
          if (wait) await wait;
          if (this.#failure) return;
        }
        this.#checkPending(splitter.pendingBytes);
        await this.#settleChunk();
      }
    } catch (error) {
      // A destroyed input ends its iteration with an error; the reason is known already.
      if (!this.#isStopped && !this.#failure) throw error;
    }
    const rest = splitter.end();
    if (rest && !this.#isStopped && !this.#failure) await this.#take(rest);
  }

  #checkPending(bytes: number): void {
    if (bytes <= MAX_LINE_BYTES) return;
    throw new InputError(
      `Cannot read line ${this.#lines + 1}: it has more than ${MAX_LINE_BYTES} bytes, and COPY takes rows of at most 4 MB`,
      { line: this.#lines + 1 },
    );
  }

  /** A promise only where the load has to catch up. */
  #take(line: Buffer): Promise<void> | undefined {
    const message = parseSinger(line, ++this.#lines);
    return message && this.#handle(message, line);
  }

  #handle(message: Message, bytes: Buffer): Promise<void> | undefined {
    switch (message.type) {
      case 'record': {
        const stream = this.#streams.get(message.stream, this.#lines);
        stream.append(message, { line: this.#lines, bytes });
        return stream.isFull ? this.#closeFull(stream) : undefined;
      }
      case 'state':
        if (message.value) this.#ledger.mark(message.value);
        return undefined;
      case 'schema':
        return this.#streams.setSchema(message);
      case 'activate-version':
        this.#streams.ignoreVersion(message.stream);
        return undefined;
      case 'batch':
        throw new InputError(
          `Cannot load line ${this.#lines}: BATCH messages (files instead of records) are not supported yet; switch batching off in the tap`,
          { line: this.#lines, stream: message.stream },
        );
    }
  }

  async #closeFull(stream: Stream): Promise<void> {
    await stream.room();
    // While this waited, the batch may have been closed for its age.
    if (stream.isFull) stream.close();
  }

  /** Once per chunk, not per record: encode, close what is full, write the state, wait for memory. */
  async #settleChunk(): Promise<void> {
    for (const stream of this.#streams.encode()) await this.#closeFull(stream);
    this.#writeState();
    const { budget } = this.#parts.staging;
    while (budget.isFull && !this.#failure) {
      // At least half of the budget is on its way to S3 then, and comes free by itself.
      this.#streams.cutDownTo(budget.limit / 2);
      await budget.room();
    }
  }

  #writeState(): void {
    const state = this.#ledger.take();
    if (state) this.#parts.states.write(state);
  }
}
