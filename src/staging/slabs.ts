/**
 * The raw CSV of an open batch in few, large pieces of memory: small encoded groups are copied together, so that a part is
 * compressed in large steps and hundreds of open batches do not cling to shared pool pages. The first slab is
 * small and each further one twice as large, because most streams of a wide tap have few rows.
 */
import { addChecksum, type RawPart } from './part.ts';

const FIRST_BYTES = 4 * 1024;
const FULL_BYTES = 256 * 1024;

/** Memory that can be used again, by size, so that what was freed need not wait for the collector. */
export class SlabPool {
  readonly #free = new Map<number, Buffer[]>();

  /** A slab with any content. */
  get(bytes: number): Buffer {
    return this.#free.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);
  }

  /** Takes back the memory of pieces of slabs that nobody reads any more. */
  put(pieces: readonly Buffer[]): void {
    for (const { buffer } of pieces) {
      const free = this.#free.get(buffer.byteLength) ?? [];
      free.push(Buffer.from(buffer));
      this.#free.set(buffer.byteLength, free);
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

  /** Larger each time, and nothing is copied: what is full stays as it is. */
  #grow(): void {
    if (this.#open.length > 0) this.#full.push(this.#open);
    const size = Math.min(Math.max(this.#open.length * 2, FIRST_BYTES), FULL_BYTES);
    this.#open = this.#pool.get(size);
    this.#used = 0;
    this.#capacity += size;
  }
}
