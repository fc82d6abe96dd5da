/**
 * Whether this program sees every row of a table. Row-level security filters what SELECT, UPDATE and DELETE find, and not what INSERT
 * and COPY add (t_rls_usage): an old row that cannot be seen would stay beside the new row of its key. The plan of a query shows
 * that policies apply to the user who asks (r_EXPLAIN, "Using EXPLAIN for RLS"); planning reads no rows.
 */
import { LoadError } from '../errors.ts';
import type { Answer } from '../ports.ts';
import { sql, tableName, type Sql } from '../sql.ts';
import type { TableRef } from '../table/types.ts';

export const explainRead = (table: TableRef): Sql => sql`EXPLAIN SELECT 1 FROM ${tableName(table)}`;

/** Policies of the cluster, and of AWS Lake Formation. */
const FILTERED = /\b(?:RLS|LF) SecureScan\b/;

/** Of the answer to `explainRead`. */
export function isFiltered(plan: Answer | undefined): boolean {
  return plan?.rows.some(([line]) => FILTERED.test(line ?? '')) ?? false;
}

/** Throws LoadError if the answer to `explainRead` says that rows of the table may be hidden. */
export function checkAllSeen({ schema, table }: TableRef, plan: Answer | undefined): void {
  if (!isFiltered(plan)) return;
  throw new LoadError(
    `Row-level security hides rows of table "${schema}"."${table}" from this user, so old rows would stay beside the new ones. ` +
      'Nothing was changed. Have a superuser run GRANT IGNORE RLS TO the user, or to a ROLE of the user, or load the stream ' +
      'with load_method append-only, which reads no rows',
  );
}
