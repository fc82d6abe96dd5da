/**
 * The columns of Parquet files, and the types of Redshift that COPY reads them into: types must match, and COPY converts none
 * (copy-usage_notes-copy-from-columnar).
 */
import type { SchemaElement, SchemaTree } from 'hyparquet';
import { MAX_VARBYTE_BYTES, MAX_VARCHAR_BYTES, type ColumnType } from '../table/types.ts';

/** A column at the top level of a file. */
export interface FileField {
  readonly name: string;
  /** The types that COPY reads it into, the one for a new table first; empty if there is none. */
  readonly types: readonly [ColumnType, ...ColumnType[]] | readonly [];
  /** Its type in words, such as `DECIMAL(10,2)`. */
  readonly shown: string;
}

type Types = FileField['types'];

/** Types of Parquet that need no annotation. */
const PLAIN: Readonly<Record<string, Types>> = {
  BOOLEAN: [{ kind: 'boolean' }],
  FLOAT: [{ kind: 'real' }],
  DOUBLE: [{ kind: 'double' }],
  INT96: [{ kind: 'timestamp' }],
};

const SUPER: ColumnType = { kind: 'super' };
const SMALLINT: ColumnType = { kind: 'smallint' };
const INTEGER: ColumnType = { kind: 'integer' };
const VARCHAR: ColumnType = { kind: 'varchar', bytes: MAX_VARCHAR_BYTES };
const VARBYTE: ColumnType = { kind: 'varbyte', bytes: MAX_VARBYTE_BYTES };

/** The maximum precision of a NUMERIC (r_Numeric_types201). */
const MAX_PRECISION = 38;

export function fieldOf({ element, children }: SchemaTree): FileField {
  const isNested = children.length > 0 || element.repetition_type === 'REPEATED';
  const types: Types = isNested ? [SUPER] : typesOf(element);
  return { name: element.name, types, shown: isNested ? 'nested' : shownOf(element) };
}

function typesOf(element: SchemaElement): Types {
  const { converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') return decimalOf(element);
  if (logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP_') === true)
    return [{ kind: 'timestamp' }];
  if (logical?.type === 'DATE' || converted === 'DATE') return [{ kind: 'date' }];
  return physicalOf(element);
}

function physicalOf(element: SchemaElement): Types {
  const { type, converted_type: converted, logical_type: logical } = element;
  switch (type) {
    case 'INT32':
      return integerOf(element);
    case 'INT64':
      return isPlainInteger(element) ? [{ kind: 'bigint' }] : [];
    case 'BYTE_ARRAY':
      return bytesOf(logical?.type ?? converted);
    default:
      return type === undefined ? [] : (PLAIN[type] ?? []);
  }
}

function decimalOf({ precision, scale, logical_type: logical }: SchemaElement): Types {
  const [digits = 0, decimals = 0] =
    logical?.type === 'DECIMAL' ? [logical.precision, logical.scale] : [precision, scale];
  return digits > 0 && digits <= MAX_PRECISION
    ? [{ kind: 'numeric', precision: digits, scale: decimals }]
    : [];
}

function integerOf(element: SchemaElement): Types {
  const { converted_type: converted, logical_type: logical } = element;
  if (!isPlainInteger(element)) return [];
  const fitsSmallint =
    logical?.type === 'INTEGER'
      ? logical.bitWidth < 16 || (logical.bitWidth === 16 && logical.isSigned)
      : ['INT_8', 'INT_16', 'UINT_8'].includes(converted ?? '');
  return fitsSmallint ? [SMALLINT, INTEGER] : [INTEGER, SMALLINT];
}

/** Whether the signed integer type of Redshift has all of its values. */
function isPlainInteger({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  if (logical?.type === 'INTEGER') return logical.isSigned || logical.bitWidth < 32;
  if (converted !== undefined) return /^INT_|^UINT_(?:8|16)$/.test(converted);
  return logical === undefined;
}

/** Strings without an annotation come from old writers, so that they may be read as strings too. */
function bytesOf(annotation: string | undefined): Types {
  if (annotation === undefined) return [VARBYTE, VARCHAR];
  return ['UTF8', 'STRING', 'ENUM', 'JSON'].includes(annotation) ? [VARCHAR] : [];
}

function shownOf({
  type,
  converted_type: converted,
  logical_type: logical,
  precision,
  scale,
}: SchemaElement): string {
  if (logical?.type === 'DECIMAL') return `DECIMAL(${logical.precision},${logical.scale})`;
  if (converted === 'DECIMAL') return `DECIMAL(${precision ?? 0},${scale ?? 0})`;
  const annotation =
    logical?.type === 'INTEGER'
      ? `${logical.isSigned ? '' : 'U'}INT_${logical.bitWidth}`
      : (logical?.type ?? converted);
  return [type ?? 'group', ...(annotation === undefined ? [] : [`(${annotation})`])].join(' ');
}
