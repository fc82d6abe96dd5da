/** The statements that read the history of runs and loads, the newest first. */
import { ident, integer, join, literal, raw, sql, type Sql } from '../sql.ts';
import { HISTORY } from './record-sql.ts';

/** Which rows of the history. */
export interface HistoryFilter {
  /** Loads of this stream, or runs with such loads. */
  readonly stream: string | undefined;
  readonly run: string | undefined;
  /** At most so many rows. */
  readonly limit: number;
}

/** Runs with the number of their loads and of the rows in them. A run without loads has zeros. */
export function readRuns(schema: string, { stream, run, limit }: HistoryFilter): Sql {
  const counts = sql`SELECT run_id, COUNT(*) AS loads, SUM(rows_received) AS rows_received, SUM(rows_rejected) AS rows_rejected FROM ${ident(schema, HISTORY.loads.name)}${where({ stream, run_id: run })} GROUP BY run_id`;
  const kind = raw(stream === undefined ? 'LEFT JOIN' : 'JOIN');
  return sql`SELECT r.run_id, r.outcome, r.started_at, r.ended_at, COALESCE(l.loads, 0) AS loads, COALESCE(l.rows_received, 0) AS rows_received, COALESCE(l.rows_rejected, 0) AS rows_rejected, r.version, r.error FROM ${ident(schema, HISTORY.runs.name)} r ${kind} (${counts}) l ON l.run_id = r.run_id${where({ 'r.run_id': run })} ORDER BY r.started_at DESC, r.run_id DESC LIMIT ${integer(limit)}`;
}

/** Loads with all columns of their table. */
export function readLoads(schema: string, { stream, run, limit }: HistoryFilter): Sql {
  const columns = join(HISTORY.loads.columns.map(({ name }) => raw(name)));
  return sql`SELECT ${columns} FROM ${ident(schema, HISTORY.loads.name)}${where({ stream, run_id: run })} ORDER BY committed_at DESC, batch DESC LIMIT ${integer(limit)}`;
}

/** The columns that must have these values; those that are undefined may have any. */
function where(values: Readonly<Record<string, string | undefined>>): Sql {
  const conditions = Object.entries(values).flatMap(([column, value]) =>
    value === undefined ? [] : [sql`${raw(column)} = ${literal(value)}`],
  );
  return conditions.length === 0 ? raw('') : sql` WHERE ${join(conditions, ' AND ')}`;
}
