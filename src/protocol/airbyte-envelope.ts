/**
 * Finds the data of an Airbyte RECORD line without parsing it. The bytes before the data are one of a few sequences, one for each
 * stream, and those after it differ only in `emitted_at`. Each sequence is parsed once, when it is first seen; later lines are
 * compared with it byte by byte. Other lines are declined and parsed as JSON.
 */
import { keyOf, parseAirbyte, type AirbyteRecord } from './airbyte.ts';
import { LF, stands } from './bytes.ts';
import { NO_TIME, type Frame, type Template } from './envelope.ts';

/** Instead of an offset: the line is not as expected. */
const DECLINED = -1;

/** Longer parts are parsed each time. In bytes. */
const MAX_HEAD_BYTES = 1024;
const MAX_TAIL_BYTES = 1024;

/** How many heads are remembered. */
const MAX_HEADS = 256;
/** How many tails of one head are remembered, and how many are tried before the head is no longer used. */
const MAX_TAILS = 4;
const MAX_TAILS_READ = 256;

/** Digits of `emitted_at` from 2001 to 2286. */
const DIGITS = 13;

interface Head {
  readonly bytes: Buffer;
  readonly key: string;
  tails: readonly Tail[];
  tailsRead: number;
}

/** The bytes after the data, around the digits of `emitted_at`. */
interface Tail {
  readonly before: Buffer;
  readonly after: Buffer;
}

export class AirbyteEnvelope implements Frame {
  readonly version = undefined;
  readonly timeAt = NO_TIME;
  /** The key of the stream, see `keyOf`. */
  stream = '';
  emittedAt = 0;
  /** The last used one is the first. */
  #heads: readonly Head[] = [];
  #head: Head | undefined;
  #headsRead = 0;
  /** The digits that `emittedAt` was read from. */
  readonly #digits = Buffer.alloc(DIGITS);

  /** The offset of the data in the line at `at`; -1 if the line is not a RECORD, or not one that can be processed like this. */
  open(source: Buffer, at: number, end: number): number {
    let head = this.#head;
    if (!head || !stands(head.bytes, source, at)) {
      head = this.#known(source, at) ?? this.#learn(source, at, end);
      if (!head) return DECLINED;
      this.#head = head;
    }
    this.stream = head.key;
    return at + head.bytes.length;
  }

  close(source: Buffer, at: number, end: number): boolean {
    const head = this.#head;
    if (!head) return false;
    for (const tail of head.tails) if (this.#fits(tail, source, at, end)) return true;
    const tail = this.#learnTail(head, source, at, end);
    if (!tail) return false;
    head.tails = [tail, ...head.tails].slice(0, MAX_TAILS);
    return this.#fits(tail, source, at, end);
  }

  template(): Template | undefined {
    const [tail] = this.#head?.tails ?? [];
    if (!this.#head || !tail) return undefined;
    return {
      head: this.#head.bytes,
      before: tail.before,
      after: Buffer.concat([tail.after, LINE_END]),
      hole: 'milliseconds',
      version: undefined,
    };
  }

  #fits({ before, after }: Tail, source: Buffer, at: number, end: number): boolean {
    if (end - at !== before.length + DIGITS + after.length || !stands(before, source, at)) return false;
    const digitsAt = at + before.length;
    return this.#read(source, digitsAt) && stands(after, source, digitsAt + DIGITS);
  }

  /** Reads the digits, which are usually the same as in the previous line. */
  #read(source: Buffer, at: number): boolean {
    if (stands(this.#digits, source, at)) return true;
    let value = 0;
    for (let i = 0; i < DIGITS; i++) {
      const digit = (source[at + i] as number) - ZERO;
      if (digit < 0 || digit > 9 || (i === 0 && digit === 0)) return false;
      value = value * 10 + digit;
    }
    source.copy(this.#digits, 0, at, at + DIGITS);
    this.emittedAt = value;
    return true;
  }

  #known(source: Buffer, at: number): Head | undefined {
    const found = this.#heads.find(({ bytes }) => stands(bytes, source, at));
    if (found && this.#heads[0] !== found)
      this.#heads = [found, ...this.#heads.filter((head) => head !== found)];
    return found;
  }

  /** Parses a line, and remembers the bytes before its data. */
  #learn(source: Buffer, at: number, end: number): Head | undefined {
    if (this.#headsRead === MAX_HEADS) return undefined;
    const text = source.toString('latin1', at, Math.min(at + MAX_HEAD_BYTES, end));
    const length = DATA.exec(text)?.[0].length;
    if (length === undefined) return undefined;
    const bytes = Buffer.from(source.subarray(at, at + length));
    const message = withData(bytes, ANY_TAIL);
    if (!message) return undefined;
    this.#headsRead++;
    const head = { bytes, key: keyOf(message.stream), tails: [], tailsRead: 0 };
    this.#heads = [head, ...this.#heads];
    return head;
  }

  #learnTail(head: Head, source: Buffer, at: number, end: number): Tail | undefined {
    if (end - at > MAX_TAIL_BYTES || head.tailsRead === MAX_TAILS_READ) return undefined;
    head.tailsRead++;
    const text = source.toString('latin1', at, end);
    const match = EMITTED_AT.exec(text);
    if (!match) return undefined;
    const [, name = '', digits = ''] = match;
    const digitsAt = at + match.index + name.length;
    const before = Buffer.from(source.subarray(at, digitsAt));
    const after = Buffer.from(source.subarray(digitsAt + DIGITS, end));
    // Parsed with two different times, because another member may have the same name.
    const isTime = [digits, OTHER_DIGITS].every((time) => {
      const message = withData(head.bytes, Buffer.concat([before, Buffer.from(time), after]));
      return message?.record.emittedAt === Number(time) && keyOf(message.stream) === head.key;
    });
    return isTime ? { before, after } : undefined;
  }
}

const ZERO = 0x30;
const LINE_END = Buffer.from([LF]);
const OTHER_DIGITS = '1000000000001';

/** Up to the object of `data`, the first key of that name. */
const DATA = /^\{[^]*?"data"[ \t\r]*:[ \t\r]*(?=\{)/;
const EMITTED_AT = /("emitted_at"[ \t\r]*:[ \t\r]*)([1-9]\d{12})(?=[ \t\r,}])/;
const ANY_TAIL = Buffer.from(`,"emitted_at":${OTHER_DIGITS}}}`);
const PROBE = Buffer.from('{"x":1}');

/** Parses a line with these bytes around its data. Undefined if it has more than that. */
function withData(head: Buffer, tail: Buffer): AirbyteRecord | undefined {
  try {
    const message = parseAirbyte(Buffer.concat([head, PROBE, tail]), 0);
    if (message?.type !== 'record') return undefined;
    const { record, duplicateKeys, changes = [] } = message.record;
    return record.has('x') && duplicateKeys === 0 && changes.length === 0 ? message : undefined;
  } catch {
    return undefined;
  }
}
