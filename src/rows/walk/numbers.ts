/**
 * Writes numbers, bare or in strings, as plain digits. It accepts the forms of nearly all numbers, for which looking at the digits
 * is enough. Exponents, rounding, limits and unusual strings are left to the reference encoder.
 */
import { QUOTE } from '../../protocol/bytes.ts';
import type { DecimalLimits } from './cell-form.ts';
import { DECLINED, type Tape, type Writer } from './tape.ts';
import { writeText } from './text.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_E = 0x45;
const LOWER_E = 0x65;

/** The largest numbers of each type. The smallest ones, which go one further, are left to the reference encoder. */
const LARGEST = {
  smallint: Buffer.from('32767'),
  integer: Buffer.from('2147483647'),
  bigint: Buffer.from('9223372036854775807'),
};

/** Numbers without fraction; `5.0` is one. */
export function wholeWriter(kind: keyof typeof LARGEST): Writer {
  const largest = LARGEST[kind];
  // eslint-disable-next-line complexity -- scans the bytes of every number; calls would cost speed
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

/** Whole numbers in a string column, as digits; strings as they are. */
export function writeWholeAsText(tape: Tape, at: number): number {
  const { source, out } = tape;
  if (source[at] === QUOTE) return writeText(tape, at);
  const start = tape.to + 1;
  let to = start;
  out[tape.to] = QUOTE;
  if (source[at] === MINUS) out[to++] = source[at++] as number;
  const first = to;
  let byte = source[at] as number;
  while (byte >= ZERO && byte <= NINE) {
    out[to++] = byte;
    byte = source[++at] as number;
  }
  const digits = to - first;
  if (digits === 0 || digits > MAX_TEXT_DIGITS) return DECLINED;
  if (out[first] === ZERO && (digits > 1 || first > start)) return DECLINED;
  if (byte === POINT || byte === LOWER_E || byte === UPPER_E) return DECLINED;
  out[to++] = QUOTE;
  tape.to = to;
  tape.width = to - start - 1;
  return at;
}

/** Longer numbers are rare. */
const MAX_TEXT_DIGITS = 18;

/** Decimals with more digits may be full expansions of doubles, which the reference encoder decides. */
const MAX_DECIMAL_DIGITS = 17;

/** Numbers with a fraction that can be written as they are. */
export function decimalWriter(limits: DecimalLimits): Writer {
  const { whole, fraction, leadingZeros } = limits;
  // eslint-disable-next-line complexity -- scans the bytes of every number; calls would cost speed
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
    let digits = to - start;
    const isBelowOne = out[start] === ZERO;
    if (digits === 0 || (isBelowOne && digits > 1) || (isBelowOne ? 0 : digits) > whole) return DECLINED;
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
      else if (to - point - 1 > fraction) return DECLINED;
      else if (digits > MAX_DECIMAL_DIGITS) return DECLINED;
      else if (isBelowOne && behindZeros(out, point + 1) - point - 1 > leadingZeros) return DECLINED;
    }
    // The reference encoder decides about minus zero.
    if (digits > limits.digits || (isNegative && isBelowOne && to === start + 1)) return DECLINED;
    return finish(tape, at, to, isText);
  };
}

/** DOUBLE PRECISION: also numbers with more digits, if they are the shortest form of their double, as most programs write. */
export function doubleWriter(limits: DecimalLimits): Writer {
  const writePlain = decimalWriter(limits);
  return (tape, at) => {
    const start = tape.to;
    const end = writePlain(tape, at);
    if (end !== DECLINED) return end;
    tape.to = start;
    return writeShortest(tape, at);
  };
}

/** More characters than the shortest form of a double has without an exponent. */
const MAX_SHORTEST_BYTES = 30;

function writeShortest(tape: Tape, at: number): number {
  const { source, out } = tape;
  const isText = source[at] === QUOTE;
  const from = isText ? at + 1 : at;
  let end = from;
  for (let byte = source[end] as number; isOfNumber(byte); byte = source[++end] as number) {
    if (end - from === MAX_SHORTEST_BYTES) return DECLINED;
  }
  const text = source.toString('latin1', from, end);
  if (String(Number(text)) !== text) return DECLINED;
  let { to } = tape;
  for (let i = from; i < end; i++) out[to++] = source[i] as number;
  return finish(tape, end, to, isText);
}

function isOfNumber(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === POINT || byte === MINUS;
}

/** What may follow the digits: an exponent is left to the reference encoder, anything else to the next reader. */
function finish(tape: Tape, at: number, to: number, isText: boolean): number {
  const byte = tape.source[at] as number;
  if (isText) {
    if (byte !== QUOTE) return DECLINED;
    at++;
  } else if (byte === POINT || byte === LOWER_E || byte === UPPER_E) {
    return DECLINED;
  }
  tape.width = to - tape.to;
  tape.to = to;
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
