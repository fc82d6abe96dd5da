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

/** A table or view. */
interface Relation {
  readonly name: string;
  readonly isView: boolean;
  readonly comment: string | undefined;
}

/** The views of a schema, and its tables that have a comment. */
async function readRelations(session: Session, schema: string): Promise<readonly Relation[]> {
  const { rows } = await session.run(relationsIn(schema));
  return rows.map(([name, kind, comment]) => ({
    name: name ?? '',
    isView: kind !== 'r',
    comment: comment ?? undefined,
  }));
}

/** The comments of the schema's tables; those of this program hold stream and keys as JSON. */
export async function readComments(session: Session, schema: string): Promise<ReadonlyMap<string, string>> {
  const relations = await readRelations(session, schema);
  return new Map(relations.map(({ name, comment }) => [name, comment ?? '']));
}

/** The tables of a schema with what their comments say, and its views. */
export async function readStoredTables(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<string, StoredTable>> {
  const tables = await readTables(session, schema);
  const relations = new Map((await readRelations(session, schema)).map((one) => [one.name, one]));
  // A view that is not bound to its tables has no columns in svv_columns.
  return new Map(
    [...new Set([...tables.keys(), ...relations.keys()])].map((name): [string, StoredTable] => {
      const { isView = false, comment } = relations.get(name) ?? {};
      return [name, { columns: tables.get(name) ?? [], keyProperties: notedKeys(comment), isView }];
    }),
  );
}

/** How a table lies on the cluster, in words of a catalog; nothing for what Redshift chooses by itself. */
export interface StoredDesign {
  readonly distkey?: string;
  /** Columns in their order in the key. */
  readonly sortkey?: readonly string[];
}

/** Of the tables that have one, by name. */
export async function readDesigns(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<string, StoredDesign>> {
  const { rows } = await session.run(designsIn(schema));
  const designs = new Map<string, { distkey?: string; sortkey?: string[] }>();
  for (const [table, column, isDistkey, position] of rows) {
    const design = designs.get(table ?? '') ?? {};
    designs.set(table ?? '', design);
    if (isDistkey === 't') design.distkey = column ?? '';
    if (position !== '0') design.sortkey = [...(design.sortkey ?? []), column ?? ''];
  }
  return designs;
}

/** Positions of an interleaved sort key are negative. */
const designsIn = (schema: string): Sql =>
  sql`SELECT t.relname, a.attname, a.attisdistkey, a.attsortkeyord FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = ${literal(schema)} AND a.attnum > 0 AND (a.attisdistkey OR a.attsortkeyord <> 0) ORDER BY t.relname, ABS(a.attsortkeyord)`;

/** Rows of the tables as Redshift estimates them, by name. Without the privilege for that, none (SVV_TABLE_INFO). */
export async function readRowEstimates(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<string, number>> {
  try {
    const { rows } = await session.run(
      sql`SELECT "table", estimated_visible_rows FROM svv_table_info WHERE "schema" = ${literal(schema)}`,
    );
    return new Map(rows.map(([table, count]) => [table ?? '', Number(count)]));
  } catch {
    return new Map();
  }
}

/** The slices of the cluster, each of which reads files of its own (r_STV_SLICES). Undefined when none are shown. */
export async function readSlices(session: Session): Promise<number | undefined> {
  const { rows } = await session.run(countSlices, { timeoutMs: 10_000 });
  return number(rows[0]?.[0] ?? null) || undefined;
}

export const countSlices = raw('SELECT COUNT(*) FROM stv_slices');

/** From the catalog itself: views may cut texts at 256 bytes (c_join_PG), and `obj_description` does not (r_COMMENT). */
export const relationsIn = (schema: string): Sql =>
  sql`SELECT relname, relkind, obj_description(oid) FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ${literal(schema)}) AND (relkind IN ('v', 'm') OR relkind = 'r' AND obj_description(oid) IS NOT NULL)`;

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
