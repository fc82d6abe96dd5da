/**
 * Tells whether a batch repeats a key, from 64-bit hashes of the keys' CSV. Hashes that all differ prove that all keys do.
 * Two equal hashes mean a repeated key, or a collision: then the warehouse looks.
 */
import type { Column, ColumnType } from '../table/types.ts';
import { COMMA } from '../protocol/bytes.ts';
import { Token, type Cell } from './values.ts';

/** The memory for hashes of all open batches. */
export interface HashRoom {
  /** False if there is not enough left. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

const FIRST_SLOTS = 64;

/** A hash is two integers of 32 bits. */
const SLOT_BYTES = 8;

/** Columns whose equal values always are equal bytes of CSV. Of other types one value may be written in several ways. */
function isCanonical({ type, growsTo, form }: Column): boolean {
  const isOfKind = ({ kind }: ColumnType): boolean =>
    kind === 'smallint' ||
    kind === 'integer' ||
    kind === 'bigint' ||
    kind === 'boolean' ||
    kind === 'date' ||
    kind === 'varchar';
  return isOfKind(type) && (growsTo === undefined || growsTo.kind === type.kind) && form !== 'json';
}

export class KeyHashes {
  readonly #room: HashRoom;
  /** Pairs; two zeros are an empty slot. */
  #slots: Int32Array;
  #count = 0;
  #high = 0;
  #low = 0;
  #isOpen = true;
  #areDistinct = true;

  /** Undefined where equal keys may be written differently, or where there is no room. */
  static of(columns: readonly Column[], room: HashRoom): KeyHashes | undefined {
    const keys = columns.filter(({ isKey }) => isKey);
    if (keys.length === 0 || !keys.every(isCanonical)) return undefined;
    return room.take(FIRST_SLOTS * SLOT_BYTES) ? new KeyHashes(room) : undefined;
  }

  private constructor(room: HashRoom) {
    this.#room = room;
    this.#slots = new Int32Array(FIRST_SLOTS * 2);
  }

  /** Whether another key can change the answer. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Begins the key of a row. */
  begin(): void {
    this.#high = 0x2f0b4c47;
    this.#low = 0x41c6ce57;
  }

  /** Adds a cell to the key, as CSV. */
  mix(csv: Uint8Array, start: number, end: number): void {
    let [high, low] = [this.#high, this.#low];
    for (let at = start; at < end; at++) {
      const byte = csv[at] as number;
      high = Math.imul(high ^ byte, 0x9e3779b1);
      low = Math.imul(low ^ byte, 0x5f356495);
    }
    // As in CSV, so that keys of several cells differ wherever their rows do.
    this.#high = Math.imul(high ^ COMMA, 0x9e3779b1);
    this.#low = Math.imul(low ^ COMMA, 0x5f356495);
  }

  /** Ends the key. */
  end(): void {
    const high = scatter(this.#high ^ (this.#low >>> 16));
    const low = scatter(this.#low ^ high);
    if (!this.#add(high, high === 0 && low === 0 ? 1 : low)) {
      this.#areDistinct = false;
      this.#stop();
    } else if (++this.#count * SLOT_BYTES * 4 > this.#slots.byteLength * 3) this.#grow();
  }

  /** Adds the key of a row. */
  addCells(cells: readonly Cell[]): void {
    this.begin();
    for (const cell of cells) {
      const csv = Buffer.from(cell instanceof Token ? cell.text : `"${(cell ?? '').replaceAll('"', '""')}"`);
      this.mix(csv, 0, csv.length);
    }
    this.end();
  }

  /** Whether all keys were different, and nothing was left out. Frees the memory. */
  close(): boolean {
    this.#stop();
    return this.#areDistinct;
  }

  #stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#room.give(this.#slots.byteLength);
    this.#slots = new Int32Array(0);
  }

  /** False if the hash is there. */
  #add(high: number, low: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 2;
    for (let slot = (low << 1) & mask; ; slot = (slot + 2) & mask) {
      if (slots[slot] === 0 && slots[slot + 1] === 0) {
        slots[slot] = high;
        slots[slot + 1] = low;
        return true;
      }
      if (slots[slot] === high && slots[slot + 1] === low) return false;
    }
  }

  /** Without room for more, the question stays open: it is as if a key were repeated. */
  #grow(): void {
    const old = this.#slots;
    if (!this.#room.take(old.byteLength * 2)) {
      this.#areDistinct = false;
      this.#stop();
      return;
    }
    this.#slots = new Int32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += 2) {
      const [high, low] = [old[slot] as number, old[slot + 1] as number];
      if (high !== 0 || low !== 0) this.#add(high, low);
    }
    this.#room.give(old.byteLength);
  }
}

/** Makes each bit depend on all others: a product carries bits up, a shift carries them down. */
function scatter(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
