/** The statements around a merge, one function each: schemas, tables, COPY. Names are always quoted. */
import { copyFormat, type CsvFormat } from '../rows/csv.ts';
import { ident, integer, join, literal, names, raw, secret, sql, tableName, type Sql } from '../sql.ts';
import type { NewColumn } from '../table/changes.ts';
import type { Layout } from '../table/design.ts';
import { typeSql, type Column, type TableRef } from '../table/types.ts';

/** How COPY may read the bucket: a role of the cluster, or keys. */
export type CopyAccess =
  | { readonly kind: 'role'; readonly role: string }
  | {
      readonly kind: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string | undefined;
    };

export interface CopySource {
  readonly manifestUrl: string;
  /** Files of Parquet are COPYed as somebody else wrote them. */
  readonly format: CsvFormat | 'parquet';
  readonly access: CopyAccess;
  readonly region: string | undefined;
}

/** The files of a BATCH message, to be copied without passing through this program. */
export interface FilesSource extends Omit<CopySource, 'format'> {
  readonly isGzip: boolean;
}

const definition = ({ name, type, encode, fills, mindsCase = false }: NewColumn): Sql =>
  sql`${ident(name)} ${raw(typeSql(type))}${raw(fills === undefined ? '' : ` ${fills}`)}${raw(encode === undefined ? '' : ` ENCODE ${encode.toUpperCase()}`)}${raw(mindsCase ? ' COLLATE CASE_SENSITIVE' : '')}`;

export const createSchema = (schema: string): Sql => sql`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`;

export const schemaExists = (schema: string): Sql =>
  sql`SELECT 1 FROM pg_namespace WHERE nspname = ${literal(schema)}`;

export const createTable = (table: TableRef, columns: readonly NewColumn[], design?: Layout): Sql =>
  sql`CREATE TABLE ${tableName(table)} (${join(columns.map(definition))})${design ? attributes(design) : raw('')}`;

/** The attributes after the columns of CREATE TABLE, in the order of its grammar. */
function attributes({ diststyle, distkey, sortkey, sortkeyStyle }: Layout): Sql {
  return join(
    [
      raw(''),
      ...(diststyle === undefined ? [] : [raw(`DISTSTYLE ${diststyle.toUpperCase()}`)]),
      ...(distkey === undefined ? [] : [sql`DISTKEY(${ident(distkey)})`]),
      ...(sortkey.length === 0
        ? []
        : [sql`${raw(sortkeyStyle.toUpperCase())} SORTKEY(${join(sortkey.map((name) => ident(name)))})`]),
    ],
    ' ',
  );
}

export const commentOnTable = (table: TableRef, text: string): Sql =>
  sql`COMMENT ON TABLE ${tableName(table)} IS ${literal(text)}`;

export const commentOnColumn = (table: TableRef, column: string, text: string): Sql =>
  sql`COMMENT ON COLUMN ${tableName(table)}.${ident(column)} IS ${literal(text)}`;

/** One column in each statement: Redshift takes no more (r_ALTER_TABLE). */
export const addColumn = (table: TableRef, column: NewColumn): Sql =>
  sql`ALTER TABLE ${tableName(table)} ADD COLUMN ${definition(column)}`;

/** Not inside a transaction block (r_ALTER_TABLE). */
export const widenColumn = (table: TableRef, column: string, bytes: number): Sql =>
  sql`ALTER TABLE ${tableName(table)} ALTER COLUMN ${ident(column)} TYPE VARCHAR(${integer(bytes)})`;

/** An encoding with which every VARCHAR column can be widened. Not inside a transaction block, as far as it is known (r_ALTER_TABLE). */
export const encodeColumn = (table: TableRef, column: string): Sql =>
  sql`ALTER TABLE ${tableName(table)} ALTER COLUMN ${ident(column)} ENCODE ZSTD`;

/** A temporary table cannot be qualified; it is gone with the session. */
export const createStage = (stage: string, columns: readonly NewColumn[], layout?: Layout): Sql =>
  sql`CREATE TEMP TABLE ${ident(stage)} (${join(columns.map(definition))})${layout ? attributes(layout) : raw('')}`;

export const dropStage = (stage: string): Sql => sql`DROP TABLE IF EXISTS ${ident(stage)}`;

function copyInto(into: Sql, columns: readonly Pick<NewColumn, 'name' | 'type'>[], source: CopySource): Sql {
  const { manifestUrl, format, access } = source;
  const from = sql`COPY ${into} (${names(columns)}) FROM ${literal(manifestUrl)} ${authorization(access)}`;
  if (format !== 'parquet') return sql`${from}${region(source.region)} MANIFEST ${copyFormat(format)}`;
  // There is no REGION: the bucket must be in the region of the cluster (copy-usage_notes-copy-from-columnar).
  const isNested = columns.some(({ type }) => type.kind === 'super');
  return sql`${from} MANIFEST FORMAT AS PARQUET${raw(isNested ? ' SERIALIZETOJSON' : '')}`;
}

/** COPY of Parquet takes no COMPUPDATE (copy-usage_notes-copy-from-columnar). */
const withoutAnalysis = ({ format }: CopySource): Sql => raw(format === 'parquet' ? '' : ' COMPUPDATE OFF');

/**
 * Statistics are left to Redshift's defaults, and so are the encodings of a table of somebody else. COPY would choose those of an
 * empty table from a sample, perhaps one with which a column cannot be widened (c_Loading_tables_auto_compress); only the owner may
 * say that it must not.
 */
export const copyToTable = (
  table: TableRef,
  columns: readonly Column[],
  source: CopySource,
  isOwn: boolean,
): Sql => sql`${copyInto(tableName(table), columns, source)}${isOwn ? withoutAnalysis(source) : raw('')}`;

/** The files of a tap as they are: JSON objects whose keys are the names of columns, in any case. */
export const copyFilesToTable = (
  table: TableRef,
  columns: readonly Column[],
  source: FilesSource,
  isOwn: boolean,
): Sql =>
  sql`COPY ${tableName(table)} (${names(columns)}) FROM ${literal(source.manifestUrl)} ${authorization(source.access)}${region(source.region)} MANIFEST JSON 'auto ignorecase'${raw(source.isGzip ? ' GZIP' : '')} DATEFORMAT 'auto' TIMEFORMAT 'auto'${raw(isOwn ? ' COMPUPDATE OFF' : '')}`;

/**
 * A stage needs no compression analysis. Statistics cost a pass over it; without them the planner takes it for a small table
 * (copy-parameters-data-load, r_ANALYZE).
 */
export const copyToStage = (
  stage: string,
  columns: readonly NewColumn[],
  source: CopySource,
  needsStatistics = false,
): Sql =>
  sql`${copyInto(ident(stage), columns, source)}${withoutAnalysis(source)} STATUPDATE ${raw(needsStatistics ? 'ON' : 'OFF')}`;

/** All objects below a prefix, as plain CSV: for finding out what COPY may do. */
export const copyPrefix = (into: Sql, url: string, access: CopyAccess, inRegion: string): Sql =>
  sql`COPY ${into} FROM ${literal(url)} ${authorization(access)}${region(inRegion)} CSV`;

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

/**
 * Waits for writers of the table and keeps others waiting, and changes nothing: a DELETE takes the lock of writers, for which readers
 * do not wait (c_write_readwrite), unlike LOCK TABLE.
 */
export const awaitWriters = (table: TableRef): Sql => sql`DELETE FROM ${tableName(table)} WHERE FALSE`;

export const terminateBackend = (pid: number): Sql => sql`SELECT pg_terminate_backend(${integer(pid)})`;
