/**
 * Dates and times of taps to the canonical text that COPY reads with DATEFORMAT and TIMEFORMAT 'auto': UTC, at most six
 * digits of a second (Redshift keeps microseconds, r_Datetime_types), years 1 to 9999.
 */
import { withoutTrailingZeros } from './numbers.ts';
import { ValueError } from './value-error.ts';

export interface TimeText {
  readonly text: string;
  /** Digits of a second beyond the sixth were cut. */
  readonly cut: boolean;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt\s]\s*(.*)$/s;
const MINUTE_MS = 60_000;
const MAX_OFFSET_MINUTES = 15 * 60;

/** `2024-01-31`; a date-time is taken only when its time is midnight, so that nothing is lost. */
export function dateText(value: string): string {
  const match = DATE_TIME.exec(value);
  if (!match) return checkedDate(value);
  const [, date = '', rest = ''] = match;
  const time = clock(rest);
  if (time.seconds !== 0 || /[1-9]/.test(time.fraction))
    throw new ValueError('has a time of day that DATE cannot hold');
  return checkedDate(date);
}

/** `23:59:59.123456`, without a zone: a value with an offset from UTC is refused because TIME would drop it. */
export function timeText(value: string): TimeText {
  const time = clock(value);
  if (time.offsetMinutes !== 0)
    throw new ValueError('has an offset from UTC that TIME cannot hold, a column of type timetz could');
  const { digits, cut } = microseconds(time.fraction);
  return { text: `${time.hour}:${time.minute}:${time.second}${digits}`, cut };
}

/** `23:59:59.123456+02:00`; a value without zone is taken as UTC. TIMETZ knows offsets of less than 15 hours. */
export function timeTzText(value: string): TimeText {
  const time = clock(value);
  const minutes = Math.abs(time.offsetMinutes);
  if (minutes >= MAX_OFFSET_MINUTES) throw new ValueError('has an offset from UTC that TIMETZ cannot hold');
  const { digits, cut } = microseconds(time.fraction);
  const zone = `${time.offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  return { text: `${time.hour}:${time.minute}:${time.second}${digits}${zone}`, cut };
}

/** `2024-01-31 23:59:59.123456` in UTC; a value without zone is taken as UTC. `suffix` is written behind it. */
export function timestampText(value: string, suffix: '' | '+00:00'): TimeText {
  const match = DATE_TIME.exec(value);
  const date = checkedDate(match?.[1] ?? value);
  const time = clock(match ? (match[2] ?? '') : '00:00');
  const { digits, cut } = microseconds(time.fraction);
  const local = `${date} ${time.hour}:${time.minute}:${time.second}`;
  return { text: `${time.offsetMinutes === 0 ? local : toUtc(date, time)}${digits}${suffix}`, cut };
}

interface Clock {
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  /** Seconds since midnight. */
  readonly seconds: number;
  /** Digits of the fraction, any number of them. */
  readonly fraction: string;
  readonly offsetMinutes: number;
}

function clock(text: string): Clock {
  const match = TIME.exec(text.trimEnd());
  if (!match) throw new ValueError('is not a date and time of ISO 8601');
  const [, hour = '', minute = '', second = '00', fraction = '', zone = ''] = match;
  if (hour > '23' || minute > '59' || second > '59') throw new ValueError('is not a time of day');
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return { hour, minute, second, seconds, fraction, offsetMinutes: offset(zone) };
}

function offset(zone: string): number {
  if (zone === '' || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) throw new ValueError('has an offset from UTC that does not exist');
  const total = hours * 60 + minutes;
  return zone.startsWith('-') ? -total : total;
}

function checkedDate(text: string): string {
  const match = DATE.exec(text);
  if (!match) throw new ValueError('is not a date of ISO 8601');
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
    throw new ValueError('is not a date of the calendar');
  }
  return text;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function microseconds(fraction: string): { digits: string; cut: boolean } {
  const kept = withoutTrailingZeros(fraction.slice(0, 6));
  return { digits: kept === '' ? '' : `.${kept}`, cut: /[1-9]/.test(fraction.slice(6)) };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

function toUtc(date: string, time: Clock): string {
  const instant =
    new Date(`${date}T00:00:00Z`).getTime() + time.seconds * 1000 - time.offsetMinutes * MINUTE_MS;
  const iso = new Date(instant).toISOString();
  // toISOString writes years outside 0..9999 with a sign and six digits.
  if (!/^\d{4}-/.test(iso) || iso.startsWith('0000'))
    throw new ValueError('is outside the years 1 to 9999 in UTC');
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}
