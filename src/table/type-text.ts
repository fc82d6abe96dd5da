/** Parses types as DDL and catalogs write them, with Redshift's aliases. */
import { MAX_VARBYTE_BYTES, MAX_VARCHAR_BYTES, type ColumnType } from './types.ts';

type Plain = Exclude<ColumnType, { kind: 'numeric' | 'varchar' | 'varbyte' }>['kind'];

/** Redshift's names for types without parameters (c_Supported_data_types). */
const PLAIN: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ['smallint', 'smallint'],
  ['int2', 'smallint'],
  ['integer', 'integer'],
  ['int', 'integer'],
  ['int4', 'integer'],
  ['bigint', 'bigint'],
  ['int8', 'bigint'],
  ['real', 'real'],
  ['float4', 'real'],
  ['double precision', 'double'],
  ['float8', 'double'],
  ['float', 'double'],
  ['boolean', 'boolean'],
  ['bool', 'boolean'],
  ['date', 'date'],
  ['time', 'time'],
  ['time without time zone', 'time'],
  ['timetz', 'timetz'],
  ['time with time zone', 'timetz'],
  ['timestamp', 'timestamp'],
  ['timestamp without time zone', 'timestamp'],
  ['datetime', 'timestamp'],
  ['timestamptz', 'timestamptz'],
  ['timestamp with time zone', 'timestamptz'],
  ['super', 'super'],
]);

/** The types that can be named, for messages. */
export const TYPE_NAMES =
  'smallint, integer, bigint, numeric(p,s), real, double precision, boolean, varchar(n), date, time, timetz, timestamp, timestamptz, varbyte(n), super';

/**
 * `numeric(12, 2)`, `Character Varying(64)`, `int8`. Missing parameters are those that Redshift uses: NUMERIC(18,0),
 * VARCHAR(256), VARBYTE(64000). Undefined for a type that does not exist or that this program does not write.
 */
export function parseType(text: string): ColumnType | undefined {
  const match = /^([a-z][a-z0-9 ]*?) ?(?:\(([^()]*)\))?$/.exec(
    text.trim().toLowerCase().replace(/\s+/g, ' '),
  );
  if (!match) return undefined;
  const [, name = '', list] = match;
  const parameters = list?.split(',').map((one) => one.trim()) ?? [];
  const plain = PLAIN.get(name);
  if (plain !== undefined) return list === undefined ? { kind: plain } : undefined;
  switch (name) {
    case 'numeric':
    case 'decimal':
      return numeric(parameters);
    case 'text':
      return list === undefined ? { kind: 'varchar', bytes: 256 } : undefined;
    case 'varchar':
    case 'nvarchar':
    case 'character varying':
      return sized('varchar', parameters, 256, MAX_VARCHAR_BYTES);
    case 'varbyte':
    case 'varbinary':
    case 'binary varying':
      return sized('varbyte', parameters, 64_000, MAX_VARBYTE_BYTES);
    default:
      return undefined;
  }
}

function numeric([first = '18', second = '0', ...others]: readonly string[]): ColumnType | undefined {
  const [precision, scale] = [wholeNumber(first), wholeNumber(second)];
  const isRight = precision >= 1 && precision <= 38 && scale <= Math.min(precision, 37);
  return isRight && others.length === 0 ? { kind: 'numeric', precision, scale } : undefined;
}

function sized(
  kind: 'varchar' | 'varbyte',
  [first, ...others]: readonly string[],
  byDefault: number,
  most: number,
): ColumnType | undefined {
  const isMost = kind === 'varchar' && first === 'max';
  const bytes = first === undefined ? byDefault : isMost ? most : wholeNumber(first);
  return bytes >= 1 && bytes <= most && others.length === 0 ? { kind, bytes } : undefined;
}

/** NaN, which is in no range, for anything that is not a number. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : NaN;
}
