/** The columns of the result that UNLOAD writes. */
import { quoteName } from '../sql/names.ts';
import type { Upstream } from '../wire/upstream.ts';

/** What a value is, as far as formats differ: numbers without a point or with a fixed one, strings, and the other types by name. */
type UnloadKind =
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'real'
  | 'double'
  | 'boolean'
  | 'string'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'super'
  | 'varbyte'
  | 'other';

/** One column of the result. */
export interface UnloadColumn {
  /** In full. */
  readonly name: string;
  readonly kind: UnloadKind;
  /** Redshift's name of the type, with its length or its precision and scale: `character varying(10)`. */
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
}

const KINDS: Readonly<Record<string, UnloadKind>> = {
  smallint: 'smallint',
  integer: 'integer',
  bigint: 'bigint',
  numeric: 'decimal',
  real: 'real',
  'double precision': 'double',
  boolean: 'boolean',
  'character varying': 'string',
  character: 'string',
  text: 'string',
  name: 'string',
  date: 'date',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'time',
  super: 'super',
  'binary varying': 'varbyte',
};

/** DECIMAL without a precision comes of expressions only: it has Redshift's greatest one. */
const LOOSE = { precision: 38, scale: 10 };

/** The columns of a query, which is not run; `restore` gives a long name in full. @throws EngineError */
export async function describeColumns(
  query: string,
  upstream: Upstream,
  restore: (name: string) => string,
): Promise<readonly UnloadColumn[]> {
  const columns = await upstream.describe(query);
  if (columns.length === 0) return [];
  const list = (values: readonly number[]) => `array[${values.join(', ')}]`;
  const types = await upstream.run(`
    SELECT pg_catalog.warehouse_type(t, m) FROM ROWS FROM (
      pg_catalog.unnest(${list(columns.map(({ type }) => type))}::pg_catalog.oid[]),
      pg_catalog.unnest(${list(columns.map(({ modifier }) => modifier))}::pg_catalog.int4[]))
      WITH ORDINALITY k (t, m, n) ORDER BY n`);
  return columns.map(({ name }, n) => {
    const type = types[n]?.[0] ?? '';
    const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
    return {
      name: restore(name),
      kind: KINDS[type.replace(/\(\d+(?:,\d+)?\)/, '')] ?? 'other',
      type,
      precision: precision === undefined ? LOOSE.precision : Number(precision),
      scale: scale === undefined ? LOOSE.scale : Number(scale),
    };
  });
}

/** The query with its values in the form that is written: what a file of text or, with `isBinary`, one of Parquet holds. */
export function castQuery(query: string, columns: readonly UnloadColumn[], isBinary: boolean): string {
  const names = columns.map((_column, n) => quoteName(`c${n}`));
  const values = columns.map((column, n) => castOf(column, names[n] ?? '', isBinary));
  if (values.every((value, n) => value === names[n])) return query;
  return `SELECT ${values.join(', ')} FROM (${query}\n) AS q (${names.join(', ')})`;
}

function castOf({ kind, type }: UnloadColumn, name: string, isBinary: boolean): string {
  if (kind === 'decimal' && type === 'numeric') return `${name}::numeric(${LOOSE.precision}, ${LOOSE.scale})`;
  if (kind === 'varbyte') return `pg_catalog.encode(${name}, 'hex')`;
  if (!isBinary) return name;
  if (kind === 'date') return `${name} OPERATOR(pg_catalog.-) date '1970-01-01'`;
  const isMoment = kind === 'timestamp' || kind === 'timestamptz';
  return isMoment ? `(extract(epoch FROM ${name}) * 1000000)::bigint` : name;
}
