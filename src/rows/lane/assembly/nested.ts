/** Nested values as compact JSON in a quoted field. The same as `rows/walk/nested.ts`, which also has exponents. */
import { HASHES, HASHES_BYTES } from '../layout';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  copyPlain,
  DECLINED,
  hashOf,
  isDigit,
  MINUS,
  NULL,
  OPEN_BRACE,
  OPEN_BRACKET,
  out,
  POINT,
  put,
  putBytes,
  QUOTE,
  setWidth,
  skipSpace,
  width,
  writeBoolean,
  writeTo,
  ZERO,
} from './bytes';
import { escaped, escapeLength, putUtf8, writeText } from './text';

const MAX_LEVELS = 200;
const MAX_TEXT_BYTES: usize = 65535;
const MAX_NUMBER_BYTES: usize = 38;
const MAX_VARCHAR_BYTES = 65535;

/** Of one object. */
const MAX_KEYS = 512;

/** Quotes that were written twice, and those around the strings: they do not count for the width. */
let doubled: i32 = 0;
/** Where the next hash of a key goes. */
let hashesEnd: usize = HASHES;

export function writeNested(at: usize): usize {
  const start = out;
  put(QUOTE);
  doubled = 0;
  hashesEnd = HASHES;
  const end = writeValue(at, 0);
  if (end == DECLINED) return DECLINED;
  setWidth(<i32>(out - start) - 1 - doubled);
  put(QUOTE);
  return end;
}

/** Any value as JSON in a string column. */
export function writeJsonText(at: usize): usize {
  const end = writeNested(at);
  return width > MAX_VARCHAR_BYTES ? DECLINED : end;
}

/** A string as it is, anything else as JSON. */
export function writeVarchar(at: usize): usize {
  return load<u8>(at) == QUOTE ? writeText(at) : writeJsonText(at);
}

function writeValue(at: usize, level: i32): usize {
  switch (load<u8>(at)) {
    case QUOTE:
      return writeString(at);
    case OPEN_BRACE:
      return level < MAX_LEVELS ? writeObject(at, level) : DECLINED;
    case OPEN_BRACKET:
      return level < MAX_LEVELS ? writeArray(at, level) : DECLINED;
    case 0x74:
    case 0x66:
      return writeBoolean(at);
    case 0x6e:
      if (load<u32>(at) != NULL) return DECLINED;
      store<u32>(out, NULL);
      writeTo(out + 4);
      return at + 4;
    default:
      return writeNumber(at);
  }
}

function writeObject(at: usize, level: i32): usize {
  // Of sixteen bytes each, so that four hashes are compared at a time.
  const hashes = (hashesEnd + 15) & ~15;
  let count: usize = 0;
  put(OPEN_BRACE);
  at = skipSpace(at + 1);
  if (load<u8>(at) != CLOSE_BRACE) {
    while (true) {
      if (load<u8>(at) != QUOTE) return DECLINED;
      const key = out;
      at = writeString(at);
      if (at == DECLINED || !addKey(hashes, count, hashOf(key, out - key))) return DECLINED;
      count++;
      hashesEnd = hashes + count * 4;
      at = skipSpace(at);
      if (load<u8>(at) != COLON) return DECLINED;
      put(COLON);
      at = writeValue(skipSpace(at + 1), level + 1);
      if (at == DECLINED) return DECLINED;
      at = skipSpace(at);
      if (load<u8>(at) != COMMA) break;
      put(COMMA);
      at = skipSpace(at + 1);
    }
  }
  if (load<u8>(at) != CLOSE_BRACE) return DECLINED;
  put(CLOSE_BRACE);
  hashesEnd = hashes;
  return at + 1;
}

/** False if the object may have the key already, or has too many. */
function addKey(hashes: usize, count: usize, hash: u32): bool {
  const end = hashes + count * 4;
  if (count == MAX_KEYS || end >= <usize>(HASHES + HASHES_BYTES)) return false;
  const wanted = i32x4.splat(hash);
  for (let at = hashes; at < end; at += 16) {
    const equal = i32x4.bitmask(i32x4.eq(v128.load(at), wanted));
    const rest = end - at;
    if ((rest >= 16 ? equal : equal & ((1 << (rest >> 2)) - 1)) != 0) return false;
  }
  store<u32>(end, hash);
  return true;
}

function writeArray(at: usize, level: i32): usize {
  put(OPEN_BRACKET);
  at = skipSpace(at + 1);
  if (load<u8>(at) != CLOSE_BRACKET) {
    while (true) {
      at = writeValue(at, level + 1);
      if (at == DECLINED) return DECLINED;
      at = skipSpace(at);
      if (load<u8>(at) != COMMA) break;
      put(COMMA);
      at = skipSpace(at + 1);
    }
  }
  if (load<u8>(at) != CLOSE_BRACKET) return DECLINED;
  put(CLOSE_BRACKET);
  return at + 1;
}

function writeString(at: usize): usize {
  const from = at;
  store<u16>(out, 0x2222);
  writeTo(out + 2);
  let quotes = 2;
  at = copyPlain(at + 1);
  while (load<u8>(at) == BACKSLASH) {
    const character = escaped(at);
    if (character == 0) return DECLINED;
    at += escapeLength(at, character);
    if (character > 0x7f) putUtf8(character);
    else putAscii(<u8>character);
    if (character == QUOTE) quotes++;
    at = copyPlain(at);
  }
  if (load<u8>(at) != QUOTE || at - from > MAX_TEXT_BYTES) return DECLINED;
  store<u16>(out, 0x2222);
  writeTo(out + 2);
  doubled += quotes;
  return at + 1;
}

/** A character in a JSON string, as JSON.stringify writes it, with quotes doubled for CSV. */
function putAscii(character: u8): void {
  if (character >= 0x20) {
    if (character == QUOTE || character == BACKSLASH) put(BACKSLASH);
    if (character == QUOTE) put(QUOTE);
    put(character);
    return;
  }
  put(BACKSLASH);
  switch (character) {
    case 0x08:
      return put(0x62);
    case 0x09:
      return put(0x74);
    case 0x0a:
      return put(0x6e);
    case 0x0c:
      return put(0x66);
    case 0x0d:
      return put(0x72);
  }
  // u00
  put(0x75);
  put(ZERO);
  put(ZERO);
  put(ZERO + (character >> 4));
  const low = character & 15;
  put(low < 10 ? ZERO + low : 0x57 + low);
}

function writeNumber(at: usize): usize {
  const from = at;
  if (load<u8>(at) == MINUS) at++;
  const whole = at;
  while (isDigit(load<u8>(at))) at++;
  if (at == whole || (load<u8>(whole) == ZERO && at > whole + 1)) return DECLINED;
  if (load<u8>(at) == POINT) {
    const fraction = ++at;
    while (isDigit(load<u8>(at))) at++;
    if (at == fraction) return DECLINED;
  }
  if ((load<u8>(at) | 0x20) == 0x65 || at - from > MAX_NUMBER_BYTES) return DECLINED;
  putBytes(from, at - from);
  return at;
}
