/** The bytes of an object that a reader has not consumed yet, in one piece. */
import { isUtf8 } from 'node:buffer';
import { LF } from '../../ascii.ts';

/** A record that has grown beyond this is not waited for any longer (COPY's limit on a row is 4 MB). In bytes. */
const MAX_PENDING = 16 * 1024 * 1024;

/** Chunks come in by `feed`; `at` is where the next record starts. A long record is looked at again only when its bytes have doubled. */
export class Input {
  buffer: Buffer = Buffer.alloc(0);
  at = 0;
  ended = false;
  /** Whether the bytes up to the last line end are valid UTF-8. */
  isUtf8 = false;
  /** Whether the buffer may hold a record that was not tried yet. */
  fresh = false;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #threshold = 0;

  get runaway(): boolean {
    return this.buffer.length - this.at + this.#pendingBytes > MAX_PENDING;
  }

  feed(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= this.#threshold) this.#join();
  }

  end(): void {
    this.ended = true;
    this.fresh = true;
    this.#join();
  }

  /** To be called when the rest of the buffer holds no complete record. */
  wait(): false {
    this.fresh = false;
    this.#threshold = this.buffer.length - this.at;
    return false;
  }

  #join(): void {
    if (this.#pending.length > 0) {
      const rest = this.buffer.subarray(this.at);
      const [first = rest] = this.#pending;
      this.buffer =
        rest.length === 0 && this.#pending.length === 1 ? first : Buffer.concat([rest, ...this.#pending]);
      this.#pending = [];
      this.#pendingBytes = 0;
      this.fresh = true;
      this.at = 0;
    }
    const complete = this.ended ? this.buffer.length : this.buffer.lastIndexOf(LF) + 1;
    this.isUtf8 = isUtf8(this.buffer.subarray(this.at, complete));
  }
}
