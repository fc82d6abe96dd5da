/**
 * The tape that the writers of the walk work on: the bytes of a block of lines on one side, the bytes of CSV on the other. A
 * writer reads the value at an offset of the source, writes the cell, and returns the offset after the value. It declines what
 * it does not know, and then the reference encoder decides. Writers never accept what the reference encoder would reject.
 */
import { KeySet } from './key-set.ts';

const NOTHING = Buffer.alloc(0);

/** Instead of an offset: the value is left to the reference encoder. Anything that was written of it must be discarded. */
export const DECLINED = -1;

/** Writes the value at `at` as one CSV field from `tape.to` on. */
export type Writer = (tape: Tape, at: number) => number;

/** Memory that rows are written into. */
export interface Slab {
  readonly bytes: Buffer;
  /** Of the same memory. */
  readonly view: DataView;
}

export function slabOf(bytes: Buffer): Slab {
  return { bytes, view: viewOf(bytes) };
}

export class Tape {
  /** Every line ends with LF, which no value contains, so a reader always stops there. */
  source: Buffer = NOTHING;
  sourceView: DataView = viewOf(NOTHING);
  /** Has room for the row of a line, see `RowWalk.room`. */
  out: Buffer = NOTHING;
  outView: DataView = viewOf(NOTHING);
  /** Where the next byte is written. */
  to = 0;
  /** Bytes of the string that was written last, as its column stores it. */
  width = 0;
  /** The keys of the nested value that is being written. */
  readonly keys = new KeySet();

  /** Lines are read from this block from now on. */
  read(block: Buffer): void {
    if (this.source === block) return;
    this.source = block;
    this.sourceView = viewOf(block);
  }

  /** Rows are written into this slab from now on, from `to` on. */
  writeInto(slab: Slab, to: number): void {
    this.out = slab.bytes;
    this.outView = slab.view;
    this.to = to;
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
