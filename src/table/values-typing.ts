/** The type of a definition that lists its values instead of declaring a type. */
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';

const BIGINT_END = 2n ** 63n;

/** The common type of all values of `const` or `enum` except null. Undefined for none, several, nested values and fractions. */
export function typeOfValues(definition: JsonObject): 'string' | 'integer' | 'boolean' | undefined {
  const types = new Set(valuesOf(definition).map(typeOf));
  const [type, ...others] = types;
  return others.length === 0 ? type : undefined;
}

function valuesOf(definition: JsonObject): readonly Json[] {
  const only = definition.get('const');
  const listed = definition.get('enum');
  const values = only !== undefined ? [only] : Array.isArray(listed) ? (listed as readonly Json[]) : [];
  return values.filter((value) => value !== null);
}

function typeOf(value: Json): 'string' | 'integer' | 'boolean' | undefined {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  return value instanceof JsonNumber && isBigint(value.text) ? 'integer' : undefined;
}

function isBigint(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  const value = BigInt(text);
  return value >= -BIGINT_END && value < BIGINT_END;
}
