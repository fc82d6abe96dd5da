/**
 * How the common values of a column are written: what the writers of the walk and those of the lane have in common. Values in other
 * forms are left to the reference encoder.
 */
import { commonType } from '../../table/fits.ts';
import type { Column, ColumnType } from '../../table/types.ts';
import { isPlain } from '../column-writer.ts';

export type CellForm =
  | { readonly kind: 'whole'; readonly type: 'smallint' | 'integer' | 'bigint' }
  | { readonly kind: 'decimal' | 'double'; readonly limits: DecimalLimits }
  | { readonly kind: 'boolean' | 'date' | 'time' | 'timestamp' | 'timestamptz' }
  /** A string as it is, anything else as JSON. */
  | { readonly kind: 'varchar' }
  /** Any value as JSON, in a string column. */
  | { readonly kind: 'json text' }
  /** A whole number as its digits, a string as it is. */
  | { readonly kind: 'whole text' }
  | { readonly kind: 'nested' }
  /** The reference encoder writes each value. */
  | { readonly kind: 'other' };

/** The limits of a decimal that can be written as it is, apart from trailing zeros. */
export interface DecimalLimits {
  /** Digits before the decimal point, except for a single zero. */
  readonly whole: number;
  /** Digits after the decimal point, without trailing zeros. */
  readonly fraction: number;
  /** All digits. */
  readonly digits: number;
  /** Zeros after the decimal point of a number below one. */
  readonly leadingZeros: number;
}

/** More digits than any value has. */
const UNLIMITED = 1_000_000_000;

const OTHER: CellForm = { kind: 'other' };

export function formOf(column: Column): CellForm {
  if (isPlain(column)) return plainFormOf(column);
  if (column.mask) return OTHER;
  const isText = column.type.kind === 'varchar' && !column.overflows && (column.formerly ?? []).length === 0;
  return isText && column.declared?.kind !== 'date' ? { kind: 'whole text' } : OTHER;
}

function plainFormOf(column: Column): CellForm {
  if (column.form === 'json' && column.type.kind === 'varchar') return { kind: 'json text' };
  // What the type that the column may grow to does not hold is for the encoder to decide.
  return formOfType(column.growsTo ? commonType(column.type, column.growsTo) : column.type);
}

function formOfType(type: ColumnType): CellForm {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return { kind: 'whole', type: type.kind };
    case 'numeric':
      return { kind: 'decimal', limits: numericLimits(type.precision, type.scale) };
    case 'double':
      return { kind: 'double', limits: DOUBLE_LIMITS };
    case 'boolean':
    case 'varchar':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return { kind: type.kind };
    case 'super':
      return { kind: 'nested' };
    // Rare.
    case 'real':
    case 'timetz':
    case 'varbyte':
      return OTHER;
  }
}

/**
 * NUMERIC. Up to precision 19 Redshift stores a 64-bit integer, into which not all numbers of 19 digits fit
 * (r_Numeric_types201).
 */
function numericLimits(precision: number, scale: number): DecimalLimits {
  const whole = precision <= 19 ? Math.min(precision, 18) - scale : precision - scale;
  return { whole, fraction: scale, digits: UNLIMITED, leadingZeros: UNLIMITED };
}

/**
 * DOUBLE PRECISION: numbers that equal the shortest form of their nearest double. Fifteen digits always do, and with more leading
 * zeros that form has an exponent.
 */
const DOUBLE_LIMITS: DecimalLimits = { whole: 15, fraction: UNLIMITED, digits: 15, leadingZeros: 5 };
