/** Reads blocks of lines and has each line taken: by walking along its bytes if it can be, otherwise by parsing it. */
import { isUtf8 } from 'node:buffer';
import { LF } from '../protocol/bytes.ts';
import type { Tape } from '../rows/walk/tape.ts';
import type { Stream } from '../streams/stream.ts';

/** How the lines of one source are taken. */
export interface Lines {
  /** Lines read so far. */
  count: number;
  /**
   * Takes the record in the line from `at` of the tape's source to its LF at `end` by walking along it. Returns its stream, or
   * undefined when the line has to be parsed.
   */
  walk(at: number, end: number): Stream | undefined;
  /** Takes any line. Returns a promise only where the load has to catch up. Throws InputError. */
  parse(line: Buffer): Promise<void> | undefined;
}

export interface ReaderOptions {
  readonly tape: Tape;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ends the reading between two lines. */
  readonly interrupted: AbortSignal;
  /** Called after each walked record; a promise makes the reader wait. */
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

  /** When the records that are being taken were read, in milliseconds since the epoch. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Takes the lines of all blocks. After an interruption no further line counts. */
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
      // An input that is destroyed ends its iteration with an error; the reason is known already.
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
