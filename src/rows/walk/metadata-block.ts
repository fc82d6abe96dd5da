/**
 * The cells of Airbyte's columns, which are the last of each row, one after another. Those of the previous row are copied as one
 * block, in which only the id and the time are different.
 */
import { fractionDigits, type EmittedTimes, type RawIds } from './airbyte-cells.ts';
import type { CellBlock, RowCells } from './row-cells.ts';

/** What the cells of a row depend on. */
export interface BlockFacts {
  readonly batchSeed: string;
  readonly ordinal: number;
  readonly emittedAt: number;
}

interface Kept {
  readonly block: CellBlock;
  /** Of the row that the block was last written for. */
  emittedAt: number;
  /** Where the id and the time begin in the block. */
  readonly idAt: number;
  readonly timeAt: number;
}

export interface BlockColumns {
  /** The first column of the block. */
  readonly first: number;
  readonly count: number;
  readonly id: number;
  readonly time: number;
}

export class MetadataBlock {
  readonly #columns: BlockColumns;
  readonly #ids: RawIds;
  readonly #times: EmittedTimes;
  /** By the digits of the fraction of the time: a time of another length moves the cells after it. */
  readonly #kept: (Kept | undefined)[] = [undefined, undefined, undefined, undefined];

  constructor(columns: BlockColumns, ids: RawIds, times: EmittedTimes) {
    this.#columns = columns;
    this.#ids = ids;
    this.#times = times;
  }

  /** Writes the block. Returns false if the cells of this row must be written one by one. */
  write({ batchSeed, ordinal, emittedAt }: BlockFacts, cells: RowCells): boolean {
    const kept = this.#kept[fractionDigits(emittedAt)];
    if (!kept) return false;
    const { bytes } = kept.block;
    if (emittedAt !== kept.emittedAt) {
      if (this.#times.write(bytes, kept.timeAt, emittedAt) === -1) return false;
      kept.emittedAt = emittedAt;
    }
    this.#ids.rewrite(bytes, kept.idAt, batchSeed, ordinal);
    cells.putBlock(kept.block);
    return true;
  }

  /** Keeps the cells of a completed row for the rows after it. */
  keep({ emittedAt }: BlockFacts, cells: RowCells): void {
    const { first, count, id, time } = this.#columns;
    const block = cells.blockOf(first, count);
    const [idAt, timeAt] = [block.starts[id - first] ?? 0, block.starts[time - first] ?? 0];
    this.#kept[fractionDigits(emittedAt)] = { block, idAt, timeAt, emittedAt };
  }
}
