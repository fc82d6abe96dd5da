/** The period of a report, and the parts that its plots are divided into. All in UTC. */
import type { ReportPeriod } from '../warehouse/report-sql.ts';

const DAY_MS = 86_400_000;
/** Longer periods would have bars that are too thin to see. */
const MAX_DAYS = 92;
const MAX_WEEK_DAYS = 731;

/** The last `days` days and the day of `now`, from the beginning of the first part. */
export function periodOf(days: number, now: number): ReportPeriod {
  const unit = days <= MAX_DAYS ? 'day' : days <= MAX_WEEK_DAYS ? 'week' : 'month';
  const first = new Date(Math.floor(now / DAY_MS) * DAY_MS - days * DAY_MS);
  // Weeks begin on Monday, as those of DATE_TRUNC.
  if (unit === 'week') first.setUTCDate(first.getUTCDate() - ((first.getUTCDay() + 6) % 7));
  if (unit === 'month') first.setUTCDate(1);
  return { since: first.getTime(), now, unit };
}

/** The beginnings of all parts of the period, in milliseconds since the epoch. */
export function partsOf({ since, now, unit }: ReportPeriod): readonly number[] {
  const parts: number[] = [];
  for (let at = since; at <= now; at = nextPart(at, unit)) parts.push(at);
  return parts;
}

/** The beginning of the next part. */
export function nextPart(at: number, unit: ReportPeriod['unit']): number {
  if (unit !== 'month') return at + (unit === 'day' ? 1 : 7) * DAY_MS;
  const next = new Date(at);
  return next.setUTCMonth(next.getUTCMonth() + 1);
}
