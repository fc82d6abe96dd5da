/**
 * The messages of PostgreSQL's protocol 3.0: cutting a stream of bytes into frames, and building the few messages
 * that the endpoint speaks for itself. Source: PostgreSQL documentation, "Message Formats".
 */

/** One message: its type letter and all of its bytes (type, length and body). */
export interface Frame {
  readonly type: string;
  readonly bytes: Buffer;
}

/** The fields of an ErrorResponse or NoticeResponse by their letter (S severity, C SQLSTATE, M message, D detail...). */
export type Fields = Readonly<Record<string, string>>;

/** The state of a session between its requests: idle, in a transaction, in one that has failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

const HEADER = 5;
/** Redshift's limit of a statement is 16 MB; what is far beyond is no message of the protocol. */
const LONGEST = 64 * 1024 * 1024;

/** Cuts a stream of bytes into frames, keeping an unfinished one for the next call. */
export class FrameCutter {
  #pending: Buffer[] = [];
  #size = 0;
  #wanted = HEADER;

  /** The frames that `chunk` completes. @throws Error when the bytes can not be a message. */
  push(chunk: Buffer): Frame[] {
    this.#pending.push(chunk);
    this.#size += chunk.length;
    // A long message that comes in many pieces is joined once.
    if (this.#size < this.#wanted) return [];
    const bytes = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending);
    const frames: Frame[] = [];
    let at = 0;
    this.#wanted = HEADER;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readInt32BE(at + 1) + 1;
      if (length < HEADER || length > LONGEST) throw new Error(`invalid message length ${length}`);
      if (bytes.length - at < length) {
        this.#wanted = length;
        break;
      }
      frames.push({ type: String.fromCharCode(bytes.readUInt8(at)), bytes: bytes.subarray(at, at + length) });
      at += length;
    }
    this.#pending = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#size = bytes.length - at;
    return frames;
  }
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

/** The zero-ended strings in a frame's body from `at` on, and the position after the last. */
export function decodeStrings(frame: Frame, count: number, at = HEADER): { strings: string[]; end: number } {
  const strings: string[] = [];
  let start = at;
  for (let n = 0; n < count; n += 1) {
    const end = frame.bytes.indexOf(0, start);
    if (end < 0) throw new Error(`message ${frame.type} ends too early`);
    strings.push(frame.bytes.toString('utf8', start, end));
    start = end + 1;
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

/** The status in a ReadyForQuery. */
export function decodeStatus(frame: Frame): TransactionStatus {
  const status = String.fromCharCode(frame.bytes.readUInt8(HEADER));
  return status === 'T' || status === 'E' ? status : 'I';
}
