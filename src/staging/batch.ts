/**
 * The rows of one stream between two flushes. Rows are encoded per group, collected as CSV blocks, and cut into parts
 * that go to S3 while further rows arrive; what is open stays small and raw, so that hundreds of streams fit in memory.
 * Life: append* -> close -> remove. All calls but the awaiting of parts are synchronous.
 */
import { encodeRows } from '../rows/csv.ts';
import type { Cell } from '../rows/values.ts';
import type { Budget } from './budget.ts';
import type { StagedPart } from './part.ts';

export interface Staging {
  /** Compresses and uploads the blocks of one part; gives their bytes back to the budget on the way. */
  stage(key: string, blocks: readonly Buffer[]): Promise<StagedPart>;
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
  #blocks: Buffer[] = [];
  #openBytes = 0;
  #bytes = 0;
  #rows = 0;

  constructor(keyPrefix: string, staging: Staging, now: number) {
    this.#keyPrefix = keyPrefix;
    this.#staging = staging;
    this.openedAt = now;
  }

  get rows(): number {
    return this.#rows;
  }

  /** CSV bytes of the rows that are encoded. */
  get bytes(): number {
    return this.#bytes;
  }

  /** CSV bytes that are not part of a part yet. */
  get openBytes(): number {
    return this.#openBytes;
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
    this.#blocks.push(block);
    this.#openBytes += block.length;
    this.#bytes += block.length;
    this.#staging.budget.take(block.length);
    if (this.#openBytes >= this.#staging.partBytes) this.cut();
  }

  /** Sends what is open to S3 as one part. */
  cut(): void {
    if (this.#openBytes === 0) return;
    const key = `${this.#keyPrefix}${String(this.#parts.length).padStart(5, '0')}.csv.gz`;
    const part = this.#staging.stage(key, this.#blocks);
    // Whoever closes the batch hears of a failure; until then it must not count as unhandled.
    part.catch(() => undefined);
    this.#parts.push(part);
    this.#keys.push(key);
    this.#blocks = [];
    this.#openBytes = 0;
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
    this.#staging.budget.give(this.#openBytes);
    this.#blocks = [];
    this.#openBytes = 0;
    this.#pending = [];
    await Promise.allSettled(this.#parts);
    return this.#keys;
  }
}
