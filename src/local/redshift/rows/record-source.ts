/** Where a reader of a format gets its records from: the bytes of an object that it has not consumed yet, in one piece. */
import { isUtf8 } from 'node:buffer';
import { ASCII } from '../../ascii.ts';

const { LF } = ASCII;

/** A record that has grown beyond this is not waited for any longer (COPY's limit on a row is 4 MB). In bytes. */
const MAX_PENDING = 16 * 1024 * 1024;

/**
 * Chunks come in by `feed`; `at` is where the next record starts, on line `line`. A record that is not complete is tried
 * again only when its bytes have doubled, so that a long one in small chunks costs no more than a few attempts.
 */
export class RecordSource {
  buffer: Buffer = Buffer.alloc(0);
  at = 0;
  /** The physical line at `at`, from 1. */
  line = 1;
  /** Whether all of the object is in the buffer: its last record needs no line end. */
  ended = false;
  /** Whether the bytes up to the last line end are valid UTF-8. */
  isUtf8 = false;
  /** Whether the buffer may hold a record that was not tried yet. */
  #fresh = false;
  #linesToSkip: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #threshold = 0;

  /** The first `linesToSkip` physical lines are no records (IGNOREHEADER). */
  constructor(linesToSkip = 0) {
    this.#linesToSkip = linesToSkip;
  }

  /** Whether the record without an end is too long to be waited for. */
  get runaway(): boolean {
    return this.buffer.length - this.at + this.#pendingBytes > MAX_PENDING;
  }

  /** Takes more of the object, which must not change afterwards. */
  feed(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= this.#threshold) this.#join();
  }

  /** Says that the object is complete. */
  end(): void {
    this.ended = true;
    this.#fresh = true;
    this.#join();
  }

  /** Whether a reader should try to read a record at `at`. To be called before each. */
  isReady(): boolean {
    if (this.#linesToSkip > 0) this.#skipLines();
    return this.#fresh && this.at < this.buffer.length;
  }

  /** To be called when there is nothing to try, or the rest of the buffer holds no complete record. */
  wait(): false {
    this.#fresh = false;
    this.#threshold = this.buffer.length - this.at;
    return false;
  }

  #skipLines(): void {
    while (this.#linesToSkip > 0) {
      const end = this.buffer.indexOf(LF, this.at);
      if (end === -1) {
        this.at = this.buffer.length;
        return;
      }
      this.at = end + 1;
      this.line += 1;
      this.#linesToSkip -= 1;
    }
  }

  #join(): void {
    if (this.#pending.length > 0) {
      const rest = this.buffer.subarray(this.at);
      const [first = rest] = this.#pending;
      this.buffer =
        rest.length === 0 && this.#pending.length === 1 ? first : Buffer.concat([rest, ...this.#pending]);
      this.#pending = [];
      this.#pendingBytes = 0;
      this.#fresh = true;
      this.at = 0;
    }
    const complete = this.ended ? this.buffer.length : this.buffer.lastIndexOf(LF) + 1;
    this.isUtf8 = isUtf8(this.buffer.subarray(this.at, complete));
  }
}
