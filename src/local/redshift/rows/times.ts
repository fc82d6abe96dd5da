/** Dates, times and timestamps as COPY takes them: real calendar dates of the years 1 to 9999, at most six fraction digits. */
import { ASCII } from '../../ascii.ts';
import { compileFormat, readAuto, readEpoch } from './moments.ts';
import { problem, type FieldCheck, type Problem } from './problem.ts';

const { COLON, MINUS, PLUS, POINT, SPACE, TWO, UPPER_T, UPPER_Z, ZERO } = ASCII;

const DATE_BYTES = 10;
const MICROSECONDS_BYTES = 26;
/** No date or time is longer. */
const LONGEST = 64;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The number of `count` digits at an offset; -1 when they are not all digits. */
function digits(bytes: Uint8Array, at: number, count: number, end: number): number {
  if (at + count > end) return -1;
  let value = 0;
  for (let index = at; index < at + count; index += 1) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isCalendarDate(bytes: Uint8Array, start: number, end: number): boolean {
  const year = digits(bytes, start, 4, end);
  const month = digits(bytes, start + 5, 2, end);
  const day = digits(bytes, start + 8, 2, end);
  if (bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return false;
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

/** The offset after `HH:MM[:SS[.ffffff]]`, or -1. */
function clockEnd(bytes: Uint8Array, start: number, end: number): number {
  const hours = digits(bytes, start, 2, end);
  const minutes = digits(bytes, start + 3, 2, end);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || bytes[start + 2] !== COLON) return -1;
  const at = start + 5;
  return at < end && bytes[at] === COLON ? secondsEnd(bytes, at + 1, end) : at;
}

/** The offset after `SS[.ffffff]`, or -1. */
function secondsEnd(bytes: Uint8Array, start: number, end: number): number {
  const seconds = digits(bytes, start, 2, end);
  if (seconds < 0 || seconds > 59) return -1;
  const point = start + 2;
  if (point >= end || bytes[point] !== POINT) return point;
  const fraction = point + 1;
  let at = fraction;
  while (at < end && digits(bytes, at, 1, end) >= 0) at += 1;
  return at === fraction || at - fraction > 6 ? -1 : at;
}

/** Whether `Z`, `+HH`, `+HHMM` or `+HH:MM` (or minus) fills the bytes. */
function isZone(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === UPPER_Z) return end === start + 1;
  if (bytes[start] !== PLUS && bytes[start] !== MINUS) return false;
  const hours = digits(bytes, start + 1, 2, end);
  if (hours < 0 || hours > 14) return false;
  if (end === start + 3) return true;
  const minutesAt = bytes[start + 3] === COLON ? start + 4 : start + 3;
  const minutes = digits(bytes, minutesAt, 2, end);
  return end === minutesAt + 2 && minutes >= 0 && minutes <= 59;
}

/** Whether a clock and an optional zone fill the bytes. A space may stand before the zone. */
function isClockWithZone(bytes: Uint8Array, start: number, end: number): boolean {
  const at = clockEnd(bytes, start, end);
  if (at === -1) return false;
  return at === end || isZone(bytes, bytes[at] === SPACE ? at + 1 : at, end);
}

function isTimestamp(bytes: Uint8Array, start: number, end: number, iso: boolean): boolean {
  if (!isCalendarDate(bytes, start, end)) return false;
  const separator = bytes[start + DATE_BYTES];
  if (separator !== SPACE && !(iso && separator === UPPER_T)) return false;
  return isClockWithZone(bytes, start + DATE_BYTES + 1, end);
}

function invalidDate(length: number): Problem {
  if (length < DATE_BYTES) return problem(1205, 'Invalid Date Format - length must be 10 or more');
  return problem(1205, 'Invalid Date Format or value [YYYY-MM-DD]');
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return end - start > LONGEST ? '' : String.fromCharCode(...bytes.subarray(start, end));
}

/** `default`, `auto`, or a format string of DATEFORMAT. With 'auto' a timestamp is cut to its date. */
export function dateCheck(format: string, cutFractions: boolean): FieldCheck {
  const target = { dateOnly: true, cutFractions };
  if (format !== 'default' && format !== 'auto') {
    const read = compileFormat(format);
    return (bytes, start, end) =>
      read?.(textOf(bytes, start, end), target) ?? problem(1205, `Invalid Date Format or value [${format}]`);
  }
  return (bytes, start, end) => {
    if (end - start === DATE_BYTES && isCalendarDate(bytes, start, end)) return end;
    if (format === 'auto') {
      if (isTimestamp(bytes, start, end, true)) return end;
      const found = readAuto(textOf(bytes, start, end), target);
      if (found !== undefined) return found;
    }
    return invalidDate(end - start);
  };
}

/**
 * `YYYY-MM-DD HH:MM:SS[.ffffff]` with an optional zone, which TIMESTAMP drops; or the forms of TIMEFORMAT, of which
 * 'auto' also takes a date alone.
 */
export function timestampCheck(format: string, cutFractions: boolean): FieldCheck {
  const target = { dateOnly: false, cutFractions };
  if (format === 'epochsecs' || format === 'epochmillisecs') {
    return (bytes, start, end) =>
      readEpoch(textOf(bytes, start, end), format) ??
      problem(1206, `Invalid timestamp format or value [${format}]`);
  }
  if (format !== 'default' && format !== 'auto') {
    const read = compileFormat(format);
    return (bytes, start, end) =>
      read?.(textOf(bytes, start, end), target) ??
      problem(1206, `Invalid timestamp format or value [${format}]`);
  }
  const auto = format === 'auto';
  return (bytes, start, end) => {
    if (isTimestamp(bytes, start, end, auto)) return end;
    if (auto && end - start === DATE_BYTES && isCalendarDate(bytes, start, end)) return end;
    const found =
      auto || (cutFractions && end - start > MICROSECONDS_BYTES)
        ? readAuto(textOf(bytes, start, end), target)
        : undefined;
    return found ?? problem(1206, 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]');
  };
}

/** `HH:MM[:SS[.ffffff]]` with a zone, also for TIME, which drops it. */
export const checkTimeTz: FieldCheck = (bytes, start, end) =>
  isClockWithZone(bytes, start, end) ? end : problem(1206, 'Invalid time format or value [HH24:MI:SS]');

const END_OF_DAY = /^24:00(?::00(?:\.0{1,6})?)?$/;

/** TIME goes from 00:00:00 to 24:00:00 (r_Datetime_types). */
export const checkTime: FieldCheck = (bytes, start, end) =>
  bytes[start] === TWO && END_OF_DAY.test(textOf(bytes, start, end)) ? end : checkTimeTz(bytes, start, end);
