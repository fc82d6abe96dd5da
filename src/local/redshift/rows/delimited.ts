/**
 * Reads delimited text whose fields do not stand in the input as they are meant: with ESCAPE, REMOVEQUOTES, or a
 * delimiter of several characters (of CSV too). Source: Amazon Redshift Database Developer Guide, "Data conversion
 * parameters" and "Data format parameters".
 */
import { ASCII } from '../../ascii.ts';
import { problem } from './problem.ts';
import { InputRecord, IS_NULL, MALFORMED, NUL, QUOTED, type RecordReader } from './record.ts';
import { RecordSource } from './record-source.ts';

const { BACKSLASH, CR, DOUBLE_QUOTE, LF, SINGLE_QUOTE, SPACE, TAB, UPPER_N } = ASCII;

/** How the text is written. */
export interface DelimitedSyntax {
  /** One or more ASCII characters. */
  readonly delimiter: string;
  /** Of CSV. */
  readonly quote?: string;
  readonly escape?: boolean;
  readonly removeQuotes?: boolean;
}

/** Each record's fields are decoded into one buffer. */
export class DelimitedReader implements RecordReader {
  readonly record: InputRecord;
  readonly source: RecordSource;
  readonly #syntax: DelimitedSyntax;
  readonly #delimiter: Buffer;
  readonly #quote: number;
  readonly #capacity: number;
  #decoded: Buffer = Buffer.alloc(0);
  #length = 0;
  #at = 0;
  #mark = 0;
  #lines = 0;

  /** As of CsvReader. */
  constructor(syntax: DelimitedSyntax, capacity: number, skipLines = 0) {
    this.#syntax = syntax;
    this.#delimiter = Buffer.from(syntax.delimiter);
    this.#quote = syntax.quote === undefined ? -1 : syntax.quote.charCodeAt(0);
    this.#capacity = capacity;
    this.source = new RecordSource(skipLines);
    this.record = new InputRecord(capacity);
  }

  next(): boolean {
    return this.source.isReady() && this.#scan() ? true : this.source.wait();
  }

  #scan(): boolean {
    const { record } = this;
    const { buffer, ended, at: start } = this.source;
    if (this.#decoded.length < buffer.length - start)
      this.#decoded = Buffer.allocUnsafe(buffer.length - start);
    this.#at = start;
    this.#length = 0;
    this.#lines = 0;
    record.count = 0;
    record.allMarks = 0;
    record.fault = undefined;
    for (;;) {
      const from = this.#length;
      this.#mark = 0;
      if (!this.#field(ended)) return false;
      const atEnd = this.#at >= buffer.length;
      if (atEnd && !ended) return false;
      const last = atEnd || buffer[this.#at] === LF;
      if (
        last &&
        (this.#mark & QUOTED) === 0 &&
        this.#length > from &&
        this.#decoded[this.#length - 1] === CR
      )
        this.#length -= 1;
      this.#keep(from);
      if (!last) {
        this.#at += this.#delimiter.length;
        continue;
      }
      this.#finish(start, Math.min(this.#at, buffer.length), atEnd ? buffer.length : this.#at + 1);
      return true;
    }
  }

  #keep(from: number): void {
    const { record } = this;
    if (record.count < this.#capacity) {
      record.starts[record.count] = from;
      record.ends[record.count] = this.#length;
      record.marks[record.count] = this.#mark;
    }
    record.allMarks |= this.#mark;
    record.count += 1;
  }

  #finish(start: number, contentEnd: number, end: number): void {
    const { record } = this;
    const { buffer, isUtf8 } = this.source;
    record.buffer = buffer;
    record.fields = this.#decoded;
    record.isUtf8 = isUtf8;
    record.start = start;
    record.end = end;
    record.contentEnd = contentEnd > start && buffer[contentEnd - 1] === CR ? contentEnd - 1 : contentEnd;
    record.line = this.source.line;
    this.source.line += this.#lines + 1;
    this.source.at = end;
  }

  /** Decodes one field and stops at its delimiter or line end; false when its end is not in the buffer yet. */
  #field(ended: boolean): boolean {
    const { buffer } = this.source;
    const first = buffer[this.#at];
    if (this.#syntax.removeQuotes === true && (first === DOUBLE_QUOTE || first === SINGLE_QUOTE)) {
      this.#at += 1;
      return this.#enclosed(first, ended);
    }
    if (this.#quote !== -1) {
      const opening = this.#openingQuote();
      if (opening !== -1) {
        this.#at = opening + 1;
        return this.#quoted(ended);
      }
    }
    const nullAt = this.#at;
    while (this.#at < buffer.length && buffer[this.#at] !== LF && !this.#atDelimiter()) {
      if (buffer[this.#at] === this.#quote) this.#mark |= MALFORMED;
      if (!this.#character(ended)) return false;
    }
    const escapedNull = this.#syntax.escape === true && this.#at === nullAt + 2;
    if (escapedNull && buffer[nullAt] === BACKSLASH && buffer[nullAt + 1] === UPPER_N) this.#mark |= IS_NULL;
    return true;
  }

  /** Takes one byte, or with ESCAPE any byte after a backslash. */
  #character(ended: boolean): boolean {
    const { buffer } = this.source;
    if (this.#syntax.escape === true && buffer[this.#at] === BACKSLASH) {
      if (this.#at + 1 >= buffer.length) {
        if (!ended) return false;
        this.#at += 1;
        return true;
      }
      this.#at += 1;
    }
    const byte = buffer[this.#at] as number;
    if (byte === LF) this.#lines += 1;
    if (byte === 0) this.#mark |= NUL;
    this.#decoded[this.#length++] = byte;
    this.#at += 1;
    return true;
  }

  /** REMOVEQUOTES: up to a quote before a delimiter or line end; a line end inside is the end of a row that is wrong. */
  #enclosed(quote: number, ended: boolean): boolean {
    const { buffer } = this.source;
    while (this.#at < buffer.length && buffer[this.#at] !== LF) {
      if (buffer[this.#at] === quote && this.#closes(this.#at + 1)) {
        this.#at = this.#lineEnd(this.#at + 1);
        this.#mark |= QUOTED;
        return this.#at < buffer.length || ended;
      }
      if (!this.#character(ended)) return false;
    }
    this.record.fault ??= { problem: problem(1214, 'Delimiter not found'), field: this.record.count };
    return true;
  }

  #closes(at: number): boolean {
    const { buffer } = this.source;
    const end = this.#lineEnd(at);
    return end >= buffer.length || buffer[end] === LF || this.#atDelimiter(at);
  }

  /** Behind the carriage return of a line end, if one stands here. */
  #lineEnd(at: number): number {
    const { buffer } = this.source;
    return buffer[at] === CR && (at + 1 >= buffer.length || buffer[at + 1] === LF) ? at + 1 : at;
  }

  #openingQuote(): number {
    const { buffer } = this.source;
    let at = this.#at;
    while ((buffer[at] === SPACE || buffer[at] === TAB) && !this.#atDelimiter(at)) at += 1;
    return buffer[at] === this.#quote ? at : -1;
  }

  /** CSV, from the byte after the opening quote. */
  #quoted(ended: boolean): boolean {
    const { buffer } = this.source;
    this.#mark |= QUOTED;
    for (; this.#at < buffer.length; this.#at += 1) {
      const byte = buffer[this.#at] as number;
      if (byte === this.#quote) {
        if (buffer[this.#at + 1] !== this.#quote) break;
        this.#at += 1;
      }
      if (byte === LF) this.#lines += 1;
      if (byte === 0) this.#mark |= NUL;
      this.#decoded[this.#length++] = byte;
    }
    if (this.#at + 1 >= buffer.length && !ended) return false;
    if (this.#at >= buffer.length) this.#mark |= MALFORMED;
    this.#at = this.#lineEnd(Math.min(this.#at + 1, buffer.length));
    while (this.#at < buffer.length && buffer[this.#at] !== LF && !this.#atDelimiter()) {
      this.#mark |= MALFORMED;
      this.#at += 1;
    }
    return true;
  }

  #atDelimiter(at = this.#at): boolean {
    const { buffer } = this.source;
    const delimiter = this.#delimiter;
    for (let index = 0; index < delimiter.length; index += 1) {
      if (buffer[at + index] !== delimiter[index]) return false;
    }
    return true;
  }
}
