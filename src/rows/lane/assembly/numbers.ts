/** Numbers, bare or in strings, as plain digits. The same as `rows/walk/numbers.ts`. */
import { DECLINED, isDigit, MINUS, out, POINT, QUOTE, setWidth, writeTo, ZERO } from './bytes';
import { S_DIGITS, S_FRACTION, S_WHOLE, S_ZEROS } from '../layout';
import { writeText } from './text';

const MAX_DECIMAL_DIGITS: u32 = 17;
const MAX_WHOLE_DIGITS: usize = 19;
const MAX_TEXT_DIGITS: usize = 18;

/** Whether an exponent or another fraction follows. */
function goesOn(byte: u8): bool {
  return byte == POINT || (byte | 0x20) == 0x65;
}

function finish(at: usize, to: usize, isText: bool): usize {
  const byte = load<u8>(at);
  if (isText) {
    if (byte != QUOTE) return DECLINED;
    at++;
  } else if (goesOn(byte)) {
    return DECLINED;
  }
  setWidth(<i32>(to - out));
  writeTo(to);
  return at;
}

/** Numbers without fraction; `5.0` is one. */
export function writeWhole(at: usize, largest: u64): usize {
  const isText = load<u8>(at) == QUOTE;
  if (isText) at++;
  let to = out;
  const isNegative = load<u8>(at) == MINUS;
  if (isNegative) {
    store<u8>(to++, MINUS);
    at++;
  }
  const start = to;
  let value: u64 = 0;
  let byte = load<u8>(at);
  while (isDigit(byte)) {
    store<u8>(to++, byte);
    value = value * 10 + (byte - ZERO);
    byte = load<u8>(++at);
  }
  const digits = to - start;
  if (digits == 0 || digits > MAX_WHOLE_DIGITS || value > largest) return DECLINED;
  if (load<u8>(start) == ZERO && (digits > 1 || isNegative)) return DECLINED;
  if (byte == POINT) {
    const zeros = ++at;
    while (load<u8>(at) == ZERO) at++;
    if (at == zeros || isDigit(load<u8>(at))) return DECLINED;
  }
  return finish(at, to, isText);
}

/** Whole numbers in a string column, as digits; strings as they are. */
export function writeWholeAsText(at: usize): usize {
  if (load<u8>(at) == QUOTE) return writeText(at);
  store<u8>(out, QUOTE);
  const start = out + 1;
  let to = start;
  if (load<u8>(at) == MINUS) {
    store<u8>(to++, MINUS);
    at++;
  }
  const first = to;
  let byte = load<u8>(at);
  while (isDigit(byte)) {
    store<u8>(to++, byte);
    byte = load<u8>(++at);
  }
  const digits = to - first;
  if (digits == 0 || digits > MAX_TEXT_DIGITS || goesOn(byte)) return DECLINED;
  if (load<u8>(first) == ZERO && (digits > 1 || first > start)) return DECLINED;
  setWidth(<i32>(to - start));
  store<u8>(to++, QUOTE);
  writeTo(to);
  return at;
}

/** Numbers with a fraction, within the limits of the step. */
export function writeDecimal(at: usize, step: usize): usize {
  const isText = load<u8>(at) == QUOTE;
  if (isText) at++;
  let to = out;
  const isNegative = load<u8>(at) == MINUS;
  if (isNegative) {
    store<u8>(to++, MINUS);
    at++;
  }
  const start = to;
  let byte = load<u8>(at);
  while (isDigit(byte)) {
    store<u8>(to++, byte);
    byte = load<u8>(++at);
  }
  let digits = <u32>(to - start);
  const isBelowOne = digits > 0 && load<u8>(start) == ZERO;
  if (digits == 0 || (isBelowOne && digits > 1)) return DECLINED;
  if (!isBelowOne && digits > load<u32>(step, S_WHOLE)) return DECLINED;
  if (byte == POINT) {
    const point = to;
    store<u8>(to++, POINT);
    byte = load<u8>(++at);
    while (isDigit(byte)) {
      store<u8>(to++, byte);
      byte = load<u8>(++at);
    }
    if (to == point + 1) return DECLINED;
    digits += <u32>(to - point - 1);
    while (load<u8>(to - 1) == ZERO) to--;
    if (to == point + 1) {
      to = point;
    } else if (<u32>(to - point - 1) > load<u32>(step, S_FRACTION) || digits > MAX_DECIMAL_DIGITS) {
      return DECLINED;
    } else if (isBelowOne) {
      let zeros: u32 = 0;
      while (load<u8>(point + 1 + zeros) == ZERO) zeros++;
      if (zeros > load<u32>(step, S_ZEROS)) return DECLINED;
    }
  }
  if (digits > load<u32>(step, S_DIGITS) || (isNegative && isBelowOne && to == start + 1)) return DECLINED;
  return finish(at, to, isText);
}
