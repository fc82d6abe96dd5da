/**
 * Why a COPY failed, from Redshift's own record of it. The rows are found by the file names of this very COPY, never by
 * "the last error", which may be another table's. SYS_LOAD_ERROR_DETAIL exists everywhere, STL_LOAD_ERRORS only on
 * provisioned clusters; both pad with blanks.
 */
import type { Session, Warehouse } from '../ports.ts';
import { literal, sql, type Sql } from '../sql.ts';

export interface RowError {
  readonly file: string;
  /** Line in the file, from 1. */
  readonly line: number;
  readonly column: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
}

/** Undefined when Redshift recorded nothing for these files (access and credential errors leave no row). */
export async function findRowError(warehouse: Warehouse, urlPrefix: string): Promise<RowError | undefined> {
  try {
    // A connection of its own: the one that failed may be in an aborted transaction.
    return await warehouse.session(async (session) => {
      return (
        (await firstError(session, sysLoadErrors(urlPrefix))) ??
        (await firstError(session, stlLoadErrors(urlPrefix)))
      );
    });
  } catch {
    // Best effort: the COPY's own error is reported in any case.
    return undefined;
  }
}

async function firstError(session: Session, statement: Sql): Promise<RowError | undefined> {
  try {
    const { rows } = await session.run(statement, { timeoutMs: 60_000 });
    const [row] = rows;
    if (!row) return undefined;
    const [file = '', line = '', column = '', type = '', code = '', reason = ''] = row.map((text) =>
      (text ?? '').trim(),
    );
    return { file, line: Number(line), column, type, code, reason };
  } catch {
    return undefined;
  }
}

export const sysLoadErrors = (urlPrefix: string): Sql =>
  sql`SELECT file_name, line_number, column_name, column_type, error_code, error_message FROM sys_load_error_detail WHERE file_name LIKE ${beginsWith(urlPrefix)} ORDER BY start_time DESC, line_number LIMIT 1`;

export const stlLoadErrors = (urlPrefix: string): Sql =>
  sql`SELECT filename, line_number, colname, type, err_code, err_reason FROM stl_load_errors WHERE filename LIKE ${beginsWith(urlPrefix)} ORDER BY starttime DESC, line_number LIMIT 1`;

const beginsWith = (text: string): Sql => literal(`${text.replace(/([\\_%])/g, '\\$1')}%`);
