/** Dates and times in the forms that nearly all taps use. The same as `rows/walk/times.ts`. */
import {
  COLON,
  DECLINED,
  isDigit,
  MINUS,
  out,
  PLUS,
  POINT,
  put,
  QUOTE,
  setWidth,
  SPACE,
  writeTo,
  ZERO,
} from './bytes';

const UPPER_T: u8 = 0x54;
const UPPER_Z: u8 = 0x5a;
const DATE_BYTES: usize = 10;
const CLOCK_BYTES: usize = 8;
const FRACTION_DIGITS: usize = 6;
const DAY_MINUTES = 1440;
/** `+00:00` */
const UTC_SIGN: u32 = 0x3a30302b;
const UTC_MINUTES: u16 = 0x3030;

/** A number that is too large for every part of a time. */
const NO_NUMBER: u32 = 1_000_000;

function twoDigits(at: usize): u32 {
  const tens = <u32>load<u8>(at) - ZERO;
  const ones = <u32>load<u8>(at + 1) - ZERO;
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : NO_NUMBER;
}

function putTwoDigits(at: usize, number: u32): void {
  store<u8>(at, <u8>(ZERO + number / 10));
  store<u8>(at + 1, <u8>(ZERO + (number % 10)));
}

function daysIn(year: u32, month: u32): u32 {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** The last date that was checked, as its ten bytes. */
let knownDate: u64 = 0;
let knownDay: u16 = 0;

function isDate(at: usize): bool {
  const start = load<u64>(at);
  const rest = load<u16>(at + 8);
  if (start == knownDate && rest == knownDay) return true;
  if (load<u8>(at + 4) != MINUS || load<u8>(at + 7) != MINUS) return false;
  const year = twoDigits(at) * 100 + twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month))
    return false;
  knownDate = start;
  knownDay = rest;
  return true;
}

/** `59:59` */
function isMinutes(at: usize): bool {
  return load<u8>(at + 2) == COLON && twoDigits(at) <= 59 && twoDigits(at + 3) <= 59;
}

/** `23:59:59` */
function isClock(at: usize): bool {
  return load<u8>(at + 2) == COLON && twoDigits(at) <= 23 && isMinutes(at + 3);
}

function putDate(at: usize): void {
  store<u64>(out, load<u64>(at));
  store<u16>(out + 8, load<u16>(at + 8));
  writeTo(out + DATE_BYTES);
}

function done(end: usize): usize {
  setWidth(0);
  return end + 1;
}

export function writeDate(at: usize): usize {
  if (load<u8>(at) != QUOTE || !isDate(at + 1) || load<u8>(at + 1 + DATE_BYTES) != QUOTE) return DECLINED;
  putDate(at + 1);
  return done(at + 1 + DATE_BYTES);
}

/** Also `9:05:06`. */
export function writeTime(at: usize): usize {
  if (load<u8>(at) != QUOTE) return DECLINED;
  const start = at + 1;
  let clockEnd = start + CLOCK_BYTES;
  if (load<u8>(start + 1) == COLON) {
    if (!isDigit(load<u8>(start)) || !isMinutes(start + 2)) return DECLINED;
    clockEnd--;
    put(ZERO);
  } else if (!isClock(start)) return DECLINED;
  store<u64>(out, load<u64>(start));
  writeTo(out + (clockEnd - start));
  const end = writeFraction(clockEnd);
  if (end == DECLINED) return DECLINED;
  if (load<u8>(end) == QUOTE) return done(end);
  return load<u8>(end) == UPPER_Z && load<u8>(end + 1) == QUOTE ? done(end + 1) : DECLINED;
}

export function writeTimestamp(at: usize, hasZone: bool): usize {
  if (load<u8>(at) != QUOTE || !isDate(at + 1)) return DECLINED;
  const start = out;
  putDate(at + 1);
  put(SPACE);
  at += 1 + DATE_BYTES;
  let end = at;
  if (load<u8>(at) == QUOTE) {
    // 00:00:00
    store<u64>(out, 0x30303a30303a3030);
    writeTo(out + CLOCK_BYTES);
  } else {
    const joint = load<u8>(at);
    if ((joint != UPPER_T && joint != SPACE) || !isClock(at + 1)) return DECLINED;
    store<u64>(out, load<u64>(at + 1));
    writeTo(out + CLOCK_BYTES);
    end = writeFraction(at + 1 + CLOCK_BYTES);
    if (end == DECLINED) return DECLINED;
    end = toUtc(end, start);
    if (end == DECLINED || load<u8>(end) != QUOTE) return DECLINED;
  }
  if (hasZone) putUtc();
  return done(end);
}

function putUtc(): void {
  store<u32>(out, UTC_SIGN);
  store<u16>(out + 4, UTC_MINUTES);
  writeTo(out + 6);
}

/** The fraction at `at`, if there is one, without trailing zeros. Declines digits that would be cut. */
function writeFraction(at: usize): usize {
  if (load<u8>(at) != POINT) return at;
  const point = out;
  let to = point;
  store<u8>(to++, POINT);
  let byte = load<u8>(++at);
  while (isDigit(byte)) {
    if (to - point <= FRACTION_DIGITS) store<u8>(to++, byte);
    else if (byte != ZERO) return DECLINED;
    byte = load<u8>(++at);
  }
  if (to == point + 1) return DECLINED;
  while (load<u8>(to - 1) == ZERO) to--;
  writeTo(to == point + 1 ? point : to);
  return at;
}

/** Reads the zone at `at`, and converts the date and time at `start` to UTC. */
function toUtc(at: usize, start: usize): usize {
  const byte = load<u8>(at);
  if (byte == QUOTE) return at;
  if (byte == UPPER_Z) return at + 1;
  if ((byte != PLUS && byte != MINUS) || load<u8>(at + 3) != COLON) return DECLINED;
  const hours = twoDigits(at + 1);
  const minutes = twoDigits(at + 4);
  if (hours > 23 || minutes > 59) return DECLINED;
  const offset = <i32>(hours * 60 + minutes);
  if (offset != 0 && !shift(start, byte == PLUS ? -offset : offset)) return DECLINED;
  return at + 6;
}

/** Shifts `2024-01-31 23:59` at `at` by minutes, less than a day. False outside the years 1 to 9999. */
function shift(at: usize, by: i32): bool {
  let minutes = <i32>(twoDigits(at + 11) * 60 + twoDigits(at + 14)) + by;
  const days = minutes < 0 ? -1 : minutes >= DAY_MINUTES ? 1 : 0;
  minutes -= days * DAY_MINUTES;
  putTwoDigits(at + 11, minutes / 60);
  putTwoDigits(at + 14, minutes % 60);
  return days == 0 || nextDay(at, days);
}

function nextDay(at: usize, by: i32): bool {
  let year = twoDigits(at) * 100 + twoDigits(at + 2);
  let month = twoDigits(at + 5);
  let day = twoDigits(at + 8) + by;
  if (day < 1) {
    month = month == 1 ? 12 : month - 1;
    if (month == 12) year--;
    day = daysIn(year, month);
  } else if (day > daysIn(year, month)) {
    day = 1;
    month = month == 12 ? 1 : month + 1;
    if (month == 1) year++;
  }
  if (year < 1 || year > 9999) return false;
  putTwoDigits(at, year / 100);
  putTwoDigits(at + 2, year % 100);
  putTwoDigits(at + 5, month);
  putTwoDigits(at + 8, day);
  return true;
}

const DAY_SECONDS: u64 = 86_400;

/** The second whose characters are kept. */
let knownSecond: u64 = u64.MAX_VALUE;
const KNOWN = memory.data(32, 16);

/** Milliseconds since the epoch as TIMESTAMPTZ. Only for the thirteen digits of the years 2001 to 2286. */
export function writeMilliseconds(milliseconds: u64): void {
  const second = milliseconds / 1000;
  if (second != knownSecond) keepSecond(second);
  v128.store(out, v128.load(KNOWN));
  store<u32>(out + 15, load<u32>(KNOWN + 15));
  writeTo(out + 19);
  let rest = <u32>(milliseconds % 1000);
  if (rest > 0) {
    put(POINT);
    for (let unit: u32 = 100; rest > 0; rest %= unit, unit /= 10) put(<u8>(ZERO + rest / unit));
  }
  putUtc();
  setWidth(0);
}

/** Days to a date of the Gregorian calendar, in eras of 400 years that begin in March. */
function keepSecond(second: u64): void {
  const days = <u32>(second / DAY_SECONDS) + 719_468;
  const era = days / 146_097;
  const dayOfEra = days - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * dayOfYear + 2) / 153;
  const day = dayOfYear - (153 * shifted + 2) / 5 + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const clock = <u32>(second % DAY_SECONDS);
  putTwoDigits(KNOWN, year / 100);
  putTwoDigits(KNOWN + 2, year % 100);
  store<u8>(KNOWN + 4, MINUS);
  putTwoDigits(KNOWN + 5, month);
  store<u8>(KNOWN + 7, MINUS);
  putTwoDigits(KNOWN + 8, day);
  store<u8>(KNOWN + 10, SPACE);
  putTwoDigits(KNOWN + 11, clock / 3600);
  store<u8>(KNOWN + 13, COLON);
  putTwoDigits(KNOWN + 14, (clock / 60) % 60);
  store<u8>(KNOWN + 16, COLON);
  putTwoDigits(KNOWN + 17, clock % 60);
  knownSecond = second;
}
