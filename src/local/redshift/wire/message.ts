/**
 * The messages of PostgreSQL's protocol 3.0: cutting a stream of bytes into frames, and building the few messages
 * that the endpoint speaks for itself. Source: PostgreSQL documentation, "Message Formats".
 */
import { isUtf8 } from 'node:buffer';
import { RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';

/** One message: its type letter and all of its bytes (type, length and body). */
export interface Frame {
  readonly type: string;
  readonly bytes: Buffer;
  /** The length of a message that was too long to be kept: `bytes` are its head alone. */
  readonly dropped?: number;
}

/** The fields of an ErrorResponse or NoticeResponse by their letter (S severity, C SQLSTATE, M message, D detail...). */
export type Fields = Readonly<Record<string, string>>;

/** The state of a session between its requests: idle, in a transaction, in one that has failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

const HEADER = 5;
/** The most that a message can have in PostgreSQL; a greater length is none. */
const LONGEST = 2 ** 30;

/** The bytes cannot be a message. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
}

/**
 * Cuts a stream of bytes into frames, keeping an unfinished one for the next call. Of a message longer than `longestKept`, its
 * head alone is kept: the rest is dropped as it comes, and the frame has the length as `dropped`.
 */
export class FrameCutter {
  readonly #longestKept: number;
  /** The beginning of the unfinished frame, in a buffer that may have room for more. */
  #pending: Buffer = Buffer.alloc(0);
  #size = 0;
  /** The frame whose rest is being dropped, and how much of it is to come. */
  #dropping: { readonly frame: Frame; rest: number } | undefined;

  constructor(longestKept = LONGEST) {
    this.#longestKept = longestKept;
  }

  /** The frames that `chunk` completes. @throws MessageError */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let bytes = this.#drop(chunk, frames);
    if (this.#size > 0) {
      this.#keep(bytes);
      if (this.#size < this.#wanted()) return frames;
      bytes = this.#pending.subarray(0, this.#size);
      this.#pending = Buffer.alloc(0);
      this.#size = 0;
    }
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = lengthAt(bytes, at);
      if (length > this.#longestKept) {
        const head = Buffer.from(bytes.subarray(at, at + HEADER));
        const frame = { type: String.fromCharCode(head.readUInt8(0)), bytes: head, dropped: length };
        this.#dropping = { frame, rest: length - HEADER };
        return [...frames, ...this.push(bytes.subarray(at + HEADER))];
      }
      if (bytes.length - at < length) break;
      frames.push({ type: String.fromCharCode(bytes.readUInt8(at)), bytes: bytes.subarray(at, at + length) });
      at += length;
    }
    this.#keep(bytes.subarray(at));
    return frames;
  }

  /** The part of `chunk` that does not belong to a dropped message. */
  #drop(chunk: Buffer, frames: Frame[]): Buffer {
    if (!this.#dropping) return chunk;
    const count = Math.min(chunk.length, this.#dropping.rest);
    this.#dropping.rest -= count;
    if (this.#dropping.rest === 0) {
      frames.push(this.#dropping.frame);
      this.#dropping = undefined;
    }
    return chunk.subarray(count);
  }

  /** The buffer grows by doubling: a long message may come in any number of pieces. */
  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const size = this.#size + bytes.length;
    if (this.#size === 0) {
      this.#pending = bytes;
    } else {
      if (size > this.#pending.length) {
        const grown = Buffer.allocUnsafe(Math.max(size, 2 * this.#pending.length));
        this.#pending.copy(grown, 0, 0, this.#size);
        this.#pending = grown;
      }
      bytes.copy(this.#pending, this.#size);
    }
    this.#size = size;
  }

  /** How many bytes complete the pending frame, as far as it is known. */
  #wanted(): number {
    if (this.#size < HEADER) return HEADER;
    const length = lengthAt(this.#pending, 0);
    return length > this.#longestKept ? HEADER : length;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at + 1) + 1;
  if (length < HEADER || length > LONGEST) throw new MessageError(`invalid message length ${length - 1}`);
  return length;
}

/** A message of `type` with a body of these parts. */
export function encode(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const head = Buffer.alloc(HEADER);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(
    body.reduce((sum, part) => sum + part.length, 4),
    1,
  );
  return Buffer.concat([head, ...body]);
}

/** A 32-bit integer in network order. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Query, of the simple protocol. */
export function encodeQuery(sql: string): Buffer {
  return encode('Q', `${sql}\0`);
}

/** ErrorResponse (`E`) or NoticeResponse (`N`) with these fields. */
export function encodeFields(type: 'E' | 'N', fields: Fields): Buffer {
  return encode(type, ...Object.entries(fields).map(([letter, value]) => `${letter}${value}\0`), '\0');
}

/** The fields of an ErrorResponse or NoticeResponse. */
export function decodeFields(frame: Frame): Fields {
  const fields: Record<string, string> = {};
  let at = HEADER;
  while (at < frame.bytes.length && frame.bytes[at] !== 0) {
    const end = frame.bytes.indexOf(0, at + 1);
    fields[String.fromCharCode(frame.bytes.readUInt8(at))] = frame.bytes.toString('utf8', at + 1, end);
    at = end + 1;
  }
  return fields;
}

/**
 * The zero-ended strings in a frame's body from `at` on, and the position after the last.
 * @throws MessageError when there are fewer, RedshiftError 22021 when they are not UTF-8: decoded, they would be others.
 */
export function decodeStrings(frame: Frame, count: number, at = HEADER): { strings: string[]; end: number } {
  const strings: string[] = [];
  let start = at;
  for (let n = 0; n < count; n += 1) {
    const end = frame.bytes.indexOf(0, start);
    if (end < 0) throw new MessageError('invalid string in message');
    strings.push(frame.bytes.toString('utf8', start, end));
    start = end + 1;
  }
  if (!isUtf8(frame.bytes.subarray(at, start))) {
    throw new RedshiftError(SQLSTATE.characterNotInRepertoire, 'invalid byte sequence for encoding "UTF8"');
  }
  return { strings, end: start };
}

/** The text values of a DataRow; null is NULL. */
export function decodeRow(frame: Frame): (string | null)[] {
  const values: (string | null)[] = [];
  let at = HEADER + 2;
  for (let n = frame.bytes.readInt16BE(HEADER); n > 0; n -= 1) {
    const length = frame.bytes.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : frame.bytes.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}

/** A column in a RowDescription. */
export interface Column {
  readonly name: string;
  /** The engine's number of the type. */
  readonly type: number;
  /** Its length or scale as the engine has it; -1 for none. */
  readonly modifier: number;
}

/** The columns in a RowDescription. */
export function decodeColumns({ bytes }: Frame): Column[] {
  const columns: Column[] = [];
  let at = HEADER + 2;
  for (let n = bytes.readInt16BE(HEADER); n > 0; n -= 1) {
    const end = bytes.indexOf(0, at);
    const name = bytes.toString('utf8', at, end);
    columns.push({ name, type: bytes.readUInt32BE(end + 7), modifier: bytes.readInt32BE(end + 13) });
    at = end + 19;
  }
  return columns;
}

/** The status in a ReadyForQuery. */
export function decodeStatus(frame: Frame): TransactionStatus {
  const status = String.fromCharCode(frame.bytes.readUInt8(HEADER));
  return status === 'T' || status === 'E' ? status : 'I';
}
