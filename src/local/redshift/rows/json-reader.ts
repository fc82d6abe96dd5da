/**
 * Reads the objects of a JSON file for COPY: by the names of the columns, by jsonpaths, or whole. Source: Amazon
 * Redshift Database Developer Guide, "COPY from JSON format".
 */
import { ASCII } from '../../ascii.ts';
import type { ColumnPlan } from './column-plan.ts';
import { decodeString, JsonCursor, JsonError } from './json-cursor.ts';
import type { JsonPath } from './json-paths.ts';
import { problem } from './problem.ts';
import { InputRecord, IS_NULL, JSON_NUMBER, NUL, type RecordReader } from './record.ts';
import { RecordSource } from './record-source.ts';

const {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  CR,
  DOUBLE_QUOTE,
  LF,
  LOWER_N,
  OPEN_BRACE,
  OPEN_BRACKET,
  SPACE,
  TAB,
} = ASCII;

/** COPY's limit on an object, in bytes. */
const MAX_OBJECT_BYTES = 4 * 1024 * 1024;

/** Each object is one record; its strings are decoded into one buffer. */
export class JsonReader implements RecordReader {
  readonly record: InputRecord;
  readonly source = new RecordSource();
  readonly #plans: readonly ColumnPlan[];
  readonly #paths: readonly JsonPath[] | undefined;
  readonly #whole: boolean;
  readonly #ignoreCase: boolean;
  readonly #nullIsValue: boolean;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #cursor = new JsonCursor();
  #decoded: Buffer = Buffer.alloc(0);
  #length = 0;

  /** `paths` are those of the columns, in their order; `nullIsValue`: JSON null is a value of SUPER, and not NULL. */
  constructor(
    plans: readonly ColumnPlan[],
    by: 'auto' | 'auto ignorecase' | 'noshred',
    paths: readonly JsonPath[] | undefined,
    nullIsValue: boolean,
  ) {
    this.#nullIsValue = nullIsValue;
    this.#plans = plans;
    this.#paths = paths;
    this.#whole = by === 'noshred';
    this.#ignoreCase = by === 'auto ignorecase';
    this.#columns = new Map(
      plans.map(({ name }, field) => [this.#ignoreCase ? name.toLowerCase() : name, field]),
    );
    this.record = new InputRecord(plans.length);
    this.#cursor.limited = false;
  }

  next(): boolean {
    const { source } = this;
    this.#skipSpaces();
    if (!source.isReady()) return source.wait();
    const end = this.#objectEnd(source.at);
    if (end === -1) return source.wait();
    this.#read(source.at, end);
    source.at = end;
    return true;
  }

  #skipSpaces(): void {
    const { buffer } = this.source;
    let { at } = this.source;
    for (; at < buffer.length; at += 1) {
      const byte = buffer[at];
      if (byte === LF) this.source.line += 1;
      else if (byte !== SPACE && byte !== TAB && byte !== CR) break;
    }
    this.source.at = at;
  }

  /** The offset after the object that begins here, or after the line if it is not an object; -1 when that is not in the buffer yet. */
  #objectEnd(start: number): number {
    const { buffer, ended } = this.source;
    if (buffer[start] !== OPEN_BRACE) {
      const lineEnd = buffer.indexOf(LF, start);
      if (lineEnd !== -1) return lineEnd;
      return ended ? buffer.length : -1;
    }
    let [depth, quoted] = [0, false];
    for (let at = start; at < buffer.length; at += 1) {
      const byte = buffer[at];
      if (quoted) {
        if (byte === BACKSLASH) at += 1;
        else if (byte === DOUBLE_QUOTE) quoted = false;
      } else if (byte === DOUBLE_QUOTE) quoted = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    return ended ? buffer.length : -1;
  }

  #read(start: number, end: number): void {
    const { record } = this;
    const { buffer, isUtf8 } = this.source;
    for (let at = buffer.indexOf(LF, start); at !== -1 && at < end; at = buffer.indexOf(LF, at + 1))
      this.source.line += 1;
    record.buffer = buffer;
    record.start = start;
    record.end = end;
    record.contentEnd = end;
    record.isUtf8 = isUtf8;
    record.line = this.source.line;
    record.count = this.#plans.length;
    record.marks.fill(IS_NULL);
    record.starts.fill(0);
    record.ends.fill(0);
    record.allMarks = 0;
    record.fault = undefined;
    this.#length = 0;
    if (this.#decoded.length < end - start) this.#decoded = Buffer.allocUnsafe((end - start) * 2);
    record.fields = this.#decoded;
    if (end - start > MAX_OBJECT_BYTES) {
      record.fault = {
        problem: problem(1216, 'Invalid input line: the object is larger than 4 MB'),
        field: -1,
      };
      return;
    }
    try {
      this.#readObject(start, end);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      record.fault = { problem: problem(1216, error.message), field: -1 };
    }
  }

  #readObject(start: number, end: number): void {
    const cursor = this.#cursor;
    cursor.reset(this.source.buffer, start, end);
    if (cursor.bytes[start] !== OPEN_BRACE) throw cursor.fault('Invalid JSON: an object is expected');
    if (this.#whole || this.#paths !== undefined) {
      cursor.value();
      cursor.expectEnd();
      if (this.#whole) this.#keep(0, start, end);
      else this.#paths?.forEach((path, field) => this.#follow(path, field, start, end));
      return;
    }
    cursor.members((keyStart, keyEnd) => {
      const key = decodeString(cursor.bytes, keyStart, keyEnd);
      const field = this.#columns.get(this.#ignoreCase ? key.toLowerCase() : key);
      const from = cursor.at;
      cursor.value();
      // Of several keys that fit, the first one counts.
      if (field !== undefined && this.record.marks[field] === IS_NULL && this.record.ends[field] === 0)
        this.#keep(field, from, cursor.at);
    });
    cursor.skipSpaces();
    cursor.expectEnd();
  }

  /** A missing member is NULL, a missing element is an error. */
  #follow(path: JsonPath, field: number, start: number, end: number): void {
    if (field >= this.#plans.length) return;
    const cursor = this.#cursor;
    let [from, to] = [start, end];
    for (const step of path) {
      cursor.reset(this.source.buffer, from, to);
      const found = typeof step === 'number' ? this.#element(step) : this.#member(step);
      if (found === undefined) return;
      [from, to] = found;
    }
    this.#keep(field, from, to);
  }

  #member(name: string): readonly [number, number] | undefined {
    const cursor = this.#cursor;
    if (cursor.bytes[cursor.at] !== OPEN_BRACE) {
      if (cursor.bytes[cursor.at] === LOWER_N) return undefined;
      throw cursor.fault('Invalid JSONPath format: Member is not an object.');
    }
    let found: readonly [number, number] | undefined;
    cursor.members((keyStart, keyEnd) => {
      const from = cursor.at;
      cursor.value();
      if (found === undefined && decodeString(cursor.bytes, keyStart, keyEnd) === name)
        found = [from, cursor.at];
    });
    return found;
  }

  #element(index: number): readonly [number, number] {
    const cursor = this.#cursor;
    let found: readonly [number, number] | undefined;
    if (cursor.bytes[cursor.at] === OPEN_BRACKET) {
      let number = 0;
      cursor.elements(() => {
        const from = cursor.at;
        cursor.value();
        if (number === index) found = [from, cursor.at];
        number += 1;
      });
    }
    if (found === undefined)
      throw cursor.fault('Invalid JSONPath format: Not an array or index out of range.');
    return found;
  }

  /** Makes the value `[from, to)` the content of a field: text of a string, or the JSON as it stands. */
  #keep(field: number, from: number, to: number): void {
    const { record } = this;
    const { buffer } = this.source;
    let end = to;
    while (end > from && (buffer[end - 1] as number) <= SPACE) end -= 1;
    const first = buffer[from];
    const forSuper = this.#plans[field]?.kind === 'super';
    const start = this.#length;
    let mark = 0;
    if (first === LOWER_N && (!forSuper || !this.#nullIsValue)) mark = IS_NULL;
    else if (first === DOUBLE_QUOTE && !forSuper) mark = this.#decodeText(from + 1, end - 1);
    else {
      if (first !== DOUBLE_QUOTE && first !== OPEN_BRACE && first !== OPEN_BRACKET) mark = JSON_NUMBER;
      this.#length += buffer.copy(this.#decoded, start, from, end);
    }
    record.starts[field] = start;
    record.ends[field] = this.#length;
    record.marks[field] = mark;
    record.allMarks |= mark;
  }

  #decodeText(from: number, to: number): number {
    const { buffer } = this.source;
    const start = this.#length;
    const escape = buffer.indexOf(BACKSLASH, from);
    if (escape === -1 || escape >= to) this.#length += buffer.copy(this.#decoded, start, from, to);
    else this.#length += this.#decoded.write(decodeString(buffer, from, to), start);
    return this.#decoded.subarray(start, this.#length).includes(0) ? NUL : 0;
  }
}
