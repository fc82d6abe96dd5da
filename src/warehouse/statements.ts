/**
 * Every statement that a load sends, one function each. Names are always quoted; targets have no alias (Redshift allows
 * none in DELETE, UPDATE and MERGE); keys are compared with `=` only, and VARCHAR keys by length too, because Redshift
 * ignores trailing blanks in comparisons (r_Character_types).
 */
import { copyFormat } from '../rows/csv.ts';
import { ident, integer, join, literal, raw, secret, sql, type Sql } from '../sql.ts';
import type { NewColumn } from '../table/changes.ts';
import { typeSql, type Column, type TableRef } from '../table/types.ts';

/** How COPY may read the bucket: a role of the cluster, or keys. */
export type CopyAccess =
  | { readonly kind: 'role'; readonly role: string }
  | {
      readonly kind: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | undefined;
    };

export interface CopySource {
  readonly manifestUrl: string;
  readonly sentinel: string;
  readonly access: CopyAccess;
  readonly region: string | undefined;
}

/** The column that tells the last record of a key: one counter per stream. */
export const ORDINAL = '_target_redshift_ordinal';

/** The column that tells whether a row is a stub of a deletion. */
export const STUB = '_target_redshift_stub';

const target = ({ schema, table }: TableRef): Sql => ident(schema, table);
const names = (columns: readonly { readonly name: string }[]): Sql =>
  join(columns.map(({ name }) => ident(name)));
const definition = ({ name, type }: NewColumn): Sql => sql`${ident(name)} ${raw(typeSql(type))}`;

export const createSchema = (schema: string): Sql => sql`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`;

export const schemaExists = (schema: string): Sql =>
  sql`SELECT 1 FROM pg_namespace WHERE nspname = ${literal(schema)}`;

export const createTable = (table: TableRef, columns: readonly NewColumn[]): Sql =>
  sql`CREATE TABLE ${target(table)} (${join(columns.map(definition))})`;

export const commentOnTable = (table: TableRef, text: string): Sql =>
  sql`COMMENT ON TABLE ${target(table)} IS ${literal(text)}`;

/** One column in each statement: Redshift takes no more (r_ALTER_TABLE). */
export const addColumn = (table: TableRef, column: NewColumn): Sql =>
  sql`ALTER TABLE ${target(table)} ADD COLUMN ${definition(column)}`;

/** Not inside a transaction block (r_ALTER_TABLE). */
export const widenColumn = (table: TableRef, column: string, bytes: number): Sql =>
  sql`ALTER TABLE ${target(table)} ALTER COLUMN ${ident(column)} TYPE VARCHAR(${integer(bytes)})`;

/** A temporary table cannot be qualified; it is gone with the session. */
export const createStage = (stage: string, columns: readonly NewColumn[]): Sql =>
  sql`CREATE TEMP TABLE ${ident(stage)} (${join(columns.map(definition))})`;

export const dropStage = (stage: string): Sql => sql`DROP TABLE IF EXISTS ${ident(stage)}`;

const copyInto = (into: Sql, columns: Sql, source: CopySource): Sql =>
  sql`COPY ${into} (${columns}) FROM ${literal(source.manifestUrl)} ${authorization(source.access)}${region(source.region)} MANIFEST ${copyFormat(source.sentinel)}`;

/** Statistics and encodings of the owner's table are left to Redshift's defaults. */
export const copyToTable = (table: TableRef, columns: readonly Column[], source: CopySource): Sql =>
  copyInto(target(table), names(columns), source);

/** A stage needs neither compression analysis nor statistics (copy-parameters-data-load). */
export const copyToStage = (stage: string, columns: readonly NewColumn[], source: CopySource): Sql =>
  sql`${copyInto(ident(stage), names(columns), source)} COMPUPDATE OFF STATUPDATE OFF`;

function authorization(access: CopyAccess): Sql {
  if (access.kind === 'role') {
    return access.role === 'default' ? raw('IAM_ROLE default') : sql`IAM_ROLE ${literal(access.role)}`;
  }
  const token =
    access.sessionToken === undefined ? raw('') : sql` SESSION_TOKEN ${secret(access.sessionToken)}`;
  return sql`ACCESS_KEY_ID ${literal(access.accessKeyId)} SECRET_ACCESS_KEY ${secret(access.secretAccessKey)}${token}`;
}

const region = (name: string | undefined): Sql =>
  name === undefined ? raw('') : sql` REGION ${literal(name)}`;

/** Rows that the last COPY of this session loaded; COPY's own tag has no count. */
export const lastCopyCount = (): Sql => raw('SELECT pg_last_copy_count()');

function sameKey(left: string, right: string, keys: readonly Column[]): Sql {
  const conditions = keys.flatMap(({ name, type }) => {
    const [a, b] = [ident(left, name), ident(right, name)];
    const equal = sql`${a} = ${b}`;
    return type.kind === 'varchar' ? [equal, sql`LEN(${a}) = LEN(${b})`] : [equal];
  });
  return join(conditions, ' AND ');
}

/** The keys that stand more than once in the stage, with the ordinal of their last row. */
export function findRepeatedKeys(repeated: string, stage: string, keys: readonly Column[]): Sql {
  const lengths = keys
    .filter(({ type }) => type.kind === 'varchar')
    .map(({ name }) => sql`LEN(${ident(name)})`);
  const groups = join([...keys.map(({ name }) => ident(name)), ...lengths]);
  return sql`CREATE TEMP TABLE ${ident(repeated)} AS SELECT ${names(keys)}, MAX(${ident(ORDINAL)}) AS ${ident(ORDINAL)} FROM ${ident(stage)} GROUP BY ${groups} HAVING COUNT(*) > 1`;
}

/** Leaves the last row of each key in the stage; the tag counts the superseded rows. */
export const deleteSuperseded = (stage: string, repeated: string, keys: readonly Column[]): Sql =>
  sql`DELETE FROM ${ident(stage)} USING ${ident(repeated)} WHERE ${sameKey(stage, repeated, keys)} AND ${ident(stage, ORDINAL)} < ${ident(repeated, ORDINAL)}`;

/** Removes the rows that the stage replaces. */
export const deleteMatching = (table: TableRef, stage: string, keys: readonly Column[]): Sql =>
  sql`DELETE FROM ${target(table)} USING ${ident(stage)} WHERE ${sameKey(table.table, stage, keys)}`;

export const insertAll = (table: TableRef, stage: string, columns: readonly Column[]): Sql =>
  sql`INSERT INTO ${target(table)} (${names(columns)}) SELECT ${names(columns)} FROM ${ident(stage)}`;

/** Writes the stage's columns of matching rows and leaves the table's other columns as they are. */
export function updateMatching(
  table: TableRef,
  stage: string,
  columns: readonly Column[],
  keys: readonly Column[],
): Sql {
  const assignments = columns.map(({ name }) => sql`${ident(name)} = ${ident(stage, name)}`);
  return sql`UPDATE ${target(table)} SET ${join(assignments)} FROM ${ident(stage)} WHERE ${sameKey(table.table, stage, keys)}`;
}

export function insertMissing(
  table: TableRef,
  stage: string,
  columns: readonly Column[],
  keys: readonly Column[],
): Sql {
  const [firstKey] = keys;
  if (!firstKey) throw new RangeError('Cannot look for missing keys without a key');
  const values = join(columns.map(({ name }) => ident(stage, name)));
  return sql`INSERT INTO ${target(table)} (${names(columns)}) SELECT ${values} FROM ${ident(stage)} LEFT JOIN ${target(table)} ON ${sameKey(table.table, stage, keys)} WHERE ${ident(table.table, firstKey.name)} IS NULL`;
}

/** Rows of the stage whose key is in the table. */
export function countMatching(table: TableRef, stage: string, keys: readonly Column[]): Sql {
  const exists = sql`SELECT 1 FROM ${target(table)} WHERE ${sameKey(table.table, stage, keys)}`;
  return sql`SELECT COUNT(*) FROM ${ident(stage)} WHERE EXISTS (${exists})`;
}

/** The table of commit markers, in the target schema. */
export const MARKERS = '_target_redshift_commits';

export const createMarkers = (schema: string): Sql =>
  sql`CREATE TABLE IF NOT EXISTS ${ident(schema, MARKERS)} (run_id VARCHAR(64), batch BIGINT, committed_at TIMESTAMP)`;

/** A blind insert: it is never read inside a load, so loads do not wait for each other through it. */
export const insertMarker = (schema: string, runId: string, batch: number): Sql =>
  sql`INSERT INTO ${ident(schema, MARKERS)} (run_id, batch, committed_at) VALUES (${literal(runId)}, ${integer(batch)}, GETDATE())`;

export const findMarker = (schema: string, runId: string, batch: number): Sql =>
  sql`SELECT 1 FROM ${ident(schema, MARKERS)} WHERE run_id = ${literal(runId)} AND batch = ${integer(batch)}`;

export const removeMarkers = (schema: string, runId: string): Sql =>
  sql`DELETE FROM ${ident(schema, MARKERS)} WHERE run_id = ${literal(runId)}`;

/** ACCESS EXCLUSIVE: waits for every transaction that writes the table (r_LOCK). */
export const lockTable = (table: TableRef): Sql => sql`LOCK TABLE ${target(table)}`;

export const terminateBackend = (pid: number): Sql => sql`SELECT pg_terminate_backend(${integer(pid)})`;
