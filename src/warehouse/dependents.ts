/** Why Redshift will not change a column: views that are bound to it, or the physical design of its table. */
import type { Session } from '../ports.ts';
import { literal, raw, sql, type Sql } from '../sql.ts';
import type { TableRef } from '../table/types.ts';

/** Views with schema binding depend on the columns they select through their rewrite rule (PG_DEPEND). */
export function viewsOn({ schema, table }: TableRef, column?: string): Sql {
  const [attribute, name] =
    column === undefined
      ? [raw(''), raw('')]
      : [
          sql` JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = used.refobjsubid`,
          sql` AND a.attname = ${literal(column)}`,
        ];
  return sql`SELECT DISTINCT vn.nspname, v.relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_depend used ON used.refobjid = t.oid${attribute} JOIN pg_depend made ON made.objid = used.objid AND made.deptype = 'i' JOIN pg_class v ON v.oid = made.refobjid AND v.relkind = 'v' JOIN pg_namespace vn ON vn.oid = v.relnamespace WHERE n.nspname = ${literal(schema)} AND t.relname = ${literal(table)}${name} ORDER BY 1, 2`;
}

/** A sort key may be interleaved: then its positions are negative. */
export const designOn = ({ schema, table }: TableRef, column: string): Sql =>
  sql`SELECT a.attisdistkey, a.attsortkeyord FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = ${literal(schema)} AND t.relname = ${literal(table)} AND a.attname = ${literal(column)}`;

/** The views on a column or on any, each as a person would write it. Best effort: none when the catalog cannot be read. */
export async function readViews(
  session: Session,
  target: TableRef,
  column?: string,
): Promise<readonly string[]> {
  try {
    const { rows } = await session.run(viewsOn(target, column));
    return rows.map(([schema, view]) => `"${schema ?? ''}"."${view ?? ''}"`);
  } catch {
    return [];
  }
}

/** What the column is for the storage of its table; undefined if nothing. Best effort as well. */
export async function readDesignRole(
  session: Session,
  target: TableRef,
  column: string,
): Promise<'DISTKEY' | 'SORTKEY' | undefined> {
  try {
    const [row] = (await session.run(designOn(target, column))).rows;
    if (row?.[0] === 't') return 'DISTKEY';
    return row?.[1] != null && row[1] !== '0' ? 'SORTKEY' : undefined;
  } catch {
    return undefined;
  }
}
