/** What exists in the target schema, read from the catalog. Results are read by position: a DBA may change name case. */
import type { Session } from '../ports.ts';
import { literal, raw, sql, type Sql } from '../sql.ts';
import { notedKeys } from '../table/comment.ts';
import { parseType } from '../table/type-text.ts';
import { MAX_VARBYTE_BYTES, type StoredColumn, type StoredTable } from '../table/types.ts';
import { schemaExists } from './statements.ts';

/** Tables by name, their columns in order. */
export type Tables = ReadonlyMap<string, readonly StoredColumn[]>;

export async function hasSchema(session: Session, schema: string): Promise<boolean> {
  return (await session.run(schemaExists(schema))).rows.length > 0;
}

/** All tables of a schema, or only the named one. */
export async function readTables(session: Session, schema: string, table?: string): Promise<Tables> {
  const { rows } = await session.run(columnsIn(schema, table));
  const tables = new Map<string, StoredColumn[]>();
  for (const [tableName, name, dataType, length, precision, scale, nullable, byDefault, remarks] of rows) {
    if (tableName == null || name == null || dataType == null) continue;
    const columns = tables.get(tableName) ?? [];
    const facts = { length: number(length), precision: number(precision), scale: number(scale) };
    const text = typeText(dataType, facts);
    columns.push({
      name,
      type: parseType(text),
      typeText: text,
      nullable: nullable !== 'NO',
      hasDefault: byDefault != null,
      comment: remarks ?? undefined,
    });
    tables.set(tableName, columns);
  }
  return tables;
}

/** The comments of the schema's tables; those of this program hold stream and keys as JSON. */
export async function readComments(session: Session, schema: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.run(commentsIn(schema));
  return new Map(rows.map(([table, remarks]) => [table ?? '', remarks ?? '']));
}

/** The tables of a schema with what their comments say. */
export async function readStoredTables(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<string, StoredTable>> {
  const tables = await readTables(session, schema);
  const comments = tables.size > 0 ? await readComments(session, schema) : new Map<string, string>();
  return new Map(
    [...tables].map(([name, columns]) => [name, { columns, keyProperties: notedKeys(comments.get(name)) }]),
  );
}

/** The slices of the cluster, each of which reads files of its own (r_STV_SLICES). Undefined when none are shown. */
export async function readSlices(session: Session): Promise<number | undefined> {
  const { rows } = await session.run(countSlices, { timeoutMs: 10_000 });
  return number(rows[0]?.[0] ?? null) || undefined;
}

export const countSlices = raw('SELECT COUNT(*) FROM stv_slices');

/** From the catalog itself: views may cut texts at 256 bytes (c_join_PG), and `obj_description` does not (r_COMMENT). */
export const commentsIn = (schema: string): Sql =>
  sql`SELECT relname, obj_description(oid) FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ${literal(schema)}) AND obj_description(oid) IS NOT NULL`;

export function columnsIn(schema: string, table?: string): Sql {
  const only = table === undefined ? raw('') : sql` AND table_name = ${literal(table)}`;
  return sql`SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable, column_default, remarks FROM svv_columns WHERE table_schema = ${literal(schema)}${only} ORDER BY table_name, ordinal_position`;
}

interface Facts {
  readonly length: number | undefined;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
}

function number(text: string | null | undefined): number | undefined {
  return text == null ? undefined : Number(text);
}

/** With the names of information_schema. COPY is the judge of a VARBYTE whose width the catalog does not say. */
function typeText(dataType: string, { length, precision, scale }: Facts): string {
  if (length !== undefined) return `${dataType}(${length})`;
  if (dataType === 'binary varying') return `${dataType}(${MAX_VARBYTE_BYTES})`;
  return dataType === 'numeric' && precision !== undefined ? `numeric(${precision},${scale ?? 0})` : dataType;
}
