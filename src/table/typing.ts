/** Derives the column type of a property from its JSON Schema. Draft-4 oddities of real taps are ignored, never rejected. */
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';
import { boundsOf, leavesBigint, wholeDigits } from './bounds.ts';
import type { Shapes } from './shapes.ts';
import { parseType } from './type-text.ts';
import {
  MAX_VARCHAR_BYTES,
  NEW_VARBYTE_BYTES,
  typeSql,
  varcharWidth,
  type BinaryEncoding,
  type ColumnType,
} from './types.ts';
import { typeOfValues } from './values-typing.ts';

/** How the values of a property are stored. */
export interface Typing {
  readonly type: ColumnType;
  readonly encoding?: BinaryEncoding;
  /** The parts of the schema that were not understood. */
  readonly notes: readonly string[];
}

const ANY: Typing = { type: { kind: 'super' }, notes: [] };

/** Shapes without an exact type become SUPER, which stores any JSON value. */
export function typingOf({ shapes, notes }: Shapes): Typing {
  const [first = ANY, ...others] = shapes.map(shapeTyping).filter((one) => one !== undefined);
  const typing = others.reduce(unite, first);
  return { ...typing, notes: [...new Set([...notes, ...typing.notes])] };
}

/** The types in a shape, without null. */
export function typeNames(shape: JsonObject): readonly (Json | undefined)[] {
  const declared = shape.get('type');
  return (Array.isArray(declared) ? (declared as readonly Json[]) : [declared]).filter(
    (one) => one !== 'null',
  );
}

/** Undefined for a shape that allows only null. */
function shapeTyping(shape: JsonObject): Typing | undefined {
  const names = typeNames(shape);
  if (shape.has('type') && names.length === 0) return undefined;
  const hint = shape.get('x-sql-datatype');
  const hinted = typeof hint === 'string' ? parseType(hint) : undefined;
  if (hinted) return { ...binary(shape), type: hinted, notes: [] };
  const [first = ANY, ...others] = names.map((name) => namedTyping(name, shape));
  const typing = others.reduce(unite, first);
  if (hint === undefined) return typing;
  return { ...typing, notes: [...typing.notes, `x-sql-datatype ${text(hint)} is unknown and is ignored`] };
}

function namedTyping(name: Json | undefined, shape: JsonObject): Typing {
  switch (name) {
    case 'integer':
      return exactly(integerType(shape));
    case 'number':
      return exactly(decimalType(shape) ?? { kind: 'double' });
    case 'boolean':
      return exactly({ kind: 'boolean' });
    case 'string':
      return stringTyping(shape);
    case 'object':
    case 'array':
      return ANY;
    case undefined: {
      const type = typeOfValues(shape);
      return type === undefined ? ANY : namedTyping(type, shape);
    }
    default:
      return { ...ANY, notes: [`type ${text(name)} is not a type of JSON Schema and means any value`] };
  }
}

function exactly(type: ColumnType): Typing {
  return { type, notes: [] };
}

function text(value: Json): string {
  return value instanceof JsonNumber ? value.text : JSON.stringify(value);
}

/** The maximum precision and scale of a NUMERIC in Redshift (r_Numeric_types201). */
const MAX_PRECISION = 38;
const MAX_SCALE = 37;

/** BIGINT, unless a bound is outside its range. */
function integerType(shape: JsonObject): ColumnType {
  return boundsOf(shape).some(leavesBigint)
    ? { kind: 'numeric', precision: MAX_PRECISION, scale: 0 }
    : { kind: 'bigint' };
}

/**
 * Taps mark a decimal with `multipleOf: 1e-9`, or with `precision` and `scale`: NUMERIC with that scale, which is exact. Undefined
 * without a scale, and if the scale leaves no room for the whole digits (some taps write 1e-38 for "any decimal"): only a double
 * stores such values.
 */
function decimalType(shape: JsonObject): ColumnType | undefined {
  const scale = scaleOf(shape.get('multipleOf')) ?? wholeOf(shape.get('scale'));
  if (scale === undefined || scale > MAX_SCALE) return undefined;
  const declared = wholeOf(shape.get('precision')) ?? 0;
  const whole = boundsOf(shape).map(wholeDigits);
  return scale + Math.max(declared - scale, ...whole, 1) > MAX_PRECISION
    ? undefined
    : { kind: 'numeric', precision: MAX_PRECISION, scale };
}

/** JSON Schema requires a number above zero; anything else is ignored. */
function scaleOf(multipleOf: Json | undefined): number | undefined {
  if (!(multipleOf instanceof JsonNumber)) return undefined;
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(multipleOf.text);
  if (!match || !/^[^e]*[1-9]/i.test(multipleOf.text)) return undefined;
  const [, , fraction = '', exponent = '0'] = match;
  let digits = fraction.length;
  while (fraction[digits - 1] === '0') digits--;
  return Math.max(digits - Number(exponent), 0);
}

function wholeOf(value: Json | undefined): number | undefined {
  return value instanceof JsonNumber && /^\d+$/.test(value.text) ? Number(value.text) : undefined;
}

const UUID_BYTES = 36;

function stringTyping(shape: JsonObject): Typing {
  const bytes = binary(shape);
  if (bytes) return { ...bytes, type: { kind: 'varbyte', bytes: NEW_VARBYTE_BYTES }, notes: [] };
  switch (shape.get('format')) {
    case 'date-time':
      return exactly({ kind: 'timestamptz' });
    case 'date':
      return exactly({ kind: 'date' });
    case 'time':
      return exactly({ kind: 'time' });
    case 'uuid':
      return exactly({ kind: 'varchar', bytes: UUID_BYTES });
    case 'singer.decimal':
    case 'x-singer.decimal':
      return exactly(decimalType(shape) ?? { kind: 'double' });
    default:
      return exactly({ kind: 'varchar', bytes: guessedBytes(shape.get('maxLength')) });
  }
}

/**
 * How a string encodes bytes. Taps that declare `format: binary` write hexadecimal digits. Strings in other encodings are
 * plain strings.
 */
function binary(shape: JsonObject): { readonly encoding: BinaryEncoding } | undefined {
  const encoding = shape.get('contentEncoding');
  switch (typeof encoding === 'string' ? encoding.toLowerCase() : undefined) {
    case 'base16':
    case 'hex':
      return { encoding: 'hex' };
    case 'base64':
      return { encoding: 'base64' };
    default:
      return shape.get('format') === 'binary' ? { encoding: 'hex' } : undefined;
  }
}

/** `maxLength` counts characters. The guess assumes ASCII, and measured values widen it. 0 is ignored. */
function guessedBytes(maxLength: Json | undefined): number {
  const length = maxLength instanceof JsonNumber ? Number(maxLength.text) : 0;
  return length > 0 ? varcharWidth(Math.min(length, MAX_VARCHAR_BYTES)) : 0;
}

function unite(a: Typing, b: Typing): Typing {
  const notes = [...a.notes, ...b.notes];
  if (a.encoding !== undefined && a.encoding === b.encoding && a.type.kind === b.type.kind)
    return { ...a, notes };
  return { type: unitedType(a.type, b.type), notes };
}

/** Types that taps write as strings, so that a string column keeps every value as it is. */
const TEXTS: ReadonlySet<ColumnType['kind']> = new Set([
  'varchar',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'varbyte',
]);

const TEXT_BYTES = 64;

const BIGINT_DIGITS = 19;

/** The type that stores the values of both without changes. */
function unitedType(a: ColumnType, b: ColumnType): ColumnType {
  if (typeSql(a) === typeSql(b) && a.kind !== 'varbyte') return a;
  if (TEXTS.has(a.kind) && TEXTS.has(b.kind)) {
    return { kind: 'varchar', bytes: Math.max(textBytes(a), textBytes(b)) };
  }
  if (a.kind === 'numeric' && b.kind === 'numeric') return a.scale >= b.scale ? a : b;
  if (holds(a, b)) return a;
  return holds(b, a) ? b : { kind: 'super' };
}

/** Whether a column of one number type stores all values of another. */
function holds(type: ColumnType, other: ColumnType): boolean {
  if (type.kind === 'double') return isInteger(other);
  return type.kind === 'numeric' && other.kind === 'bigint' && type.precision - type.scale >= BIGINT_DIGITS;
}

/** NUMERIC without a scale is for integers outside the range of BIGINT. */
function isInteger(type: ColumnType): boolean {
  return type.kind === 'bigint' || (type.kind === 'numeric' && type.scale === 0);
}

function textBytes(type: ColumnType): number {
  if (type.kind === 'varchar') return type.bytes;
  return type.kind === 'varbyte' ? 0 : TEXT_BYTES;
}
