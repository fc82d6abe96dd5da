/** Figures, times and names as a report writes them. */
import { count, digits, duration } from '../amounts.ts';
import type { StreamName } from './facts.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** How long ago something was: `40 s`, `12 min`, `5 h`, `3 days`. */
export function ageText(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h`;
  return count(Math.floor(seconds / DAY), 'day');
}

/** `12.3 s`, or `-` for a run that has not ended. */
export function secondsText(seconds: number | undefined): string {
  return seconds === undefined ? '-' : duration(seconds * 1000);
}

/** `1.2M`: short enough for an axis. */
export function shortCount(number: number): string {
  return number.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 });
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return '-';
  const value = (part / whole) * 100;
  return value > 0 && value < 0.1 ? 'under 0.1%' : `${digits(value * 10) === '0' ? '0' : value.toFixed(1)}%`;
}

/** UTC, in seconds: `2026-11-30 11:52:01`. */
export function utc(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** The beginning of a name that is too long for a label. */
export function short(name: string, length: number): string {
  const characters = Array.from(name);
  return characters.length <= length ? name : `${characters.slice(0, length - 1).join('')}…`;
}

/** Names for people: that of the stream, with its table where two streams have the same name. */
export function labels(streams: readonly StreamName[]): readonly string[] {
  const names = streams.map(({ stream }) => stream);
  return streams.map(({ stream, schema, table }) => {
    const isUnique = names.indexOf(stream) === names.lastIndexOf(stream);
    return isUnique ? stream : `${stream} (${schema}.${table})`;
  });
}
