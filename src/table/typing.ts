/** The column type of a property from its JSON Schema. Draft-4 oddities of real taps are ignored, never refused. */
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';
import { shapesOf } from './shapes.ts';
import { MAX_VARCHAR_BYTES, varcharWidth, type ColumnType } from './types.ts';

/** The type of a property. Shapes that say nothing exact become SUPER, which holds any JSON value. */
export function typeOf(definition: Json, root: JsonObject): ColumnType {
  const branches = shapesOf(definition, root);
  const types = branches.map(branchType).filter((type) => type !== undefined);
  const [first, ...others] = types;
  if (first === undefined) return { kind: 'super' };
  return others.reduce<ColumnType>(unite, first);
}

/** Undefined for a branch that allows null only. */
function branchType(branch: JsonObject): ColumnType | undefined {
  const declared = branch.get('type');
  const names = (Array.isArray(declared) ? (declared as readonly Json[]) : [declared]).filter(
    (one) => one !== 'null',
  );
  if (declared !== undefined && names.length === 0) return undefined;
  const types = names.map((name) => namedType(name, branch));
  const [first, ...others] = types;
  return first === undefined ? { kind: 'super' } : others.reduce<ColumnType>(unite, first);
}

function namedType(name: Json | undefined, branch: JsonObject): ColumnType {
  switch (name) {
    case 'integer':
      return { kind: 'bigint' };
    case 'number':
      return numberType(branch);
    case 'boolean':
      return { kind: 'boolean' };
    case 'string':
      return stringType(branch);
    default:
      return { kind: 'super' };
  }
}

/**
 * `multipleOf: 1e-9` is how taps mark a decimal: NUMERIC with that scale, exact to the last digit. Some write 1e-38 for "any
 * decimal"; beside a scale that leaves no room for whole digits, only a double holds their values.
 */
function numberType(branch: JsonObject): ColumnType {
  const scale = scaleOf(branch.get('multipleOf'));
  if (scale === undefined) return { kind: 'double' };
  const wholeDigits = Math.max(digitsOf(branch.get('maximum')), digitsOf(branch.get('minimum')), 1);
  if (scale + wholeDigits > MAX_PRECISION) return { kind: 'double' };
  return { kind: 'numeric', precision: MAX_PRECISION, scale };
}

/** Redshift's most digits of a NUMERIC (r_Numeric_types201). */
const MAX_PRECISION = 38;

function scaleOf(multipleOf: Json | undefined): number | undefined {
  if (!(multipleOf instanceof JsonNumber)) return undefined;
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(multipleOf.text);
  if (!match) return undefined;
  const [, , fraction = '', exponent = '0'] = match;
  let digits = fraction.length;
  while (fraction[digits - 1] === '0') digits--;
  return Math.max(digits - Number(exponent), 0);
}

/** Whole digits of a bound; 0 without one. */
function digitsOf(bound: Json | undefined): number {
  const value = bound instanceof JsonNumber ? Math.abs(Number(bound.text)) : 0;
  return value >= 1 ? Math.floor(Math.log10(value)) + 1 : 0;
}

function stringType(branch: JsonObject): ColumnType {
  switch (branch.get('format')) {
    case 'date-time':
      return { kind: 'timestamptz' };
    case 'date':
      return { kind: 'date' };
    case 'time':
      return { kind: 'time' };
    default:
      return { kind: 'varchar', bytes: guessedBytes(branch.get('maxLength')) };
  }
}

/** `maxLength` counts characters; the guess takes them as ASCII and is widened by what is measured. 0 says nothing. */
function guessedBytes(maxLength: Json | undefined): number {
  const length = maxLength instanceof JsonNumber ? Number(maxLength.text) : 0;
  return length > 0 ? varcharWidth(Math.min(length, MAX_VARCHAR_BYTES)) : 0;
}

/** The type that holds both without changing a value. */
function unite(a: ColumnType, b: ColumnType): ColumnType {
  if (a.kind === 'varchar' && b.kind === 'varchar')
    return { kind: 'varchar', bytes: Math.max(a.bytes, b.bytes) };
  if (a.kind === 'numeric' && b.kind === 'numeric') return a.scale >= b.scale ? a : b;
  if (a.kind === b.kind) return a;
  const kinds = new Set([a.kind, b.kind]);
  const texts = new Set(['varchar', 'date', 'time', 'timestamptz']);
  // A date-time or any other text: only a text column keeps both as they are.
  if (texts.has(a.kind) && texts.has(b.kind)) {
    return { kind: 'varchar', bytes: Math.max(widthOf(a), widthOf(b)) };
  }
  if (kinds.has('bigint') && kinds.has('numeric')) {
    const decimal = a.kind === 'numeric' ? a : b;
    // A BIGINT has up to 19 digits.
    return decimal.kind === 'numeric' && decimal.precision - decimal.scale >= 19
      ? decimal
      : { kind: 'super' };
  }
  if (kinds.has('bigint') && kinds.has('double')) return { kind: 'double' };
  return { kind: 'super' };
}

function widthOf(type: ColumnType): number {
  return type.kind === 'varchar' ? type.bytes : 64;
}
