/**
 * Cuts a byte stream into blocks of whole lines at LF bytes, before any decoding: a lone CR, U+2028 or a multi-byte
 * character on a chunk border never split a line. Linear however long a line is: its pieces are joined once, when its end
 * arrives.
 */
import { InputError } from '../errors.ts';
import { LF } from './bytes.ts';
import { placeOf, type Origin } from './message.ts';

/** No row that Redshift takes needs such a line, and a text of twice the length could not be held. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** Stdin, or a file that a BATCH message names. */
export type Source = Pick<Origin, 'file' | 'batchLine'>;

/**
 * Blocks of one or more lines; every line ends with LF, the last one too. A block may share the memory of its chunk, and
 * chunks may be used again: it is valid until the next one is asked for. `linesRead` counts those of the blocks so far.
 * Throws InputError for a line that is too long.
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
    `Cannot read ${placeOf(place)}: it has more than ${MAX_LINE_BYTES} bytes, and COPY takes rows of at most 4 MB`,
    { line: place.line, file: place.file },
  );
}

export class LineCutter {
  #pieces: Buffer[] = [];
  #pendingBytes = 0;

  /** The lines that end in this chunk: the one that began before it, then all that lie within it. */
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

  /** The last line, when the input ended without LF. */
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
