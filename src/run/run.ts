/**
 * The way of the data: bytes of the input become messages, records become rows in the open batch of their stream, full or
 * old batches are loaded, and a state is written once everything read before it is committed.
 */
import pLimit from 'p-limit';
import type { BatchLocations } from '../batches/locations.ts';
import type { BatchFiles } from '../batches/read.ts';
import type { Config } from '../config/options.ts';
import { onAbort } from '../io/abort.ts';
import type { Input } from '../io/input.ts';
import type { Logger } from '../log.ts';
import { blocksOf } from '../protocol/lines.ts';
import { Tape } from '../rows/walk/tape.ts';
import type { Staging } from '../staging/batch.ts';
import { Ledger } from '../states/ledger.ts';
import type { StateWriter } from '../states/writer.ts';
import type { HookRunner, StreamContext, TableLoader } from '../streams/context.ts';
import type { Stream } from '../streams/stream.ts';
import { Streams, type StreamsSummary } from '../streams/streams.ts';
import type { History } from '../warehouse/history.ts';
import { Life } from './life.ts';
import { Reader, type Lines } from './reader.ts';
import { SingerLines } from './singer.ts';

export interface RunParts {
  readonly config: Config;
  readonly loader: TableLoader;
  readonly hooks: HookRunner;
  readonly history: History | undefined;
  readonly staging: Staging;
  readonly files: BatchFiles;
  /** Which files BATCH messages may name. */
  readonly locations: BatchLocations;
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

/** How often batches are looked at for their age, in milliseconds. */
const AGE_CHECK_MS = 250;

export class Run {
  readonly #parts: RunParts;
  readonly #life = new Life();
  readonly #ledger: Ledger;
  readonly #streams: Streams;
  readonly #reader: Reader;
  readonly #lines: Lines;
  #batches = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { interrupted } = this.#life;
    const tape = new Tape();
    const onRecord = (stream: Stream): Promise<void> | undefined => this.#closeIfFull(stream);
    const onBlock = (): Promise<void> => this.#settleBlock();
    this.#ledger = new Ledger((state) => parts.states.write(state));
    this.#reader = new Reader({ tape, now: parts.now, interrupted, onRecord, onBlock });
    const context: StreamContext = {
      ...parts,
      syncStartedAt: parts.now(),
      readAt: () => this.#reader.readAt,
      tape,
      ledger: this.#ledger,
      loads: pLimit(parts.config.max_parallel_loads),
      nextBatch: () => ++this.#batches,
      fail: (error) => this.fail(error),
      hasFailed: () => this.#life.phase === 'failed',
    };
    this.#streams = new Streams(context);
    this.#lines = new SingerLines({
      streams: this.#streams,
      ledger: this.#ledger,
      tape,
      files: parts.files,
      interrupted,
      read: (blocks, lines) => this.#reader.read(blocks, lines),
      onRecord,
    });
  }

  /** Reads to the end, loads everything, resolves when all of it is committed. Rejects with the first failure. */
  async load(input: Input): Promise<RunSummary> {
    const { config, hooks, now } = this.#parts;
    const started = now();
    await this.#try(() => hooks.run('pre_sql', undefined, config.pre_sql));
    await this.#read(input);
    await this.#drain();
    if (this.#life.error) await this.#streams.abandon();
    this.#ledger.publish();
    await this.#parts.states.flushed();
    this.#streams.reportInvalid();
    this.#streams.reportUnmatched(this.#life.isWholeInput);
    if (!this.#life.error) await this.#try(() => this.#afterwards());
    this.#life.finish();
    if (this.#life.error) throw this.#life.error.value;
    return this.#report(now() - started);
  }

  /** Stops reading as if the input ended here; a line that is not complete is dropped. */
  stop(): void {
    this.#life.stop();
  }

  /** Loading cannot go on: loads that run are finished, nothing new is begun. */
  fail(error: unknown): void {
    this.#life.fail(error);
  }

  /** Loading cannot go on, and nothing is waited for: no further state is written. */
  giveUp(error: unknown): void {
    this.fail(error);
    this.#parts.states.giveUp();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.fail(error));
  }

  async #read(input: Input): Promise<void> {
    const { interrupted } = this.#life;
    using _ = onAbort(interrupted, () => input.destroy());
    const timer = setInterval(() => this.#streams.closeAged(this.#parts.now()), AGE_CHECK_MS);
    try {
      await this.#reader.read(
        blocksOf(input, {}, () => this.#lines.count),
        this.#lines,
      );
      if (!interrupted.aborted) this.#life.inputEnded();
    } catch (error) {
      this.#life.refuse(error);
    } finally {
      clearInterval(timer);
    }
  }

  /** Loads what was read. Each step begins when everything before it is committed, and not at all after an error. */
  async #drain(): Promise<void> {
    await this.#step(() => this.#streams.finish());
    await this.#step(() => {
      const refusal = this.#streams.settle(this.#life.isWholeInput);
      if (refusal) this.#life.refuse(refusal);
    });
  }

  async #step(work: () => void): Promise<void> {
    if (!this.#life.error) work();
    await this.#streams.drained();
  }

  /** After all commits and states. */
  async #afterwards(): Promise<void> {
    const { config, hooks } = this.#parts;
    await this.#streams.afterwards();
    await hooks.run('post_sql', undefined, config.post_sql);
  }

  #report(ms: number): RunSummary {
    const { log } = this.#parts;
    if (this.#lines.count === 0) log.warn('nothing arrived on stdin; did the tap fail?');
    const summary = { ...this.#streams.summary(), lines: this.#lines.count };
    const rejected = this.#streams.totalRejected();
    log.info(
      { ...summary, ms },
      `every record read is committed: ${this.#streams.totalRows()} rows${rejected > 0 ? `, or set aside: ${rejected}` : ''}`,
    );
    return summary;
  }

  #closeIfFull(stream: Stream): Promise<void> | undefined {
    return stream.isFull ? this.#closeFull(stream) : undefined;
  }

  async #closeFull(stream: Stream): Promise<void> {
    await stream.work.room();
    // While this waited, the batch may have been closed for its age.
    if (stream.isFull) stream.close();
  }

  /** Once per block, not per record: encode, close what is full, publish a state, wait for memory. */
  async #settleBlock(): Promise<void> {
    for (const stream of this.#streams.encode()) await this.#closeFull(stream);
    this.#ledger.publish();
    const { budget } = this.#parts.staging;
    // Early enough that the compressors have something to do before reading has to wait for them.
    if (budget.openBytes > budget.limit * 0.6) this.#streams.cutDownTo(budget.limit * 0.3);
    while (budget.isFull && !this.#life.error) await budget.room();
  }
}
