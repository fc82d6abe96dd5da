/**
 * Writes nested values as compact JSON in a quoted field: without white space, strings as JSON.stringify writes them, numbers as
 * they are. The keys of each object are compared, because SUPER accepts none twice. Values near a limit of SUPER are declined.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
} from '../../protocol/bytes.ts';
import { MAX_VARCHAR_BYTES } from '../../table/types.ts';
import { escapedCharacter, escapeLength, writeUtf8 } from './escapes.ts';
import { DECLINED, type Tape } from './tape.ts';
import { copyPlain, writeText } from './text.ts';

/** Deeper values are left to the reference encoder, which knows the limits of SUPER. */
const MAX_LEVELS = 200;

/** Shorter strings are within the limit of SUPER, whatever they contain (limitations-super). */
const MAX_TEXT_BYTES = 65_535;

/** Shorter numbers are exact in SUPER, whose decimals have 38 digits. */
const MAX_NUMBER_BYTES = 38;
const MIN_NUMBER = 1e-37;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const LETTER_E = 0x65;
const LOWER_CASE = 0x20;
const LETTER_U = 0x75;
const HEX = Buffer.from('0123456789abcdef');

/** The letters of escapes that JSON.stringify writes for control characters; 0 where it writes four digits. */
const SHORT = new Uint8Array(0x20);
for (const [code, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
] as const) {
  SHORT[code] = letter.charCodeAt(0);
}

/** For SUPER: any value. */
export function writeNested(tape: Tape, at: number): number {
  const start = tape.to;
  tape.out[tape.to++] = QUOTE;
  tape.width = 0;
  tape.keys.clear();
  const end = writeValue(tape, at, 0);
  if (end === DECLINED) return DECLINED;
  // Doubled quotes were subtracted while they were written.
  tape.width += tape.to - start - 1;
  tape.out[tape.to++] = QUOTE;
  return end;
}

/** For VARCHAR: a string as it is, anything else as JSON. */
export function writeVarchar(tape: Tape, at: number): number {
  return tape.source[at] === QUOTE ? writeText(tape, at) : writeJsonText(tape, at);
}

/** For VARCHAR: any value as JSON, strings with their quotes. */
export function writeJsonText(tape: Tape, at: number): number {
  const end = writeNested(tape, at);
  return tape.width > MAX_VARCHAR_BYTES ? DECLINED : end;
}

function writeValue(tape: Tape, at: number, level: number): number {
  switch (tape.source[at]) {
    case QUOTE:
      return writeString(tape, at);
    case OPEN_BRACE:
      return level < MAX_LEVELS ? writeObject(tape, at, level) : DECLINED;
    case OPEN_BRACKET:
      return level < MAX_LEVELS ? writeArray(tape, at, level) : DECLINED;
    case 0x74:
      return writeWord(tape, at, TRUE);
    case 0x66:
      return writeWord(tape, at, FALSE);
    case 0x6e:
      return writeWord(tape, at, NULL);
    default:
      return writeNumber(tape, at);
  }
}

function writeObject(tape: Tape, at: number, level: number): number {
  const { source, out, keys } = tape;
  const object = keys.nextObject();
  out[tape.to++] = OPEN_BRACE;
  at = skipSpace(source, at + 1);
  if (source[at] !== CLOSE_BRACE) {
    for (;;) {
      const keyAt = tape.to;
      if (source[at] !== QUOTE) return DECLINED;
      at = writeString(tape, at);
      if (at === DECLINED || !keys.add(object, out, keyAt, tape.to)) return DECLINED;
      at = skipSpace(source, at);
      if (source[at] !== COLON) return DECLINED;
      out[tape.to++] = COLON;
      at = writeValue(tape, skipSpace(source, at + 1), level + 1);
      if (at === DECLINED) return DECLINED;
      at = skipSpace(source, at);
      if (source[at] !== COMMA) break;
      out[tape.to++] = COMMA;
      at = skipSpace(source, at + 1);
    }
  }
  if (source[at] !== CLOSE_BRACE) return DECLINED;
  out[tape.to++] = CLOSE_BRACE;
  return at + 1;
}

function writeArray(tape: Tape, at: number, level: number): number {
  const { source, out } = tape;
  out[tape.to++] = OPEN_BRACKET;
  at = skipSpace(source, at + 1);
  if (source[at] !== CLOSE_BRACKET) {
    for (;;) {
      at = writeValue(tape, at, level + 1);
      if (at === DECLINED) return DECLINED;
      at = skipSpace(source, at);
      if (source[at] !== COMMA) break;
      out[tape.to++] = COMMA;
      at = skipSpace(source, at + 1);
    }
  }
  if (source[at] !== CLOSE_BRACKET) return DECLINED;
  out[tape.to++] = CLOSE_BRACKET;
  return at + 1;
}

function writeString(tape: Tape, at: number): number {
  const { source, out } = tape;
  const from = at;
  out[tape.to++] = QUOTE;
  out[tape.to++] = QUOTE;
  let doubled = 2;
  at = copyPlain(tape, at + 1);
  while (source[at] === BACKSLASH) {
    const character = escapedCharacter(source, at);
    if (character === DECLINED) return DECLINED;
    at += escapeLength(source, at, character);
    tape.to = character > 0x7f ? writeUtf8(out, tape.to, character) : writeAscii(out, tape.to, character);
    if (character === QUOTE) doubled++;
    at = copyPlain(tape, at);
  }
  if (source[at] !== QUOTE || at - from > MAX_TEXT_BYTES) return DECLINED;
  out[tape.to++] = QUOTE;
  out[tape.to++] = QUOTE;
  tape.width -= doubled;
  return at + 1;
}

/** A character in a JSON string, as JSON.stringify writes it, with quotes doubled for CSV. */
function writeAscii(out: Uint8Array, to: number, character: number): number {
  if (character >= 0x20) {
    if (character === QUOTE || character === BACKSLASH) out[to++] = BACKSLASH;
    if (character === QUOTE) out[to++] = QUOTE;
    out[to++] = character;
    return to;
  }
  out[to++] = BACKSLASH;
  const letter = SHORT[character] as number;
  if (letter !== 0) {
    out[to++] = letter;
    return to;
  }
  out[to++] = LETTER_U;
  out[to++] = ZERO;
  out[to++] = ZERO;
  out[to++] = HEX[character >> 4] as number;
  out[to++] = HEX[character & 15] as number;
  return to;
}

/** The grammar of JSON, byte by byte. */
function writeNumber(tape: Tape, at: number): number {
  const { source, out } = tape;
  const from = at;
  if (source[at] === MINUS) at++;
  const whole = at;
  at = behindDigits(source, at);
  if (at === whole || (source[whole] === ZERO && at > whole + 1)) return DECLINED;
  if (source[at] === POINT) {
    const fraction = ++at;
    at = behindDigits(source, at);
    if (at === fraction) return DECLINED;
  }
  if (((source[at] as number) | LOWER_CASE) === LETTER_E) {
    at++;
    if (source[at] === PLUS || source[at] === MINUS) at++;
    const exponent = at;
    at = behindDigits(source, at);
    if (at === exponent) return DECLINED;
    const value = Math.abs(Number(source.toString('latin1', from, at)));
    if (!Number.isFinite(value) || value < MIN_NUMBER) return DECLINED;
  }
  if (at - from > MAX_NUMBER_BYTES) return DECLINED;
  let to = tape.to;
  for (let i = from; i < at; i++) out[to++] = source[i] as number;
  tape.to = to;
  return at;
}

function behindDigits(source: Uint8Array, at: number): number {
  let byte = source[at] as number;
  while (byte >= ZERO && byte <= NINE) byte = source[++at] as number;
  return at;
}

function writeWord(tape: Tape, at: number, word: Uint8Array): number {
  const { source, out } = tape;
  let to = tape.to;
  for (let i = 0; i < word.length; i++) {
    if (source[at + i] !== word[i]) return DECLINED;
    out[to++] = word[i] as number;
  }
  tape.to = to;
  return at + word.length;
}
