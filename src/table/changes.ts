/** What has to be done to a table before a batch fits: wanted columns against existing ones, as data, not as SQL. */
import { LoadError } from '../errors.ts';
import { canBeKey, typeSql, varcharWidth, type Column, type ColumnType, type StoredColumn } from './types.ts';

export type Change =
  | { readonly kind: 'create-table'; readonly columns: readonly NewColumn[] }
  | { readonly kind: 'add-column'; readonly column: NewColumn }
  | { readonly kind: 'widen'; readonly column: string; readonly bytes: number };

export interface NewColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * The pairs of wanted and existing types in which every value is stored exactly (the encoder writes for the existing
 * type and refuses what does not fit it). Anything else would be an implicit cast.
 */
const EXACT: Readonly<Record<ColumnType['kind'], readonly ColumnType['kind'][]>> = {
  smallint: ['smallint', 'integer', 'bigint', 'numeric', 'varchar', 'super'],
  integer: ['smallint', 'integer', 'bigint', 'numeric', 'varchar', 'super'],
  bigint: ['smallint', 'integer', 'bigint', 'numeric', 'varchar', 'super'],
  numeric: ['numeric', 'varchar', 'super'],
  real: ['real', 'double', 'varchar', 'super'],
  double: ['double', 'varchar', 'super'],
  boolean: ['boolean', 'varchar', 'super'],
  varchar: ['varchar', 'super'],
  date: ['date', 'varchar', 'super'],
  time: ['time', 'timetz', 'varchar', 'super'],
  timetz: ['timetz', 'time', 'varchar', 'super'],
  timestamp: ['timestamp', 'timestamptz', 'varchar', 'super'],
  timestamptz: ['timestamp', 'timestamptz', 'varchar', 'super'],
  varbyte: ['varbyte', 'varchar', 'super'],
  super: ['super', 'varchar'],
};

/**
 * The columns as they will be stored: an existing column keeps its type, a new one gets the wanted type.
 * Throws LoadError when an existing type cannot hold what the stream declares.
 */
export function resolveColumns(
  table: string,
  wanted: readonly Column[],
  existing: readonly StoredColumn[] | undefined,
): readonly Column[] {
  const stored = new Map(existing?.map((column) => [column.name, column]));
  return wanted.map((column) => {
    const there = stored.get(column.name);
    if (!there) return column;
    if (there.type && EXACT[column.type.kind].includes(there.type.kind)) {
      if (!column.isKey || canBeKey(there.type)) return { ...column, type: there.type };
      throw new LoadError(
        `Cannot load into table "${table}": its column "${column.name}" is ${there.typeText}, which cannot identify rows, ` +
          'and the stream has it as a key; load into another table, or with load_method append-only',
      );
    }
    throw new LoadError(
      `Cannot load into table "${table}": its column "${column.name}" is ${there.typeText}, the stream declares ` +
        `${declared(column.type)}, and no value may change on the way; rename or drop the column, or load into another table`,
    );
  });
}

function declared(type: ColumnType): string {
  return type.kind === 'varchar' ? 'VARCHAR' : typeSql(type);
}

/** The changes that make room for a batch whose widest value of each VARCHAR column is `maxBytes[i]`. */
export function planChanges(
  columns: readonly Column[],
  maxBytes: readonly number[],
  existing: readonly StoredColumn[] | undefined,
): readonly Change[] {
  const sized = columns.map(({ name, type }, i) => ({ name, type: sizedType(type, maxBytes[i] ?? 0) }));
  if (!existing) return [{ kind: 'create-table', columns: sized }];
  const stored = new Map(existing.map((column) => [column.name, column]));
  return columns.flatMap(({ name }, i): Change[] => {
    const there = stored.get(name);
    const column = sized[i];
    if (!column) return [];
    if (!there) return [{ kind: 'add-column', column }];
    const needed = maxBytes[i] ?? 0;
    // Never narrower than what is there: another run may have widened it meanwhile.
    if (there.type?.kind !== 'varchar' || needed <= there.type.bytes) return [];
    return [{ kind: 'widen', column: name, bytes: varcharWidth(needed) }];
  });
}

/**
 * The declared width if it is enough; otherwise room for twice the widest value seen, so that a column is not widened
 * again and again while data grows.
 */
function sizedType(type: ColumnType, measured: number): ColumnType {
  if (type.kind !== 'varchar' || (type.bytes > 0 && measured <= type.bytes)) return type;
  return { kind: 'varchar', bytes: varcharWidth(2 * measured) };
}
