/**
 * Cuts a byte stream into lines at LF bytes, before any decoding: a lone CR, U+2028 or a multi-byte character on a chunk
 * border never split a line. Linear however long a line is: its pieces are joined once, when its end arrives.
 */
const LF = 0x0a;

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
