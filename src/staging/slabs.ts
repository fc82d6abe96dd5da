/**
 * The uncompressed CSV of an open batch in a few large slabs of memory, which rows are written into directly. The first slab of a
 * batch is small, because most streams of a tap with many streams have few rows. Later slabs are as large as all earlier ones
 * together, up to a part, so that a part of a large stream is compressed in one step. Hundreds of open batches get smaller slabs.
 */
import { slabOf, type Slab } from '../rows/walk/tape.ts';
import type { Budget } from './budget.ts';
import { rawPart, type RawPart } from './part.ts';

const FIRST_BYTES = 4 * 1024;

const NONE = slabOf(Buffer.alloc(0));

/** Memory for reuse, by size, so that freed memory does not have to wait for the garbage collector. */
export class SlabPool {
  readonly #free = new Map<number, Slab[]>();
  readonly #budget: Budget;
  #freeBytes = 0;
  #open = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The largest slab, which depends on how many are open: all together may use half of the budget. A power of two. */
  get largest(): number {
    const share = this.#budget.limit / 2 / (this.#open + 1);
    return Math.max(2 ** Math.floor(Math.log2(share)), FIRST_BYTES);
  }

  /** Gives a slab with arbitrary content. */
  open(bytes: number): Slab {
    this.#open++;
    const free = this.#free.get(bytes) ?? [];
    // The sizes are in the order in which they were last asked for.
    this.#free.delete(bytes);
    this.#free.set(bytes, free);
    const slab = free.pop();
    if (!slab) {
      this.#makeRoom(bytes);
      return slabOf(Buffer.allocUnsafeSlow(bytes));
    }
    this.#freeBytes -= bytes;
    return slab;
  }

  /** An open slab is no longer written. */
  close(): void {
    this.#open--;
  }

  /**
   * Takes back the memory of pieces of slabs that are no longer read and that the budget no longer counts. Free and used memory
   * together stay within the budget; the rest, and memory that does not belong to the pool, is left to the garbage collector.
   */
  put(pieces: readonly Buffer[]): void {
    for (const { buffer } of pieces) {
      const bytes = buffer.byteLength;
      const free = this.#free.get(bytes);
      if (!free || !this.#makeRoom(bytes)) continue;
      this.#freeBytes += bytes;
      free.push(slabOf(Buffer.from(buffer)));
    }
  }

  /**
   * Leaves free slabs of other sizes to the garbage collector until there is room for another slab of this size. The size that was
   * asked for longest ago goes first. Returns whether there is room.
   */
  #makeRoom(bytes: number): boolean {
    const isRoom = (): boolean => this.#budget.used + this.#freeBytes + bytes <= this.#budget.limit;
    for (const [size, free] of this.#free) {
      while (size !== bytes && free.length > 0 && !isRoom()) {
        free.pop();
        this.#freeBytes -= size;
      }
    }
    return isRoom();
  }
}

/** The distance in bytes between places where a slab may be cut, unless a row is longer. */
export const MARK_BYTES = 128 * 1024;

/** Whether pieces with this many bytes make a part of `partBytes`. Rows that did not fit leave the ends of slabs empty. */
const NEARLY = 0.9;

interface FullSlab {
  readonly bytes: Buffer;
  /** Offsets where rows end. */
  readonly marks: readonly number[];
}

export class Slabs {
  readonly #pool: SlabPool;
  #full: FullSlab[] = [];
  #fullBytes = 0;
  #open = NONE;
  #used = 0;
  #marks: number[] = [];
  #capacity = 0;
  /** Bytes that were taken. */
  #takenBytes = 0;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** Bytes that were added and not taken. */
  get bytes(): number {
    return this.#fullBytes + this.#used;
  }

  /** Bytes of memory that they occupy. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The memory for direct writes, from `used` on. */
  get open(): Slab {
    return this.#open;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether this many bytes fit into the open slab. */
  hasRoom(bytes: number): boolean {
    return this.#open.bytes.length - this.#used >= bytes;
  }

  /** Opens a slab with room for this many bytes, as large as all before it together, but at most `largest`. */
  grow(bytes: number, largest: number): void {
    this.#seal();
    const most = Math.max(Math.min(largest, this.#pool.largest), FIRST_BYTES);
    const before = this.#takenBytes + this.#fullBytes;
    const usual = before < most ? Math.min(powerOfTwo(Math.max(before, FIRST_BYTES)), most) : most;
    const size = usual < bytes ? powerOfTwo(bytes) : usual;
    this.#open = this.#pool.open(size);
    this.#capacity += size;
  }

  /** Rows were written into the open slab, up to this offset. */
  written(used: number): void {
    this.#used = used;
    if (used - (this.#marks.at(-1) ?? 0) >= MARK_BYTES) this.#marks.push(used);
  }

  /** Adds rows that were encoded elsewhere. */
  add(block: Buffer, largest: number): void {
    if (block.length === 0) return;
    if (!this.hasRoom(block.length)) this.grow(block.length, largest);
    this.written(this.#used + block.copy(this.#open.bytes, this.#used));
  }

  /**
   * Takes the first slabs as one part of about `partBytes`, or less if there is less; no part if there is nothing. The caller owns
   * the memory until it is returned to the pool.
   */
  takeFirst(partBytes: number): readonly RawPart[] {
    this.#seal();
    if (this.#full.length === 0) return [];
    let [count, bytes] = [0, 0];
    while (bytes < partBytes * NEARLY && count < this.#full.length) {
      bytes += this.#full[count++]?.bytes.length ?? 0;
    }
    const part = rawPart(this.#full.splice(0, count).map((slab) => slab.bytes));
    this.#fullBytes -= part.bytes;
    this.#capacity -= part.held;
    this.#takenBytes += part.bytes;
    return [part];
  }

  /** Takes everything as this many parts of about the same size, and starts again empty. */
  takeAll(count: number): readonly RawPart[] {
    this.#seal();
    const parts = this.#divided(count).map(rawPart);
    this.#takenBytes += this.#fullBytes;
    this.#full = [];
    this.#fullBytes = 0;
    this.#capacity = 0;
    return parts;
  }

  #seal(): void {
    if (this.#open === NONE) return;
    this.#pool.close();
    if (this.#used > 0) {
      this.#full.push({ bytes: this.#open.bytes.subarray(0, this.#used), marks: this.#marks });
      this.#fullBytes += this.#used;
    } else {
      this.#pool.put([this.#open.bytes]);
      this.#capacity -= this.#open.bytes.length;
    }
    this.#open = NONE;
    this.#used = 0;
    this.#marks = [];
  }

  /** The bytes in groups. A slab that is cut is copied, because memory has one owner. */
  #divided(count: number): readonly Buffer[][] {
    const groups: Buffer[][] = Array.from({ length: count }, () => []);
    const size = this.#fullBytes / count;
    let before = 0;
    for (const { bytes, marks } of this.#full) {
      const groupOf = (from: number, to: number): number =>
        Math.min(Math.floor((before + (from + to) / 2) / size), count - 1);
      const pieces: { readonly group: number; from: number; to: number }[] = [];
      let from = 0;
      for (const to of [...marks, bytes.length]) {
        if (to === from) continue;
        const group = groupOf(from, to);
        const last = pieces.at(-1);
        if (last?.group === group) last.to = to;
        else pieces.push({ group, from, to });
        from = to;
      }
      for (const piece of pieces) {
        groups[piece.group]?.push(pieces.length === 1 ? bytes : copyOf(bytes, piece.from, piece.to));
      }
      if (pieces.length > 1) this.#pool.put([bytes]);
      before += bytes.length;
    }
    return groups.filter((group) => group.length > 0);
  }
}

/** Copies into separate memory. */
function copyOf(bytes: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(to - from);
  bytes.copy(copy, 0, from, to);
  return copy;
}

function powerOfTwo(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
