/** Which column type holds the values of which other one exactly: closed tables, because anything else would be an implicit cast. */
import { varcharWidth, type ColumnType } from './types.ts';

type Kind = ColumnType['kind'];

/**
 * The pairs of wanted and existing types in which every value is stored exactly (the encoder writes for the existing
 * type and refuses what does not fit it).
 */
const EXACT: Readonly<Record<Kind, readonly Kind[]>> = {
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

/** What the values of a column can become without losing anything; some only after a look at them (`isInDoubt`). */
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

/** Redshift's most digits of a NUMERIC (r_Numeric_types201). */
const MAX_PRECISION = 38;

export function holdsExactly(existing: ColumnType, wanted: ColumnType): boolean {
  return EXACT[wanted.kind].includes(existing.kind);
}

/** Whether every value of the first type can become one of the second. */
export function isLossless(from: ColumnType, to: ColumnType): boolean {
  if (!LOSSLESS[from.kind]?.includes(to.kind)) return false;
  if (to.kind !== 'numeric') return true;
  const [needed, room] = [digitsOf(from), digitsOf(to)];
  return needed !== undefined && room !== undefined && isRoomFor(room, needed);
}

/**
 * Whether the values have to be read back and compared: a double may have more digits than its text, an integer more than a
 * double, and which number a SUPER makes of a text is not documented.
 */
export function isInDoubt(from: ColumnType, to: ColumnType): boolean {
  if (to.kind === 'double') return from.kind === 'bigint';
  if (to.kind === 'super') return from.kind === 'numeric' || from.kind === 'real' || from.kind === 'double';
  return to.kind === 'varchar' && (from.kind === 'real' || from.kind === 'double');
}

/** The number type that holds what both hold; undefined when the existing one does already, or none does. */
export function grownType(existing: ColumnType, wanted: ColumnType): ColumnType | undefined {
  const [has, wants] = [digitsOf(existing), digitsOf(wanted)];
  if (!has || !wants || isRoomFor(has, wants)) return undefined;
  if (isRoomFor(wants, has)) return wanted;
  const scale = Math.max(has.scale, wants.scale);
  const precision = Math.max(has.whole, wants.whole) + scale;
  return precision <= MAX_PRECISION ? { kind: 'numeric', precision, scale } : undefined;
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
 * The declared width if it is enough; otherwise room for twice the widest value seen, so that a column is not widened
 * again and again while data grows.
 */
export function sizedType(type: ColumnType, measured: number): ColumnType {
  if (type.kind !== 'varchar' || (type.bytes > 0 && measured <= type.bytes)) return type;
  return { kind: 'varchar', bytes: varcharWidth(2 * measured) };
}
