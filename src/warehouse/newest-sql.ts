/**
 * The statements by which the newest row of a key is found, where that is not the last one of the input: by the value of some
 * columns, most important first, and only then by the order of the input. NULL is older than any value, and a row that is as new as
 * another comes after it. Keys are compared as in `merge-sql.ts`.
 */
import { ident, join, names, sql, tableName, type Sql } from '../sql.ts';
import type { Column, TableRef } from '../table/types.ts';
import { lengthsOf, sameKey, where } from './keys-sql.ts';
import { ORDINAL } from './merge-sql.ts';

type Columns = readonly Column[];

/** A table of the session, or one beside the table. */
export type Stage = string | TableRef;

const nameOf = (stage: Stage): string => (typeof stage === 'string' ? stage : stage.table);
const fullName = (stage: Stage): Sql => (typeof stage === 'string' ? ident(stage) : tableName(stage));

/** The ordinal of the newest row of each key. */
export function findNewest(edges: string, stage: string, keys: Columns, newestBy: Columns): Sql {
  const order = [
    ...newestBy.map(({ name }) => sql`${ident(name)} DESC NULLS LAST`),
    sql`${ident(ORDINAL)} DESC`,
  ];
  const groups = join([...keys.map(({ name }) => ident(name)), ...lengthsOf(keys)]);
  const ranked = sql`SELECT ${names(keys)}, ${ident(ORDINAL)}, ROW_NUMBER() OVER (PARTITION BY ${groups} ORDER BY ${join(order)}) AS ${ident(RANK)} FROM ${ident(stage)}`;
  return sql`CREATE TEMP TABLE ${ident(edges)} AS SELECT ${names(keys)}, ${ident(ORDINAL)} FROM (${ranked}) AS ${ident(RANKED)} WHERE ${ident(RANK)} = 1`;
}

const RANK = '_target_redshift_rank';
const RANKED = '_target_redshift_ranked';

/** Removes the rows of a stage beside the newest of their key. */
export function deleteOthers(edges: string, stage: string, keys: Columns): Sql {
  const isOther = sql`${ident(stage, ORDINAL)} <> ${ident(edges, ORDINAL)}`;
  return sql`DELETE FROM ${ident(stage)} USING ${ident(edges)}${where([sameKey(stage, edges, keys), isOther])}`;
}

/** Removes the rows of the table that are not newer than the row of their key in the stage. */
export function deleteOutdone(table: TableRef, stage: Stage, keys: Columns, newestBy: Columns): Sql {
  const isOutdone = notNewer(table.table, nameOf(stage), newestBy);
  return sql`DELETE FROM ${tableName(table)} USING ${fullName(stage)}${where([sameKey(table.table, nameOf(stage), keys), isOutdone])}`;
}

/** Writes columns into the rows of the table that are not newer than the row of their key in the stage. */
export function updateOutdone(
  table: TableRef,
  stage: string,
  {
    columns,
    keys,
    newestBy,
  }: { readonly columns: Columns; readonly keys: Columns; readonly newestBy: Columns },
): Sql {
  const assignments = columns.map(({ name }) => sql`${ident(name)} = ${ident(stage, name)}`);
  const isOutdone = notNewer(table.table, stage, newestBy);
  return sql`UPDATE ${tableName(table)} SET ${join(assignments)} FROM ${ident(stage)}${where([sameKey(table.table, stage, keys), isOutdone])}`;
}

/** Removes the rows of the stage whose key is in the table. */
export function deleteStaged(stage: Stage, table: TableRef, keys: Columns): Sql {
  return sql`DELETE FROM ${fullName(stage)} USING ${tableName(table)}${where([sameKey(nameOf(stage), table.table, keys)])}`;
}

/** Removes the rows of the stage that are older than the row of their key in the table. */
export function deleteOutdated(stage: string, table: TableRef, keys: Columns, newestBy: Columns): Sql {
  const isOutdated = sql`NOT (${notNewer(table.table, stage, newestBy)})`;
  return sql`DELETE FROM ${ident(stage)} USING ${tableName(table)}${where([sameKey(stage, table.table, keys), isOutdated])}`;
}

/** Whether a row is not newer than another one. Never NULL. */
function notNewer(row: string, than: string, newestBy: Columns): Sql {
  const [first, ...rest] = newestBy;
  if (!first) return sql`TRUE`;
  const [a, b] = [ident(row, first.name), ident(than, first.name)];
  const isOlder = sql`(${b} IS NOT NULL AND (${a} IS NULL OR ${a} < ${b}))`;
  const isAsNew = sql`((${a} IS NULL AND ${b} IS NULL) OR (${a} IS NOT NULL AND ${b} IS NOT NULL AND ${a} = ${b}))`;
  return sql`(${isOlder} OR (${isAsNew} AND ${notNewer(row, than, rest)}))`;
}
