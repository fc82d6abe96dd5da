/** Parts of statements that compare the keys of rows. See `merge-sql.ts` for how keys are compared. */
import { ident, join, raw, sql, type Sql } from '../sql.ts';
import type { Column } from '../table/types.ts';

/** Not a statement by itself. */
type Fragment = Sql;

/** The conditions of a statement; nothing without any. */
export const where = (conditions: readonly Sql[]): Fragment =>
  conditions.length === 0 ? raw('') : sql` WHERE ${join(conditions, ' AND ')}`;

/** Rows of two tables with the same key. */
export const sameKey = (left: string, right: string, keys: readonly Column[]): Fragment =>
  join(
    keys.flatMap(({ name, type, isCollated = false }) => {
      const [a, b] = [left, right].map((table) => {
        const key = ident(table, name);
        return isCollated && type.kind === 'varchar' ? sql`COLLATE(${key}, 'case_sensitive')` : key;
      }) as [Sql, Sql];
      const equal = sql`${a} = ${b}`;
      return type.kind === 'varchar' ? [equal, sql`LEN(${a}) = LEN(${b})`] : [equal];
    }),
    ' AND ',
  );

/** What keeps apart texts that differ in trailing blanks, where rows are grouped by their keys. */
export function lengthsOf(keys: readonly Column[]): readonly Sql[] {
  return keys.filter(({ type }) => type.kind === 'varchar').map(({ name }) => sql`LEN(${ident(name)})`);
}
