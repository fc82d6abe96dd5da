/** What went wrong with a statement, in one sentence. */
import { LoadError, messageOf } from '../errors.ts';
import type { Sql } from '../sql.ts';
import { codeOf } from './connect-errors.ts';

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function statementError(
  statement: Sql,
  error: unknown,
  { at, isLate }: { readonly at: number; readonly isLate: boolean },
): LoadError {
  const code = codeOf(error);
  const detail = error instanceof Error && 'detail' in error ? textOf(error.detail) : '';
  const hint = code === '57014' && isLate ? ' (it ran longer than its time limit)' : '';
  return new LoadError(`Redshift refused ${firstWords(statement)}: ${messageOf(error)}${hint}`, {
    ...(code === undefined ? {} : { sqlstate: code }),
    detail,
    at,
    cause: error,
  });
}

export function lostError(statement: Sql, cause: Error): LoadError {
  return new LoadError(
    `The connection to Redshift was lost during ${firstWords(statement)}: ${cause.message}`,
    {
      sqlstate: '08006',
      cause,
    },
  );
}

/** Enough of a statement to recognise it; literals are left out where secrets may stand. */
export function firstWords(statement: Sql): string {
  const line = statement.safe.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
