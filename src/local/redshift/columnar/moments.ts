/** Dates and timestamps of Parquet as text: numbers since 1970 in the proleptic Gregorian calendar. */

const MS_PER_DAY = 86_400_000;
const MICROS_PER_SECOND = 1_000_000n;

/** `YYYY-MM-DD`, with ` BC` before the year 1; undefined beyond what a clock can tell. */
export function dateText(days: number): string | undefined {
  return textOf(days * MS_PER_DAY)?.date;
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]` of microseconds. */
export function timestampText(micros: bigint): string | undefined {
  const seconds = micros / MICROS_PER_SECOND - (micros % MICROS_PER_SECOND < 0n ? 1n : 0n);
  const rest = micros - seconds * MICROS_PER_SECOND;
  const found = textOf(Number(seconds) * 1000);
  if (!found) return undefined;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(6, '0')}`;
  const [day = '', era] = found.date.split(' ');
  return `${day} ${found.time}${fraction}${era === undefined ? '' : ` ${era}`}`;
}

function textOf(milliseconds: number): { readonly date: string; readonly time: string } | undefined {
  const moment = new Date(milliseconds);
  if (Number.isNaN(moment.getTime())) return undefined;
  const year = moment.getUTCFullYear();
  const [, month = '', time = ''] = /-(\d\d-\d\d)T([\d:]{8})/.exec(moment.toISOString()) ?? [];
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return { date: `${shown}-${month}${year > 0 ? '' : ' BC'}`, time };
}

/** Microseconds of a number in the unit; smaller parts are cut. */
export function toMicros(value: bigint, unit: string): bigint {
  if (unit === 'MILLIS') return value * 1000n;
  if (unit === 'MICROS') return value;
  return value / 1000n - (value % 1000n < 0n ? 1n : 0n);
}
