/**
 * Cuts a byte stream into lines at LF bytes, before any decoding: a lone CR, U+2028 or a multi-byte character on a chunk
 * border never split a line. Linear however long a line is: its pieces are joined once, when its end arrives.
 */
import { InputError } from '../errors.ts';
import { placeOf, type Origin } from './message.ts';

const LF = 0x0a;

/** No row that Redshift takes needs such a line, and a text of twice the length could not be held. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** Stdin, or a file that a BATCH message names. */
export type Source = Pick<Origin, 'file' | 'batchLine'>;

/** The lines of an input, in one group for each of its chunks. Throws InputError for a line that is too long. */
export async function* linesOf(chunks: AsyncIterable<unknown>, source: Source): AsyncGenerator<Buffer[]> {
  const splitter = new LineSplitter();
  let count = 0;
  for await (const chunk of chunks) {
    const lines = splitter.push(chunk as Buffer);
    count += lines.length;
    if (splitter.pendingBytes > MAX_LINE_BYTES) throw tooLong({ ...source, line: count + 1 });
    yield lines;
  }
  const rest = splitter.end();
  if (rest) yield [rest];
}

function tooLong(place: Omit<Origin, 'bytes'>): InputError {
  return new InputError(
    `Cannot read ${placeOf(place)}: it has more than ${MAX_LINE_BYTES} bytes, and COPY takes rows of at most 4 MB`,
    { line: place.line, file: place.file },
  );
}

export class LineSplitter {
  #pieces: Buffer[] = [];
  #pendingBytes = 0;

  /** The lines that end in this chunk, without their LF. They may share the chunk's memory. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      lines.push(this.#complete(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#pieces.push(chunk.subarray(start));
      this.#pendingBytes += chunk.length - start;
    }
    return lines;
  }

  /** The last line, when the input ended without LF. */
  end(): Buffer | undefined {
    return this.#pieces.length === 0 ? undefined : this.#complete(Buffer.alloc(0));
  }

  /** Bytes of the line that has not ended yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  #complete(last: Buffer): Buffer {
    if (this.#pieces.length === 0) return last;
    const line = Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#pendingBytes = 0;
    return line;
  }
}
