/** Writes strings as quoted fields. */
import { BACKSLASH, QUOTE } from '../../protocol/bytes.ts';
import { MAX_VARCHAR_BYTES } from '../../table/types.ts';
import { escapedCharacter, escapeLength, writeUtf8 } from './escapes.ts';
import { DECLINED, type Tape } from './tape.ts';

const SPACE = 0x20;

/**
 * Copies bytes of a JSON string from `at` up to the next quote, backslash or control character, and returns the offset of that
 * character. It copies four bytes at a time; extra bytes are overwritten later.
 */
export function copyPlain(tape: Tape, at: number): number {
  const { source, sourceView, out, outView } = tape;
  let { to } = tape;
  const last = sourceView.byteLength - 4;
  while (at <= last) {
    const word = sourceView.getInt32(at, true);
    outView.setInt32(to, word, true);
    // The high bit of each byte that is special, exact for the first of them: bytes below SPACE, quotes, backslashes.
    const quotes = word ^ 0x22222222;
    const backslashes = word ^ 0x5c5c5c5c;
    const special =
      (((word - 0x20202020) & ~word) |
        ((quotes - 0x01010101) & ~quotes) |
        ((backslashes - 0x01010101) & ~backslashes)) &
      0x80808080;
    if (special !== 0) {
      const plain = (31 - Math.clz32(special & -special)) >> 3;
      tape.to = to + plain;
      return at + plain;
    }
    at += 4;
    to += 4;
  }
  for (; ; at++) {
    const byte = source[at] as number;
    if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) break;
    out[to++] = byte;
  }
  tape.to = to;
  return at;
}

/** Writes strings only. */
export function writeText(tape: Tape, at: number): number {
  const { source, out } = tape;
  if (source[at] !== QUOTE) return DECLINED;
  out[tape.to++] = QUOTE;
  const start = tape.to;
  let doubled = 0;
  at = copyPlain(tape, at + 1);
  while (source[at] === BACKSLASH) {
    const character = escapedCharacter(source, at);
    if (character === DECLINED) return DECLINED;
    at += escapeLength(source, at, character);
    if (character > 0x7f) {
      tape.to = writeUtf8(out, tape.to, character);
    } else {
      out[tape.to++] = character;
      if (character === QUOTE) {
        out[tape.to++] = QUOTE;
        doubled++;
      }
    }
    at = copyPlain(tape, at);
  }
  tape.width = tape.to - start - doubled;
  if (source[at] !== QUOTE || tape.width > MAX_VARCHAR_BYTES) return DECLINED;
  out[tape.to++] = QUOTE;
  return at + 1;
}
