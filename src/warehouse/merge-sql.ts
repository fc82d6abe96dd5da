/**
 * The statements by which the rows of a stage meet those of a table, one function each. Targets have no alias (Redshift
 * allows none in DELETE and UPDATE); keys are compared with `=` only, and VARCHAR keys by length too, because Redshift
 * ignores trailing blanks in comparisons (r_Character_types). A NULL never equals anything, so rows whose key holds one
 * match nothing: neither each other in the stage nor a row of the table.
 */
import { ident, integer, join, literal, names, raw, sql, tableName, type Sql } from '../sql.ts';
import type { Column, TableRef } from '../table/types.ts';
import { lengthsOf, sameKey, where } from './keys-sql.ts';

/** The column of a stage that tells the order of the records: one counter per stream. */
export const ORDINAL = '_target_redshift_ordinal';

/** The column of a stage that tells what a row says, see `row-kinds.ts`. */
export const KIND = '_target_redshift_kind';

/** Rows of a stage, by kind. */
export type Kinds = 'all' | readonly number[];

/** Which row of a key counts. */
export type Edge = 'first' | 'last';

type Keys = readonly Column[];

/** What is written of which rows. */
export interface Written {
  readonly columns: readonly Column[];
  readonly keys: Keys;
  readonly rows: Kinds;
}

/** The ordinal of the first or last of some rows, for each key; where all rows are meant, of repeated keys alone. */
export function findEdges(
  edges: string,
  stage: string,
  keys: Keys,
  { edge, among }: { readonly edge: Edge; readonly among: Kinds },
): Sql {
  const ordinal = sql`${raw(edge === 'first' ? 'MIN' : 'MAX')}(${ident(ORDINAL)}) AS ${ident(ORDINAL)}`;
  const groups = join([...keys.map(({ name }) => ident(name)), ...lengthsOf(keys)]);
  const repeated = raw(among === 'all' ? ' HAVING COUNT(*) > 1' : '');
  return sql`CREATE TEMP TABLE ${ident(edges)} AS SELECT ${names(keys)}, ${ordinal} FROM ${ident(stage)}${where(only(stage, among))} GROUP BY ${groups}${repeated}`;
}

/** Removes the rows that come before the last of their key, or after the first. */
export function deleteBeyond(
  edges: string,
  stage: string,
  keys: Keys,
  { edge, rows }: { readonly edge: Edge; readonly rows: Kinds },
): Sql {
  const beyond = sql`${ident(stage, ORDINAL)} ${raw(edge === 'first' ? '>' : '<')} ${ident(edges, ORDINAL)}`;
  return sql`DELETE FROM ${ident(stage)} USING ${ident(edges)}${where([sameKey(stage, edges, keys), beyond, ...only(stage, rows)])}`;
}

/** Removes rows of some kinds. */
export function deleteKinds(stage: string, kinds: Kinds): Sql {
  return sql`DELETE FROM ${ident(stage)}${where(only(stage, kinds))}`;
}

export function countRows(stage: string, rows: Kinds): Sql {
  return sql`SELECT COUNT(*) FROM ${ident(stage)}${where(only(stage, rows))}`;
}

/** Rows whose key holds a NULL. */
export function countUnkeyed(stage: string, keys: Keys, rows: Kinds): Sql {
  const keyed = join(
    keys.map(({ name }) => sql`${ident(stage, name)} IS NOT NULL`),
    ' AND ',
  );
  return sql`SELECT COUNT(*) FROM ${ident(stage)}${where([sql`NOT (${keyed})`, ...only(stage, rows)])}`;
}

/** Removes the rows of the table whose key is in the stage. */
export function deleteMatching(table: TableRef, stage: string, keys: Keys, rows: Kinds): Sql {
  return sql`DELETE FROM ${tableName(table)} USING ${ident(stage)}${where([sameKey(table.table, stage, keys), ...only(stage, rows)])}`;
}

export function insertRows(
  table: TableRef,
  stage: string | TableRef,
  columns: readonly Column[],
  rows: Kinds,
): Sql {
  const [from, name] = typeof stage === 'string' ? [ident(stage), stage] : [tableName(stage), stage.table];
  return sql`INSERT INTO ${tableName(table)} (${names(columns)}) SELECT ${names(columns)} FROM ${from}${where(only(name, rows))}`;
}

/** Writes columns of matching rows and leaves the table's other columns as they are. */
export function updateMatching(table: TableRef, stage: string, { columns, keys, rows }: Written): Sql {
  const assignments = columns.map(({ name }) => sql`${ident(name)} = ${ident(stage, name)}`);
  return sql`UPDATE ${tableName(table)} SET ${join(assignments)} FROM ${ident(stage)}${where([sameKey(table.table, stage, keys), ...only(stage, rows)])}`;
}

/** Inserts the rows whose key is not in the table. */
export function insertMissing(table: TableRef, stage: string, { columns, keys, rows }: Written): Sql {
  const [firstKey] = keys;
  if (!firstKey) throw new RangeError('Cannot look for missing keys without a key');
  const values = join(columns.map(({ name }) => ident(stage, name)));
  const isMissing = sql`${ident(table.table, firstKey.name)} IS NULL`;
  return sql`INSERT INTO ${tableName(table)} (${names(columns)}) SELECT ${values} FROM ${ident(stage)} LEFT JOIN ${tableName(table)} ON ${sameKey(table.table, stage, keys)}${where([isMissing, ...only(stage, rows)])}`;
}

/** Rows of the stage whose key is in the table. */
export function countPresent(table: TableRef, stage: string, keys: Keys, rows: Kinds): Sql {
  const exists = sql`EXISTS (SELECT 1 FROM ${tableName(table)}${where([sameKey(table.table, stage, keys)])})`;
  return sql`SELECT COUNT(*) FROM ${ident(stage)}${where([exists, ...only(stage, rows)])}`;
}

/** The columns that the table has at this moment: catalogs are read outside of snapshots (c_serial_isolation). */
export function countColumns({ schema, table }: TableRef): Sql {
  return sql`SELECT COUNT(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(table)} AND a.attnum > 0 AND NOT a.attisdropped`;
}

function only(stage: string, kinds: Kinds): readonly Sql[] {
  if (kinds === 'all') return [];
  const [first, ...others] = kinds.map((kind) => integer(kind));
  if (!first) throw new RangeError('Cannot look for rows of no kind');
  const kind = ident(stage, KIND);
  return [others.length === 0 ? sql`${kind} = ${first}` : sql`${kind} IN (${join([first, ...others])})`];
}
