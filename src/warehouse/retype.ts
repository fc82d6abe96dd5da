/**
 * A column gets another type, or loses NOT NULL. Redshift can only replace it: a new column is added and filled, the old
 * one dropped, the new one renamed (r_ALTER_TABLE). It is one transaction whose first statement takes the exclusive lock
 * of the table, so that no row of another writer can slip in, and a failure leaves the table as it was.
 */
import { ident, join, literal, raw, sql, type Sql } from '../sql.ts';
import type { Replace, Retype } from '../table/changes.ts';
import { dependsOnValues, isInDoubt, type Numeric } from '../table/fits.ts';
import { typeSql, type ColumnType, type TableRef } from '../table/types.ts';

/** The new column until it is renamed. */
const NEW = '_target_redshift_retyped';

/** The steps, in order. `check` answers how many values there were, how many there are, and how many are others. */
export interface RetypeSql {
  readonly add: Sql;
  /** Answers how many values cannot be converted; undefined where all can. */
  readonly guard: Sql | undefined;
  readonly fill: Sql;
  readonly check: Sql;
  readonly finish: readonly Sql[];
}

export function retypeSql({ schema, table }: TableRef, { column, from, to, comment }: Retype): RetypeSql {
  const [target, old] = [ident(schema, table), ident(column)];
  const alter = sql`ALTER TABLE ${target}`;
  const changed = isInDoubt(from, to) ? changedValues(old, from, to) : raw('0');
  return {
    add: sql`${alter} ADD COLUMN ${ident(NEW)} ${raw(typeSql(to))}`,
    guard: dependsOnValues(from, to) ? countMisfits({ schema, table }, column, from, to) : undefined,
    fill: sql`UPDATE ${target} SET ${ident(NEW)} = ${converted(old, from, to)}`,
    check: sql`SELECT COUNT(${old}), COUNT(${ident(NEW)}), ${changed} FROM ${target}`,
    finish: [
      sql`${alter} DROP COLUMN ${old}`,
      sql`${alter} RENAME COLUMN ${ident(NEW)} TO ${old}`,
      ...(comment === undefined
        ? []
        : [sql`COMMENT ON COLUMN ${ident(schema, table, column)} IS ${literal(comment)}`]),
    ],
  };
}

/** Replaces a column of a table without rows by one of another type. */
export function replaceSql({ schema, table }: TableRef, { column, to, comment }: Replace): readonly Sql[] {
  const alter = sql`ALTER TABLE ${ident(schema, table)}`;
  return [
    sql`${alter} ADD COLUMN ${ident(NEW)} ${raw(typeSql(to))}`,
    sql`${alter} DROP COLUMN ${ident(column)}`,
    sql`${alter} RENAME COLUMN ${ident(NEW)} TO ${ident(column)}`,
    ...(comment === undefined
      ? []
      : [sql`COMMENT ON COLUMN ${ident(schema, table, column)} IS ${literal(comment)}`]),
  ];
}

/** How many numbers of a column do not fit a type of decimals. Too large ones are never cast, which would fail. */
export function countMisfits(
  { schema, table }: TableRef,
  column: string,
  from: ColumnType,
  to: Numeric,
): Sql {
  const old = ident(column);
  const whole = to.precision - to.scale;
  const decimals = from.kind === 'numeric' ? from.scale : 0;
  const most = raw(
    `${whole === 0 ? '0' : '9'.repeat(whole)}${decimals === 0 ? '' : `.${'9'.repeat(decimals)}`}`,
  );
  const cases = sql`CASE WHEN ${old} NOT BETWEEN -${most} AND ${most} THEN 1 WHEN CAST(${old} AS ${raw(typeSql(to))}) <> ${old} THEN 1 END`;
  return sql`SELECT COUNT(${cases}) FROM ${ident(schema, table)}`;
}

/** Integers up to here are exact in a double. */
const MAX_EXACT = raw('9007199254740992');

/** How many values differ after the change. */
function changedValues(old: Sql, from: ColumnType, to: ColumnType): Sql {
  const differs =
    to.kind === 'double'
      ? sql`${old} NOT BETWEEN -${MAX_EXACT} AND ${MAX_EXACT}`
      : sql`CAST(${ident(NEW)} AS ${raw(typeSql(from))}) <> ${old}`;
  return sql`COUNT(CASE WHEN ${differs} THEN 1 END)`;
}

/** The old value as the new type. Every cast is explicit, and none depends on a setting of the session. */
function converted(old: Sql, from: ColumnType, to: ColumnType): Sql {
  if (from.kind === to.kind && from.kind !== 'numeric') return old;
  if (to.kind === 'varchar') return text(old, from);
  if (to.kind === 'super') {
    const isWord = from.kind === 'boolean' || isNumber(from);
    return sql`JSON_PARSE(${isWord ? text(old, from) : join([raw(`'"'`), text(old, from), raw(`'"'`)], ' || ')})`;
  }
  if (to.kind === 'timestamptz') return sql`CAST(${old} AS TIMESTAMP) AT TIME ZONE 'UTC'`;
  return sql`CAST(${old} AS ${raw(typeSql(to))})`;
}

/** A boolean cannot be cast to text (r_Boolean_type). */
function text(old: Sql, { kind }: ColumnType): Sql {
  return kind === 'boolean'
    ? sql`CASE WHEN ${old} THEN 'true' WHEN NOT ${old} THEN 'false' END`
    : sql`CAST(${old} AS VARCHAR(64))`;
}

function isNumber({ kind }: ColumnType): boolean {
  return ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double'].includes(kind);
}
