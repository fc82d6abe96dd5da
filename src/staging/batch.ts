/**
 * A batch: the rows of one stream that are loaded together. Rows are written into slabs (`roll`, `written`), or appended as cells
 * and encoded in groups. The CSV is cut into parts that are uploaded while more rows arrive. Open data stays small and
 * uncompressed, so that hundreds of streams fit into memory. A batch ends with `close` or `discard`, which wait for its parts; all
 * other calls are synchronous.
 */
import { encodeRows, type CsvFormat } from '../rows/csv.ts';
import type { HashRoom } from '../rows/key-hashes.ts';
import type { Cell } from '../rows/values.ts';
import { slabOf, type Tape } from '../rows/walk/tape.ts';
import type { Budget } from './budget.ts';
import { FILE_ENDINGS, type RawPart, type StagedPart } from './part.ts';
import type { PartShaper } from './shape.ts';
import { MARK_BYTES, Slabs, type SlabPool } from './slabs.ts';

export interface Staging {
  /** Compresses and uploads one part, and returns its memory to the budget and the pool. */
  stage(key: string, raw: RawPart): Promise<StagedPart>;
  /** The same for a file that stays after the load and is not compressed. */
  keep(key: string, raw: RawPart): Promise<StagedPart>;
  /** `s3://bucket/key`. */
  url(key: string): string;
  readonly pool: SlabPool;
  readonly budget: Budget;
  /** For hashes of keys. */
  readonly hashRoom: HashRoom;
  readonly shaper: PartShaper;
  readonly format: CsvFormat;
}

/** A closed batch: everything that a load needs to know. */
export interface StagedBatch {
  readonly parts: readonly StagedPart[];
  readonly rows: number;
  /** Bytes of CSV before compression. */
  readonly bytes: number;
  readonly format: CsvFormat;
}

/** Consecutive rows as CSV, and where each ends. */
export interface EncodedRows {
  readonly csv: Buffer;
  readonly count: number;
  end(row: number): number;
}

/** Rows that may become longer are written separately and copied, because most of the room will not be used. */
const LONG_ROW_BYTES = 256 * 1024;

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

  /** CSV bytes of the encoded rows. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory for rows that are not being uploaded. */
  get openBytes(): number {
    return this.#slabs.capacity;
  }

  /** Prepares the tape to write one row of at most `bytes`; see `written`. */
  roll(tape: Tape, bytes: number): void {
    if (bytes > LONG_ROW_BYTES) {
      tape.writeInto(slabOf(Buffer.allocUnsafeSlow(bytes)), 0);
      return;
    }
    const slabs = this.#slabs;
    if (!slabs.hasRoom(bytes)) this.#grow(bytes);
    tape.writeInto(slabs.open, slabs.used);
  }

  /** Adds the row that the tape wrote to the batch. */
  written({ out, to }: Tape): void {
    this.#rows++;
    if (out !== this.#slabs.open.bytes) {
      this.#addBlock(out.subarray(0, to));
      return;
    }
    this.#bytes += to - this.#slabs.used;
    this.#slabs.written(to);
  }

  /** Appends a row that is encoded later. */
  append(cells: readonly Cell[]): void {
    this.#pending.push(cells);
    this.#rows++;
  }

  /** Encodes the rows appended since the last call. */
  encode(): void {
    if (this.#pending.length === 0) return;
    const block = encodeRows(this.#pending, this.#staging.format.sentinel);
    this.#pending = [];
    this.#addBlock(block);
  }

  /** Adds rows that the lane wrote. Memory has marks between rows, so only whole rows are copied. */
  add(rows: EncodedRows): void {
    const { csv, count } = rows;
    const slabs = this.#slabs;
    for (let row = 0, at = 0; row < count;) {
      const room = Math.min(slabs.open.bytes.length - slabs.used, MARK_BYTES);
      let next = rows.count;
      // Usually all of them fit.
      if (csv.length - at > room) next = Math.max(rowsUpTo(rows, row, at + room), row + 1);
      const end = rows.end(next - 1);
      this.#addBlock(csv.subarray(at, end));
      at = end;
      row = next;
    }
    this.#rows += count;
  }

  /** Uploads the open data. */
  cut(): void {
    this.#cutInto(this.#staging.shaper.countOf(this.#slabs.bytes));
  }

  #addBlock(block: Buffer): void {
    this.#bytes += block.length;
    if (!this.#slabs.hasRoom(block.length)) this.#grow(block.length);
    this.#slabs.add(block, block.length);
  }

  /** Makes room for a row. If there is enough data, a group of parts is cut first. */
  #grow(bytes: number): void {
    const { shaper, budget } = this.#staging;
    const { partBytes, group } = shaper.shape;
    const slabs = this.#slabs;
    const groupBytes = group * partBytes;
    if (this.#parts.length === 0) {
      // The compressors wait for the first group.
      if (slabs.bytes >= groupBytes) this.#cutInto(group);
    } else if (slabs.bytes >= 2 * groupBytes) {
      // The rest may be the end of the batch, and must make a group too.
      for (let i = 0; i < group; i++) for (const part of slabs.takeFirst(partBytes)) this.#send(part);
    }
    const held = slabs.capacity;
    slabs.grow(bytes, partBytes);
    budget.open(slabs.capacity - held);
  }

  #cutInto(count: number): void {
    const held = this.#slabs.capacity;
    const parts = this.#slabs.takeAll(count);
    this.#staging.budget.open(parts.reduce((sum, part) => sum + part.held, -held));
    for (const part of parts) this.#send(part);
  }

  #send(raw: RawPart): void {
    const key = `${this.#keyPrefix}${String(this.#parts.length).padStart(5, '0')}${FILE_ENDINGS[this.#staging.format.compression]}`;
    this.#staging.budget.sent(raw.held);
    const part = this.#staging.stage(key, raw);
    // The failure is reported when the batch is closed; until then it must not count as unhandled.
    part.catch(() => undefined);
    this.#parts.push(part);
    this.#keys.push(key);
  }

  /** Ends the batch. Resolves when every part is durable in S3; rejects with the first failure. */
  async close(): Promise<StagedBatch> {
    this.encode();
    this.cut();
    const parts = await Promise.all(this.#parts);
    return { parts, rows: this.#rows, bytes: this.#bytes, format: this.#staging.format };
  }

  /** Drops the rows. Resolves with the keys of objects that may exist, when no upload is running any more. */
  async discard(): Promise<readonly string[]> {
    this.#staging.budget.sent(this.#slabs.capacity);
    this.#staging.budget.give(this.#slabs.capacity);
    for (const { blocks } of this.#slabs.takeAll(1)) this.#staging.pool.put(blocks);
    this.#pending = [];
    await Promise.allSettled(this.#parts);
    return this.#keys;
  }
}

/** The row after the last one that ends at or before `limit`; rows before `first` do. */
function rowsUpTo(rows: EncodedRows, first: number, limit: number): number {
  let [low, high] = [first, rows.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows.end(middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
