/**
 * Converts dates and times to the canonical form that COPY reads with DATEFORMAT and TIMEFORMAT 'auto': UTC, at most six
 * digits of a second (Redshift keeps microseconds, r_Datetime_types), years 1 to 9999.
 */
import { withoutTrailing } from '../table/trailing.ts';
import { ValueError } from './value-error.ts';

export interface TimeText {
  readonly text: string;
  /** Digits after the sixth digit of a second were cut. */
  readonly cut: boolean;
}

/** ISO 8601 in its extended and its basic format: `2024-01-31`, `20240131`. */
const DATE = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;
const DATE_TIME = /^(\d{4}-?\d{2}-?\d{2})[Tt\s]\s*(|\S.*)$/s;

function timeForm(digits: string): RegExp {
  return new RegExp(String.raw`^${digits}\s*(?<zone>Z|z|[+-]\d{2}(?::?\d{2})?)?$`);
}

const FRACTION = String.raw`(?:[.,](?<fraction>\d+))?`;
/** `09:15:00.5`, `09:15`, and `9:15:00`, as Python writes a duration. */
const EXTENDED = timeForm(String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})${FRACTION})?`);
const BASIC = timeForm(String.raw`(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})${FRACTION}`);
const BASIC_MINUTES = timeForm(String.raw`(?<hour>\d{2})(?<minute>\d{2})`);

const ALL_FORMS = [EXTENDED, BASIC, BASIC_MINUTES];
const EXTENDED_ALONE = [EXTENDED];
/** Four digits alone are a time of day to ISO 8601, and minutes and seconds to MySQL. */
const FORMS_WITHOUT_T = [EXTENDED, BASIC];

const MINUTE_MS = 60_000;
const DAY_SECONDS = 86_400;
const MAX_OFFSET_MINUTES = 15 * 60;

/** What a value should be, for the message about one that is not. */
type What = 'date' | 'time' | 'date and time';

/** `2024-01-31`. A date-time is accepted only if its time is midnight, so that nothing is lost. */
export function dateText(value: string): string {
  const { date, time } = dateAndTime(value, 'date');
  if (time.seconds !== 0 || /[1-9]/.test(time.fraction))
    throw new ValueError('has a time of day that DATE cannot store');
  return date;
}

/**
 * `23:59:59.123456`, without a zone. A value with an offset from UTC is rejected, because TIME would drop the offset. The last
 * value of TIME is 24:00:00 (r_Datetime_types).
 */
export function timeText(value: string): TimeText {
  const time = timeOfDay(value);
  if (time.offsetMinutes !== 0)
    throw new ValueError('has an offset from UTC that TIME cannot store; a column of type timetz could');
  const { digits, cut } = microseconds(time.fraction);
  return { text: `${clockText(time)}${digits}`, cut };
}

/**
 * `23:59:59.123456+02:00`. A value without zone is read as UTC. TIMETZ has offsets of less than 15 hours, and it is not
 * documented to accept 24:00:00.
 */
export function timeTzText(value: string): TimeText {
  const time = timeOfDay(value);
  if (time.seconds === DAY_SECONDS) throw new ValueError('is 24:00:00, which TIMETZ cannot store');
  const minutes = Math.abs(time.offsetMinutes);
  if (minutes >= MAX_OFFSET_MINUTES) throw new ValueError('has an offset from UTC that TIMETZ cannot store');
  const { digits, cut } = microseconds(time.fraction);
  const zone = `${time.offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  return { text: `${clockText(time)}${digits}${zone}`, cut };
}

/**
 * `2024-01-31 23:59:59.123456` in UTC. A value without zone is read as UTC, and 24:00:00 is midnight of the next day.
 * `suffix` is written after it.
 */
export function timestampText(value: string, suffix: '' | '+00:00'): TimeText {
  const { date, time } = dateAndTime(value, 'date and time');
  const { digits, cut } = microseconds(time.fraction);
  const isUtc = time.offsetMinutes === 0 && time.seconds < DAY_SECONDS;
  return { text: `${isUtc ? `${date} ${clockText(time)}` : toUtc(date, time)}${digits}${suffix}`, cut };
}

interface Clock {
  /** Seconds since midnight, up to those of a whole day. */
  readonly seconds: number;
  /** Digits of the fraction, any number of them. */
  readonly fraction: string;
  readonly offsetMinutes: number;
}

const MIDNIGHT: Clock = { seconds: 0, fraction: '', offsetMinutes: 0 };

/** The date in the extended format, and the time, which is midnight without one. */
function dateAndTime(value: string, what: What): { readonly date: string; readonly time: Clock } {
  const [, written = value, rest] = DATE_TIME.exec(value) ?? [];
  const match = DATE.exec(written);
  if (!match) throw isNo(what, value);
  const [, year = '', dash, month = '', day = ''] = match;
  const time = rest === undefined ? MIDNIGHT : clock(rest, dash === '' ? ALL_FORMS : EXTENDED_ALONE);
  if (!time) throw isNo(what, value);
  if (!isOfCalendar(Number(year), Number(month), Number(day)))
    throw new ValueError('is not a date that exists');
  return { date: `${year}-${month}-${day}`, time };
}

/** ISO 8601 lets a time begin with T. */
function timeOfDay(value: string): Clock {
  const hasT = value.startsWith('T') || value.startsWith('t');
  const time = hasT ? clock(value.slice(1), ALL_FORMS) : clock(value, FORMS_WITHOUT_T);
  if (!time) throw isNo('time', value);
  return time;
}

function isNo(what: What, value: string): ValueError {
  return new ValueError(value === '' ? `is an empty string, not a ${what}` : `is not a ${what} of ISO 8601`);
}

/** Undefined for a value that has none of the forms. */
function clock(text: string, forms: readonly RegExp[]): Clock | undefined {
  const trimmed = text.trimEnd();
  for (const form of forms) {
    const groups = form.exec(trimmed)?.groups;
    if (groups) return checkedClock(groups);
  }
  return undefined;
}

function checkedClock(groups: Readonly<Record<string, string | undefined>>): Clock {
  const { hour, minute, second = '00', fraction = '', zone = '' } = groups;
  if (second === '60') throw new ValueError('has a leap second, which no column can store');
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const isEndOfDay = seconds === DAY_SECONDS && !/[1-9]/.test(fraction);
  if (Number(hour) > (isEndOfDay ? 24 : 23) || Number(minute) > 59 || Number(second) > 59) {
    throw new ValueError('is not a time of day');
  }
  return { seconds, fraction, offsetMinutes: offset(zone) };
}

/** `23:59:59` */
function clockText({ seconds }: Clock): string {
  const minutes = Math.floor(seconds / 60);
  return [Math.floor(minutes / 60), minutes % 60, seconds % 60].map(twoDigits).join(':');
}

function offset(zone: string): number {
  if (zone === '' || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) throw new ValueError('has an offset from UTC that does not exist');
  const total = hours * 60 + minutes;
  return zone.startsWith('-') ? -total : total;
}

function isOfCalendar(year: number, month: number, day: number): boolean {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function microseconds(fraction: string): { digits: string; cut: boolean } {
  const kept = withoutTrailing('0', fraction.slice(0, 6));
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
