/** Reads blocks of lines and processes each line: by walking over its bytes if possible, otherwise by parsing it. */
import { isUtf8 } from 'node:buffer';
import { LF } from '../protocol/bytes.ts';
import type { Tape } from '../rows/walk/tape.ts';
import type { Stream } from '../streams/stream.ts';

/** How the lines of one source are processed. */
export interface Lines {
  /** Lines read so far. */
  count: number;
  /**
   * Walks over the record in the line from `at` of the tape's source to its LF at `end`. Returns its stream, or undefined if the
   * line must be parsed.
   */
  walk(at: number, end: number): Stream | undefined;
  /** Takes lines before `walk` does. */
  readonly lane?: FastLane | undefined;
  /** The lane took so many lines of a stream. */
  took?(stream: Stream, lines: number): void;
  /** Processes any line. Returns a promise only if the reader must wait for the load. Throws InputError. */
  parse(line: Buffer): Promise<void> | undefined;
}

/** Takes many lines in one step. */
export interface FastLane {
  /** Lines are taken from this block from now on, which is UTF-8; undefined: no lines. */
  read(block: Buffer | undefined): void;
  /** Takes lines from `at` of the block on. Returns where the first line begins that it did not take. */
  take(at: number): number;
  /** Whether that line has to be processed by itself. Otherwise the reader must wait for a load, or the block ends. */
  readonly hasDeclined: boolean;
  /** The streams of the lines that were taken. */
  readonly taken: readonly { readonly owner: { readonly stream: Stream }; readonly rows: number }[];
}

export interface ReaderOptions {
  readonly tape: Tape;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Stops reading between two lines. */
  readonly interrupted: AbortSignal;
  /** Called after each record; a promise makes the reader wait. */
  readonly onRecord: (stream: Stream) => Promise<void> | undefined;
  /** Called after each block. */
  readonly onBlock: () => Promise<void>;
}

export class Reader {
  readonly #options: ReaderOptions;
  #readAt = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** When the current records were read, in milliseconds since the epoch. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Processes the lines of all blocks. After an interruption no more lines are processed. */
  async read(blocks: AsyncIterable<Buffer>, lines: Lines): Promise<void> {
    const { now, interrupted, onBlock } = this.#options;
    try {
      for await (const block of blocks) {
        this.#readAt = now();
        await this.#take(block, lines);
        if (interrupted.aborted) return;
        await onBlock();
      }
    } catch (error) {
      // A destroyed input ends its iteration with an error, but the reason is known already.
      if (!interrupted.aborted) throw error;
    }
  }

  async #take(block: Buffer, lines: Lines): Promise<void> {
    const { tape, now, interrupted, onRecord } = this.#options;
    const isText = isUtf8(block);
    lines.lane?.read(isText ? block : undefined);
    for (let at = 0; at < block.length && !interrupted.aborted;) {
      if (lines.lane) {
        at = lines.lane.take(at);
        const wait = this.#taken(lines.lane, lines);
        if (wait) {
          await wait;
          this.#readAt = now();
        }
        if (wait || !lines.lane.hasDeclined) continue;
      }
      const end = block.indexOf(LF, at);
      lines.count++;
      tape.read(block);
      const isWalkable = isText || isUtf8(block.subarray(at, end));
      const stream = isWalkable ? lines.walk(at, end) : undefined;
      const wait = stream ? onRecord(stream) : lines.parse(block.subarray(at, end));
      at = end + 1;
      if (!wait) continue;
      await wait;
      this.#readAt = now();
    }
  }

  /** Counts the lines that the lane took. A promise makes the reader wait. */
  #taken({ taken }: FastLane, lines: Lines): Promise<void> | undefined {
    let wait: Promise<void> | undefined;
    for (const { owner, rows } of taken) {
      lines.count += rows;
      lines.took?.(owner.stream, rows);
    }
    for (const { owner } of taken) {
      const full = this.#options.onRecord(owner.stream);
      // The lane stops when the batch of one stream is full.
      if (full) wait = wait ? wait.then(() => full) : full;
    }
    return wait;
  }
}
