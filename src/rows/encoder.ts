/**
 * The reference encoder: converts records of one stream to rows of cells, compiled for the columns as they are stored. It
 * measures the widest value of each VARCHAR column. For a record that cannot be stored as it was sent it returns a Rejection.
 */
import type { Json, JsonObject } from '../protocol/json.ts';
import type { Origin, RecordMessage } from '../protocol/message.ts';
import { isMarker, isMetadata } from '../table/metadata.ts';
import type { Column } from '../table/types.ts';
import { measuredColumns, type BatchFacts } from './batch-facts.ts';
import { columnWriter } from './column-writer.ts';
import { isDeletion, markerWriter } from './deletion-mark.ts';
import { checkLimits } from './column-limits.ts';
import { keyCell } from './key-cell.ts';
import type { KeyHashes } from './key-hashes.ts';
import { KnownProperties } from './known-properties.ts';
import type { RecordContext } from './metadata.ts';
import type { Rejection } from './rejection.ts';
import { rejectionOf, rowTooLarge, shortened, strangeRecord } from './rejections.ts';
import { checkRecord, type RecordChecks } from './record-check.ts';
import { MAX_ROW_BYTES, rowBytes, SAFE_LINE_BYTES, shorten } from './row-size.ts';
import { SINGER_RULES, type RecordRules } from './rules.ts';
import { pathOf, valueOf } from './source.ts';
import type { Validator, Violation } from './validate.ts';
import { checkViolations } from './violations.ts';
import { Token, addLosses, cellWriter, noLosses, type Cell, type CellWriter, type Losses } from './values.ts';
import { growingWriter, unplannedBy, UnplannedError, type Unplanned } from './unplanned.ts';
import { ValueError } from './value-error.ts';

interface Field {
  readonly column: Column;
  readonly write: CellWriter;
  /** The table rejects some cells that the type could store. */
  readonly hasLimits: boolean;
}

/** A record as the cells of its row. */
export interface Row {
  readonly kind: 'row';
  readonly cells: Cell[];
  /**
   * The record means that its row was deleted in the source (`_sdc_deleted_at`): either with the values that the row had, or as
   * a stub that has only the key.
   */
  readonly deletion: 'full' | 'stub' | undefined;
  /** A key property is NULL, which is allowed: the row equals no other row. */
  readonly hasNullKey: boolean;
  /** The invalid values that became NULL. */
  readonly nulled: readonly Rejection[];
}

export interface EncoderOptions extends RecordChecks {
  readonly columns: readonly Column[];
  /** Columns of the schema that are not loaded. */
  readonly ignored?: readonly Column[];
  /** Finds the schema violations of a record; only with `validate_records`. */
  readonly validate?: Validator | undefined;
  /** It is not known yet whether the cluster accepts large strings in SUPER. */
  readonly asksForLargeStrings?: boolean;
  readonly rules?: RecordRules;
  /** A NULL in a key is a value like any other. */
  readonly allowsNullKeys?: boolean;
  /** Called once for each property that the schema does not have. */
  readonly onUnknownProperty: (property: string) => void;
  readonly now: () => number;
  /** When the run began, in milliseconds since the epoch. */
  readonly syncStartedAt: number;
}

const NOTHING: readonly never[] = [];

/** A record on its way to a row. */
interface Draft {
  readonly message: RecordMessage;
  readonly context: RecordContext;
  readonly violations: readonly Violation[];
  readonly deletion: Row['deletion'];
  /** Grows from field to field. */
  readonly cells: Cell[];
  readonly nulled: Rejection[];
  /** The cells of second columns whose first column cannot store the value, by field. */
  readonly overflowed: Map<number, Cell>;
  readonly losses: Losses;
  hasNullKey: boolean;
}

export class RecordEncoder {
  readonly #options: EncoderOptions;
  readonly #rules: RecordRules;
  readonly #fields: readonly Field[];
  readonly #keys: readonly string[];
  /** The fields whose widths are measured. */
  readonly #measured: readonly number[];
  /** The index of the field that notes values that became NULL; -1 if there is none. */
  readonly #changes: number;
  readonly #known: KnownProperties;
  /** Properties that are neither keys nor metadata. */
  readonly #payload: ReadonlySet<string>;
  /** The schema has properties. */
  readonly #readsProperties: boolean;
  readonly #unknown = new Set<string>();
  /** The fields of the current record that outgrew their columns. */
  readonly #outgrown = new Set<number>();
  /** For each field, the field of its second column. */
  readonly #seconds = new Map<number, number>();
  /** The changes that were made to values of the rows so far. */
  readonly losses: Losses = noLosses();

  constructor(options: EncoderOptions) {
    const { columns, rules = SINGER_RULES } = options;
    this.#options = options;
    this.#rules = rules;
    this.#fields = columns.map((column, i) => ({
      column,
      write: this.#writerOf(column, i),
      hasLimits: column.notNull === true || column.maxBytes !== undefined,
    }));
    this.#keys = columns.flatMap(({ isKey, property }) => (isKey ? [property] : []));
    this.#measured = measuredColumns(columns);
    this.#changes = columns.findIndex(
      ({ source }) => source.kind === 'metadata' && source.field === rules.metadata.changesField,
    );
    const described = [...columns, ...(options.ignored ?? [])];
    for (const [i, { source, property }] of columns.entries()) {
      if (source.kind !== 'overflow') continue;
      const first = columns.findIndex((one) => one.property === property && one.source.kind === 'property');
      this.#seconds.set(first, i);
    }
    const paths = described.map(({ source }) => pathOf(source)).filter((path) => path.length > 0);
    this.#known = new KnownProperties(
      rules.deletionMark === undefined ? paths : [...paths, [rules.deletionMark]],
    );
    this.#readsProperties = described.some(({ source }) => source.kind === 'property');
    this.#payload = new Set(
      described
        .filter((column) => !column.isKey && !isMetadata(column))
        .flatMap(({ source }) => pathOf(source).slice(0, 1)),
    );
  }

  #writerOf(column: Column, i: number): CellWriter {
    const write = column.growsTo
      ? growingWriter(column, column.growsTo, () => this.#outgrown.add(i))
      : columnWriter(column);
    return this.#rules.deletionMark !== undefined && isMarker(column) ? markerWriter(write) : write;
  }

  /** For a record that does not become a row, nothing is counted or measured. `ordinal` is its place in the stream, from 0 on. */
  encode(
    message: RecordMessage,
    { bytes }: Origin,
    facts: BatchFacts,
    ordinal = 0,
  ): Row | Rejection | Unplanned {
    const { record } = message;
    this.#outgrown.clear();
    const draft = this.#draft(message, facts, ordinal);
    const obstacle =
      checkRecord(message, draft.violations, this.#keys, this.#options) ??
      this.#fill(draft) ??
      this.#complete(draft) ??
      this.#checkSize(draft, bytes);
    if (obstacle) return obstacle;
    const { cells, deletion, hasNullKey, nulled, losses } = draft;
    losses.duplicateKeys += message.duplicateKeys;
    if (message.invalidUtf8) losses.invalidUtf8++;
    addLosses(this.losses, losses);
    this.#measure(cells, facts);
    this.#known.tellUnknown(record, this.tellUnknown);
    return { kind: 'row', cells, deletion, hasNullKey, nulled };
  }

  #draft(message: RecordMessage, facts: BatchFacts, ordinal: number): Draft {
    const { record } = message;
    const { now, syncStartedAt, validate } = this.#options;
    const mark = this.#rules.deletionMark;
    const surroundings = {
      now: now(),
      batchOpenedAt: facts.openedAt,
      syncStartedAt,
      version: message.version,
      timeExtracted: message.timeExtracted,
      deletedAt: mark === undefined ? null : (record.get(mark) ?? null),
      ordinal,
      batchSeed: facts.seed,
      emittedAt: message.emittedAt ?? 0,
      sourceChanges: message.changes ?? NOTHING,
    };
    return {
      message,
      context: surroundings,
      violations: validate ? validate(record) : NOTHING,
      deletion: this.#deletionOf(record),
      cells: [],
      nulled: [],
      overflowed: new Map(),
      losses: noLosses(),
      hasNullKey: false,
    };
  }

  /** Writes the cells of all fields, or returns why one of them keeps the record from becoming a row. */
  #fill(draft: Draft): Rejection | Unplanned | undefined {
    for (let i = 0; i < this.#fields.length; i++) {
      const obstacle = this.#writeCell(draft, i);
      if (obstacle) return obstacle;
    }
    return undefined;
  }

  #writeCell(draft: Draft, i: number): Rejection | Unplanned | undefined {
    const { column, write, hasLimits } = this.#fields[i] as Field;
    const { message, cells, nulled } = draft;
    const { allowsNullKeys = false } = this.#options;
    let value: Json | undefined;
    try {
      if (draft.violations.length > 0) checkViolations(column, draft.violations);
      value = valueOf(column.source, message.record, this.#rules.metadata, draft.context);
      const cell = column.isKey
        ? keyCell(write, value, { isNullAllowed: allowsNullKeys, hasInvalidUtf8: message.invalidUtf8 })
        : this.#valueCell(i, value, draft);
      if (hasLimits) checkLimits(column, cell, draft.deletion);
      if (cell === null && column.isKey) draft.hasNullKey = true;
      cells.push(cell);
    } catch (error) {
      const unplanned = unplannedBy(error, column, this.#options.asksForLargeStrings);
      if (unplanned) return unplanned;
      const rejection = rejectionOf(error, column, value);
      if (!this.#canBeNulled(rejection, column)) return rejection;
      nulled.push(rejection);
      cells.push(null);
    }
    return undefined;
  }

  /** Whether NULL may take the place of an invalid value. */
  #canBeNulled({ isKey, fault }: Rejection, { notNull, isProtected }: Column): boolean {
    return (
      this.#options.nullsInvalid === true &&
      !isKey &&
      fault !== 'change' &&
      notNull !== true &&
      isProtected !== true
    );
  }

  /** Writes the cell that depends on the others. Returns why the row cannot be stored, or is none. */
  #complete(draft: Draft): Rejection | undefined {
    const { message, nulled } = draft;
    const overflow = nulled.length > 0 ? this.#noteChanges(draft) : undefined;
    if (overflow) return overflow;
    if (this.#rules.takesStrangers || !this.#isStrange(message.record)) return undefined;
    return strangeRecord(message.record, this.#known);
  }

  /** Shortens a row that is too large, if the rules allow that and it can be shortened enough. */
  #checkSize(draft: Draft, line: Uint8Array): Rejection | undefined {
    if (line.length <= SAFE_LINE_BYTES || rowBytes(draft.cells) <= MAX_ROW_BYTES) return undefined;
    return this.#rules.shortensRows && this.#shorten(draft) ? undefined : rowTooLarge(draft.cells);
  }

  /** Whether the record has properties, but none of them is loaded. */
  #isStrange(record: JsonObject): boolean {
    if (record.size === 0 || !this.#readsProperties) return false;
    for (const property of record.keys()) if (this.#known.has(property)) return false;
    return true;
  }

  /** If the column cannot store the value, it is NULL, and the cell of the second column is put into `overflowed`. */
  #valueCell(i: number, given: Json | undefined, { overflowed, losses }: Draft): Cell {
    const { write, column } = this.#fields[i] as Field;
    const cell = overflowed.get(i);
    if (cell !== undefined && cell !== null) return cell;
    const value = given ?? null;
    try {
      return write(value, losses);
    } catch (error) {
      if (!(error instanceof ValueError) || !column.overflows || !column.declared) throw error;
      const second = this.#seconds.get(i);
      if (second !== undefined) {
        overflowed.set(second, (this.#fields[second] as Field).write(value, losses));
        return null;
      }
      // Throws for values that are also wrong for the declared type.
      cellWriter(column.declared, column.encoding)(value, losses);
      throw new UnplannedError('overflow', column);
    }
  }

  /** False when what may not become NULL is too long by itself. */
  #shorten(draft: Draft): boolean {
    return shorten(draft.cells, this.#options.columns, (column) => {
      draft.nulled.push(shortened(column));
      this.#noteChanges(draft);
    });
  }

  #noteChanges({ cells, nulled, context: context, losses }: Draft): Rejection | undefined {
    const field = this.#fields[this.#changes];
    if (!field) return undefined;
    try {
      cells[this.#changes] = field.write(this.#rules.metadata.changes(nulled, context), losses);
      return undefined;
    } catch (error) {
      return rejectionOf(error, field.column, undefined);
    }
  }

  #measure(cells: readonly Cell[], { maxBytes, nulls, outgrown, keyHashes }: BatchFacts): void {
    if (keyHashes?.isOpen === true) this.#hashKey(cells, keyHashes);
    for (const i of this.#outgrown) outgrown[i] = true;
    for (let i = 0; i < cells.length; i++) if (cells[i] === null) nulls[i] = true;
    for (const i of this.#measured) {
      const cell = cells[i];
      if (cell === null || cell === undefined) continue;
      const bytes = cell instanceof Token ? cell.text.length : Buffer.byteLength(cell);
      if (bytes > (maxBytes[i] ?? 0)) maxBytes[i] = bytes;
    }
  }

  /** A key that holds a NULL equals no other. */
  #hashKey(cells: readonly Cell[], keyHashes: KeyHashes): void {
    const key = cells.filter((_, i) => this.#fields[i]?.column.isKey === true);
    if (!key.includes(null)) keyHashes.addCells(key);
  }

  #deletionOf(record: JsonObject): Row['deletion'] {
    const mark = this.#rules.deletionMark;
    if (mark === undefined || !isDeletion(record.get(mark))) return undefined;
    for (const property of record.keys()) if (this.#payload.has(property)) return 'full';
    return 'stub';
  }

  /** Reports a property that no column reads, once. */
  readonly tellUnknown = (property: string): void => {
    if (this.#unknown.has(property)) return;
    this.#unknown.add(property);
    this.#options.onUnknownProperty(property);
  };

  /** Converts one value to the cell of a column. Throws ValueError. */
  cell(column: number, value: Json, losses: Losses): Cell {
    this.#outgrown.clear();
    return (this.#fields[column] as Field).write(value, losses);
  }

  /** Whether a column reads this name. */
  reads(property: string): boolean {
    return this.#known.has(property);
  }

  /** Whether the last cell was written for the type that its column grows to. */
  hasOutgrown(column: number): boolean {
    return this.#outgrown.has(column);
  }
}
