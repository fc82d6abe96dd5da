/**
 * Numbers, bare or as texts, to plain digits. Taken are the shapes that nearly all numbers have and that need no more than
 * a look at their digits; exponents, rounding, limits and odd texts are left to the reference.
 */
import { QUOTE } from '../../protocol/bytes.ts';
import { DECLINED, type Tape, type Writer } from './tape.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_E = 0x45;
const LOWER_E = 0x65;

/** The largest numbers of each type. The digit more that the negative ones have is left to the reference. */
const LARGEST = {
  smallint: Buffer.from('32767'),
  integer: Buffer.from('2147483647'),
  bigint: Buffer.from('9223372036854775807'),
};

/** Numbers without fraction; `5.0` is one. */
export function wholeWriter(kind: keyof typeof LARGEST): Writer {
  const largest = LARGEST[kind];
  return (tape, at) => {
    const { source, out } = tape;
    const isText = source[at] === QUOTE;
    if (isText) at++;
    let to = tape.to;
    const isNegative = source[at] === MINUS;
    if (isNegative) out[to++] = source[at++] as number;
    const start = to;
    let byte = source[at] as number;
    while (byte >= ZERO && byte <= NINE) {
      out[to++] = byte;
      byte = source[++at] as number;
    }
    const digits = to - start;
    if (digits === 0 || digits > largest.length) return DECLINED;
    if (out[start] === ZERO && (digits > 1 || isNegative)) return DECLINED;
    if (digits === largest.length && isAbove(out, start, largest)) return DECLINED;
    if (byte === POINT) {
      const end = behindZeros(source, at + 1);
      if (end === at + 1) return DECLINED;
      at = end;
      byte = source[at] as number;
      if (byte >= ZERO && byte <= NINE) return DECLINED;
    }
    return finish(tape, at, to, isText);
  };
}

/** NUMERIC: digits behind the point as they are, without zeros at their end. */
export function decimalWriter(precision: number, scale: number): Writer {
  const maxWhole = precision - scale;
  // Up to this precision Redshift holds a 64-bit integer, and the largest of 19 digits do not fit (r_Numeric_types201).
  const isShort = precision <= 19;
  return (tape, at) => {
    const { source, out } = tape;
    const isText = source[at] === QUOTE;
    if (isText) at++;
    let to = tape.to;
    const isNegative = source[at] === MINUS;
    if (isNegative) out[to++] = source[at++] as number;
    const start = to;
    let byte = source[at] as number;
    while (byte >= ZERO && byte <= NINE) {
      out[to++] = byte;
      byte = source[++at] as number;
    }
    const digits = to - start;
    const isBelowOne = out[start] === ZERO;
    if (digits === 0 || (isBelowOne && digits > 1)) return DECLINED;
    const whole = isBelowOne ? 0 : digits;
    if (whole > maxWhole || (isShort && whole + scale >= 19)) return DECLINED;
    if (byte === POINT) {
      const point = to;
      out[to++] = POINT;
      byte = source[++at] as number;
      while (byte >= ZERO && byte <= NINE) {
        out[to++] = byte;
        byte = source[++at] as number;
      }
      if (to === point + 1) return DECLINED;
      while (out[to - 1] === ZERO) to--;
      if (to - point - 1 > scale) return DECLINED;
      if (to === point + 1) to = point;
    }
    // Minus zero is zero.
    if (isNegative && isBelowOne && to === start + 1) return DECLINED;
    return finish(tape, at, to, isText);
  };
}

/** Decimals of so many digits come back from a double as they went in. */
const EXACT_DIGITS = 15;

/** The shortest text of smaller numbers has an exponent. */
const MAX_LEADING_ZEROS = 5;

/** DOUBLE PRECISION: where the shortest text of the nearest double is the number itself without zeros at its end. */
export function writeDouble(tape: Tape, at: number): number {
  const { source, out } = tape;
  const isText = source[at] === QUOTE;
  if (isText) at++;
  let to = tape.to;
  const isNegative = source[at] === MINUS;
  if (isNegative) out[to++] = source[at++] as number;
  const start = to;
  let byte = source[at] as number;
  while (byte >= ZERO && byte <= NINE) {
    out[to++] = byte;
    byte = source[++at] as number;
  }
  let digits = to - start;
  const isBelowOne = out[start] === ZERO;
  if (digits === 0 || (isBelowOne && digits > 1)) return DECLINED;
  if (byte === POINT) {
    const point = to;
    out[to++] = POINT;
    byte = source[++at] as number;
    while (byte >= ZERO && byte <= NINE) {
      out[to++] = byte;
      byte = source[++at] as number;
    }
    if (to === point + 1) return DECLINED;
    digits += to - point - 1;
    while (out[to - 1] === ZERO) to--;
    if (to === point + 1) to = point;
    else if (isBelowOne && leadingZeros(out, point + 1) > MAX_LEADING_ZEROS) return DECLINED;
  }
  if (digits > EXACT_DIGITS || (isNegative && isBelowOne && to === start + 1)) return DECLINED;
  return finish(tape, at, to, isText);
}

/** What may follow the digits: an exponent is left to the reference, anything else to whoever reads on. */
function finish(tape: Tape, at: number, to: number, isText: boolean): number {
  const byte = tape.source[at] as number;
  if (isText) {
    if (byte !== QUOTE) return DECLINED;
    at++;
  } else if (byte === POINT || byte === LOWER_E || byte === UPPER_E) {
    return DECLINED;
  }
  tape.to = to;
  tape.width = 0;
  return at;
}

function isAbove(out: Uint8Array, start: number, largest: Uint8Array): boolean {
  for (let i = 0; i < largest.length; i++) {
    const difference = (out[start + i] as number) - (largest[i] as number);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function behindZeros(source: Uint8Array, at: number): number {
  while (source[at] === ZERO) at++;
  return at;
}

function leadingZeros(out: Uint8Array, from: number): number {
  return behindZeros(out, from) - from;
}
