/** The escapes of JSON strings, and characters as UTF-8. */
import { BACKSLASH, QUOTE } from '../../protocol/bytes.ts';
import { DECLINED } from './tape.ts';

const U = 0x75;

/** The character of each escape letter except `u`; 0 for letters that are not allowed. */
const SIMPLE = new Uint8Array(256);
for (const [letter, code] of [
  ['"', QUOTE],
  ['\\', BACKSLASH],
  ['/', 0x2f],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
] as const) {
  SIMPLE[letter.charCodeAt(0)] = code;
}

/** Values of hexadecimal digits; 16 for all other bytes. */
const HEX = new Uint8Array(256).fill(16);
for (const [i, digit] of Array.from('0123456789abcdef').entries()) {
  HEX[digit.charCodeAt(0)] = i;
  HEX[digit.toUpperCase().charCodeAt(0)] = i;
}

/** The character of the escape that begins at this backslash. Declines NUL and lone surrogates, which are not stored as sent. */
export function escapedCharacter(source: Uint8Array, at: number): number {
  const letter = source[at + 1] as number;
  if (letter !== U) return SIMPLE[letter] === 0 ? DECLINED : (SIMPLE[letter] as number);
  const unit = codeUnit(source, at);
  if (unit < 0xd800 || unit > 0xdfff) return unit === 0 ? DECLINED : unit;
  const low =
    unit < 0xdc00 && source[at + 6] === BACKSLASH && source[at + 7] === U ? codeUnit(source, at + 6) : 0;
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : DECLINED;
}

/** How many bytes of the source the escape of this character takes. */
export function escapeLength(source: Uint8Array, at: number, character: number): number {
  if (source[at + 1] !== U) return 2;
  return character > 0xffff ? 12 : 6;
}

/** Writes a character beyond ASCII and returns where the next byte goes. */
export function writeUtf8(out: Uint8Array, to: number, character: number): number {
  if (character < 0x800) {
    out[to++] = 0xc0 | (character >> 6);
  } else {
    if (character < 0x10000) {
      out[to++] = 0xe0 | (character >> 12);
    } else {
      out[to++] = 0xf0 | (character >> 18);
      out[to++] = 0x80 | ((character >> 12) & 0x3f);
    }
    out[to++] = 0x80 | ((character >> 6) & 0x3f);
  }
  out[to++] = 0x80 | (character & 0x3f);
  return to;
}

/** The number of `\uXXXX`; -1 when four digits do not follow. The line may end among them. */
function codeUnit(source: Uint8Array, at: number): number {
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const digit = HEX[source[i] as number] as number;
    // LF is not a digit, so nothing after the end of the block is read.
    if (digit > 15) return DECLINED;
    unit = (unit << 4) | digit;
  }
  return unit;
}
