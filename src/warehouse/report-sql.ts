/**
 * The statements that sum up the history for `report`. The cluster adds up, so no answer grows with the number of loads. Times
 * are UTC, written as `YYYY-MM-DD HH:MI:SS`; days, weeks and months are those of UTC.
 */
import { ident, integer, join, literal, raw, sql, timestamp, type Sql } from '../sql.ts';
import { HISTORY } from './record-sql.ts';

/** Which part of the history. */
export interface ReportPeriod {
  /** The beginning, in milliseconds since the epoch. */
  readonly since: number;
  /** The end, to which ages are measured. */
  readonly now: number;
  /** The parts that it is divided into; weeks begin on Monday. */
  readonly unit: 'day' | 'week' | 'month';
}

/** An age of streams: at least so many seconds, and less than the next one. */
export interface AgeClass {
  readonly name: string;
  readonly seconds: number;
}

/** A stream and its table: two pipelines may have streams of the same name. */
const STREAM = ['stream', 'table_schema', 'table_name'];
const STREAM_COLUMNS = raw(STREAM.join(', '));

const MS = 'DATEDIFF(millisecond, started_at, committed_at)';
const RUN_SECONDS = raw('DATEDIFF(second, started_at, ended_at)');

/** What is added up, by the name of the sum. `bytes` and the times are NULL where nothing was loaded. */
const MEASURES: readonly (readonly [name: string, value: string])[] = [
  ['loads', '1'],
  ['rows_received', 'rows_received'],
  ['rows_rejected', 'rows_rejected'],
  ['bytes', 'COALESCE(bytes, 0)'],
  ['load_ms', `COALESCE(${MS}, 0)`],
];

const loadsOf = (schema: string): Sql => ident(schema, HISTORY.loads.name);
const runsOf = (schema: string): Sql => ident(schema, HISTORY.runs.name);

/** The first day of the part in which a time is. */
const firstDay = (column: string, { unit }: ReportPeriod): Sql =>
  raw(`TO_CHAR(DATE_TRUNC('${unit}', ${column}), 'YYYY-MM-DD')`);
const second = (value: string): Sql => raw(`TO_CHAR(${value}, 'YYYY-MM-DD HH24:MI:SS')`);

/** Seconds from the last load of a group to the end of the period. */
const age = ({ now }: ReportPeriod): Sql =>
  sql`DATEDIFF(second, MAX(committed_at), CAST(${timestamp(now)} AS TIMESTAMP))`;

const sums = (since: number): Sql =>
  join(
    MEASURES.map(
      ([name, value]) =>
        sql`SUM(CASE WHEN committed_at >= ${timestamp(since)} THEN ${raw(value)} ELSE 0 END) AS ${raw(name)}`,
    ),
  );

/** A row for each outcome of the runs that began in the period: their number, and when the newest began. */
export function sumOutcomes(schema: string, { since }: ReportPeriod): Sql {
  return sql`SELECT outcome, COUNT(*) AS runs, ${second('MAX(started_at)')} AS latest FROM ${runsOf(schema)} WHERE started_at >= ${timestamp(since)} GROUP BY outcome ORDER BY outcome`;
}

/** The same for each part of the period, by its first day. */
export function sumOutcomesByPart(schema: string, period: ReportPeriod): Sql {
  return sql`SELECT ${firstDay('started_at', period)} AS day, outcome, COUNT(*) AS runs FROM ${runsOf(schema)} WHERE started_at >= ${timestamp(period.since)} GROUP BY 1, 2 ORDER BY 1, 2`;
}

/** A row for each part of the period with runs that have ended: the median and the longest duration, in seconds. */
export function sumDurations(schema: string, period: ReportPeriod): Sql {
  return sql`SELECT ${firstDay('started_at', period)} AS day, MEDIAN(${RUN_SECONDS}) AS median_seconds, MAX(${RUN_SECONDS}) AS max_seconds FROM ${runsOf(schema)} WHERE started_at >= ${timestamp(period.since)} AND ended_at IS NOT NULL GROUP BY 1 ORDER BY 1`;
}

/** One row: the streams in the whole history, and the sums of all loads that were committed in the period. */
export function sumLoads(schema: string, { since }: ReportPeriod): Sql {
  const total = join(MEASURES.map(([name]) => raw(`COALESCE(SUM(${name}), 0) AS ${name}`)));
  return sql`SELECT COUNT(*) AS streams, ${total} FROM (SELECT ${STREAM_COLUMNS}, ${sums(since)} FROM ${loadsOf(schema)} GROUP BY ${STREAM_COLUMNS}) s`;
}

/**
 * A row for each stream and table: the last load, its age in seconds, and the sums of the loads that were committed in the
 * period. Streams with loads in the period come first, and among them those whose last load is the oldest.
 */
export function sumStreams(schema: string, period: ReportPeriod, limit?: number): Sql {
  const isIdle = sql`CASE WHEN MAX(committed_at) >= ${timestamp(period.since)} THEN 0 ELSE 1 END`;
  return sql`SELECT ${STREAM_COLUMNS}, ${second('MAX(committed_at)')} AS last_load, ${age(period)} AS age_seconds, ${sums(period.since)} FROM ${loadsOf(schema)} GROUP BY ${STREAM_COLUMNS} ORDER BY ${isIdle}, MAX(committed_at), ${STREAM_COLUMNS}${limit === undefined ? raw('') : sql` LIMIT ${integer(limit)}`}`;
}

/** The streams with the most rows in the period, by their place from 1. */
export function findLargest(schema: string, { since }: ReportPeriod, limit: number): Sql {
  return sql`SELECT ${STREAM_COLUMNS}, place FROM (${rank(schema, since)}) r WHERE place <= ${integer(limit)} ORDER BY place`;
}

/** A row for each part of the period and each of the largest streams, by its place; the sums of all others have place 0. */
export function sumStreamsByPart(schema: string, period: ReportPeriod, largest: number): Sql {
  const place = sql`CASE WHEN r.place <= ${integer(largest)} THEN r.place ELSE 0 END`;
  const total = join(MEASURES.map(([name, value]) => raw(`SUM(${value}) AS ${name}`)));
  const same = raw(STREAM.map((name) => `r.${name} = l.${name}`).join(' AND '));
  const inPeriod = sql`SELECT * FROM ${loadsOf(schema)} WHERE committed_at >= ${timestamp(period.since)}`;
  const placed = sql`SELECT l.committed_at, l.started_at, l.rows_received, l.rows_rejected, l.bytes, ${place} AS place FROM (${inPeriod}) l JOIN (${rank(schema, period.since)}) r ON ${same}`;
  return sql`SELECT ${firstDay('committed_at', period)} AS day, place, ${total} FROM (${placed}) p GROUP BY 1, 2 ORDER BY 1, 2`;
}

function rank(schema: string, since: number): Sql {
  return sql`SELECT ${STREAM_COLUMNS}, ROW_NUMBER() OVER (ORDER BY SUM(rows_received) DESC, ${STREAM_COLUMNS}) AS place FROM ${loadsOf(schema)} WHERE committed_at >= ${timestamp(since)} GROUP BY ${STREAM_COLUMNS}`;
}

/** How many streams have their last load in each class, by the position of the class. Classes without streams are left out. */
export function countAges(schema: string, period: ReportPeriod, classes: readonly AgeClass[]): Sql {
  const branches = classes
    .map(({ seconds }, at) => sql`WHEN age >= ${integer(seconds)} THEN ${integer(at)}`)
    .reverse();
  const ages = sql`SELECT ${age(period)} AS age FROM ${loadsOf(schema)} GROUP BY ${STREAM_COLUMNS}`;
  return sql`SELECT CASE ${join(branches, ' ')} ELSE 0 END AS age_class, COUNT(*) AS streams FROM (${ages}) a GROUP BY 1 ORDER BY 1`;
}

/** The loads in the period that took longest, the slowest first. */
export function findSlowest(schema: string, { since }: ReportPeriod, limit: number): Sql {
  const ms = raw(MS);
  return sql`SELECT ${STREAM_COLUMNS}, method, ${second('committed_at')} AS committed, ${ms} AS load_ms, rows_received, bytes, run_id FROM ${loadsOf(schema)} WHERE committed_at >= ${timestamp(since)} AND started_at IS NOT NULL ORDER BY ${ms} DESC, committed_at DESC, run_id, batch LIMIT ${integer(limit)}`;
}

/** The newest runs in the period with this outcome. */
export function findRuns(schema: string, { since }: ReportPeriod, outcome: string, limit: number): Sql {
  return sql`SELECT run_id, version, ${second('started_at')} AS started, ${RUN_SECONDS} AS seconds, error FROM ${runsOf(schema)} WHERE started_at >= ${timestamp(since)} AND outcome = ${literal(outcome)} ORDER BY started_at DESC, run_id DESC LIMIT ${integer(limit)}`;
}
