/**
 * Writes the rows that a COPY leaves in the system tables. They go through a connection of their own, because they must
 * outlive the transaction of a COPY that failed.
 */
import type { Pool } from 'pg';
import type { LoadedFile } from './feed.ts';
import type { Replacement, RowError } from '../rows/check.ts';
import type { CopyStatement } from '../sql/statement.ts';

/** A COPY that came to reading rows. */
export interface LoadRecord {
  /** Oid of the session's user: others do not see the rows. */
  readonly userId: number;
  readonly queryId: number;
  readonly pid: number;
  readonly database: string;
  /** Its oid. */
  readonly table: number;
  readonly copy: CopyStatement;
  readonly started: Date;
  readonly status: 'completed' | 'aborted';
  readonly rows: number;
  readonly files: readonly LoadedFile[];
  readonly errors: readonly RowError[];
  readonly replacements: readonly Replacement[];
}

type Row = Readonly<Record<string, string | number>>;

/** Lengths in bytes of the CHAR columns; Redshift cuts what is longer. */
const WIDTH = { filename: 256, column: 127, type: 10, raw: 1024, reason: 100, message: 512 };
/** Rows of one statement. */
const BATCH = 1000;

/** Writes all rows of one COPY; resolves when every session can see them. */
export async function recordLoad(admin: Pool, load: LoadRecord): Promise<void> {
  await insert(admin, 'stl_load_errors', load.errors, (error) => stlError(load, error));
  await insert(admin, 'sys_load_error_detail', load.errors, (error) => sysError(load, error));
  await insert(
    admin,
    'stl_loaderror_detail',
    load.errors.flatMap((error) => detailsOf(load, error)),
    (row) => row,
  );
  await insert(admin, 'stl_replacements', load.replacements, (replacement) => ({
    ...{ userid: load.userId, query: load.queryId, slice: 0, tbl: load.table, starttime: time(load.started) },
    ...{ session: load.pid, filename: printable(replacement.file, WIDTH.filename) },
    ...{ line_number: replacement.line, colname: printable(replacement.column, WIDTH.column) },
    raw_line: printable(replacement.rawLine, WIDTH.raw),
  }));
  await insert(admin, 'stl_load_commits', load.files, (file) => commit(load, file));
  await insert(admin, 'sys_load_detail', load.files, (file) => ({
    ...{ user_id: load.userId, query_id: load.queryId, file_name: printable(file.file, WIDTH.filename) },
    ...{
      bytes_scanned: file.bytes,
      lines_scanned: file.lines,
      record_time: time(file.ended),
      splits_scanned: 0,
    },
    ...{ start_time: time(file.started), end_time: time(file.ended) },
  }));
  await insert(admin, 'sys_load_history', [load], history);
}

async function insert<T>(
  admin: Pool,
  table: string,
  items: readonly T[],
  row: (item: T) => Row,
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    const rows = items.slice(at, at + BATCH).map(row);
    await admin.query(
      `insert into pg_catalog.${table} select * from jsonb_populate_recordset(null::pg_catalog.${table}, $1)`,
      [JSON.stringify(rows)],
    );
  }
}

function stlError(load: LoadRecord, error: RowError): Row {
  return {
    ...{ userid: load.userId, slice: 0, tbl: load.table, starttime: time(load.started), session: load.pid },
    ...{ query: load.queryId, filename: printable(error.file, WIDTH.filename), line_number: error.line },
    ...{ colname: printable(error.column, WIDTH.column), type: printable(error.type, WIDTH.type) },
    ...{ col_length: printable(error.length, WIDTH.type), position: error.position },
    ...{ raw_line: printable(error.rawLine, WIDTH.raw), raw_field_value: printable(error.value, WIDTH.raw) },
    ...{ err_code: error.code, err_reason: printable(error.reason, WIDTH.reason) },
    ...{ is_partial: 0, start_offset: 0, copy_job_id: -1 },
  };
}

function sysError(load: LoadRecord, error: RowError): Row {
  return {
    ...{ user_id: load.userId, query_id: load.queryId, transaction_id: load.queryId, session_id: load.pid },
    ...{ database_name: load.database, table_id: load.table, start_time: time(load.started) },
    ...{ file_name: printable(error.file, WIDTH.filename), line_number: error.line },
    ...{ column_name: printable(error.column, WIDTH.column), column_type: printable(error.type, WIDTH.type) },
    ...{
      column_length: printable(error.length, WIDTH.type),
      position: error.position,
      error_code: error.code,
    },
    error_message: printable(error.reason, WIDTH.message),
  };
}

function detailsOf(load: LoadRecord, error: RowError): Row[] {
  return error.fields.map(({ column, type, length, value }, field) => ({
    ...{ userid: load.userId, slice: 0, session: load.pid, query: load.queryId },
    ...{ filename: printable(error.file, WIDTH.filename), line_number: error.line, field },
    ...{ colname: printable(column, WIDTH.raw), value: printable(value, WIDTH.raw), is_null: 0 },
    ...{ type: printable(type, WIDTH.type), col_length: printable(length, WIDTH.type) },
  }));
}

function commit(load: LoadRecord, { file, lines, errors, ended }: LoadedFile): Row {
  const filename = printable(file, WIDTH.filename);
  return {
    ...{ userid: load.userId, query: load.queryId, slice: 0, name: filename, filename, byte_offset: 0 },
    ...{ lines_scanned: lines, errors, curtime: time(ended), status: load.status === 'completed' ? 1 : 2 },
    ...{ file_format: formatName(load.copy), is_partial: 0, start_offset: 0, copy_job_id: -1 },
  };
}

function history(load: LoadRecord): Row {
  const { copy, files } = load;
  const [bytes, now] = [files.reduce((sum, file) => sum + file.bytes, 0), new Date()];
  return {
    ...{ user_id: load.userId, query_id: load.queryId, transaction_id: load.queryId, session_id: load.pid },
    ...{ database_name: load.database, status: load.status, table_name: copy.table.table },
    ...{ start_time: time(load.started), end_time: time(now) },
    ...{
      duration: (now.getTime() - load.started.getTime()) * 1000,
      data_source: `s3://${copy.bucket}/${copy.key}`,
    },
    ...{
      file_format: formatName(copy),
      loaded_rows: load.rows,
      loaded_bytes: load.status === 'completed' ? bytes : 0,
    },
    ...{ source_file_count: files.length, source_file_bytes: bytes },
    ...{ file_count_scanned: files.length, file_bytes_scanned: bytes },
    ...{ error_count: load.errors.length, copy_job_id: -1 },
  };
}

function formatName({ format }: CopyStatement): string {
  return format.kind === 'text' ? 'txt' : format.kind;
}

function time(date: Date): string {
  return date.toISOString().replace('Z', '');
}

/** The system tables hold one byte per character: each byte of a longer one shows as a dot. */
function printable(text: string, width: number): string {
  return Buffer.from(text)
    .subarray(0, width)
    .toString('latin1')
    .replaceAll('\0', '')
    .replaceAll(/[\u0080-\u00ff]/g, '.');
}
