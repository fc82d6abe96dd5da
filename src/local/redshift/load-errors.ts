/**
 * Writes the rows of stl_load_errors and sys_load_error_detail. They go through a connection of their own, because
 * they must outlive the transaction of the COPY that failed.
 */
import type { Client } from 'pg';
import type { Fields } from './message.ts';
import type { RowError } from './rows/check.ts';
import { engineName } from './sql/names.ts';

/** A row of the input that COPY could not load, as both system tables describe it. */
export type LoadError = RowError;

/** The COPY that the rows belong to. */
export interface FailedLoad {
  readonly queryId: number;
  readonly pid: number;
  readonly database: string;
  readonly table: number;
  readonly started: Date;
}

/** Redshift's error codes ("Load error reference") by the engine's SQLSTATE. */
const CODES: Readonly<Record<string, number>> = {
  '22001': 1204,
  '22003': 1222,
  '22007': 1206,
  '22008': 1206,
  '22021': 1220,
  '22P02': 1207,
  '22P04': 1202,
  '23502': 1213,
  '23514': 1204,
};

/** Lengths in bytes of the CHAR columns; Redshift cuts what is longer. */
const WIDTH = { filename: 256, column: 127, type: 10, raw: 1024, reason: 100, message: 512 };

/** Writes all errors of one COPY; resolves when every session can see them. */
export async function recordLoadErrors(
  admin: Client,
  load: FailedLoad,
  errors: readonly LoadError[],
): Promise<void> {
  const started = load.started.toISOString().replace('Z', '');
  for (const error of errors) {
    const filename = printable(error.file, WIDTH.filename);
    const column = printable(error.column, WIDTH.column);
    const type = printable(error.type, WIDTH.type);
    await admin.query(
      `with detail as (
         insert into pg_catalog.sys_load_error_detail
         values (100, $1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13))
       insert into pg_catalog.stl_load_errors
       values (100, 0, $4, $5, $2, $1, $6, $7, $8, $9, $10, $11, $14, $15, $12, $16, 0, 0, -1)`,
      [
        ...[load.queryId, load.pid, load.database, load.table, started, filename, error.line, column, type],
        ...[printable(error.length, WIDTH.type), error.position, error.code],
        ...[printable(error.reason, WIDTH.message), printable(error.rawLine, WIDTH.raw)],
        ...[printable(error.value, WIDTH.raw), printable(error.reason, WIDTH.reason)],
      ],
    );
  }
}

/** The system tables hold one byte per character: each byte of a longer one shows as a dot. */
function printable(text: string, width: number): string {
  return Buffer.from(text)
    .subarray(0, width)
    .toString('latin1')
    .replaceAll('\0', '')
    .replaceAll(/[\u0080-\u00ff]/g, '.');
}

/**
 * The row for what the checks let pass and the engine refused. The engine counts the lines of all objects together, so
 * that the object and line are those only as far as no field before it holds a line end.
 */
export function explainRejection(
  failure: Fields,
  starts: readonly { readonly file: string; readonly rows: number }[],
  columns: readonly { readonly name: string; readonly type: string; readonly length?: number }[],
): LoadError {
  const [, line = '0', name = '', value = ''] =
    /^COPY .*?, line (\d+)(?:, column (.+?)(?:: "(.*)")?)?$/s.exec(failure['W'] ?? '') ?? [];
  const column = columns.find((candidate) => engineName(candidate.name) === name);
  const object = starts.findLast(({ rows }) => rows < Number(line));
  return {
    file: object?.file ?? '',
    line: Number(line) - (object?.rows ?? 0),
    column: column?.name ?? name,
    type: column?.type ?? '',
    length: String(column?.length ?? ''),
    position: 0,
    value,
    rawLine: '',
    code: CODES[failure['C'] ?? ''] ?? 1200,
    reason: failure['M'] ?? '',
    fields: [],
  };
}
