/**
 * The rows of one stream between two flushes. Rows are encoded per group, collected as CSV blocks, and cut into parts
 * that go to S3 while further rows arrive; what is open stays small and raw, so that hundreds of streams fit in memory.
 * Life: append* -> close -> remove. All calls but the awaiting of parts are synchronous.
 */
import { encodeRows } from '../rows/csv.ts';
import type { Cell } from '../rows/values.ts';
import type { Budget } from './budget.ts';
import type { RawPart, StagedPart } from './part.ts';
import { Slabs, type SlabPool } from './slabs.ts';

export interface Staging {
  /** Compresses and uploads one part; gives its memory, `held` bytes, back to budget and pool on the way. */
  stage(key: string, raw: RawPart, held: number): Promise<StagedPart>;
  /** The same for a file that stays after the load, which is not compressed. */
  keep(key: string, raw: RawPart, held: number): Promise<StagedPart>;
  /** `s3://bucket/key`. */
  url(key: string): string;
  readonly pool: SlabPool;
  readonly budget: Budget;
  /** A part is cut when its CSV reaches this size. */
  readonly partBytes: number;
  readonly sentinel: string;
}

/** A closed batch: everything that a load needs to know. */
export interface StagedBatch {
  readonly parts: readonly StagedPart[];
  readonly rows: number;
  /** Bytes of CSV before compression. */
  readonly bytes: number;
  readonly sentinel: string;
}

export class Batch {
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly #keyPrefix: string;
  readonly #staging: Staging;
  readonly #parts: Promise<StagedPart>[] = [];
  readonly #keys: string[] = [];
  #pending: (readonly Cell[])[] = [];
  readonly #slabs: Slabs;
  #bytes = 0;
  #rows = 0;

  constructor(keyPrefix: string, staging: Staging, now: number) {
    this.#keyPrefix = keyPrefix;
    this.#staging = staging;
    this.#slabs = new Slabs(staging.pool);
    this.openedAt = now;
  }

  get rows(): number {
    return this.#rows;
  }

  /** CSV bytes of the rows that are encoded. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory that is held for rows that are not on their way to S3. */
  get openBytes(): number {
    return this.#slabs.capacity;
  }

  append(cells: readonly Cell[]): void {
    this.#pending.push(cells);
    this.#rows++;
  }

  /** Encodes the rows appended since the last call; cuts a part when enough is there. */
  encode(): void {
    if (this.#pending.length === 0) return;
    const block = encodeRows(this.#pending, this.#staging.sentinel);
    this.#pending = [];
    const held = this.#slabs.capacity;
    this.#slabs.add(block);
    this.#bytes += block.length;
    this.#staging.budget.take(this.#slabs.capacity - held);
    if (this.#slabs.bytes >= this.#staging.partBytes) this.cut();
  }

  /** Sends what is open to S3 as one part. */
  cut(): void {
    if (this.#slabs.bytes === 0) return;
    const key = `${this.#keyPrefix}${String(this.#parts.length).padStart(5, '0')}.csv.gz`;
    const held = this.#slabs.capacity;
    const part = this.#staging.stage(key, this.#slabs.take(), held);
    // Whoever closes the batch hears of a failure; until then it must not count as unhandled.
    part.catch(() => undefined);
    this.#parts.push(part);
    this.#keys.push(key);
  }

  /** No further rows. Resolves when every part is durable in S3; rejects with the first failure. */
  async close(): Promise<StagedBatch> {
    this.encode();
    this.cut();
    const parts = await Promise.all(this.#parts);
    return { parts, rows: this.#rows, bytes: this.#bytes, sentinel: this.#staging.sentinel };
  }

  /** Gives up the rows: resolves with the keys of objects that may exist, once no upload runs any more. */
  async discard(): Promise<readonly string[]> {
    this.#staging.budget.give(this.#slabs.capacity);
    this.#staging.pool.put(this.#slabs.take().blocks);
    this.#pending = [];
    await Promise.allSettled(this.#parts);
    return this.#keys;
  }
}
