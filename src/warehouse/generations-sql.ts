/** The statements that tell the generations of rows apart, one function each. Rows without a generation are older than all others. */
import { ident, raw, sql, tableName, type Sql } from '../sql.ts';
import { GENERATION } from '../table/airbyte-columns.ts';
import type { Column, TableRef } from '../table/types.ts';
import { awaitWriters } from './statements.ts';

function isOlder(minimum: bigint): Sql {
  const generation = ident(GENERATION);
  return sql`(${generation} IS NULL OR ${generation} < ${raw(String(minimum))})`;
}

/** One row that is older, if there is one. */
export const findOlder = (table: TableRef, minimum: bigint): Sql =>
  sql`SELECT 1 FROM ${tableName(table)} WHERE ${isOlder(minimum)} LIMIT 1`;

/** One row of the generation or a newer one, if there is one. */
export const findCurrent = (table: TableRef, minimum: bigint): Sql =>
  sql`SELECT 1 FROM ${tableName(table)} WHERE NOT ${isOlder(minimum)} LIMIT 1`;

export const findAny = (table: TableRef): Sql => sql`SELECT 1 FROM ${tableName(table)} LIMIT 1`;

/** With a minimum of 0 only rows without a generation below it, which are none: the statement takes the lock for writing all the same. */
export const deleteOlder = (table: TableRef, minimum: bigint): Sql =>
  minimum > 0n ? sql`DELETE FROM ${tableName(table)} WHERE ${isOlder(minimum)}` : awaitWriters(table);

/** With the columns, encodings, distribution and sort key of the table (r_CREATE_TABLE_NEW, LIKE). */
export const createBeside = (table: TableRef, parent: TableRef): Sql =>
  sql`CREATE TABLE IF NOT EXISTS ${tableName(table)} (LIKE ${tableName(parent)} INCLUDING DEFAULTS)`;

/** The rows that were deleted in the source. */
export const deleteMarked = (table: TableRef, mark: Column): Sql =>
  sql`DELETE FROM ${tableName(table)} WHERE ${ident(mark.name)} IS NOT NULL`;
