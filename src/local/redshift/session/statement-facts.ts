/** What the endpoint tells from the text of a statement and from the engine's answer to it. */
import { HISTORY_VIEW_NAMES } from '../catalog/query-history.ts';
import { QUERY_LOG_NAMES } from '../catalog/query-logs.ts';
import { SESSION_LOG_NAMES } from '../catalog/storage-views.ts';
import { EngineError, type ErrorContext, translateError } from '../errors.ts';
import type { RedshiftError, Statement } from '../sql/statement.ts';
import type { Effects } from './history.ts';
import { encode, type Fields, type Frame } from '../wire/message.ts';

/** A statement that is under way. */
export interface Query {
  readonly context: ErrorContext;
  /** In milliseconds, as Date.now() gives them. */
  readonly started: number;
  /** Whether the transaction had failed before it. */
  readonly wasFailed: boolean;
  /** What it does, as far as that is known. */
  readonly effects: Effects;
}

/** How the engine has answered a statement. */
export interface Forwarded {
  readonly failure?: Fields;
  /** CREATE ... IF NOT EXISTS has found what it would make. */
  readonly isSkipped: boolean;
  /** The client reads the result in portions, and has not read all of it. */
  readonly isSuspended: boolean;
  /** How many rows it has written or returned. */
  readonly rows?: number | undefined;
}

/** The system tables that `Cluster.writeHistory` brings up to date. */
const HISTORY = new RegExp(
  `\\b(?:${[...HISTORY_VIEW_NAMES, ...QUERY_LOG_NAMES, ...SESSION_LOG_NAMES, 'svv_user_info'].join('|')})\\b`,
  'i',
);
/** The system tables that count the rows of tables. */
const COUNTS = /\b(?:svv_table_info|stv_tbl_perm|stv_blocklist|svv_diskusage)\b/i;

/** The functions that tell of the session's last COPY and query. */
export const LAST_FUNCTIONS = /pg_last_(?:copy|query|unload)/i;

/** Whether the SQL reads one of them. */
export function readsHistory(sql: string): boolean {
  return HISTORY.test(sql);
}

/** Whether the SQL reads counts of rows. */
export function readsCounts(sql: string): boolean {
  return COUNTS.test(sql);
}

/** What a client is told of a failure. */
export function messageOf(error: RedshiftError | EngineError, context: ErrorContext): string {
  return error instanceof EngineError ? (translateError(error.fields, context)['M'] ?? '') : error.message;
}

/** The number of rows in a tag such as `INSERT 0 3`; undefined if it has none. */
export function rowsIn(frame: Frame): number | undefined {
  const count = / (\d+)\0$/.exec(frame.bytes.toString('latin1', 5))?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * The tag that completes a statement. For some statements the engine runs another one, or a block of its procedural
 * language. Whether MERGE counts rows is undocumented, so it shows no count for a client to rely on.
 */
export function tagOf({ verb }: Statement, frame: Frame): Buffer {
  const tag = frame.bytes.toString('latin1', 5);
  if (
    verb === 'MERGE' ||
    verb === 'CREATE MATERIALIZED VIEW' ||
    verb === 'DROP MATERIALIZED VIEW' ||
    tag === 'DO\0'
  )
    return encode('C', `${verb}\0`);
  return verb === 'CREATE TABLE AS' ? encode('C', 'SELECT\0') : frame.bytes;
}

/** Only statements of the compute nodes count for pg_last_query_id. */
export function readsTables({ verb, sql }: Statement): boolean {
  return verb === 'UNLOAD' || (verb === 'SELECT' && /\bfrom\b/i.test(sql) && !/\bpg_last_/i.test(sql));
}
