/** Writes rows for the engine: stretches of records that need no change in one piece, the others field by field. */
import { ASCII } from '../../ascii.ts';
import type { FieldChecker } from './field.ts';
import { ByteOutput } from './output.ts';
import { QUOTED, type InputRecord } from './record.ts';
import type { EngineSyntax } from './syntax.ts';

const { LF } = ASCII;

const EMPTY = Buffer.alloc(0);

/** Bytes out in `take`. Between two calls of `keep` for one stretch the input buffer stays the same. */
export class RowWriter {
  readonly #output = new ByteOutput();
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #sentinel: Buffer;
  #fields = 0;

  constructor({ delimiter, quote, sentinel }: EngineSyntax) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#sentinel = Buffer.from(sentinel);
  }

  /** Copies whole records. */
  stretch(buffer: Buffer, start: number, end: number): void {
    this.#output.append(buffer, start, end);
  }

  /** Begins the next field of a row. */
  next(): void {
    if (this.#fields++ > 0) this.#output.appendByte(this.#delimiter);
  }

  /** More fields were written by a run. */
  skip(fields: number): void {
    this.#fields += fields;
  }

  endRow(): void {
    this.#output.appendByte(LF);
    this.#fields = 0;
  }

  null(): void {
    this.#output.append(this.#sentinel, 0, this.#sentinel.length);
  }

  empty(): void {
    this.#output.appendQuoted(EMPTY, 0, 0, this.#quote);
  }

  /** Copies fields that follow each other, as they stand in the input. */
  run({ fields, starts, ends, marks }: InputRecord, first: number, last: number): void {
    const before = (marks[first] ?? 0) & QUOTED;
    const after = (marks[last] ?? 0) & QUOTED;
    this.#output.append(fields, (starts[first] ?? 0) - before, (ends[last] ?? 0) + after);
  }

  /** What the checker has made of the field. */
  value({ bytes, start, end }: FieldChecker): void {
    this.#output.appendQuoted(bytes, start, end, this.#quote);
  }

  take(): Buffer[] {
    return this.#output.take();
  }
}
