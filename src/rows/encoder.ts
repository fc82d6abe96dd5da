/**
 * Records of one stream to rows of cells, compiled for the columns as they are stored. Measures the widest value of each
 * VARCHAR column on the way. Whatever cannot be stored as it was sent is an InputError with stream, line and column.
 */
import { InputError } from '../errors.ts';
import type { Json, JsonObject } from '../protocol/json.ts';
import type { RecordMessage } from '../protocol/message.ts';
import { PLACEHOLDER } from '../table/columns.ts';
import type { Column } from '../table/types.ts';
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
  /** Undefined for a column that no property fills. */
  readonly property: string | undefined;
  readonly write: CellWriter;
  readonly isText: boolean;
}

export interface EncoderOptions {
  readonly stream: string;
  readonly columns: readonly Column[];
  /** The sentence that says what is wrong with a record, or undefined; with `validate_records` only. */
  readonly validate?: ((record: JsonObject) => string | undefined) | undefined;
  /** Told once for each property that the schema does not have. */
  readonly onUnknownProperty: (property: string) => void;
}

export class RecordEncoder {
  readonly #stream: string;
  readonly #fields: readonly Field[];
  readonly #known: ReadonlySet<string>;
  readonly #unknown = new Set<string>();
  readonly #options: EncoderOptions;
  /** What had to be changed in the values so far. */
  readonly losses: Losses = noLosses();

  constructor(options: EncoderOptions) {
    this.#options = options;
    this.#stream = options.stream;
    this.#fields = options.columns.map((column) => ({
      column,
      property: column.name === PLACEHOLDER.name ? undefined : column.property,
      write: cellWriter(column.type),
      isText: column.type.kind === 'varchar',
    }));
    this.#known = new Set(this.#fields.flatMap(({ property }) => property ?? []));
  }

  /** `maxBytes[i]` grows to the widest value of column i. Throws InputError. */
  encode(message: RecordMessage, line: number, lineBytes: number, maxBytes: number[]): Cell[] {
    const { record } = message;
    const problem = this.#options.validate?.(record);
    if (problem !== undefined) throw this.#error(line, `the record breaks its schema: ${problem}`);
    this.losses.duplicateKeys += message.duplicateKeys;
    if (message.invalidUtf8) this.losses.invalidUtf8++;
    const cells: Cell[] = [];
    let found = 0;
    this.#fields.forEach((field, i) => {
      const value = field.property === undefined ? undefined : record.get(field.property);
      if (value !== undefined) found++;
      const cell = field.column.isKey
        ? this.#keyCell(field, value, message, line)
        : this.#cell(field, value ?? null, line, this.losses);
      cells.push(cell);
      if (field.isText && typeof cell === 'string') {
        const bytes = Buffer.byteLength(cell);
        if (bytes > (maxBytes[i] ?? 0)) maxBytes[i] = bytes;
      }
    });
    if (record.size > found) this.#noteUnknown(record);
    if (lineBytes > SAFE_LINE_BYTES) this.#checkRowSize(cells, line);
    return cells;
  }

  #cell(field: Field, value: Json, line: number, losses: Losses): Cell {
    try {
      return field.write(value, losses);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw this.#error(line, `the value of "${field.column.property}" ${error.message}`, error);
    }
  }

  /** Keys identify rows: nothing about them may be repaired, or two rows could become one. */
  #keyCell(field: Field, value: Json | undefined, message: RecordMessage, line: number): Cell {
    const { property } = field.column;
    if (value === undefined || value === null) {
      const what = value === null ? 'is null in' : 'is missing from';
      throw this.#error(
        line,
        `key properties must be set in every record, but "${property}" ${what} this one`,
      );
    }
    const losses = noLosses();
    const cell = this.#cell(field, value, line, losses);
    const changed =
      Object.values(losses).some((count) => count > 0) ||
      (message.invalidUtf8 && typeof cell === 'string' && cell.includes('\uFFFD'));
    if (changed)
      throw this.#error(
        line,
        `key properties are stored unchanged or not at all, and "${property}" holds text or digits that Redshift cannot store`,
      );
    return cell;
  }

  #noteUnknown(record: JsonObject): void {
    for (const property of record.keys()) {
      if (this.#known.has(property) || this.#unknown.has(property)) continue;
      this.#unknown.add(property);
      this.#options.onUnknownProperty(property);
    }
  }

  #checkRowSize(cells: readonly Cell[], line: number): void {
    let bytes = ORDINAL_BYTES;
    for (const cell of cells) {
      if (cell === null) bytes += NULL_BYTES;
      else if (cell instanceof Token) bytes += cell.text.length + 1;
      else bytes += Buffer.byteLength(cell) + occurrences(cell, '"') + occurrences(cell, '|') + 3;
    }
    if (bytes > MAX_ROW_BYTES) {
      throw this.#error(
        line,
        `the row has ${bytes} bytes, COPY takes at most ${MAX_ROW_BYTES} (quotes and "|" count twice)`,
      );
    }
  }

  #error(line: number, what: string, cause?: unknown): InputError {
    return new InputError(
      `Cannot load stream "${this.#stream}", line ${line}: ${what}`,
      { stream: this.#stream, line },
      cause === undefined ? undefined : { cause },
    );
  }
}

function occurrences(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) count++;
  return count;
}
