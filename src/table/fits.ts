/**
 * Which column types store the values of which other types exactly: closed tables, because anything else would be an
 * implicit cast.
 */
import { typeSql, varcharWidth, type ColumnType } from './types.ts';

type Kind = ColumnType['kind'];
export type Numeric = Extract<ColumnType, { kind: 'numeric' }>;

/**
 * The pairs of wanted and existing types in which each value is stored exactly or rejected (the encoder writes for the existing
 * type). All types that a column of the wanted type may have been changed to (`LOSSLESS`) are among its existing types, so that
 * the same input, loaded again after the change, goes into the same column.
 */
const EXACT: Readonly<Record<Kind, readonly Kind[]>> = {
  smallint: ['smallint', 'integer', 'bigint', 'numeric', 'double', 'varchar', 'super'],
  integer: ['smallint', 'integer', 'bigint', 'numeric', 'double', 'varchar', 'super'],
  bigint: ['smallint', 'integer', 'bigint', 'numeric', 'double', 'varchar', 'super'],
  numeric: ['numeric', 'varchar', 'super'],
  real: ['real', 'double', 'varchar', 'super'],
  double: ['double', 'varchar', 'super'],
  boolean: ['boolean', 'varchar', 'super'],
  varchar: ['varchar', 'super'],
  date: ['date', 'timestamp', 'timestamptz', 'varchar', 'super'],
  time: ['time', 'timetz', 'varchar', 'super'],
  timetz: ['timetz', 'time', 'varchar', 'super'],
  timestamp: ['timestamp', 'timestamptz', 'varchar', 'super'],
  timestamptz: ['timestamp', 'timestamptz', 'varchar', 'super'],
  varbyte: ['varbyte', 'varchar', 'super'],
  super: ['super', 'varchar'],
};

/** The types that a column can be changed to without losing anything; some only if its values allow it (`isInDoubt`). */
const LOSSLESS: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  smallint: ['integer', 'bigint', 'numeric', 'double', 'varchar', 'super'],
  integer: ['bigint', 'numeric', 'double', 'varchar', 'super'],
  bigint: ['numeric', 'double', 'varchar', 'super'],
  numeric: ['numeric', 'varchar', 'super'],
  real: ['double', 'varchar', 'super'],
  double: ['varchar', 'super'],
  boolean: ['varchar', 'super'],
  date: ['timestamp', 'timestamptz', 'varchar', 'super'],
  time: ['varchar', 'super'],
  timetz: ['varchar', 'super'],
  timestamp: ['varchar', 'super'],
  timestamptz: ['varchar', 'super'],
};

/** Whole digits of the integer types. */
const WHOLE_DIGITS: Readonly<Partial<Record<Kind, number>>> = { smallint: 5, integer: 10, bigint: 19 };

/** The maximum precision of a NUMERIC in Redshift (r_Numeric_types201). */
const MAX_PRECISION = 38;

export function holdsExactly(existing: ColumnType, wanted: ColumnType): boolean {
  return EXACT[wanted.kind].includes(existing.kind);
}

/** Whether every value of the wanted type fits the existing type. `holdsExactly` must be true for the two. */
export function holdsAll(existing: ColumnType, wanted: ColumnType): boolean {
  if (typeSql(existing) === typeSql(wanted) || isWider(existing, wanted)) return true;
  return ALL_VALUES[wanted.kind]?.includes(existing.kind) === true;
}

/**
 * Whether values are written for the declared type and then converted, because the column would accept more: fractions where
 * integers are declared, a time of day where a date is declared, or, in strings, several forms of the same value.
 */
export function isWrittenAsDeclared(existing: ColumnType, declared: ColumnType): boolean {
  const [isWhole, isDate] = [WHOLE_DIGITS[declared.kind] !== undefined, declared.kind === 'date'];
  switch (existing.kind) {
    case 'double':
      return isWhole;
    case 'timestamp':
    case 'timestamptz':
      return isDate;
    case 'varchar':
    case 'super':
      return isWhole || isDate;
    default:
      return false;
  }
}

/** Besides equal types and wider numbers. */
const ALL_VALUES: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  smallint: ['double', 'varchar', 'super'],
  integer: ['double', 'varchar', 'super'],
  bigint: ['varchar', 'super'],
  numeric: ['varchar', 'super'],
  real: ['double', 'varchar', 'super'],
  double: ['varchar', 'super'],
  boolean: ['varchar', 'super'],
  varchar: ['varchar', 'super'],
  date: ['timestamp', 'timestamptz', 'varchar', 'super'],
  time: ['timetz', 'varchar', 'super'],
  timetz: ['varchar', 'super'],
  timestamp: ['timestamptz', 'varchar', 'super'],
  timestamptz: ['timestamp', 'varchar', 'super'],
  varbyte: ['varchar', 'super'],
  super: ['varchar', 'super'],
};

/** Whether every value of the first type can be converted to the second. */
export function isLossless(from: ColumnType, to: ColumnType): boolean {
  if (!LOSSLESS[from.kind]?.includes(to.kind)) return false;
  return to.kind !== 'numeric' || isWider(to, from);
}

/**
 * Whether the values decide if a column can get the type: decimals where neither type stores all values of the other, such as
 * NUMERIC(38,2) and NUMERIC(38,4).
 */
export function dependsOnValues(from: ColumnType, to: ColumnType): to is Numeric {
  return to.kind === 'numeric' && digitsOf(from) !== undefined && !isWider(to, from);
}

/**
 * Whether the values must be compared after the change: a double may have more digits than its string, an integer more than a
 * double, a decimal more than another, and it is not documented which number SUPER makes of a string.
 */
export function isInDoubt(from: ColumnType, to: ColumnType): boolean {
  if (dependsOnValues(from, to)) return true;
  if (to.kind === 'double') return from.kind === 'bigint';
  if (to.kind === 'super') return from.kind === 'numeric' || from.kind === 'real' || from.kind === 'double';
  return to.kind === 'varchar' && (from.kind === 'real' || from.kind === 'double');
}

/** Whether every number that a column stores in at most `bytes` characters fits a type that depends on its values. */
export function fitsInWidth(from: ColumnType, to: Numeric, bytes: number): boolean {
  const [room, digits] = [digitsOf(to), digitsOf(from)];
  if (!room || !digits) return false;
  return isRoomFor(room, { ...digits, whole: Math.min(digits.whole, bytes) });
}

/** The number type that stores all values of both; undefined if the existing one does already, or none does. */
export function grownType(existing: ColumnType, wanted: ColumnType): ColumnType | undefined {
  const [has, wants] = [digitsOf(existing), digitsOf(wanted)];
  if (!has || !wants || isRoomFor(has, wants)) return undefined;
  if (isRoomFor(wants, has)) return wanted;
  const scale = Math.max(has.scale, wants.scale);
  const precision = Math.max(has.whole, wants.whole) + scale;
  return precision <= MAX_PRECISION ? { kind: 'numeric', precision, scale } : undefined;
}

/** The number type whose values both types store; the first one if there is none. */
export function commonType(a: ColumnType, b: ColumnType): ColumnType {
  const [left, right] = [digitsOf(a), digitsOf(b)];
  if (!left || !right || isRoomFor(right, left)) return a;
  if (isRoomFor(left, right)) return b;
  const scale = Math.min(left.scale, right.scale);
  return { kind: 'numeric', precision: Math.min(left.whole, right.whole) + scale, scale };
}

/** Whether the digits that fit the second type fit the first too. */
export function isWider(type: ColumnType, than: ColumnType): boolean {
  const [room, needed] = [digitsOf(type), digitsOf(than)];
  return room !== undefined && needed !== undefined && isRoomFor(room, needed);
}

interface Digits {
  readonly whole: number;
  readonly scale: number;
}

function digitsOf(type: ColumnType): Digits | undefined {
  if (type.kind === 'numeric') return { whole: type.precision - type.scale, scale: type.scale };
  const whole = WHOLE_DIGITS[type.kind];
  return whole === undefined ? undefined : { whole, scale: 0 };
}

function isRoomFor(room: Digits, needed: Digits): boolean {
  return room.whole >= needed.whole && room.scale >= needed.scale;
}

/**
 * The declared width if it is enough; otherwise room for twice the widest value, so that a column is not widened again and again
 * while the data grows.
 */
export function sizedType(type: ColumnType, measured: number): ColumnType {
  if (type.kind !== 'varchar' || (type.bytes > 0 && measured <= type.bytes)) return type;
  return { kind: 'varchar', bytes: varcharWidth(2 * measured) };
}
