/**
 * Reads CSV, and delimited text without escapes, on bytes: finds records and the spans of their fields and copies
 * nothing. Source: Amazon Redshift Database Developer Guide, "Data format parameters".
 */
import { ASCII } from '../../ascii.ts';
import {
  CARRIAGE,
  DOUBLED,
  InputRecord,
  MALFORMED,
  NUL,
  PADDED,
  QUOTED,
  type RecordReader,
} from './record.ts';
import { RecordSource } from './record-source.ts';

const { CR, LF, SPACE, TAB } = ASCII;

/** Class of the bytes that end an unquoted field; other classes are the marks that a byte gives its field. */
const ENDS = 1;

/** What separates fields and what encloses them: one ASCII character each. */
export interface CsvSyntax {
  readonly delimiter: string;
  /** Undefined: every character is data. */
  readonly quote?: string;
  /** A character of data that the engine would take for a quote: its fields are marked as PADDED. */
  readonly foreignQuote?: string;
}

/** Describes each record by spans of the input; nothing is decoded or copied. */
export class CsvReader implements RecordReader {
  readonly record: InputRecord;
  readonly source: RecordSource;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #classes = new Uint8Array(256);
  readonly #capacity: number;
  #linesInRecord = 0;
  #quotedMark = 0;
  #fieldEnd = 0;

  /** `capacity` is the number of fields whose spans are kept; `skipLines` physical lines are skipped first (IGNOREHEADER). */
  constructor(syntax: CsvSyntax, capacity: number, skipLines = 0) {
    this.#delimiter = syntax.delimiter.charCodeAt(0);
    this.#quote = syntax.quote === undefined ? -1 : syntax.quote.charCodeAt(0);
    this.#classes[0] = NUL;
    this.#classes[CR] = CARRIAGE;
    if (this.#quote !== -1) this.#classes[this.#quote] = MALFORMED;
    if (syntax.foreignQuote !== undefined) this.#classes[syntax.foreignQuote.charCodeAt(0)] = PADDED;
    this.#classes[this.#delimiter] = ENDS;
    this.#classes[LF] = ENDS;
    this.#capacity = capacity;
    this.source = new RecordSource(skipLines);
    this.record = new InputRecord(capacity);
  }

  next(): boolean {
    const { source } = this;
    return source.isReady() && this.#scan(source.buffer, source.at) ? true : source.wait();
  }

  /** Scans one record; false when its end is not in the buffer yet. */
  // eslint-disable-next-line complexity -- scans every byte of COPY; calls in its loop would cost speed
  #scan(buffer: Buffer, start: number): boolean {
    const { starts, ends, marks } = this.record;
    const classes = this.#classes;
    const capacity = this.#capacity;
    const quote = this.#quote;
    const { length } = buffer;
    let [at, count, all] = [start, 0, 0];
    this.#linesInRecord = 0;
    for (;;) {
      let from = at;
      let end: number;
      let mark = 0;
      const first = buffer[at] ?? LF;
      const opening =
        first === quote ? at : first === SPACE || first === TAB ? this.#quoteAfterBlanks(at) : -1;
      if (opening === -1 || quote === -1) {
        for (; at < length; at += 1) {
          const kind = classes[buffer[at] as number] as number;
          if (kind === 0) continue;
          if (kind === ENDS) break;
          mark |= kind;
        }
        end = at;
      } else {
        from = opening + 1;
        end = this.#closingQuote(from);
        if (end === -1) return false;
        mark = this.#quotedMark | (opening > at ? QUOTED | PADDED : QUOTED);
        at = this.#fieldEnd;
      }
      if (count < capacity) {
        starts[count] = from;
        ends[count] = end;
        marks[count] = mark;
      }
      all |= mark;
      count += 1;
      if (at >= length) {
        if (!this.source.ended) return false;
        this.#count(count, all);
        this.#finish(start, length, length);
        return true;
      }
      if (buffer[at] === LF) {
        this.#count(count, all);
        this.#finish(start, at, at + 1);
        return true;
      }
      at += 1;
    }
  }

  #count(fields: number, marks: number): void {
    this.record.count = fields;
    this.record.allMarks = marks;
  }

  #finish(start: number, contentEnd: number, end: number): void {
    const { record, source } = this;
    record.buffer = source.buffer;
    record.fields = source.buffer;
    record.isUtf8 = source.isUtf8;
    record.start = start;
    record.end = end;
    record.contentEnd = contentEnd;
    record.line = source.line;
    source.line += this.#linesInRecord + 1;
    source.at = end;
    if (contentEnd > start && source.buffer[contentEnd - 1] === CR) this.#trimCarriage(contentEnd);
  }

  /** The carriage return of a line end is no content. */
  #trimCarriage(contentEnd: number): void {
    const { record } = this;
    record.contentEnd = contentEnd - 1;
    const last = record.count - 1;
    if (last >= this.#capacity || record.ends[last] !== contentEnd) return;
    record.ends[last] = contentEnd - 1;
    const only = record.buffer.indexOf(CR, record.starts[last]) === contentEnd - 1;
    if (only) record.marks[last] = (record.marks[last] ?? 0) & ~CARRIAGE;
  }

  /** The offset of an opening quote after white space; -1 when the field is not quoted. */
  #quoteAfterBlanks(from: number): number {
    const { buffer } = this.source;
    let at = from;
    while ((buffer[at] === SPACE || buffer[at] === TAB) && buffer[at] !== this.#delimiter) at += 1;
    return at < buffer.length && buffer[at] === this.#quote ? at : -1;
  }

  /**
   * The offset of the closing quote, or -1 when it is not in the buffer yet. `#quotedMark` is set to what the field
   * holds, `#fieldEnd` to the delimiter or line end after it.
   */
  #closingQuote(from: number): number {
    const { buffer, ended } = this.source;
    const { length } = buffer;
    const quote = this.#quote;
    let [at, mark] = [from, 0];
    for (; at < length; at += 1) {
      const byte = buffer[at] as number;
      if (byte === quote) {
        if (buffer[at + 1] !== quote || at + 1 >= length) break;
        mark |= DOUBLED;
        at += 1;
      } else if (byte === LF) this.#linesInRecord += 1;
      else if (byte === 0) mark |= NUL;
    }
    if (at + 1 >= length && !ended) return -1;
    if (at >= length) mark |= MALFORMED;
    const after = at + 1;
    const next = after < length ? buffer[after] : LF;
    if (next === this.#delimiter || next === LF) this.#fieldEnd = Math.min(after, length);
    else mark |= this.#textAfterQuote(after);
    this.#quotedMark = mark;
    return Math.min(at, length);
  }

  /** Nothing but a carriage return may stand between the closing quote and the end. */
  #textAfterQuote(from: number): number {
    const { buffer } = this.source;
    let at = from;
    while (at < buffer.length && this.#classes[buffer[at] ?? 0] !== ENDS) at += 1;
    this.#fieldEnd = at;
    const endsLine = at >= buffer.length || buffer[at] === LF;
    return endsLine && at === from + 1 && buffer[from] === CR ? 0 : MALFORMED;
  }
}
