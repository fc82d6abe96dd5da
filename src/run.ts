/**
 * The whole way of the data: bytes from stdin become messages, records become rows in the open batch of their stream,
 * full or old batches are loaded, and a state is written once everything read before it is committed.
 */
import type { Readable } from 'node:stream';
import pLimit from 'p-limit';
import type { BatchFiles } from './batches/read.ts';
import { Ledger } from './ledger.ts';
import type { Logger } from './log.ts';
import type { Config } from './config/options.ts';
import { linesOf } from './protocol/lines.ts';
import type { BatchMessage, Message, Origin, RecordMessage } from './protocol/message.ts';
import { parseSinger } from './protocol/singer.ts';
import type { Staging } from './staging/batch.ts';
import type { StateWriter } from './states.ts';
import type { HookRunner, StreamContext, TableLoader } from './streams/context.ts';
import type { Stream } from './streams/stream.ts';
import { Streams } from './streams/streams.ts';
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

export class Run {
  readonly #parts: RunParts;
  readonly #ledger = new Ledger();
  readonly #streams: Streams;
  /** Aborted when nothing further is to be read. */
  readonly #reading = new AbortController();
  #failure: { readonly error: unknown } | undefined;
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
    const { config, hooks } = this.#parts;
    const { signal } = this.#reading;
    if (signal.aborted) input.destroy();
    else signal.addEventListener('abort', () => input.destroy(), { once: true });
    const started = this.#parts.now();
    const timer = setInterval(() => this.#streams.closeAged(this.#parts.now()), 250);
    try {
      await hooks.run('pre_sql', undefined, config.pre_sql).catch((error: unknown) => this.fail(error));
      await this.#each(linesOf(input, {}), (line) => this.#take(line)).catch((error: unknown) =>
        this.#endInput(error),
      );
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
    if (!this.#failure) await this.#afterwards().catch((error: unknown) => this.fail(error));
    if (this.#failure) throw this.#failure.error;
    const rejected = this.#streams.totalRejected();
    this.#parts.log.info(
      { streams: this.#streams.rows(), lines: this.#lines, ms: this.#parts.now() - started },
      `every record read is committed: ${this.#streams.totalRows()} rows${rejected > 0 ? `, or set aside: ${rejected}` : ''}`,
    );
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

  /** Stops between two items when the input is to end: nothing behind a file that was not read to its end may count. */
  async #each<T>(
    groups: AsyncIterable<readonly T[]>,
    take: (item: T) => Promise<void> | undefined,
  ): Promise<void> {
    try {
      for await (const group of groups) {
        for (const item of group) {
          if (this.#reading.signal.aborted) return;
          const wait = take(item);
          if (wait) await wait;
        }
        await this.#settleChunk();
      }
    } catch (error) {
      // An input that is destroyed ends its iteration with an error; the reason is known already.
      if (!this.#reading.signal.aborted) throw error;
    }
  }

  /** A promise only where the load has to catch up. */
  #take(line: Buffer): Promise<void> | undefined {
    const message = parseSinger(line, ++this.#lines);
    return message && this.#handle(message, line);
  }

  #handle(message: Message, bytes: Buffer): Promise<void> | undefined {
    switch (message.type) {
      case 'record':
        return this.#append(message, { line: this.#lines, bytes });
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

  #readFiles(message: BatchMessage): Promise<void> {
    const stream = this.#streams.get(message.stream, this.#lines);
    if (stream.copiesFiles) return stream.copyFiles(message, this.#lines);
    const records = this.#parts.files.records(message, this.#lines, this.#reading.signal);
    return this.#each(records, ({ record, origin }) => this.#append(record, origin));
  }

  #append(record: RecordMessage, origin: Origin): Promise<void> | undefined {
    const stream = this.#streams.get(record.stream, origin.line);
    stream.append(record, origin);
    return stream.isFull ? this.#closeFull(stream) : undefined;
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
