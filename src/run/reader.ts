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
  /** Processes any line. Returns a promise only if the reader must wait for the load. Throws InputError. */
  parse(line: Buffer): Promise<void> | undefined;
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
    let end: number;
    for (let at = 0; at < block.length && !interrupted.aborted; at = end + 1) {
      end = block.indexOf(LF, at);
      lines.count++;
      tape.read(block);
      const isWalkable = isText || isUtf8(block.subarray(at, end));
      const stream = isWalkable ? lines.walk(at, end) : undefined;
      const wait = stream ? onRecord(stream) : lines.parse(block.subarray(at, end));
      if (!wait) continue;
      await wait;
      this.#readAt = now();
    }
  }
}
