/** Walks over JSON on bytes: strict grammar, and the limits of Redshift's SUPER type ("SUPER type limitations"). */
import { ASCII, hexDigit, isDigit } from '../../ascii.ts';

const {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  CR,
  DOUBLE_QUOTE,
  LF,
  LOWER_CASE,
  LOWER_E,
  LOWER_U,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  POINT,
  SPACE,
  TAB,
  ZERO,
} = ASCII;

/** The longest string inside a SUPER, in bytes of UTF-8; the second where the cluster accepts large strings. */
export const MAX_STRING_BYTES = 65_535;
export const MAX_LARGE_STRING_BYTES = 16_000_000;
const MAX_DEPTH = 1000;
/** Objects of up to so many keys are searched for duplicates one by one. */
const FEW_KEYS = 16;

const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const SHORT_ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

/** Why the bytes are not the JSON that is wanted. */
export class JsonError extends Error {
  /** Offset in the bytes. */
  readonly position: number;
  constructor(reason: string, position: number) {
    super(reason);
    this.position = position;
  }
}

/** A place in JSON text. Every method moves `at` past what it has read, and throws JsonError for what is not JSON. */
export class JsonCursor {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;
  /** Whether white space outside strings was met. */
  spaced = false;
  /** Whether the last string holds escapes. */
  escaped = false;
  /** Set by SUPER values: keys of one object must differ, strings are limited. */
  limited = true;
  /** The limit of strings, in bytes. That keys may be larger is not documented. */
  maxStringBytes = MAX_STRING_BYTES;

  /** Starts at `start`; the text ends before `end`. */
  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.spaced = false;
  }

  skipSpaces(): void {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end) {
      const byte = bytes[at];
      if (byte !== SPACE && byte !== LF && byte !== CR && byte !== TAB) break;
      at += 1;
    }
    if (at === this.at) return;
    this.at = at;
    this.spaced = true;
  }

  /** One value with the white space after it. */
  value(depth = 0): void {
    const byte = this.at < this.end ? this.bytes[this.at] : undefined;
    if (byte === DOUBLE_QUOTE) this.string();
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth >= MAX_DEPTH) throw this.fault(`Invalid JSON: nested deeper than ${MAX_DEPTH} levels`);
      if (byte === OPEN_BRACE) this.#object(depth);
      else this.#array(depth);
    } else if (byte !== undefined && (byte === MINUS || isDigit(byte))) this.#number();
    else this.#word();
    this.skipSpaces();
  }

  /** A string without white space after it: the bytes between the quotes are `from` to `this.at - 1`. */
  string(maxBytes = this.maxStringBytes): void {
    const { bytes, end } = this;
    if (this.at >= end || bytes[this.at] !== DOUBLE_QUOTE) throw this.fault('Invalid JSON: string expected');
    const start = this.at + 1;
    let at = start;
    this.escaped = false;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === DOUBLE_QUOTE) break;
      if (byte < SPACE) throw this.fault('Invalid JSON: control character in a string', at);
      if (byte === BACKSLASH) {
        this.escaped = true;
        at = this.#escape(at);
      }
    }
    if (at >= end) throw this.fault('Invalid JSON: unterminated string');
    this.at = at + 1;
    if (at - start > maxBytes && this.limited) this.#checkLength(start, at, maxBytes);
  }

  /** Takes a byte of punctuation. */
  accept(byte: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  expectEnd(): void {
    if (this.at < this.end) throw this.fault('Invalid JSON: text after the value');
  }

  /** Calls `visit` at each value of an object, whose key lies between two offsets. The visitor moves past the value. */
  members(visit: (keyStart: number, keyEnd: number) => void): void {
    this.at += 1;
    this.skipSpaces();
    if (this.accept(CLOSE_BRACE)) return;
    do {
      this.skipSpaces();
      const start = this.at + 1;
      this.string(MAX_STRING_BYTES);
      const end = this.at - 1;
      this.#colon();
      visit(start, end);
    } while (this.accept(COMMA));
    if (!this.accept(CLOSE_BRACE)) throw this.fault("Invalid JSON: ',' or '}' expected");
  }

  /** Calls `visit` at each element of an array. The visitor moves past it. */
  elements(visit: () => void): void {
    this.at += 1;
    this.skipSpaces();
    if (this.accept(CLOSE_BRACKET)) return;
    do {
      this.skipSpaces();
      visit();
    } while (this.accept(COMMA));
    if (!this.accept(CLOSE_BRACKET)) throw this.fault("Invalid JSON: ',' or ']' expected");
  }

  fault(reason: string, position = this.at): JsonError {
    return new JsonError(reason, position);
  }

  #colon(): void {
    this.skipSpaces();
    if (!this.accept(COLON)) throw this.fault("Invalid JSON: ':' expected");
    this.skipSpaces();
  }

  #object(depth: number): void {
    const keys: number[] = [];
    let known: Set<string> | undefined;
    this.at += 1;
    this.skipSpaces();
    if (this.accept(CLOSE_BRACE)) return;
    do {
      this.skipSpaces();
      const start = this.at + 1;
      this.string();
      if (this.limited) {
        if (known === undefined && (this.escaped || keys.length >= FEW_KEYS * 2))
          known = this.#decodedKeys(keys);
        const twice =
          known === undefined
            ? this.#isKnown(keys, start)
            : isMember(known, this.#decode(start, this.at - 1));
        if (twice) throw this.fault('Invalid JSON: duplicate key');
      }
      this.#colon();
      this.value(depth + 1);
    } while (this.accept(COMMA));
    if (!this.accept(CLOSE_BRACE)) throw this.fault("Invalid JSON: ',' or '}' expected");
  }

  /** Whether the key that was just read is among those before it, whose offsets are kept in pairs. */
  #isKnown(keys: number[], start: number): boolean {
    const end = this.at - 1;
    const { bytes } = this;
    for (let index = 0; index < keys.length; index += 2) {
      const other = keys[index] as number;
      if ((keys[index + 1] as number) - other !== end - start) continue;
      let at = start;
      while (at < end && bytes[at] === bytes[other + at - start]) at += 1;
      if (at === end) return true;
    }
    keys.push(start, end);
    return false;
  }

  #decodedKeys(keys: readonly number[]): Set<string> {
    const known = new Set<string>();
    for (let index = 0; index < keys.length; index += 2)
      known.add(this.#decode(keys[index] ?? 0, keys[index + 1] ?? 0));
    return known;
  }

  #decode(start: number, end: number): string {
    return decodeString(this.bytes, start, end);
  }

  #array(depth: number): void {
    this.elements(() => this.value(depth + 1));
  }

  /** Returns the offset of the last byte of the escape. A surrogate must stand in a pair. */
  #escape(from: number): number {
    const { bytes, end } = this;
    const kind = from + 1 < end ? (bytes[from + 1] as number) : 0;
    if (SHORT_ESCAPES.has(kind)) return from + 1;
    const unit = kind === LOWER_U ? hexUnit(bytes, from + 2, end) : -1;
    if (unit < 0) throw this.fault('Invalid JSON: invalid escape in a string', from);
    if (unit < 0xd800 || unit > 0xdfff) return from + 5;
    const paired = unit < 0xdc00 && bytes[from + 6] === BACKSLASH && bytes[from + 7] === LOWER_U;
    const low = paired ? hexUnit(bytes, from + 8, end) : -1;
    if (low < 0xdc00 || low > 0xdfff) throw this.fault('Invalid JSON: lone surrogate', from);
    return from + 11;
  }

  #checkLength(start: number, end: number, maxBytes: number): void {
    const length = this.escaped ? Buffer.byteLength(this.#decode(start, end)) : end - start;
    if (length > maxBytes) throw this.fault(`String value exceeds the max size of ${maxBytes} bytes`);
  }

  #number(): void {
    const { bytes, end } = this;
    let at = bytes[this.at] === MINUS ? this.at + 1 : this.at;
    const integer = at;
    at = digitsEnd(bytes, at, end);
    if (at === integer || (bytes[integer] === ZERO && at > integer + 1))
      throw this.fault('Invalid JSON: invalid number');
    if (at < end && bytes[at] === POINT) {
      const fraction = digitsEnd(bytes, at + 1, end);
      if (fraction === at + 1) throw this.fault('Invalid JSON: invalid number');
      at = fraction;
    }
    if (at < end && ((bytes[at] as number) | LOWER_CASE) === LOWER_E) {
      const sign = bytes[at + 1] === PLUS || bytes[at + 1] === MINUS ? 2 : 1;
      const exponent = digitsEnd(bytes, at + sign, end);
      if (exponent === at + sign) throw this.fault('Invalid JSON: invalid number');
      at = exponent;
    }
    this.at = at;
  }

  #word(): void {
    for (const word of WORDS) {
      if (this.end - this.at < word.length) continue;
      let index = 0;
      while (index < word.length && this.bytes[this.at + index] === word[index]) index += 1;
      if (index < word.length) continue;
      this.at += index;
      return;
    }
    throw this.fault('Invalid JSON: value expected');
  }
}

/** The value of the JSON string whose bytes between the quotes are `[start, end)`, escapes checked before. */
export function decodeString(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString('utf8', start, end);
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
}

/** The JSON text without the white space outside strings. */
export function compactJson(bytes: Buffer, start: number, end: number): Buffer {
  const compact = Buffer.allocUnsafe(end - start);
  let length = 0;
  let quoted = false;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (!quoted && (byte === SPACE || byte === LF || byte === CR || byte === TAB)) continue;
    compact[length++] = byte;
    if (byte === DOUBLE_QUOTE) quoted = !quoted;
    else if (quoted && byte === BACKSLASH) compact[length++] = bytes[++at] as number;
  }
  return compact.subarray(0, length);
}

function isMember(known: Set<string>, key: string): boolean {
  if (known.has(key)) return true;
  known.add(key);
  return false;
}

function digitsEnd(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at])) at += 1;
  return at;
}

/** The number of four hexadecimal digits; -1 when they are not. */
function hexUnit(bytes: Buffer, from: number, end: number): number {
  if (from + 4 > end) return -1;
  let unit = 0;
  for (let at = from; at < from + 4; at += 1) {
    const digit = hexDigit(bytes[at] as number);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}
