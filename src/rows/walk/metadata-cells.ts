/**
 * The cells of the `_sdc_*` columns. Most of them have the same value in many rows, and their bytes are kept as long as that
 * is so.
 */
import type { Column, MetadataField } from '../../table/types.ts';
import { metadataValue, type Surroundings } from '../metadata.ts';
import type { Json } from '../../protocol/json.ts';
import type { RowCells } from './row-cells.ts';

/** What is known about a record besides its values. */
export interface RecordFacts extends Omit<Surroundings, 'timeExtracted' | 'deletedAt'> {
  /** Where the string of time_extracted begins in the tape's source; -1 if there is none. */
  readonly timeAt: number;
}

export interface MetadataWriters {
  /** Writes the value at an offset of the source. Returns false if it is declined. */
  time(column: number, at: number): boolean;
  /** Writes the value. Returns false if it must be written again for each row. */
  value(column: number, value: Json): boolean;
  /** Whether the last cell is not wider than its column may become. */
  fits(column: number): boolean;
}

interface Kept {
  readonly column: number;
  readonly field: MetadataField;
  /** What the bytes depend on. */
  of: number | string | undefined;
  bytes: Buffer | undefined;
  width: number;
}

export class MetadataCells {
  readonly #kept: readonly Kept[];

  constructor(columns: readonly Column[]) {
    this.#kept = columns.flatMap(({ source }, column) =>
      source.kind === 'metadata'
        ? [{ column, field: source.field, of: undefined, bytes: undefined, width: 0 }]
        : [],
    );
  }

  /** Writes all of them. Returns false if one of them is declined. Throws ValueError. */
  write(facts: RecordFacts, cells: RowCells, writers: MetadataWriters): boolean {
    for (const kept of this.#kept) {
      const { column, field } = kept;
      if (field === '_sdc_extracted_at' && facts.timeAt !== -1) {
        if (!writers.time(column, facts.timeAt)) return false;
        continue;
      }
      cells.reach(column);
      const { tape } = cells;
      const start = tape.to;
      const of = dependency(field, facts);
      if (kept.bytes && kept.of === of) {
        cells.putBytes(kept.bytes, kept.width);
      } else {
        const value = metadataValue(field, { ...facts, timeExtracted: undefined, deletedAt: null });
        const isSame = writers.value(column, value);
        kept.of = of;
        kept.bytes = isSame ? Buffer.from(tape.out.subarray(start, tape.to)) : undefined;
        kept.width = tape.width;
      }
      if (!writers.fits(column)) return false;
      cells.end(column, start);
    }
    return true;
  }
}

function dependency(field: MetadataField, facts: RecordFacts): number | string | undefined {
  switch (field) {
    case '_sdc_received_at':
    case '_sdc_sequence':
      return facts.now;
    case '_sdc_batched_at':
      return facts.batchOpenedAt;
    case '_sdc_table_version':
      return facts.version;
    case '_sdc_sync_started_at':
    case '_sdc_extracted_at':
    case '_sdc_deleted_at':
    case '_sdc_changes':
      return undefined;
  }
}
