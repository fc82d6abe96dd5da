/** Strings as quoted fields. The same as `rows/walk/text.ts` and `escapes.ts`. */
import { BACKSLASH, copyPlain, DECLINED, out, put, QUOTE, setWidth } from './bytes';

const MAX_VARCHAR_BYTES: usize = 65535;
const LETTER_U: u8 = 0x75;

/** The character of an escape letter; 0 for letters that are not allowed. */
function simpleEscape(letter: u8): u32 {
  switch (letter) {
    case 0x22:
    case 0x5c:
    case 0x2f:
      return letter;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return 0;
  }
}

/** -1 if four hexadecimal digits do not follow the `\u` at `at`. */
function codeUnit(at: usize): i32 {
  let unit = 0;
  for (let i: usize = 2; i < 6; i++) {
    const byte = load<u8>(at + i);
    let digit = <i32>byte - 0x30;
    if (digit < 0 || digit > 9) {
      const letter = ((<i32>byte) | 0x20) - 0x61;
      if (letter < 0 || letter > 5) return -1;
      digit = letter + 10;
    }
    unit = (unit << 4) | digit;
  }
  return unit;
}

/** The character of the escape at this backslash. 0 for NUL, lone surrogates and what is no escape. */
export function escaped(at: usize): u32 {
  const letter = load<u8>(at + 1);
  if (letter != LETTER_U) return simpleEscape(letter);
  const unit = codeUnit(at);
  if (unit <= 0) return 0;
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  if (unit > 0xdbff || load<u8>(at + 6) != BACKSLASH || load<u8>(at + 7) != LETTER_U) return 0;
  const low = codeUnit(at + 6);
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : 0;
}

/** How many bytes the escape of this character takes. */
export function escapeLength(at: usize, character: u32): usize {
  if (load<u8>(at + 1) != LETTER_U) return 2;
  return character > 0xffff ? 12 : 6;
}

/** A character beyond ASCII. */
export function putUtf8(character: u32): void {
  if (character < 0x800) {
    put(<u8>(0xc0 | (character >> 6)));
  } else {
    if (character < 0x10000) {
      put(<u8>(0xe0 | (character >> 12)));
    } else {
      put(<u8>(0xf0 | (character >> 18)));
      put(<u8>(0x80 | ((character >> 12) & 0x3f)));
    }
    put(<u8>(0x80 | ((character >> 6) & 0x3f)));
  }
  put(<u8>(0x80 | (character & 0x3f)));
}

export function writeText(at: usize): usize {
  if (load<u8>(at) != QUOTE) return DECLINED;
  put(QUOTE);
  const start = out;
  let doubled: usize = 0;
  at = copyPlain(at + 1);
  while (load<u8>(at) == BACKSLASH) {
    const character = escaped(at);
    if (character == 0) return DECLINED;
    at += escapeLength(at, character);
    if (character > 0x7f) {
      putUtf8(character);
    } else {
      put(<u8>character);
      if (character == QUOTE) {
        put(QUOTE);
        doubled++;
      }
    }
    at = copyPlain(at);
  }
  const bytes = out - start - doubled;
  if (load<u8>(at) != QUOTE || bytes > MAX_VARCHAR_BYTES) return DECLINED;
  setWidth(<i32>bytes);
  put(QUOTE);
  return at + 1;
}
