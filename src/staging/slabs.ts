/**
 * The raw CSV of an open batch in few, large pieces of memory: small encoded groups are copied together, so that a part is
 * compressed in large steps and hundreds of open batches do not cling to shared pool pages. A slab begins small and
 * doubles, because most streams of a wide tap have few rows.
 */
import { addChecksum, type RawPart } from './part.ts';

const FIRST_BYTES = 4 * 1024;
const FULL_BYTES = 256 * 1024;

/** Slabs that can be used again, so that memory that was freed need not wait for the collector. */
export class SlabPool {
  readonly #free: Buffer[] = [];

  /** A slab of full size, with any content. */
  get(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(FULL_BYTES);
  }

  /** Takes back the memory of pieces that nobody reads any more. */
  put(pieces: readonly Buffer[]): void {
    for (const { buffer } of pieces) {
      if (buffer.byteLength === FULL_BYTES) this.#free.push(Buffer.from(buffer));
    }
  }
}

export class Slabs {
  readonly #pool: SlabPool;
  #full: Buffer[] = [];
  #open: Buffer = Buffer.alloc(0);
  #used = 0;
  #bytes = 0;
  #capacity = 0;
  #checksum = 0;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

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
    this.#checksum = addChecksum(block, this.#checksum);
    let at = 0;
    while (at < block.length) {
      if (this.#used === this.#open.length) this.#grow();
      const copied = block.copy(this.#open, this.#used, at);
      at += copied;
      this.#used += copied;
    }
  }

  /** Gives everything away and begins anew; whoever takes it owns the memory until it goes back to the pool. */
  take(): RawPart {
    const blocks = this.#used > 0 ? [...this.#full, this.#open.subarray(0, this.#used)] : this.#full;
    const part = { blocks, bytes: this.#bytes, checksum: this.#checksum };
    this.#full = [];
    this.#open = Buffer.alloc(0);
    this.#used = 0;
    this.#bytes = 0;
    this.#capacity = 0;
    this.#checksum = 0;
    return part;
  }

  #grow(): void {
    const size = Math.min(Math.max(this.#open.length * 2, FIRST_BYTES), FULL_BYTES);
    const next = size === FULL_BYTES ? this.#pool.get() : Buffer.allocUnsafeSlow(size);
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
