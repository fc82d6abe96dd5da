/**
 * The cells of the `_sdc_*` columns. Most of them have the same value in many rows, and their bytes are kept as long as that
 * is so.
 */
import type { Column, MetadataField } from '../../table/types.ts';
import type { MetadataValues, RecordContext } from '../metadata.ts';
import type { Frame } from '../../protocol/envelope.ts';
import type { Json } from '../../protocol/json.ts';
import { rawId } from '../airbyte-metadata.ts';
import type { BatchFacts } from '../batch-facts.ts';
import { isPlain } from '../column-writer.ts';
import { EmittedTimes, RawIds } from './airbyte-cells.ts';
import { MetadataBlock } from './metadata-block.ts';
import type { RowCells } from './row-cells.ts';
import type { Tape } from './tape.ts';

/** What is known about a record besides its values. */
export interface RecordFacts extends Omit<RecordContext, 'timeExtracted' | 'deletedAt' | 'sourceChanges'> {
  /** Where the string of time_extracted begins in the tape's source; -1 if there is none. */
  readonly timeAt: number;
}

/** The facts of the current record. One object is used for all records of a stream, because there are millions. */
export class PresentFacts implements RecordFacts {
  now = 0;
  batchOpenedAt = 0;
  batchSeed = '';
  readonly syncStartedAt: number;
  version: string | undefined;
  timeAt = -1;
  emittedAt = 0;
  ordinal = 0;

  constructor(syncStartedAt: number) {
    this.syncStartedAt = syncStartedAt;
  }

  /** Sets the facts of the next record. */
  take(
    now: number,
    batch: BatchFacts,
    frame: Pick<Frame, 'version' | 'timeAt' | 'emittedAt'>,
    ordinal: number,
  ): void {
    this.now = now;
    this.batchOpenedAt = batch.openedAt;
    this.batchSeed = batch.seed;
    this.version = frame.version;
    this.timeAt = frame.timeAt;
    this.emittedAt = frame.emittedAt ?? 0;
    this.ordinal = ordinal;
  }
}

export interface MetadataWriters {
  /** Writes the value at an offset of the source. Returns false if it is declined. */
  time(column: number, at: number): boolean;
  /** Writes the value. Returns false if it must be written again for each row. */
  value(column: number, value: Json): boolean;
  /** Whether the last cell is not wider than its column may become. */
  fits(column: number): boolean;
}

/** A metadata cell that is the same in many rows, or what it begins with. */
export interface SharedCell {
  readonly column: number;
  readonly kind: 'bytes' | 'time extracted' | 'raw id' | 'emitted at';
  /** Without a comma. */
  readonly bytes: Buffer;
  readonly width: number;
}

const NOTHING = Buffer.alloc(0);

interface Kept {
  readonly column: number;
  readonly field: MetadataField;
  /** What the bytes depend on. */
  of: number | string | undefined;
  bytes: Buffer | undefined;
  width: number;
}

export class MetadataCells {
  readonly #values: MetadataValues;
  readonly #rawIds = new RawIds();
  readonly #times = new EmittedTimes();
  /** Columns that store these cells as the walk writes them. */
  readonly #isPlain: readonly boolean[];
  readonly #kept: readonly Kept[];
  /** All of them as one block; undefined if they are not Airbyte's, or not the last ones. */
  readonly #block: MetadataBlock | undefined;
  /** Whether the cells of the current row were written one by one, and may be kept as a block. */
  #isToKeep = false;

  constructor(columns: readonly Column[], values: MetadataValues) {
    this.#values = values;
    this.#isPlain = columns.map(isOwn);
    this.#kept = columns.flatMap(({ source }, column) =>
      source.kind === 'metadata'
        ? [{ column, field: source.field, of: undefined, bytes: undefined, width: 0 }]
        : [],
    );
    this.#block = this.#blockOf();
  }

  #blockOf(): MetadataBlock | undefined {
    const first = this.#kept[0]?.column ?? 0;
    const isFit = ({ column, field }: Kept, i: number): boolean =>
      column === first + i &&
      (field === '_airbyte_meta' || field === '_airbyte_generation_id' || this.#isPlain[column] === true);
    const id = this.#kept.find(({ field }) => field === '_airbyte_raw_id')?.column;
    const time = this.#kept.find(({ field }) => field === '_airbyte_extracted_at')?.column;
    const isLast = first + this.#kept.length === this.#isPlain.length;
    if (id === undefined || time === undefined || !isLast || !this.#kept.every(isFit)) return undefined;
    return new MetadataBlock({ first, count: this.#kept.length, id, time }, this.#rawIds, this.#times);
  }

  /** Call it when the row is complete. */
  keep(facts: RecordFacts, cells: RowCells): void {
    if (this.#isToKeep) this.#block?.keep(facts, cells);
  }

  /** Writes all of them. Returns false if one of them is declined. Throws ValueError. */
  write(facts: RecordFacts, cells: RowCells, writers: MetadataWriters): boolean {
    this.#isToKeep = false;
    if (this.#block?.write(facts, cells) === true) return true;
    let isSameInEachRow = true;
    for (const kept of this.#kept) {
      const { column, field } = kept;
      if (field === '_sdc_extracted_at' && facts.timeAt !== -1) {
        if (!writers.time(column, facts.timeAt)) return false;
        continue;
      }
      cells.reach(column);
      const { tape } = cells;
      const start = tape.to;
      if (this.#isPlain[column] === true && this.#write(field, tape, facts)) {
        cells.end(column, start);
        continue;
      }
      if (!this.#writeKept(kept, facts, cells, writers)) isSameInEachRow = false;
      if (!writers.fits(column)) return false;
      cells.end(column, start);
    }
    this.#isToKeep = isSameInEachRow;
    return true;
  }

  /** Writes a cell, again if nothing has changed that it depends on. Returns whether it can be kept. */
  #writeKept(kept: Kept, facts: RecordFacts, cells: RowCells, writers: MetadataWriters): boolean {
    const of = dependency(kept.field, facts);
    if (kept.bytes && kept.of === of) {
      cells.putBytes(kept.bytes, kept.width);
      return true;
    }
    const { tape } = cells;
    const start = tape.to;
    const value = this.#values.value(kept.field, { ...facts, ...NOTHING_SAID });
    const isSame = writers.value(kept.column, value);
    kept.of = of;
    kept.bytes = isSame ? Buffer.from(tape.out.subarray(start, tape.to)) : undefined;
    kept.width = tape.width;
    return isSame;
  }

  /**
   * The cells of rows with these facts, for the lane, which writes those that differ in each row itself. Undefined if it cannot.
   * Throws ValueError.
   */
  shared(facts: RecordFacts, cells: RowCells, writers: MetadataWriters): readonly SharedCell[] | undefined {
    const shared: SharedCell[] = [];
    for (const kept of this.#kept) {
      const { column, field } = kept;
      if (field === '_sdc_extracted_at' && facts.timeAt !== -1) {
        shared.push({ column, kind: 'time extracted', bytes: NOTHING, width: 0 });
      } else if (field === '_airbyte_raw_id' || field === '_airbyte_extracted_at') {
        if (this.#isPlain[column] !== true) return undefined;
        const isId = field === '_airbyte_raw_id';
        const bytes = isId ? Buffer.from(`"${rawId(facts.batchSeed, 0)}"`) : NOTHING;
        shared.push({ column, kind: isId ? 'raw id' : 'emitted at', bytes, width: isId ? RAW_ID_BYTES : 0 });
      } else {
        const isSame = this.#writeKept(kept, facts, cells, writers);
        if (!isSame || !kept.bytes || !writers.fits(column)) return undefined;
        shared.push({ column, kind: 'bytes', bytes: kept.bytes, width: kept.width });
      }
    }
    return shared;
  }

  #write(field: MetadataField, tape: Tape, facts: RecordFacts): boolean {
    const { out, to } = tape;
    const isTime = field === '_airbyte_extracted_at';
    const end = isTime
      ? this.#times.write(out, to, facts.emittedAt)
      : this.#rawIds.write(out, to, facts.batchSeed, facts.ordinal);
    if (end === -1) return false;
    tape.width = isTime ? 0 : RAW_ID_BYTES;
    tape.to = end;
    return true;
  }
}

/** Whether a column of Airbyte has the type that Airbyte gives it. */
function isOwn(column: Column): boolean {
  if (column.source.kind !== 'metadata' || !isPlain(column)) return false;
  if (column.source.field === '_airbyte_raw_id')
    return column.type.kind === 'varchar' && (column.maxBytes ?? RAW_ID_BYTES) >= RAW_ID_BYTES;
  return column.source.field === '_airbyte_extracted_at' && column.type.kind === 'timestamptz';
}

const RAW_ID_BYTES = 36;

/** Fields that the walk declines if a record has them. */
const NOTHING_SAID = { timeExtracted: undefined, deletedAt: null, sourceChanges: [] } as const;

/** The facts that a cell depends on and that change between records. */
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
    case '_airbyte_meta':
    case '_airbyte_generation_id':
      return undefined;
    case '_airbyte_raw_id':
      return facts.ordinal;
    case '_airbyte_extracted_at':
      return facts.emittedAt;
  }
}
