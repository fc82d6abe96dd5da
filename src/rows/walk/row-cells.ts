/**
 * The cells of one row on the tape. They are written in the order of the values, and sorted into the order of the columns when the
 * row is complete, if the two differ. Columns that are skipped are presumed to be NULL until their values arrive.
 */
import { COMMA, QUOTE } from '../../protocol/bytes.ts';
import type { KeyHashes } from '../key-hashes.ts';
import { Token, type Cell } from '../values.ts';
import { Tape } from './tape.ts';

/** Instead of a width: the cell is NULL. */
export const IS_NULL = -1;

/** Shorter cells are copied byte by byte, which is faster. */
const SHORT = 48;

/** Cells of consecutive columns, each with its comma. */
export interface CellBlock {
  readonly first: number;
  readonly bytes: Buffer;
  /** By column, from the begin of the block. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly widths: readonly number[];
}

export class RowCells {
  /** Bytes of each string, as its column stores it, and of each number. */
  readonly widths: Int32Array;
  tape = new Tape();
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #sentinel: Buffer;
  #rowStart = 0;
  /** The column after the last one that was reached. */
  #next = 0;
  #isOrdered = true;
  #assembled = Buffer.alloc(0);

  constructor(columns: number, sentinel: string) {
    this.widths = new Int32Array(columns);
    this.#starts = new Int32Array(columns);
    this.#ends = new Int32Array(columns);
    this.#sentinel = Buffer.from(sentinel);
  }

  /** Bytes of a NULL with its comma. */
  get nullBytes(): number {
    return this.#sentinel.length + 1;
  }

  begin(tape: Tape): void {
    this.tape = tape;
    this.#rowStart = tape.to;
    this.#next = 0;
    this.#isOrdered = true;
  }

  /** Where the row begins. */
  get rowStart(): number {
    return this.#rowStart;
  }

  /** Call it before the cell of a column is written. */
  reach(column: number): void {
    if (column === this.#next) {
      this.#next++;
    } else if (column < this.#next) {
      this.#isOrdered = false;
    } else {
      while (this.#next < column) this.writeNull(this.#next++);
      this.#next++;
    }
  }

  /** Call it when the cell has been written from `start` on. */
  end(column: number, start: number): void {
    const { tape } = this;
    this.#starts[column] = start;
    this.#ends[column] = tape.to;
    this.widths[column] = tape.width;
    tape.out[tape.to++] = COMMA;
  }

  writeNull(column: number): void {
    const { tape } = this;
    const start = tape.to;
    this.putBytes(this.#sentinel, IS_NULL);
    this.end(column, start);
  }

  /** Writes a cell that was made elsewhere. */
  put(cell: Cell): void {
    const { tape } = this;
    if (cell === null) {
      this.putBytes(this.#sentinel, IS_NULL);
    } else if (cell instanceof Token) {
      tape.width = tape.out.write(cell.text, tape.to, 'latin1');
      tape.to += tape.width;
    } else {
      tape.out[tape.to++] = QUOTE;
      tape.to += tape.out.write(cell.replaceAll('"', '""'), tape.to);
      tape.out[tape.to++] = QUOTE;
      tape.width = Buffer.byteLength(cell);
    }
  }

  putBytes(bytes: Uint8Array, width: number): void {
    const { tape } = this;
    const { out } = tape;
    let { to } = tape;
    for (let i = 0; i < bytes.length; i++) out[to++] = bytes[i] as number;
    tape.to = to;
    tape.width = width;
  }

  /** Copies consecutive cells of the completed row. */
  blockOf(first: number, count: number): CellBlock {
    const from = this.#starts[first] as number;
    const to = (this.#ends[first + count - 1] as number) + 1;
    const columns = Array.from({ length: count }, (_, i) => first + i);
    return {
      first,
      bytes: Buffer.from(this.tape.out.subarray(from, to)),
      starts: columns.map((column) => (this.#starts[column] as number) - from),
      ends: columns.map((column) => (this.#ends[column] as number) - from),
      widths: columns.map((column) => this.widths[column] as number),
    };
  }

  /** Writes the cells of a block, none of which has been reached, and none of which is a key. */
  putBlock({ first, bytes, starts, ends, widths }: CellBlock): void {
    this.reach(first);
    this.#next = first + widths.length;
    const { tape } = this;
    const { to } = tape;
    for (let i = 0; i < widths.length; i++) this.widths[first + i] = widths[i] as number;
    // Only cells that will be sorted, and keys, are looked up.
    if (!this.#isOrdered) {
      for (let i = 0; i < starts.length; i++) {
        this.#starts[first + i] = to + (starts[i] as number);
        this.#ends[first + i] = to + (ends[i] as number);
      }
    }
    bytes.copy(tape.out, to);
    tape.to = to + bytes.length;
  }

  /** Adds the key of the completed row. */
  hashKey(columns: readonly number[], keys: KeyHashes): void {
    const { out } = this.tape;
    keys.begin();
    for (const column of columns) {
      keys.mix(out, this.#starts[column] as number, this.#ends[column] as number);
    }
    keys.end();
  }

  /** Completes the row: missing columns are NULL, and all cells are in order, each followed by a comma. */
  complete(): void {
    const columns = this.widths.length;
    while (this.#next < columns) this.writeNull(this.#next++);
    if (!this.#isOrdered) this.#assemble();
  }

  #assemble(): void {
    const { tape } = this;
    const { out } = tape;
    const room = tape.to - this.#rowStart;
    if (this.#assembled.length < room) this.#assembled = Buffer.allocUnsafeSlow(room * 2);
    const assembled = this.#assembled;
    let to = 0;
    for (let column = 0; column < this.widths.length; column++) {
      const start = this.#starts[column] as number;
      // Including its comma.
      const end = (this.#ends[column] as number) + 1;
      this.#starts[column] = this.#rowStart + to;
      if (end - start > SHORT) to += out.copy(assembled, to, start, end);
      else for (let i = start; i < end; i++) assembled[to++] = out[i] as number;
      this.#ends[column] = this.#rowStart + to - 1;
    }
    out.set(assembled.subarray(0, to), this.#rowStart);
    tape.to = this.#rowStart + to;
  }
}
