/** Figures as people read them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1 row`, `12,000 rows`; `1 batch`, `2 batches`. */
export function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${digits(number)} ${number === 1 ? noun : nouns}`;
}

/** `is` of one, `are` of several. */
export function be(number: number): string {
  return number === 1 ? 'is' : 'are';
}

/** With separators of thousands. */
export function digits(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** In units of 1,000 bytes: `2.3 MB`. */
export function size(bytes: number): string {
  let [amount, at] = [bytes, 0];
  while (amount >= 999.5 && at < UNITS.length - 1) [amount, at] = [amount / 1000, at + 1];
  const text = at > 0 && amount < 9.95 ? amount.toFixed(1) : String(Math.round(amount));
  return `${text} ${UNITS[at] ?? ''}`;
}

/** `0.3 s`, `59 s`, `12 min 5 s`, `2 h 3 min`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Rows per second: `12,000 rows/s`. */
export function rate(rows: number, ms: number): string {
  return `${digits(ms > 0 ? (rows * 1000) / ms : rows)} rows/s`;
}
