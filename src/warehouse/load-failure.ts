/**
 * Makes an error message that a user can act on. For COPY it reads Redshift's load-error views. Their rows are found by the file
 * names of this COPY, because the last error may be that of another table. SYS_LOAD_ERROR_DETAIL exists everywhere,
 * STL_LOAD_ERRORS only on provisioned clusters; both pad with blanks.
 */
import { CommitUnknownError, LoadError } from '../errors.ts';
import type { Session, Warehouse } from '../ports.ts';
import { join, literal, raw, sql, type Sql } from '../sql.ts';
import type { TableRef } from '../table/types.ts';

interface RowError {
  readonly file: string;
  /** Line in the file, from 1. */
  readonly line: number;
  readonly column: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
}

/** What failed: the load of a batch, or the end of an overwrite. */
interface FailedWork {
  readonly stream: string;
  readonly target: TableRef;
}

/** The error as a user needs it. `urlPrefix` is that of the batch's objects; without it no COPY is looked for. */
export async function explainFailure(
  error: unknown,
  { stream, target }: FailedWork,
  warehouse: Warehouse,
  urlPrefixes: readonly string[] = [],
): Promise<unknown> {
  if (error instanceof CommitUnknownError) return unknownOutcome(error, stream, urlPrefixes.length === 0);
  if (!(error instanceof LoadError)) return error;
  const table = `"${target.schema}"."${target.table}"`;
  const isCopyError = /Check '(stl_load_errors|sys_load_error_detail)'/.test(error.message);
  const row = isCopyError && urlPrefixes.length > 0 ? await findRowError(warehouse, urlPrefixes) : undefined;
  const reason = row
    ? `column "${row.column}" (${row.type}) refused line ${row.line} of ${row.file}: ${row.reason} (${row.code})`
    : `${error.message}${copyAdvice(error.message)}`;
  return error.saying(`Cannot load stream "${stream}" into ${table}: ${reason}`);
}

/** Where `--check` finds out more than COPY says. */
const COPY_ADVICE: readonly (readonly [RegExp, string])[] = [
  [/Not authorized to get credentials of role/i, 'attach the role to the cluster, or correct iam_role'],
  [/does not have ASSUMEROLE permission/i, 'grant it'],
  [/S3ServiceException:Access ?Denied/i, 'COPY may not read the bucket'],
];

function copyAdvice(message: string): string {
  const advice = COPY_ADVICE.find(([pattern]) => pattern.test(message))?.[1];
  return advice === undefined ? '' : `; ${advice}: --check says how`;
}

function unknownOutcome(cause: CommitUnknownError, stream: string, isOverwrite: boolean): LoadError {
  const [work, advice] = isOverwrite
    ? ['overwrite', 'its table has either the rows from before or those of this run']
    : ['last batch', 'an upsert repairs itself, for an append look for doubled rows first'];
  return new LoadError(
    `Cannot tell whether the ${work} of stream "${stream}" was committed: ${cause.message}, and its outcome could not be ` +
      `found; no state was written for it. Run again from the last state: ${advice}`,
    { cause },
  );
}

/** Undefined when Redshift recorded nothing for these files (access and credential errors leave no row). */
async function findRowError(
  warehouse: Warehouse,
  urlPrefixes: readonly string[],
): Promise<RowError | undefined> {
  try {
    // A connection of its own: the one that failed may be in an aborted transaction.
    return await warehouse.session(async (session) => {
      return (
        (await firstError(session, sysLoadErrors(urlPrefixes))) ??
        (await firstError(session, stlLoadErrors(urlPrefixes)))
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

export const sysLoadErrors = (urlPrefixes: readonly string[]): Sql =>
  sql`SELECT file_name, line_number, column_name, column_type, error_code, error_message FROM sys_load_error_detail WHERE ${anyBegin('file_name', urlPrefixes)} ORDER BY start_time DESC, line_number LIMIT 1`;

export const stlLoadErrors = (urlPrefixes: readonly string[]): Sql =>
  sql`SELECT filename, line_number, colname, type, err_code, err_reason FROM stl_load_errors WHERE ${anyBegin('filename', urlPrefixes)} ORDER BY starttime DESC, line_number LIMIT 1`;

const anyBegin = (column: string, prefixes: readonly string[]): Sql =>
  join(
    prefixes.map((prefix) => sql`${raw(column)} LIKE ${beginsWith(prefix)}`),
    ' OR ',
  );

const beginsWith = (text: string): Sql => literal(`${text.replace(/([\\_%])/g, '\\$1')}%`);
