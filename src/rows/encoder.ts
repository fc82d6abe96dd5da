/**
 * Records of one stream to rows of cells, compiled for the columns as they are stored. Measures the widest value of each
 * VARCHAR column on the way. Whatever cannot be stored as it was sent is an InputError with stream, line and column.
 */
import { InputError } from '../errors.ts';
import type { Json, JsonObject } from '../protocol/json.ts';
import { placeOf, type Origin, type RecordMessage } from '../protocol/message.ts';
import { DELETED_AT } from '../table/metadata.ts';
import type { Column, Source } from '../table/types.ts';
import { metadataValue, type Times } from './metadata.ts';
import { cellWriter, noLosses, Token, type Cell, type CellWriter, type Losses } from './values.ts';
import { ValueError } from './value-error.ts';

/** COPY refuses longer rows; each `|` in the data counts twice (copy-parameters-data-format). */
const MAX_ROW_BYTES = 4 * 1024 * 1024;

/** Below this many bytes of JSON no row can reach the limit: a byte grows at most sixfold (U+FFFD, then quoted). */
const SAFE_LINE_BYTES = MAX_ROW_BYTES / 8;

/** A NULL sentinel with its comma, and an ordinal, as they stand in the file. */
const NULL_BYTES = 30;
const ORDINAL_BYTES = 21;

interface Field {
  readonly column: Column;
  readonly write: CellWriter;
  readonly isText: boolean;
}

/** A record as the cells of its row. */
export interface Row {
  readonly cells: Cell[];
  /**
   * The record says that its row was deleted in the source (`_sdc_deleted_at`): with the values that the row had, or as a
   * stub that has the key alone.
   */
  readonly deletion: 'full' | 'stub' | undefined;
}

/** The batch that a row becomes part of. */
export interface BatchFacts {
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** The widest value of each column so far, in bytes; grows. */
  readonly maxBytes: number[];
}

export interface EncoderOptions {
  readonly stream: string;
  readonly columns: readonly Column[];
  /** The sentence that says what is wrong with a record, or undefined; with `validate_records` only. */
  readonly validate?: ((record: JsonObject) => string | undefined) | undefined;
  /** Told once for each property that the schema does not have. */
  readonly onUnknownProperty: (property: string) => void;
  readonly now: () => number;
  /** When the run began, in milliseconds since the epoch. */
  readonly syncStartedAt: number;
}

export class RecordEncoder {
  readonly #stream: string;
  readonly #fields: readonly Field[];
  readonly #known: ReadonlySet<string>;
  /** Properties that are neither keys nor metadata. */
  readonly #payload: ReadonlySet<string>;
  readonly #marksDeletion: boolean;
  readonly #unknown = new Set<string>();
  readonly #options: EncoderOptions;
  /** What had to be changed in the values so far. */
  readonly losses: Losses = noLosses();

  constructor(options: EncoderOptions) {
    this.#options = options;
    this.#stream = options.stream;
    this.#fields = options.columns.map((column) => ({
      column,
      write: cellWriter(column.type, column.encoding),
      isText: column.type.kind === 'varchar',
    }));
    this.#known = new Set(options.columns.flatMap(({ source }) => propertyOf(source)));
    this.#payload = new Set(
      options.columns
        .filter(({ isKey, name }) => !isKey && !name.startsWith('_sdc_'))
        .flatMap(({ source }) => propertyOf(source)),
    );
    this.#marksDeletion = options.columns.some(({ name }) => name === DELETED_AT);
  }

  /** Throws InputError. */
  encode(message: RecordMessage, origin: Origin, { openedAt, maxBytes }: BatchFacts): Row {
    const { record } = message;
    const { now, syncStartedAt } = this.#options;
    const times = { now: now(), batchOpenedAt: openedAt, syncStartedAt };
    const problem = this.#options.validate?.(record);
    if (problem !== undefined) throw this.#error(origin, `the record breaks its schema: ${problem}`);
    this.losses.duplicateKeys += message.duplicateKeys;
    if (message.invalidUtf8) this.losses.invalidUtf8++;
    const cells: Cell[] = [];
    this.#fields.forEach((field, i) => {
      const value = valueOf(field.column.source, message, times);
      const cell = field.column.isKey
        ? this.#keyCell(field, value, message, origin)
        : this.#cell(field, value ?? null, origin, this.losses);
      cells.push(cell);
      if (field.isText && typeof cell === 'string') {
        const bytes = Buffer.byteLength(cell);
        if (bytes > (maxBytes[i] ?? 0)) maxBytes[i] = bytes;
      }
    });
    this.#noteUnknown(record);
    if (origin.bytes.length > SAFE_LINE_BYTES) this.#checkRowSize(cells, origin);
    return { cells, deletion: this.#deletionOf(record) };
  }

  #cell(field: Field, value: Json, origin: Origin, losses: Losses): Cell {
    try {
      return field.write(value, losses);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw this.#error(origin, `the value of "${field.column.property}" ${error.message}`, error);
    }
  }

  /** Keys identify rows: nothing about them may be repaired, or two rows could become one. */
  #keyCell(field: Field, value: Json | undefined, message: RecordMessage, origin: Origin): Cell {
    const { property } = field.column;
    if (value === undefined || value === null) {
      const what = value === null ? 'is null in' : 'is missing from';
      throw this.#error(
        origin,
        `key properties must be set in every record, but "${property}" ${what} this one`,
      );
    }
    const losses = noLosses();
    const cell = this.#cell(field, value, origin, losses);
    const changed =
      Object.values(losses).some((count) => count > 0) ||
      (message.invalidUtf8 && typeof cell === 'string' && cell.includes('\uFFFD'));
    if (changed)
      throw this.#error(
        origin,
        `key properties are stored unchanged or not at all, and "${property}" holds text or digits that Redshift cannot store`,
      );
    return cell;
  }

  #deletionOf(record: JsonObject): Row['deletion'] {
    if (!this.#marksDeletion || (record.get(DELETED_AT) ?? null) === null) return undefined;
    for (const property of record.keys()) if (this.#payload.has(property)) return 'full';
    return 'stub';
  }

  #noteUnknown(record: JsonObject): void {
    for (const property of record.keys()) {
      if (this.#known.has(property) || this.#unknown.has(property)) continue;
      this.#unknown.add(property);
      this.#options.onUnknownProperty(property);
    }
  }

  #checkRowSize(cells: readonly Cell[], origin: Origin): void {
    let bytes = ORDINAL_BYTES;
    for (const cell of cells) {
      if (cell === null) bytes += NULL_BYTES;
      else if (cell instanceof Token) bytes += cell.text.length + 1;
      else bytes += Buffer.byteLength(cell) + occurrences(cell, '"') + occurrences(cell, '|') + 3;
    }
    if (bytes > MAX_ROW_BYTES) {
      throw this.#error(
        origin,
        `the row has ${bytes} bytes, COPY takes at most ${MAX_ROW_BYTES} (quotes and "|" count twice)`,
      );
    }
  }

  #error(origin: Origin, what: string, cause?: unknown): InputError {
    return new InputError(
      `Cannot load stream "${this.#stream}", ${placeOf(origin)}: ${what}`,
      { stream: this.#stream, line: origin.line, file: origin.file },
      cause === undefined ? undefined : { cause },
    );
  }
}

function propertyOf(source: Source): readonly string[] {
  if (source.kind === 'property') return source.path.slice(0, 1);
  return source.kind === 'metadata' ? [source.field] : [];
}

function valueOf(source: Source, message: RecordMessage, times: Times): Json | undefined {
  switch (source.kind) {
    case 'metadata':
      return metadataValue(source.field, message, times);
    case 'nothing':
      return undefined;
    case 'property':
      return valueAt(message.record, source.path);
  }
}

/** Undefined where the path leaves the objects of the record. */
function valueAt(record: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const step of path) value = value instanceof Map ? (value as JsonObject).get(step) : undefined;
  return value;
}

function occurrences(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) count++;
  return count;
}
