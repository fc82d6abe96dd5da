/**
 * COPY into a table with row-level security. Redshift applies no policy to it ("Considerations using RLS policies"); the engine refuses
 * it. The rows go into a table of the session first, and from there by INSERT, for which there is a policy that is always true.
 */
import { quoteName, quoteTable } from '../sql/names.ts';
import type { TableName } from '../sql/statement.ts';
import type { Upstream } from '../wire/upstream.ts';
import type { CopyTarget } from './target.ts';

/** Where the rows wait, for the engine. */
export const WAITING_ROWS = 'pg_temp.warehouse_copied';

/** Makes the table of the session, with the columns that COPY fills. */
export async function makeWaitingRoom({ oid, columns }: CopyTarget, upstream: Upstream): Promise<void> {
  const types = await upstream.run(
    `SELECT pg_catalog.warehouse_long_name(attname), format_type(atttypid, atttypmod)
     FROM pg_catalog.pg_attribute WHERE attrelid = ${oid} AND attnum > 0 AND NOT attisdropped`,
  );
  const typeOf = new Map(types.map(([name, type]) => [name ?? '', type ?? '']));
  const list = columns.map(({ name }) => `${quoteName(name)} ${typeOf.get(name) ?? ''}`);
  await upstream.run(`CREATE TEMP TABLE warehouse_copied (${list.join(', ')})`);
}

/** @throws EngineError when the table does not take them. */
export async function moveRows(table: TableName, { columns }: CopyTarget, upstream: Upstream): Promise<void> {
  const list = columns.map(({ name }) => quoteName(name)).join(', ');
  await upstream.run(
    `INSERT INTO ${quoteTable(table)} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM ${WAITING_ROWS}`,
    `DROP TABLE ${WAITING_ROWS}`,
  );
}
