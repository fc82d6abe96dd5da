/**
 * Writes dates and times in the forms that nearly all taps use: `2024-01-31`, `2024-01-31T23:59:59.123456+00:00`, with T or a
 * space, with up to six digits of a second, Z, an offset or nothing. Everything else is left to the reference encoder.
 */
import { COLON, QUOTE } from '../../protocol/bytes.ts';
import { DECLINED, type Tape, type Writer } from './tape.ts';

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;

const DATE_BYTES = 10;
const CLOCK_BYTES = 8;
const FRACTION_DIGITS = 6;
const DAY_MINUTES = 24 * 60;
/** The longest accepted string, including quotes; nothing after the end of the block is read. */
const LONGEST = 40;

const NOTHING = Buffer.alloc(0);
const UTC = Buffer.from('+00:00');

export function writeDate(tape: Tape, at: number): number {
  const { source } = tape;
  if (source[at] !== QUOTE || at + LONGEST > source.length || !isDate(source, at + 1)) return DECLINED;
  const end = at + 1 + DATE_BYTES;
  if (source[end] !== QUOTE) return DECLINED;
  copy(tape, at + 1, DATE_BYTES);
  return done(tape, end);
}

/** Also `9:05:06`, because a common tap writes hours before ten with one digit. */
export function writeTime(tape: Tape, at: number): number {
  const { source } = tape;
  if (source[at] !== QUOTE || at + LONGEST > source.length) return DECLINED;
  const start = at + 1;
  let clockEnd = start + CLOCK_BYTES;
  if (source[start + 1] === COLON) {
    if (!isShortClock(source, start)) return DECLINED;
    clockEnd--;
    tape.out[tape.to++] = ZERO;
  } else if (!isClock(source, start)) return DECLINED;
  copy(tape, start, clockEnd - start);
  const end = writeFraction(tape, clockEnd);
  if (end === DECLINED) return DECLINED;
  if (source[end] === QUOTE) return done(tape, end);
  return source[end] === UPPER_Z && source[end + 1] === QUOTE ? done(tape, end + 1) : DECLINED;
}

export function timestampWriter(kind: 'timestamp' | 'timestamptz'): Writer {
  const suffix = kind === 'timestamptz' ? UTC : NOTHING;
  return (tape, at) => {
    const { source, out } = tape;
    if (source[at] !== QUOTE || at + LONGEST > source.length || !isDate(source, at + 1)) return DECLINED;
    const start = tape.to;
    copy(tape, at + 1, DATE_BYTES);
    out[tape.to++] = SPACE;
    at += 1 + DATE_BYTES;
    let end = at;
    if (source[at] === QUOTE) {
      for (let i = 0; i < CLOCK_BYTES; i++) out[tape.to++] = i === 2 || i === 5 ? COLON : ZERO;
    } else {
      if ((source[at] !== UPPER_T && source[at] !== SPACE) || !isClock(source, at + 1)) return DECLINED;
      copy(tape, at + 1, CLOCK_BYTES);
      end = toUtc(tape, writeFraction(tape, at + 1 + CLOCK_BYTES), start);
      if (end === DECLINED || source[end] !== QUOTE) return DECLINED;
    }
    for (let i = 0; i < suffix.length; i++) out[tape.to++] = suffix[i] as number;
    return done(tape, end);
  };
}

/** The offset after the closing quote at `end`. */
function done(tape: Tape, end: number): number {
  tape.width = 0;
  return end + 1;
}

function copy(tape: Tape, from: number, bytes: number): void {
  const { source, out, to } = tape;
  for (let i = 0; i < bytes; i++) out[to + i] = source[from + i] as number;
  tape.to = to + bytes;
}

/** Writes the fraction at `at`, if there is one, without trailing zeros. Declines digits that would be cut. */
function writeFraction(tape: Tape, at: number): number {
  const { source, out } = tape;
  if (source[at] !== POINT) return at;
  const point = tape.to;
  let to = point;
  out[to++] = POINT;
  let byte = source[++at] as number;
  while (byte >= ZERO && byte <= NINE) {
    if (to - point <= FRACTION_DIGITS) out[to++] = byte;
    else if (byte !== ZERO) return DECLINED;
    byte = source[++at] as number;
  }
  if (to === point + 1) return DECLINED;
  while (out[to - 1] === ZERO) to--;
  tape.to = to === point + 1 ? point : to;
  return at;
}

/** Reads the zone at `at`, and converts the date and time that were written at `start` to UTC. */
function toUtc(tape: Tape, at: number, start: number): number {
  const { source } = tape;
  if (at === DECLINED) return DECLINED;
  const byte = source[at];
  if (byte === QUOTE) return at;
  if (byte === UPPER_Z) return at + 1;
  if ((byte !== PLUS && byte !== MINUS) || source[at + 3] !== COLON) return DECLINED;
  const hours = twoDigits(source, at + 1);
  const minutes = twoDigits(source, at + 4);
  if (hours > 23 || minutes > 59) return DECLINED;
  const offset = hours * 60 + minutes;
  if (offset !== 0 && !shift(tape.out, start, byte === PLUS ? -offset : offset)) return DECLINED;
  return at + 6;
}

/** Shifts `2024-01-31 23:59` at `at` by minutes, less than a day. Returns false outside the years 1 to 9999. */
function shift(out: Uint8Array, at: number, by: number): boolean {
  let minutes = twoDigits(out, at + 11) * 60 + twoDigits(out, at + 14) + by;
  let days = 0;
  if (minutes < 0) days = -1;
  else if (minutes >= DAY_MINUTES) days = 1;
  minutes -= days * DAY_MINUTES;
  putTwoDigits(out, at + 11, Math.trunc(minutes / 60));
  putTwoDigits(out, at + 14, minutes % 60);
  return days === 0 || nextDay(out, at, days);
}

function nextDay(out: Uint8Array, at: number, by: number): boolean {
  let year = fourDigits(out, at);
  let month = twoDigits(out, at + 5);
  let day = twoDigits(out, at + 8) + by;
  if (day < 1) {
    month = month === 1 ? 12 : month - 1;
    if (month === 12) year--;
    day = daysIn(year, month);
  } else if (day > daysIn(year, month)) {
    day = 1;
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year++;
  }
  if (year < 1 || year > 9999) return false;
  putTwoDigits(out, at, Math.trunc(year / 100));
  putTwoDigits(out, at + 2, year % 100);
  putTwoDigits(out, at + 5, month);
  putTwoDigits(out, at + 8, day);
  return true;
}

function isDate(source: Uint8Array, at: number): boolean {
  if (source[at + 4] !== MINUS || source[at + 7] !== MINUS) return false;
  const year = fourDigits(source, at);
  const month = twoDigits(source, at + 5);
  const day = twoDigits(source, at + 8);
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** `23:59:59` */
function isClock(source: Uint8Array, at: number): boolean {
  return source[at + 2] === COLON && twoDigits(source, at) <= 23 && isMinutes(source, at + 3);
}

/** `9:59:59` */
function isShortClock(source: Uint8Array, at: number): boolean {
  const hour = source[at] as number;
  return source[at + 1] === COLON && hour >= ZERO && hour <= NINE && isMinutes(source, at + 2);
}

/** `59:59` */
function isMinutes(source: Uint8Array, at: number): boolean {
  return source[at + 2] === COLON && twoDigits(source, at) <= 59 && twoDigits(source, at + 3) <= 59;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The number of two digits; for anything else, a number that is far too large. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO;
  const ones = (bytes[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1_000_000;
}

function fourDigits(bytes: Uint8Array, at: number): number {
  return twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
}

function putTwoDigits(out: Uint8Array, at: number, number: number): void {
  out[at] = ZERO + Math.trunc(number / 10);
  out[at + 1] = ZERO + (number % 10);
}
