/** Writes the rows that an UNLOAD leaves in the system tables. They outlive the transaction of an UNLOAD that failed. */
import type { Pool } from 'pg';
import type { ErrorContext } from '../errors.ts';
import type { UnloadStatement } from '../sql/unload-statement.ts';
import type { UnloadedFile } from './manifest.ts';

/** An UNLOAD that has ended. */
export interface UnloadRecord {
  readonly context: ErrorContext;
  readonly unload: UnloadStatement;
  readonly started: Date;
  readonly rows: number;
  readonly files: readonly UnloadedFile[];
  /** Why it failed; undefined when it has not. */
  readonly failure?: string;
}

const FORMATS = { text: 'Text', fixed: 'Text', csv: 'CSV', json: 'JSON', parquet: 'Parquet' } as const;
const PATH_BYTES = 1280;

/** Writes all rows; resolves when every session can see them. */
export async function recordUnload(admin: Pool, database: string, record: UnloadRecord): Promise<void> {
  const { context, files } = record;
  const format = FORMATS[record.unload.format.kind];
  await insert(admin, 'sys_unload_history', [historyOf(record, database)]);
  const ended = files.map(({ url, slice, bytes, lines, started, ended }) => ({
    ...{ userid: context.userId, query: context.queryId, slice, pid: context.pid, path: cut(url) },
    ...{ start_time: time(started), end_time: time(ended), line_count: lines, transfer_size: bytes },
    file_format: format,
  }));
  await insert(admin, 'stl_unload_log', ended);
  const details = ended.map(({ userid, query, pid, path, slice: _slice, ...rest }) => ({
    ...{ user_id: userid, query_id: query, session_id: pid, transaction_id: query, file_name: path },
    ...rest,
  }));
  await insert(admin, 'sys_unload_detail', details);
}

function historyOf(record: UnloadRecord, database: string): Readonly<Record<string, string | number>> {
  const { context, unload, started, rows, files, failure } = record;
  const now = new Date();
  return {
    ...{ user_id: context.userId, query_id: context.queryId, transaction_id: context.queryId },
    ...{ session_id: context.pid, database_name: database, start_time: time(started), end_time: time(now) },
    status: failure === undefined ? 'completed' : 'aborted',
    duration: (now.getTime() - started.getTime()) * 1000,
    file_format: FORMATS[unload.format.kind],
    compression_type: unload.format.kind === 'parquet' ? 'snappy' : unload.compression,
    unloaded_location: `s3://${unload.bucket}/${unload.key}`,
    ...{ unloaded_rows: rows, unloaded_files_count: files.length },
    unloaded_files_size: files.reduce((sum, { bytes }) => sum + bytes, 0),
    error_message: (failure ?? '').replaceAll('\0', ''),
  };
}

async function insert(
  admin: Pool,
  table: string,
  rows: readonly Readonly<Record<string, string | number>>[],
): Promise<void> {
  if (rows.length === 0) return;
  await admin.query(
    `insert into pg_catalog.${table} select * from jsonb_populate_recordset(null::pg_catalog.${table}, $1)`,
    [JSON.stringify(rows)],
  );
}

function time(date: Date): string {
  return date.toISOString().replace('Z', '');
}

function cut(path: string): string {
  return Buffer.from(path)
    .subarray(0, PATH_BYTES)
    .toString('latin1')
    .replaceAll(/[\u0080-\u00ff]/g, '.');
}
