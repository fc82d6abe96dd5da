/** Strings as COPY takes them: valid UTF-8, and lengths in bytes. */
import { isUtf8 } from 'node:buffer';
import { problem, type Problem } from './problem.ts';

function hex(bytes: Uint8Array, start: number, end: number): string {
  return [...bytes.subarray(start, end)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** The sub-errors of 1220 ("Multibyte character load errors"). */
const TOO_LONG = 1;
const INCOMPLETE = 2;
const BAD_START = 3;
const BAD_CONTINUATION = 4;
const SURROGATE = 5;
const ABOVE_MAXIMUM = 8;
const NO_CODE_POINT = 9;

/** From this length on the native check is the faster one. In bytes. */
const LONG_TEXT = 64;

/** The 1220 of the first byte sequence that is not UTF-8, or undefined. */
export function utf8Problem(bytes: Uint8Array, start: number, end: number): Problem | undefined {
  if (end - start > LONG_TEXT && isUtf8(bytes.subarray(start, end))) return undefined;
  let at = start;
  while (at < end) {
    const length = sequenceLength(bytes, at, end);
    if (length < 0) return invalidUtf8(bytes, at, { start, end, error: -length });
    at += length;
  }
  return undefined;
}

function invalidUtf8(
  bytes: Uint8Array,
  at: number,
  field: { start: number; end: number; error: number },
): Problem {
  const { start, end, error } = field;
  const bad = hex(bytes, at, Math.min(at + (error === BAD_START ? 1 : 4), end));
  const text = `String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: ${bad} (error ${error})`;
  return problem(1220, text, at - start);
}

/** The bytes of the sequence at an offset, or the sub-error as a negative number. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc0 || lead >= 0xfe) return -BAD_START;
  if (lead >= 0xf8) return -TOO_LONG;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return -INCOMPLETE;
  let point = lead & (0x7f >> length);
  for (let index = at + 1; index < at + length; index += 1) {
    const byte = bytes[index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return -BAD_CONTINUATION;
    point = (point << 6) | (byte & 0x3f);
  }
  return codePointError(point, length) ?? length;
}

const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function codePointError(point: number, length: number): number | undefined {
  if (point < (SMALLEST[length] ?? 0)) return -NO_CODE_POINT;
  if (point >= 0xd800 && point <= 0xdfff) return -SURROGATE;
  return point > 0x10ffff ? -ABOVE_MAXIMUM : undefined;
}

/** The text with each byte that is no UTF-8, or part of a non-character, replaced; undefined when there is none. */
export function replaceInvalid(bytes: Buffer, start: number, end: number, by: number): Buffer | undefined {
  let copy: Buffer | undefined;
  let at = start;
  while (at < end) {
    const length = sequenceLength(bytes, at, end);
    const bad = length < 0 || isNonCharacter(bytes, at, length);
    const step = length < 0 ? badLength(bytes, at, end) : length;
    if (bad) {
      copy ??= Buffer.from(bytes.subarray(start, end));
      copy.fill(by, at - start, at - start + step);
    }
    at += step;
  }
  return copy;
}

/** A bad sequence reaches up to the next byte that can begin a character. */
function badLength(bytes: Buffer, at: number, end: number): number {
  let next = at + 1;
  while (next < end && ((bytes[next] ?? 0) & 0xc0) === 0x80) next += 1;
  return next - at;
}

/** U+FDD0 to U+FDEF and U+nFFFE, U+nFFFF. */
function isNonCharacter(bytes: Buffer, at: number, length: number): boolean {
  if (length < 3) return false;
  const point = bytes.toString('utf8', at, at + length).codePointAt(0) ?? 0;
  return (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe;
}

/** CHAR holds single-byte characters only. */
export function multibyteProblem(bytes: Uint8Array, start: number, end: number): Problem | undefined {
  for (let at = start; at < end; at += 1) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    const invalid = hex(bytes, at, Math.min(at + 4, end));
    const text = `Multibyte character not supported for CHAR (Hint: Try using  VARCHAR). Invalid char: ${invalid}`;
    return problem(1220, text, at - start);
  }
  return undefined;
}

/** The longest end up to `limit` bytes that does not split a character. */
export function cutAtCharacter(bytes: Uint8Array, start: number, limit: number): number {
  let end = start + limit;
  while (end > start && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

/** The bytes for the raw columns of the error tables: multi-byte characters show as a point, at most `limit` characters. */
export function printable(bytes: Uint8Array, start: number, end: number, limit = 1024): string {
  const stop = Math.min(end, start + limit * 4);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, stop - start).toString('utf8');
  return text.replaceAll(/[\0\P{ASCII}]/gu, '.').slice(0, limit);
}
