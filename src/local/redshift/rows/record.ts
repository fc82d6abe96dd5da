/** One record of the input, as every reader of a format presents it to the row checks: spans of bytes, nothing copied. */
import type { Problem } from './problem.ts';
import type { RecordSource } from './record-source.ts';

/** Marks of a field, or-ed together. */
export const QUOTED = 1;
/** A quoted field holds doubled quotes. */
export const DOUBLED = 2;
/** The field is NULL whatever its text (JSON null, a missing key). */
export const IS_NULL = 4;
/** A zero byte is in the field. */
export const NUL = 8;
/** A quote in an unquoted field, or text after a closing quote. */
export const MALFORMED = 16;
/** White space stands before the opening quote, or the field holds what the engine would take for a quote. */
export const PADDED = 32;
/** A carriage return is in an unquoted field (or ends it, before a line feed). */
export const CARRIAGE = 64;
/** A number of JSON that is not in quotes. */
export const JSON_NUMBER = 128;

/** What a reader finds wrong with a record as a whole or with one field of it (-1: none in particular). */
export interface RecordFault {
  readonly problem: Problem;
  readonly field: number;
}

const EMPTY = Buffer.alloc(0);

/** Filled again for each record. Spans stay valid until the next one. */
export class InputRecord {
  /** The input that `start`, `end` and `contentEnd` refer to. */
  buffer: Buffer = EMPTY;
  start = 0;
  /** After the line end. */
  end = 0;
  /** Before the line end. */
  contentEnd = 0;
  /** Physical line that the error tables show, from 1. */
  line = 1;
  /** The bytes that the fields' spans refer to: the input itself, or what was decoded from it. */
  fields: Buffer = EMPTY;
  /** May be more than the capacity. */
  count = 0;
  /** Field content without enclosing quotes, for the first `capacity` fields. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly marks: Uint8Array;
  /** All marks of the fields. */
  allMarks = 0;
  /** Whether the bytes are known to be valid UTF-8. */
  isUtf8 = false;
  fault: RecordFault | undefined;

  constructor(capacity: number) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.marks = new Uint8Array(capacity);
  }
}

/** A streaming reader of one format. Any split of the input gives the same records. */
export interface RecordReader {
  /** Describes the current record while `next` is true. */
  readonly record: InputRecord;
  /** Takes the input, and knows its end. */
  readonly source: RecordSource;
  /** Reads the next complete record. */
  next(): boolean;
}
