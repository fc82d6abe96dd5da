/**
 * Finds the parts of a RECORD line without parsing it: stream, record, version and time_extracted, in any order and with any white
 * space. The bytes before and after the record are usually the same as in the previous line, and then they are not parsed again.
 * Lines that look different in any way are declined and parsed as JSON.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  closingQuote,
  COLON,
  COMMA,
  LF,
  OPEN_BRACE,
  QUOTE,
  skipSpace,
  skipValue,
  stands,
} from './bytes.ts';
import { parseValue } from './json.ts';

/** Instead of an offset: the line is not as expected. */
const DECLINED = -1;

/** Instead of an offset: there is no time_extracted. */
export const NO_TIME = -1;

/** The parts of a line around its record. */
export interface Frame {
  /** Digits of the table version that the record belongs to. */
  readonly version: string | undefined;
  /** The offset of the opening quote of time_extracted. */
  readonly timeAt: number;
  /** When an Airbyte source emitted the record, in milliseconds since the epoch. */
  readonly emittedAt?: number;
  /** Whether the line, whose record ended before `at`, goes on as it has to up to its LF at `end`. Version and time are known then. */
  close(source: Buffer, at: number, end: number): boolean;
  /** How the lines of the stream look that was read last; undefined if that is not known. */
  template(): Template | undefined;
}

/** The bytes around the record of a line. In other lines only those in the hole may differ. */
export interface Template {
  /** Up to the record. */
  readonly head: Buffer;
  /** From the record to the hole, and after the hole, up to and including LF. Without a hole all bytes come before it. */
  readonly before: Buffer;
  readonly after: Buffer;
  /** The text of time_extracted, which is not empty, or thirteen digits that are not zero at first. */
  readonly hole: 'none' | 'time' | 'milliseconds';
  readonly version: string | undefined;
}

export function isSameTemplate(a: Template, b: Template): boolean {
  return (
    a.hole === b.hole &&
    a.version === b.version &&
    a.head.equals(b.head) &&
    a.before.equals(b.before) &&
    a.after.equals(b.after)
  );
}

/** The line of a BATCH file, which is only a record. */
export class BareFrame implements Frame {
  readonly version: string | undefined;
  readonly timeAt = NO_TIME;

  constructor(version: string | undefined) {
    this.version = version;
  }

  close(source: Buffer, at: number, end: number): boolean {
    return skipSpace(source, at) === end;
  }

  template(): undefined {
    return undefined;
  }
}

const KEYS = {
  type: Buffer.from('"type"'),
  stream: Buffer.from('"stream"'),
  record: Buffer.from('"record"'),
  version: Buffer.from('"version"'),
  timeExtracted: Buffer.from('"time_extracted"'),
};
const TYPE = Buffer.from('"RECORD"');
const NULL = Buffer.from('null');
const NOTHING = Buffer.alloc(0);
const LINE_END = Buffer.from([LF]);

/** Digits of a version that is a whole number of at most 18 of them. */
const VERSION = /^(?:0|-?[1-9]\d{0,17})$/;

/** Longer parts are parsed each time. In bytes. */
const MAX_REMEMBERED = 1024;
const MAX_NAMES = 10_000;
/** The maximum number of unknown members in one line. */
const MAX_OTHERS = 64;

/** The bytes after a record, up to the end of the line. Taps may write another time for each record. */
interface Tail {
  /** Up to the text of time_extracted, including its quote; all bytes if there is no time. */
  readonly before: Buffer;
  /** From the closing quote of time_extracted on. */
  readonly after: Buffer | undefined;
  readonly version: string | undefined;
}

/** The line of a RECORD message. */
export class Envelope implements Frame {
  /** The name of the stream. */
  stream = '';
  version: string | undefined;
  timeAt = NO_TIME;
  /** The bytes before the name of the stream, and between it and the record, in the last line with nothing else there. */
  #before: Buffer = NOTHING;
  #between: Buffer = NOTHING;
  /** The offset of the name of the stream. */
  #nameAt = DECLINED;
  #nameEnd = DECLINED;
  /** What came after the record, in the last line with nothing else there. */
  #tail: Tail | undefined;
  readonly #names = new Names();
  #recordAt = DECLINED;
  /** The end of the record, if it came before other members and was skipped. */
  #recordEnd = DECLINED;
  #hasType = false;
  #hasStream = false;
  #hasVersion = false;
  #hasTime = false;
  /** The unknown keys of the line. */
  #others: string[] = [];

  /** The offset of the record in the line at `at`; -1 if the line is not a RECORD, or not one that can be processed like this. */
  open(source: Buffer, at: number): number {
    this.#forgetLine();
    const expected = this.#expected(source, at);
    if (expected !== DECLINED) return expected;
    if (source[at] !== OPEN_BRACE) return DECLINED;
    const next = this.#members(source, at, OPEN_BRACE);
    if (next === DECLINED || this.#recordAt === DECLINED) return DECLINED;
    if (this.#recordEnd !== DECLINED) {
      return this.#hasType && this.#hasStream && source[next] === LF ? this.#recordAt : DECLINED;
    }
    if (next - at <= MAX_REMEMBERED && this.#isPlain) {
      this.#before = Buffer.from(source.subarray(at, this.#nameAt));
      this.#between = Buffer.from(source.subarray(this.#nameEnd, next));
    }
    return next;
  }

  close(source: Buffer, at: number, end: number): boolean {
    if (this.#recordEnd !== DECLINED) return at === this.#recordEnd;
    const isWhole = this.#isPlain;
    if (isWhole && this.#tail && this.#fits(this.#tail, source, at, end)) return true;
    // The head is not parsed again: any other type, stream or record would be the second one.
    this.#hasType = true;
    this.#hasStream = true;
    this.#recordAt = at;
    const next = this.#members(source, skipSpace(source, at), COMMA);
    if (next !== end) return false;
    if (isWhole && end - at <= MAX_REMEMBERED) this.#tail = this.#tailOf(source, at, end);
    return true;
  }

  template(): Template | undefined {
    if (this.#before.length === 0 || !this.#tail) return undefined;
    const { before, after, version } = this.#tail;
    return {
      head: Buffer.concat([this.#before, Buffer.from(this.stream), this.#between]),
      before: after ? before : Buffer.concat([before, LINE_END]),
      after: after ? Buffer.concat([after, LINE_END]) : NOTHING,
      hole: after ? 'time' : 'none',
      version,
    };
  }

  /** Remembers the bytes from `at` to `end`, which have just been read. */
  #tailOf(source: Buffer, at: number, end: number): Tail {
    const { timeAt, version } = this;
    if (timeAt === NO_TIME)
      return { before: Buffer.from(source.subarray(at, end)), after: undefined, version };
    const before = Buffer.from(source.subarray(at, timeAt + 1));
    return { before, after: Buffer.from(source.subarray(closingQuote(source, timeAt), end)), version };
  }

  /** Whether a tail is at `at`, with any time in it. Version and time are known then. */
  #fits({ before, after, version }: Tail, source: Buffer, at: number, end: number): boolean {
    const timeAt = at + before.length;
    if (!stands(before, source, at)) return false;
    if (!after) {
      if (timeAt !== end) return false;
    } else {
      const timeEnd = end - after.length;
      // An empty string counts as missing.
      if (timeEnd <= timeAt || !isPlainText(source, timeAt, timeEnd) || !stands(after, source, timeEnd))
        return false;
      this.timeAt = timeAt - 1;
    }
    this.version = version;
    return true;
  }

  /** The offset of the record, if everything except the name of the stream is the same as before. */
  #expected(source: Buffer, at: number): number {
    const nameAt = at + this.#before.length;
    if (nameAt === at || !stands(this.#before, source, at)) return DECLINED;
    let nameEnd = nameAt;
    for (let byte = source[nameEnd] as number; byte !== QUOTE; byte = source[++nameEnd] as number) {
      if (byte < 0x20 || byte === BACKSLASH) return DECLINED;
    }
    if (nameEnd === nameAt || !stands(this.#between, source, nameEnd)) return DECLINED;
    this.stream = this.#names.of(source, nameAt, nameEnd);
    return nameEnd + this.#between.length;
  }

  #forgetLine(): void {
    this.version = undefined;
    this.timeAt = NO_TIME;
    this.#recordAt = DECLINED;
    this.#recordEnd = DECLINED;
    this.#hasType = false;
    this.#hasStream = false;
    this.#hasVersion = false;
    this.#hasTime = false;
    if (this.#others.length > 0) this.#others = [];
  }

  /** Only type, stream and record were read so far. */
  get #isPlain(): boolean {
    return !this.#hasVersion && !this.#hasTime && this.#others.length === 0;
  }

  /**
   * Reads members from `at`, where `opener` must be. Stops at the value of the record if type and stream are known by then,
   * otherwise after the object, at the LF of the line.
   */
  #members(source: Buffer, at: number, opener: number): number {
    for (; source[at] !== CLOSE_BRACE; opener = COMMA) {
      if (source[at] !== opener) return DECLINED;
      const keyAt = skipSpace(source, at + 1);
      const colon = this.#colonBehind(source, keyAt);
      if (colon === DECLINED) return DECLINED;
      const valueAt = skipSpace(source, colon + 1);
      const next = this.#member(source, keyAt, valueAt);
      if (next === DECLINED || next === valueAt) return next;
      at = skipSpace(source, next);
    }
    const end = skipSpace(source, at + 1);
    return source[end] === LF ? end : DECLINED;
  }

  #colonBehind(source: Buffer, keyAt: number): number {
    if (source[keyAt] !== QUOTE) return DECLINED;
    const end = closingQuote(source, keyAt);
    if (end === -1) return DECLINED;
    const colon = skipSpace(source, end + 1);
    return source[colon] === COLON ? colon : DECLINED;
  }

  /** The offset after the value of a member; the offset of the value if it is the record and can be read now. */
  #member(source: Buffer, keyAt: number, at: number): number {
    if (stands(KEYS.type, source, keyAt)) return this.#type(source, at);
    if (stands(KEYS.stream, source, keyAt)) return this.#stream(source, at);
    if (stands(KEYS.record, source, keyAt)) return this.#record(source, at);
    if (stands(KEYS.timeExtracted, source, keyAt)) return this.#time(source, at);
    if (stands(KEYS.version, source, keyAt)) return this.#version(source, at);
    return this.#other(source, keyAt, at);
  }

  /** An unknown member. It must be JSON nevertheless, and must not be a known key in escaped form. */
  #other(source: Buffer, keyAt: number, at: number): number {
    const keyEnd = plainTextEnd(source, keyAt);
    const end = skipValue(source, at);
    if (keyEnd === DECLINED || end === DECLINED) return DECLINED;
    const key = source.toString('utf8', keyAt, keyEnd);
    // They are compared with each other.
    if (this.#others.length === MAX_OTHERS || this.#others.includes(key)) return DECLINED;
    this.#others.push(key);
    return isPlainJson(source.toString('utf8', at, end)) ? end : DECLINED;
  }

  #type(source: Buffer, at: number): number {
    if (this.#hasType || !stands(TYPE, source, at)) return DECLINED;
    this.#hasType = true;
    return at + TYPE.length;
  }

  #stream(source: Buffer, at: number): number {
    const end = plainTextEnd(source, at);
    if (this.#hasStream || end <= at + 2) return DECLINED;
    this.#hasStream = true;
    this.#nameAt = at + 1;
    this.#nameEnd = end - 1;
    this.stream = this.#names.of(source, this.#nameAt, this.#nameEnd);
    return end;
  }

  #record(source: Buffer, at: number): number {
    if (this.#recordAt !== DECLINED || source[at] !== OPEN_BRACE) return DECLINED;
    this.#recordAt = at;
    if (this.#hasType && this.#hasStream) return at;
    this.#recordEnd = skipValue(source, at);
    return this.#recordEnd;
  }

  #version(source: Buffer, at: number): number {
    if (this.#hasVersion) return DECLINED;
    this.#hasVersion = true;
    const end = skipValue(source, at);
    if (end === DECLINED) return DECLINED;
    const text = source.toString('latin1', at, end);
    if (text === 'null') return end;
    if (!VERSION.test(text)) return DECLINED;
    this.version = text;
    return end;
  }

  #time(source: Buffer, at: number): number {
    if (this.#hasTime) return DECLINED;
    this.#hasTime = true;
    if (stands(NULL, source, at)) return at + NULL.length;
    const end = plainTextEnd(source, at);
    // An empty string counts as missing.
    if (end > at + 2) this.timeAt = at;
    return end;
  }
}

interface Name {
  readonly bytes: Buffer;
  readonly name: string;
}

/** Names by their bytes, so that names of alternating streams are not decoded again for each record. */
class Names {
  readonly #known = new Map<number, Name>();

  #last: Name = { bytes: NOTHING, name: '' };

  of(source: Buffer, from: number, to: number): string {
    const last = this.#last;
    if (last.bytes.length === to - from && stands(last.bytes, source, from)) return last.name;
    let hash = 0;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (source[i] as number), 0x01000193);
    const known = this.#known.get(hash);
    if (known?.bytes.length === to - from && stands(known.bytes, source, from)) {
      this.#last = known;
      return known.name;
    }
    const bytes = Buffer.from(source.subarray(from, to));
    this.#last = { bytes, name: bytes.toString() };
    if (this.#known.size < MAX_NAMES) this.#known.set(hash, this.#last);
    return this.#last.name;
  }
}

function isPlainJson(text: string): boolean {
  try {
    return parseValue(text).duplicateKeys === 0;
  } catch {
    return false;
  }
}

/** The offset after the string at `at`, which has neither escapes nor control characters; -1 for anything else. */
function plainTextEnd(source: Buffer, at: number): number {
  if (source[at] !== QUOTE) return DECLINED;
  const end = closingQuote(source, at);
  return end !== -1 && isPlainText(source, at + 1, end) ? end + 1 : DECLINED;
}

/** Whether these bytes, in a string, stand for themselves and do not end it. */
function isPlainText(source: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = source[i] as number;
    if (byte < 0x20 || byte === BACKSLASH || byte === QUOTE) return false;
  }
  return true;
}
