/** The statements of an overwrite and of an ACTIVATE_VERSION, one function each. */
import { ident, join, literal, raw, sql, type Sql } from '../sql.ts';
import { DELETED_AT, TABLE_VERSION } from '../table/metadata.ts';
import type { Column, TableRef } from '../table/types.ts';

const name = ({ schema, table }: TableRef): Sql => ident(schema, table);

/** With its DISTKEY, SORTKEY, encodings, NOT NULLs and defaults (r_CREATE_TABLE_NEW, LIKE). */
export const createTableLike = (table: TableRef, parent: TableRef): Sql =>
  sql`CREATE TABLE IF NOT EXISTS ${name(table)} (LIKE ${name(parent)} INCLUDING DEFAULTS)`;

/** Not TRUNCATE, which commits. */
export const deleteAll = (table: TableRef): Sql => sql`DELETE FROM ${name(table)}`;

export function insertFrom(table: TableRef, source: TableRef, columns: readonly Column[]): Sql {
  const list = join(columns.map((column) => ident(column.name)));
  return sql`INSERT INTO ${name(table)} (${list}) SELECT ${list} FROM ${name(source)}`;
}

/** The new name has no schema: a table stays in its own (r_ALTER_TABLE). */
export const renameTable = (table: TableRef, to: string): Sql =>
  sql`ALTER TABLE ${name(table)} RENAME TO ${ident(to)}`;

export const dropTable = (table: TableRef): Sql => sql`DROP TABLE ${name(table)}`;

export const dropTableIfExists = (table: TableRef): Sql => sql`DROP TABLE IF EXISTS ${name(table)}`;

export const countRows = (table: TableRef): Sql => sql`SELECT COUNT(*) FROM ${name(table)}`;

/** Rows of versions before one, and rows without a version unless they are kept. */
export interface OlderVersions {
  readonly version: bigint;
  readonly keepsUnversioned: boolean;
}

function isOlder({ version, keepsUnversioned }: OlderVersions): Sql {
  const isSmaller = sql`${ident(TABLE_VERSION)} < ${raw(String(version))}`;
  return keepsUnversioned ? isSmaller : sql`(${isSmaller} OR ${ident(TABLE_VERSION)} IS NULL)`;
}

export const deleteOlderVersions = (table: TableRef, older: OlderVersions): Sql =>
  sql`DELETE FROM ${name(table)} WHERE ${isOlder(older)}`;

/** Rows that are marked keep their time. */
export const markOlderVersions = (table: TableRef, older: OlderVersions, time: string): Sql =>
  sql`UPDATE ${name(table)} SET ${ident(DELETED_AT)} = ${literal(time)} WHERE ${isOlder(older)} AND ${ident(DELETED_AT)} IS NULL`;
