/**
 * The path of the data: bytes of the input become messages, records become rows in the open batch of their stream, full or
 * old batches are loaded, and a state is written once everything read before it is committed.
 */
import pLimit from 'p-limit';
import type { BatchLocations } from '../batches/locations.ts';
import type { BatchFiles } from '../batches/read.ts';
import type { Config } from '../config/options.ts';
import { onAbort } from '../abort.ts';
import { InputError, LoadError } from '../errors.ts';
import type { Input } from '../io/input.ts';
import type { Logger } from '../log.ts';
import { blocksOf } from '../protocol/lines.ts';
import { Tape } from '../rows/walk/tape.ts';
import type { Status } from '../progress/status.ts';
import type { Staging } from '../staging/batch.ts';
import type { HookRunner, StreamContext, TableLoader } from '../streams/context.ts';
import type { Stream } from '../streams/stream.ts';
import { Streams, type StreamsSummary } from '../streams/streams.ts';
import type { Generations } from '../warehouse/generations.ts';
import type { GroupCommit } from '../warehouse/group-commit.ts';
import { Figures } from '../progress/figures.ts';
import type { MessageHandler, Protocol } from './protocol.ts';
import { RunPhases } from './phases.ts';
import { Reader } from './reader.ts';

export interface RunParts {
  readonly config: Config;
  readonly loader: TableLoader;
  readonly hooks: HookRunner;
  readonly staging: Staging;
  readonly files: BatchFiles;
  /** Which files BATCH messages may name. */
  readonly locations: BatchLocations;
  readonly protocol: Protocol;
  /** Commits the work in groups; undefined: each batch by itself. */
  readonly group: GroupCommit | undefined;
  readonly generations: Pick<Generations, keyof Generations> | undefined;
  readonly onPlanned: StreamContext['onPlanned'];
  readonly objectPrefix: string;
  /** The prefix of the records that this run sets aside. */
  readonly rejectedPrefix: string;
  /** The directory of this run below the prefix. */
  readonly folder: string;
  readonly log: Logger;
  readonly now: () => number;
}

export interface RunSummary extends StreamsSummary {
  readonly lines: number;
}

/** A run at one moment. */
export interface RunStatus extends Status {
  /** Records that each stream has accepted. */
  readonly accepted: ReadonlyMap<string, number>;
  /** The newest state that was written. */
  readonly lastState: Buffer | undefined;
}

/** How often the age of batches is checked, in milliseconds. */
const AGE_CHECK_MS = 250;

export class Run {
  readonly #parts: RunParts;
  readonly #phases = new RunPhases();
  readonly #streams: Streams;
  readonly #reader: Reader;
  readonly #handler: MessageHandler;
  readonly #figures: Figures;
  #batches = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#figures = new Figures(parts.now);
    const { interrupted } = this.#phases;
    const tape = new Tape();
    const onRecord = (stream: Stream): Promise<void> | undefined => this.#closeIfFull(stream);
    const onBlock = (): Promise<void> => this.#afterBlock();
    this.#reader = new Reader({ tape, now: parts.now, interrupted, onRecord, onBlock });
    const context: StreamContext = {
      ...parts,
      syncStartedAt: parts.now(),
      readAt: () => this.#reader.readAt,
      tape,
      effects: parts.protocol.effects,
      observer: this.#figures,
      loads: pLimit(parts.config.max_parallel_loads),
      nextBatch: () => ++this.#batches,
      fail: (error) => this.fail(error),
      hasFailed: () => this.#phases.phase === 'failed',
    };
    parts.group?.follow(context);
    this.#streams = new Streams(context);
    this.#handler = parts.protocol.handler({
      streams: this.#streams,
      context,
      tape,
      files: parts.files,
      interrupted,
      read: (blocks, lines) => this.#reader.read(blocks, lines),
      onRecord,
    });
  }

  /** What the run has done so far, or has done. */
  get status(): RunStatus {
    const streams = [...this.#streams.all()];
    return {
      figures: this.#figures,
      messages: this.#handler.count,
      streams: streams.length,
      isDraining: this.#phases.phase !== 'reading',
      accepted: new Map(streams.map(({ name, accepted }) => [name, accepted])),
      lastState: this.#parts.protocol.output.lastState,
    };
  }

  /** The rows of each stream, and the records that needed the reference encoder. */
  get summary(): RunSummary {
    return { ...this.#streams.summary(), lines: this.#handler.count };
  }

  /** Reads to the end and loads everything. Resolves when all of it is committed; rejects with the first failure. */
  async load(input: Input): Promise<void> {
    const { config, hooks } = this.#parts;
    await this.#try(() => hooks.run('pre_sql', undefined, config.pre_sql));
    if (!this.#phases.error) await this.#try(() => this.#handler.begin());
    await this.#read(input);
    await this.#drain();
    this.#parts.protocol.effects.publish();
    await this.#commitRest();
    if (this.#phases.cutOff) this.fail(this.#endOf(this.#phases.cutOff));
    if (this.#phases.error) await this.#streams.abandon();
    await this.#parts.protocol.output.flushed();
    this.#streams.reportInvalid();
    this.#streams.reportUnmatched(this.#phases.isWholeInput);
    if (!this.#phases.error) await this.#try(() => this.#afterwards());
    this.#phases.finish();
    if (this.#phases.error) throw this.#phases.error.value;
    if (this.#handler.count > 0) return;
    const nothing = 'no input arrived on stdin; did the tap fail?';
    if (config.fail_on_empty) throw new InputError(`${nothing} (fail_on_empty is set)`);
    this.#parts.log.warn(nothing);
  }

  /** Stops reading as if the input ended here. An incomplete line is dropped. */
  stop(): void {
    this.#phases.stop();
  }

  /** Loading cannot go on: running loads are finished, and nothing new is started. */
  fail(error: unknown): void {
    this.#phases.fail(error);
  }

  /** Loading cannot go on and nothing is waited for: no more states are written. */
  giveUp(error: unknown): void {
    this.fail(error);
    this.#parts.protocol.output.giveUp();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.fail(error));
  }

  async #read(input: Input): Promise<void> {
    const { interrupted } = this.#phases;
    // Reading would start the tap.
    if (this.#phases.phase !== 'reading') return;
    using _ = onAbort(interrupted, () => input.destroy());
    const timer = setInterval(() => {
      this.#streams.closeAged(this.#parts.now());
      this.#handler.aged?.();
    }, AGE_CHECK_MS);
    try {
      await this.#reader.read(
        this.#figures.counted(blocksOf(input, {}, () => this.#handler.count)),
        this.#handler,
      );
      if (!interrupted.aborted) await this.#ended(input);
    } catch (error) {
      this.#phases.inputFailed(error);
    } finally {
      clearInterval(timer);
    }
  }

  async #ended(input: Input): Promise<void> {
    const failure = await input.failure?.();
    // A signal ends the tap too, which is no failure of it.
    if (this.#phases.interrupted.aborted) return;
    if (failure) this.#phases.inputCutOff(failure);
    else this.#phases.inputEnded(input.failure !== undefined);
  }

  /** Loads what was read. Each step begins when everything before it is committed; after an error no step begins. */
  async #drain(): Promise<void> {
    await this.#step(() => this.#streams.finish());
    await this.#step(() => {
      const { isWholeInput, isProven, cutOff } = this.#phases;
      const refusal = this.#handler.conclude(isWholeInput, isProven);
      if (refusal && cutOff) this.#parts.log.warn(refusal.message);
      else if (refusal) this.#phases.inputFailed(refusal);
    });
  }

  /** Commits what waits for its group. */
  async #commitRest(): Promise<void> {
    const { group } = this.#parts;
    if (!group) return;
    // Which state covers the rest is known only when the running commit has ended.
    await group.idle();
    const { phase, error, isWholeInput, isProven, cutOff } = this.#phases;
    const mayCommit = phase !== 'failed' && !(group.isExactlyOnce && error);
    const refusal =
      mayCommit && group.isExactlyOnce
        ? this.#handler.uncovered?.(isWholeInput && cutOff === undefined, isProven)
        : undefined;
    if (refusal)
      this.#phases.inputFailed(cutOff ? new LoadError(`${cutOff.message}. ${refusal.message}`) : refusal);
    await (mayCommit && !refusal ? group.flush() : group.abandon());
  }

  /** Why the input was cut off, and what became of the part that was read. */
  #endOf(cutOff: Error): Error {
    const isAll = this.#handler.count === 0 || this.#phases.error !== undefined;
    return isAll
      ? cutOff
      : new LoadError(`${cutOff.message}. What was read is loaded, and its states are kept`, {
          cause: cutOff,
        });
  }

  async #step(work: () => void): Promise<void> {
    if (!this.#phases.error) work();
    await this.#streams.drained();
  }

  /** After all commits and states. */
  async #afterwards(): Promise<void> {
    const { config, hooks } = this.#parts;
    await this.#streams.afterwards();
    await hooks.run('post_sql', undefined, config.post_sql);
  }

  #closeIfFull(stream: Stream): Promise<void> | undefined {
    return stream.isFull ? this.#closeFull(stream) : undefined;
  }

  async #closeFull(stream: Stream): Promise<void> {
    await stream.work.room();
    // Meanwhile the batch may have been closed because of its age.
    if (stream.isFull) stream.close();
  }

  /** Runs once per block, not per record: encodes, closes full batches, publishes a state, waits for memory. */
  async #afterBlock(): Promise<void> {
    for (const stream of this.#streams.encode()) await this.#closeFull(stream);
    this.#parts.protocol.effects.publish();
    const { budget } = this.#parts.staging;
    // Early enough to give the compressors work before reading has to wait for them.
    if (budget.openBytes > budget.limit * 0.6) this.#streams.cutDownTo(budget.limit * 0.3);
    while (budget.isFull && !this.#phases.error) await this.#figures.waitingForMemory(() => budget.room());
  }
}
