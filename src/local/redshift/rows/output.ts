/** Collects output bytes: long stretches are handed on as they are, short ones are gathered in one buffer. */

const LONG_STRETCH = 32 * 1024;
const BUFFER_BYTES = 256 * 1024;

/** Bytes in, chunks out; a chunk that was handed out is never written again. */
export class ByteOutput {
  #chunks: Buffer[] = [];
  #gathered = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;

  /** Appends `[start, end)`. */
  append(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length >= LONG_STRETCH) {
      this.#flush();
      this.#chunks.push(bytes.subarray(start, end));
      return;
    }
    if (this.#used + length > BUFFER_BYTES) this.#flush();
    if (length < 32) for (let at = start; at < end; at += 1) this.#gathered[this.#used++] = bytes[at] ?? 0;
    else this.#used += bytes.copy(this.#gathered, this.#used, start, end);
  }

  appendByte(byte: number): void {
    if (this.#used === BUFFER_BYTES) this.#flush();
    this.#gathered[this.#used++] = byte;
  }

  /** Appends `[start, end)` enclosed in quotes, with the quotes inside doubled. */
  appendQuoted(bytes: Buffer, start: number, end: number, quote: number): void {
    this.appendByte(quote);
    let from = start;
    for (let at = bytes.indexOf(quote, start); at !== -1 && at < end; at = bytes.indexOf(quote, at + 1)) {
      this.append(bytes, from, at + 1);
      from = at;
    }
    this.append(bytes, from, end);
    this.appendByte(quote);
  }

  /** The chunks so far, in order. */
  take(): Buffer[] {
    this.#flush();
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.#chunks.push(this.#gathered.subarray(0, this.#used));
    this.#gathered = Buffer.allocUnsafe(BUFFER_BYTES);
    this.#used = 0;
  }
}
