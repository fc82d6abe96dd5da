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
  { at, limitMs }: { readonly at: number; readonly limitMs: number | undefined },
): LoadError {
  const code = codeOf(error);
  const detail = error instanceof Error && 'detail' in error ? textOf(error.detail) : '';
  const reason = code === '57014' ? ` (${cancellation(messageOf(error), limitMs)})` : '';
  return new LoadError(`Redshift refused ${firstWords(statement)}: ${messageOf(error)}${reason}`, {
    sqlstate: code,
    detail,
    at,
    cause: error,
  });
}

/**
 * Who ended a statement, and what to do about it. `limitMs` is our own time limit, if it had passed (AWS re:Post, "Why was my query
 * aborted in Amazon Redshift?").
 */
function cancellation(message: string, limitMs: number | undefined): string {
  const [, rule] = /Query Monitoring Rule "([^"]*)"/i.exec(message) ?? [];
  if (rule !== undefined)
    return `the query monitoring rule "${rule}" of the cluster ended it; change the rule, or set query_group to one that it does not cover`;
  if (/\bWLM\b/i.test(message))
    return 'the workload management of the cluster ended it; change the timeout of its queue, or set query_group to one of another queue';
  if (limitMs !== undefined)
    return `it ran longer than its time limit of ${Math.round(limitMs / 1000)} s; statement_timeout_seconds limits COPY and merges`;
  if (/statement[ _]timeout/i.test(message)) return 'it ran longer than statement_timeout_seconds';
  return 'a person or another program canceled it';
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
