/** The part of a run that depends on the protocol: how its lines are processed, and how it ends. */
import type { BatchFiles } from '../batches/read.ts';
import type { Tape } from '../rows/walk/tape.ts';
import type { Effects } from '../states/ledger.ts';
import type { StreamContext } from '../streams/context.ts';
import type { Stream } from '../streams/stream.ts';
import type { Streams } from '../streams/streams.ts';
import type { Lines } from './reader.ts';

/** What a message handler needs of its run. */
export interface RunAccess {
  readonly streams: Streams;
  readonly context: StreamContext;
  /** Its source is the current block. */
  readonly tape: Tape;
  readonly files: BatchFiles;
  /** Stops reading a file. */
  readonly interrupted: AbortSignal;
  /** Processes the lines of a file. */
  readonly read: (blocks: AsyncIterable<Buffer>, lines: Lines) => Promise<void>;
  /** Called after each record; a promise makes the reader wait. */
  readonly onRecord: (stream: Stream) => Promise<void> | undefined;
}

/** Processes the lines of the input. */
export interface MessageHandler extends Lines {
  /** Called before the first line. */
  begin(): Promise<void>;
  /**
   * Completes the streams. Called when everything that was read is loaded. `isWholeInput` means that the input ended by itself, `isProven` that the
   * program that made it said so. Returns the error for streams that cannot be completed.
   */
  conclude(isWholeInput: boolean, isProven: boolean): Error | undefined;
  /**
   * Called when everything that was read waits for the last group of a run that loads exactly once. Returns the error for records
   * that no state covers, which would be loaded again by the next run; then nothing of the group is committed.
   */
  uncovered?(isWholeInput: boolean, isProven: boolean): Error | undefined;
  /** Called from time to time, after batches were closed because of their age. */
  aged?(): void;
}

/** Writes states or acknowledgements. */
export interface StateOutput {
  /** The newest state that was written; undefined if there is none, or if it is not for the program that starts the next run. */
  readonly lastState: Buffer | undefined;
  /** Resolves when what was written has left the process, or never can. */
  flushed(): Promise<void>;
  /** Writes nothing more and does not wait for pending writes. */
  giveUp(): void;
}

/** A protocol in one run. */
export interface Protocol {
  readonly effects: Effects;
  readonly output: StateOutput;
  readonly handler: (run: RunAccess) => MessageHandler;
}
