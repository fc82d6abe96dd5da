/** What a protocol adds to a run: how its lines are taken, and how it ends. */
import type { BatchFiles } from '../batches/read.ts';
import type { Tape } from '../rows/walk/tape.ts';
import type { Effects } from '../states/ledger.ts';
import type { StreamContext } from '../streams/context.ts';
import type { Stream } from '../streams/stream.ts';
import type { Streams } from '../streams/streams.ts';
import type { Lines } from './reader.ts';

/** What a front does with a run. */
export interface Road {
  readonly streams: Streams;
  readonly context: StreamContext;
  /** Its source is the block that is being taken. */
  readonly tape: Tape;
  readonly files: BatchFiles;
  /** Ends the reading of a file. */
  readonly interrupted: AbortSignal;
  /** Takes the lines of a file. */
  readonly read: (blocks: AsyncIterable<Buffer>, lines: Lines) => Promise<void>;
  /** Called after each parsed record; a promise makes the reader wait. */
  readonly onRecord: (stream: Stream) => Promise<void> | undefined;
}

export interface Front extends Lines {
  /** Comes before the first line. */
  begin(): Promise<void>;
  /**
   * Comes when everything that was read is loaded. `isWholeInput` says that the input ended by itself. Returns the error of
   * streams that cannot be completed.
   */
  settle(isWholeInput: boolean): Error | undefined;
}

/** Takes what may be written about states. */
export interface StateOutput {
  /** Resolves once what was written has left the process, or can never. */
  flushed(): Promise<void>;
  /** Writes nothing more, and does not wait for what is being written. */
  giveUp(): void;
}

/** A protocol in one run. */
export interface Protocol {
  readonly effects: Effects;
  readonly output: StateOutput;
  readonly front: (road: Road) => Front;
}
