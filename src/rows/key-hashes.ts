/**
 * Tells whether a batch repeats a key. Keys that only grow are all different, and so are keys whose 64-bit hashes differ. Two
 * equal hashes mean a repeated key, or a collision: then the warehouse looks.
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
  /** Pairs of integers: the hashes in the order of the rows as long as keys only grow, then a table with empty slots. */
  #slots: Int32Array;
  #count = 0;
  #high = 0;
  #low = 0;
  /** Undefined from the first key on that is not greater than the one before it. */
  #order: KeyOrder | undefined = new KeyOrder();
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
    this.#order?.begin();
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
    this.#order?.cell(csv, start, end);
  }

  /** Ends the key. */
  end(): void {
    const high = scatter(this.#high ^ (this.#low >>> 16));
    const mixed = scatter(this.#low ^ high);
    // Two zeros are an empty slot.
    const low = high === 0 && mixed === 0 ? 1 : mixed;
    if (this.#order?.end() === false) this.#tabulate();
    if (!this.#isOpen) return;
    if (this.#order) {
      this.#slots[this.#count * 2] = high;
      this.#slots[this.#count * 2 + 1] = low;
    } else if (!this.#add(high, low)) {
      this.#giveUp();
      return;
    }
    this.#count++;
    if (this.#order) {
      if (this.#count * SLOT_BYTES === this.#slots.byteLength) this.#grow(copied);
    } else if (this.#count * SLOT_BYTES * 4 > this.#slots.byteLength * 3) this.#grow(this.#tabled);
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

  /** A key may be repeated. */
  #giveUp(): void {
    this.#areDistinct = false;
    this.#stop();
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

  /** Keys do not only grow: from now on each is looked up. */
  #tabulate(): void {
    this.#order = undefined;
    this.#grow(this.#tabled);
  }

  /** Without room for more, the question stays open. */
  #grow(moved: (old: Int32Array, larger: Int32Array) => Int32Array): void {
    const old = this.#slots;
    if (this.#room.take(old.byteLength)) this.#slots = moved(old, new Int32Array(old.length * 2));
    else this.#giveUp();
  }

  readonly #tabled = (old: Int32Array, larger: Int32Array): Int32Array => {
    this.#slots = larger;
    for (let slot = 0; slot < old.length; slot += 2) {
      const [high, low] = [old[slot] as number, old[slot + 1] as number];
      if ((high !== 0 || low !== 0) && !this.#add(high, low)) this.#areDistinct = false;
    }
    return larger;
  };
}

function copied(old: Int32Array, larger: Int32Array): Int32Array {
  larger.set(old);
  return larger;
}

const MOST_BYTES = 512;

/**
 * Whether each key is greater than the one before it, as keys of many sources are; then no two are equal. Cells are compared by
 * length and then byte by byte, which is the order of whole numbers and dates.
 */
class KeyOrder {
  /** Of each cell its length in two bytes, and the cell. */
  #previous = new Uint8Array(MOST_BYTES);
  #current = new Uint8Array(MOST_BYTES);
  #at = 0;
  #isFirst = true;
  /** Positive if the cells so far are greater than those before. */
  #difference = 0;

  begin(): void {
    this.#at = 0;
    this.#difference = this.#isFirst ? 1 : 0;
  }

  cell(csv: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const at = this.#at + 2;
    this.#at = at + length;
    if (this.#at > MOST_BYTES) {
      // Too long to be kept: the next key would not know what it is greater than.
      this.#difference = -1;
      return;
    }
    const [current, previous] = [this.#current, this.#previous];
    let difference = this.#difference;
    if (difference === 0)
      difference = length - (((previous[at - 2] as number) << 8) | (previous[at - 1] as number));
    current[at - 2] = length >> 8;
    current[at - 1] = length & 0xff;
    for (let i = 0; i < length; i++) {
      const byte = csv[start + i] as number;
      current[at + i] = byte;
      if (difference === 0) difference = byte - (previous[at + i] as number);
    }
    this.#difference = difference;
  }

  /** Whether the key is greater than the one before it. */
  end(): boolean {
    const spare = this.#previous;
    this.#previous = this.#current;
    this.#current = spare;
    this.#isFirst = false;
    return this.#difference > 0;
  }
}

/** Makes each bit depend on all others: a product carries bits up, a shift carries them down. */
function scatter(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
