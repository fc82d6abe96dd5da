/**
 * Splits a byte stream into blocks of whole lines at LF bytes, before any decoding, so that a lone CR, U+2028 or a multi-byte
 * character at the border of a chunk never splits a line. The cost is linear for lines of any length: the pieces of a line are
 * joined once, when its end arrives.
 */
import { InputError } from '../errors.ts';
import { LF } from './bytes.ts';
import { placeOf, type Origin } from './message.ts';

/** No row that Redshift accepts needs a longer line, and Node could not store a string of twice the length. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** Stdin, or a BATCH file. */
export type Source = Pick<Origin, 'file' | 'batchLine'>;

/**
 * Blocks of one or more lines. Every line ends with LF, also the last one. A block may share the memory of its chunk, and chunks
 * may be reused, so a block is valid until the next one is requested. `linesRead` counts the lines of the blocks so far. Throws
 * InputError for a line that is too long.
 */
export async function* blocksOf(
  chunks: AsyncIterable<Buffer>,
  source: Source,
  linesRead: () => number,
): AsyncGenerator<Buffer> {
  const cutter = new LineCutter();
  for await (const chunk of chunks) {
    yield* cutter.push(chunk);
    if (cutter.pendingBytes > MAX_LINE_BYTES) throw tooLong({ ...source, line: linesRead() + 1 });
  }
  yield* cutter.end();
}

function tooLong(place: Omit<Origin, 'bytes'>): InputError {
  return new InputError(
    `Cannot read ${placeOf(place)}: it has more than ${MAX_LINE_BYTES} bytes, and COPY accepts rows of at most 4 MB`,
    { line: place.line, file: place.file },
  );
}

export class LineCutter {
  #pieces: Buffer[] = [];
  #pendingBytes = 0;

  /** The lines that end in this chunk: first the one that began before it, then all those within it. */
  *push(chunk: Buffer): Generator<Buffer> {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > 0) {
      const start = this.#pendingBytes === 0 ? 0 : chunk.indexOf(LF) + 1;
      if (start > 0) yield this.#complete(chunk.subarray(0, start));
      if (end > start) yield chunk.subarray(start, end);
    }
    if (end === chunk.length) return;
    // A copy, because the chunk's memory may be used again.
    this.#pieces.push(Buffer.from(chunk.subarray(end)));
    this.#pendingBytes += chunk.length - end;
  }

  /** The last line, if the input ended without LF. */
  *end(): Generator<Buffer> {
    if (this.#pendingBytes > 0) yield this.#complete(Buffer.from([LF]));
  }

  /** Bytes of the line that has not ended yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  #complete(last: Buffer): Buffer {
    const line = Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#pendingBytes = 0;
    return line;
  }
}
