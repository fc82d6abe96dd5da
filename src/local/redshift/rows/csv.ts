/**
 * A streaming CSV reader on bytes, as Redshift's COPY reads CSV: it finds records and the spans of their fields and copies
 * nothing. Any split of the input gives the same records.
 */

/** Marks of a field, or-ed together. */
export const QUOTED = 1;
/** A quoted field holds doubled quotes. */
export const ESCAPED = 2;
/** A byte over 127 is in the field. */
export const NON_ASCII = 4;
/** A zero byte is in the field. */
export const NUL = 8;
/** A quote in an unquoted field, or text after a closing quote. */
export const MALFORMED = 16;
/** White space stands before the opening quote. */
export const PADDED = 32;
/** A carriage return is in an unquoted field (or ends it, before a line feed). */
export const CARRIAGE = 64;

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

/** Classes of bytes in an unquoted field: 0 is plain. */
const ENDS = 1;
const IS_QUOTE = 2;
const IS_NUL = 3;
const IS_CARRIAGE = 4;
const MARK_OF_CLASS = [0, 0, MALFORMED, NUL, CARRIAGE];

/** A record that has grown beyond this is not waited for any longer (COPY's limit on a row is 4 MB). In bytes. */
const MAX_PENDING = 16 * 1024 * 1024;

/** What separates fields and what encloses them: one ASCII character each. */
export interface CsvSyntax {
  readonly delimiter: string;
  readonly quote: string;
}

/**
 * Feed bytes, then call `next` until it is false; while it is true the other members describe the current record. Spans
 * are offsets into `buffer` and stay valid as long as the buffer is held, even after the next feed.
 */
export class CsvReader {
  /** The bytes that spans refer to. */
  buffer: Buffer = Buffer.alloc(0);
  recordStart = 0;
  /** After the line end. */
  recordEnd = 0;
  /** Before the line end. */
  contentEnd = 0;
  /** Physical line on which the record starts, from 1. */
  line = 1;
  fieldCount = 0;
  /** Field content without the enclosing quotes, for the first `capacity` fields. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly marks: Uint8Array;
  /** All marks of the record's fields. */
  recordMarks = 0;

  readonly #delimiter: number;
  readonly #quote: number;
  readonly #classes = new Uint8Array(256);
  readonly #capacity: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #threshold = 0;
  #ended = false;
  /** Whether the buffer may hold a record that was not tried yet. */
  #fresh = false;
  #nextLine = 1;
  #linesInRecord = 0;
  #linesToSkip: number;

  /** `capacity` is the number of fields whose spans are kept; `skipLines` physical lines are skipped first (IGNOREHEADER). */
  constructor(syntax: CsvSyntax, capacity: number, skipLines = 0) {
    this.#delimiter = syntax.delimiter.charCodeAt(0);
    this.#quote = syntax.quote.charCodeAt(0);
    this.#classes[this.#delimiter] = ENDS;
    this.#classes[LF] = ENDS;
    this.#classes[this.#quote] = IS_QUOTE;
    this.#classes[0] = IS_NUL;
    this.#classes[CR] = IS_CARRIAGE;
    this.#capacity = capacity;
    this.#linesToSkip = skipLines;
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.marks = new Uint8Array(capacity);
  }

  /** Takes more input. Long records are scanned again only once their bytes have doubled. */
  feed(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= this.#threshold) this.#join();
  }

  /** Says that the input is complete: the last record needs no line end. */
  end(): void {
    this.#ended = true;
    this.#fresh = true;
    this.#join();
  }

  /** A record without an end that is too long to be waited for. */
  get runaway(): boolean {
    return this.buffer.length - this.recordEnd + this.#pendingBytes > MAX_PENDING;
  }

  /** Reads the next complete record. */
  next(): boolean {
    while (this.#linesToSkip > 0) {
      const end = this.buffer.indexOf(LF, this.recordEnd);
      if (end === -1) return this.#skipAll();
      this.recordEnd = end + 1;
      this.#nextLine += 1;
      this.#linesToSkip -= 1;
    }
    if (this.#fresh && this.recordEnd < this.buffer.length && this.#scan()) return true;
    this.#fresh = false;
    this.#threshold = this.buffer.length - this.recordEnd;
    return false;
  }

  #skipAll(): boolean {
    this.recordEnd = this.buffer.length;
    return false;
  }

  #join(): void {
    if (this.#pending.length === 0) return;
    const rest = this.buffer.subarray(this.recordEnd);
    this.buffer =
      rest.length === 0 && this.#pending.length === 1
        ? (this.#pending[0] ?? rest)
        : Buffer.concat([rest, ...this.#pending]);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#fresh = true;
    this.recordStart = 0;
    this.recordEnd = 0;
  }

  /** Scans one record; false (and nothing changed) when its end is not in the buffer yet. */
  #scan(): boolean {
    const { buffer } = this;
    const { length } = buffer;
    const start = this.recordEnd;
    let at = start;
    this.fieldCount = 0;
    this.recordMarks = 0;
    this.#linesInRecord = 0;
    for (;;) {
      const content = this.#quoteAfterBlanks(at);
      at =
        content === -1
          ? this.#scanUnquoted(at)
          : this.#scanQuoted(content + 1, content > at ? QUOTED | PADDED : QUOTED);
      if (at === -1) return false;
      if (at >= length) {
        if (!this.#ended) return false;
        return this.#finish(start, length, length);
      }
      if (buffer[at] === LF) return this.#finish(start, at, at + 1);
      at += 1;
    }
  }

  #finish(start: number, contentEnd: number, recordEnd: number): boolean {
    this.recordStart = start;
    this.recordEnd = recordEnd;
    const carriage = contentEnd > start && this.buffer[contentEnd - 1] === CR;
    this.contentEnd = carriage ? contentEnd - 1 : contentEnd;
    const last = this.fieldCount - 1;
    if (carriage && last < this.#capacity && this.ends[last] === contentEnd)
      this.#trimCarriage(last, contentEnd - 1);
    this.line = this.#nextLine;
    this.#nextLine += this.#linesInRecord + 1;
    return true;
  }

  /** The carriage return of a line end is no content. */
  #trimCarriage(field: number, end: number): void {
    this.ends[field] = end;
    const only = this.buffer.indexOf(CR, this.starts[field]) === end;
    if (only) this.marks[field] = (this.marks[field] ?? 0) & ~CARRIAGE;
  }

  /** The offset of an opening quote at this place, white space before it skipped; -1 when the field is not quoted. */
  #quoteAfterBlanks(from: number): number {
    const { buffer } = this;
    let at = from;
    while ((buffer[at] === SPACE || buffer[at] === TAB) && buffer[at] !== this.#delimiter) at += 1;
    return at < buffer.length && buffer[at] === this.#quote ? at : -1;
  }

  /** Returns the offset of the delimiter or line end after the field (the buffer's length when it has none). */
  #scanUnquoted(from: number): number {
    const { buffer } = this;
    const { length } = buffer;
    const classes = this.#classes;
    let marks = 0;
    let bits = 0;
    let at = from;
    for (; at < length; at += 1) {
      const byte = buffer[at] ?? 0;
      bits |= byte;
      const kind = classes[byte] ?? 0;
      if (kind === 0) continue;
      if (kind === ENDS) break;
      marks |= MARK_OF_CLASS[kind] ?? 0;
    }
    this.#keep(from, at, bits > 127 ? marks | NON_ASCII : marks);
    return at;
  }

  /** As `#scanUnquoted`, from behind the opening quote; -1 when the closing quote is not in the buffer yet. */
  #scanQuoted(from: number, initialMarks: number): number {
    const { buffer } = this;
    const { length } = buffer;
    const quote = this.#quote;
    let marks = initialMarks;
    let bits = 0;
    let lines = 0;
    let at = from;
    for (; at < length; at += 1) {
      const byte = buffer[at] ?? 0;
      bits |= byte;
      if (byte === quote) {
        if (buffer[at + 1] !== quote) break;
        marks |= ESCAPED;
        at += 1;
      } else if (byte === LF) lines += 1;
      else if (byte === 0) marks |= NUL;
    }
    if (at >= length && !this.#ended) return -1;
    if (at + 1 >= length && !this.#ended) return -1;
    if (at >= length) marks |= MALFORMED;
    this.#linesInRecord += lines;
    const after = this.#endAfterQuote(at + 1);
    const wellFormed =
      after === at + 1 || (after === at + 2 && buffer[after] === LF && buffer[at + 1] === CR);
    if (!wellFormed && after !== length) marks |= MALFORMED;
    if (after === length && after > at + 1 && !(after === at + 2 && buffer[at + 1] === CR))
      marks |= MALFORMED;
    this.#keep(from, Math.min(at, length), bits > 127 ? marks | NON_ASCII : marks);
    return Math.min(after, length);
  }

  /** The delimiter or line end after a closing quote. */
  #endAfterQuote(from: number): number {
    const { buffer } = this;
    let at = from;
    while (at < buffer.length && this.#classes[buffer[at] ?? 0] !== ENDS) at += 1;
    return at;
  }

  #keep(start: number, end: number, marks: number): void {
    const field = this.fieldCount;
    if (field < this.#capacity) {
      this.starts[field] = start;
      this.ends[field] = end;
      this.marks[field] = marks;
    }
    this.recordMarks |= marks;
    this.fieldCount = field + 1;
  }
}
