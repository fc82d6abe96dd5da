/**
 * The raw CSV of an open batch in few, large pieces of memory: small encoded groups are copied together, so that a part is
 * compressed in large steps and hundreds of open batches do not cling to shared pool pages. A slab begins small and
 * doubles, because most streams of a wide tap have few rows.
 */
const FIRST_BYTES = 4 * 1024;
const FULL_BYTES = 256 * 1024;

export class Slabs {
  #full: Buffer[] = [];
  #open = Buffer.alloc(0);
  #used = 0;
  #bytes = 0;
  #capacity = 0;

  /** Bytes that were added. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of memory that are held for them. */
  get capacity(): number {
    return this.#capacity;
  }

  add(block: Buffer): void {
    this.#bytes += block.length;
    let at = 0;
    while (at < block.length) {
      if (this.#used === this.#open.length) this.#grow();
      const copied = block.copy(this.#open, this.#used, at);
      at += copied;
      this.#used += copied;
    }
  }

  /** Gives the pieces away and begins anew; whoever takes them owns their memory. */
  take(): readonly Buffer[] {
    const pieces = this.#used > 0 ? [...this.#full, this.#open.subarray(0, this.#used)] : this.#full;
    this.#full = [];
    this.#open = Buffer.alloc(0);
    this.#used = 0;
    this.#bytes = 0;
    this.#capacity = 0;
    return pieces;
  }

  #grow(): void {
    const size = Math.min(Math.max(this.#open.length * 2, FIRST_BYTES), FULL_BYTES);
    const next = Buffer.allocUnsafeSlow(size);
    if (this.#open.length === FULL_BYTES) {
      this.#full.push(this.#open);
      this.#used = 0;
    } else {
      this.#open.copy(next);
      this.#capacity -= this.#open.length;
    }
    this.#capacity += size;
    this.#open = next;
  }
}
