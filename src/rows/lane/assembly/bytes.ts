/** Bytes, sixteen at a time. Up to `SLACK_BYTES` after the end of an area are read and written. */

export const QUOTE: u8 = 0x22;
export const BACKSLASH: u8 = 0x5c;
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const OPEN_BRACE: u8 = 0x7b;
export const CLOSE_BRACE: u8 = 0x7d;
export const OPEN_BRACKET: u8 = 0x5b;
export const CLOSE_BRACKET: u8 = 0x5d;
export const LF: u8 = 0x0a;
export const ZERO: u8 = 0x30;
export const MINUS: u8 = 0x2d;
export const PLUS: u8 = 0x2b;
export const POINT: u8 = 0x2e;
export const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const CR: u8 = 0x0d;

export const NULL: u32 = 0x6c6c756e;
const TRUE: u32 = 0x65757274;
/** Without its first letter. */
const FALSE: u32 = 0x65736c61;

/** Instead of an address: the value is not written here. */
export const DECLINED: usize = 0;

/** Where the next byte is written. */
export let out: usize = 0;
/** Bytes of the string that was written last, as its column stores it. */
export let width: i32 = 0;

export function writeTo(to: usize): void {
  out = to;
}

export function setWidth(bytes: i32): void {
  width = bytes;
}

export function put(byte: u8): void {
  store<u8>(out, byte);
  out++;
}

export function same(a: usize, b: usize, bytes: u32): bool {
  while (bytes > 16) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
    a += 16;
    b += 16;
    bytes -= 16;
  }
  const equal = i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
  const wanted = (1 << bytes) - 1;
  return (equal & wanted) == wanted;
}

export function copy(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

export function putBytes(from: usize, bytes: usize): void {
  copy(out, from, bytes);
  out += bytes;
}

export function skipSpace(at: usize): usize {
  while (true) {
    const byte = load<u8>(at);
    if (byte != SPACE && byte != TAB && byte != CR) return at;
    at++;
  }
}

/** Bits of the bytes that end a run of plain characters in a JSON string. */
function specials(chunk: v128): i32 {
  const quotes = i8x16.eq(chunk, i8x16.splat(0x22));
  const backslashes = i8x16.eq(chunk, i8x16.splat(0x5c));
  const controls = i8x16.lt_u(chunk, i8x16.splat(0x20));
  return i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
}

/** Copies bytes of a JSON string up to the next quote, backslash or control character. Returns the address of that. */
export function copyPlain(at: usize): usize {
  while (true) {
    const chunk = v128.load(at);
    v128.store(out, chunk);
    const special = specials(chunk);
    if (special != 0) {
      const plain: usize = ctz(special);
      out += plain;
      return at + plain;
    }
    at += 16;
    out += 16;
  }
}

/** The address of the next quote, backslash or control character. */
export function skipPlain(at: usize): usize {
  while (true) {
    const special = specials(v128.load(at));
    if (special != 0) return at + <usize>ctz(special);
    at += 16;
  }
}

export function isDigit(byte: u8): bool {
  return <u8>(byte - ZERO) <= 9;
}

/** A hash of bytes. */
export function hashOf(at: usize, bytes: usize): u32 {
  let hash: u64 = <u64>bytes * 0x9e3779b97f4a7c15;
  while (bytes >= 8) {
    hash = (hash ^ load<u64>(at)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 29;
    at += 8;
    bytes -= 8;
  }
  if (bytes > 0) {
    const unused: u64 = 64 - 8 * bytes;
    hash = (hash ^ (load<u64>(at) << unused)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 29;
  }
  return <u32>(hash >> 32);
}

export function writeBoolean(at: usize): usize {
  width = 0;
  if (load<u32>(at) == TRUE) {
    store<u32>(out, TRUE);
    out += 4;
    return at + 4;
  }
  if (load<u8>(at) != 0x66 || load<u32>(at + 1) != FALSE) return DECLINED;
  store<u8>(out, 0x66);
  store<u32>(out + 1, FALSE);
  out += 5;
  return at + 5;
}
