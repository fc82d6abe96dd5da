/** Values of Parquet as JSON, for SUPER with SERIALIZETOJSON ("Data format parameters"). */
import { isUtf8 } from 'node:buffer';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import type { ParquetField } from './parquet-file.ts';
import { ParquetError, type StoredValue } from './stored-value.ts';
import { dayText, decimalText, floatText, momentText, storedType } from './stored-types.ts';

/** The JSON text of a value of the field; a NULL is `null`. @throws ParquetError for what JSON cannot hold */
export function jsonText(value: StoredValue, field: ParquetField, isItem = false): string {
  if (value === null || value === undefined) return 'null';
  if (field.element.repetition_type === 'REPEATED' && !isItem) {
    return list(value as readonly StoredValue[], (item) => jsonText(item, field, true));
  }
  if (field.children.length === 0) return leafText(value, field);
  const [only] = field.children;
  if (only && isListLike(field)) return list(value as readonly StoredValue[], (item) => itemText(item, only));
  const members = value as Readonly<Record<string, StoredValue>>;
  const mapped = only && isMapLike(field) ? only.children[1] : undefined;
  if (mapped) return object(Object.entries(members).map(([name, each]) => [name, jsonText(each, mapped)]));
  return object(
    field.children.map((child) => [child.element.name, jsonText(members[child.element.name], child)]),
  );
}

/** An item of a list: in the standard form within a group of its own. */
function itemText(item: StoredValue, repeated: ParquetField): string {
  const [element] = repeated.children;
  return element && repeated.children.length === 1 ? jsonText(item, element) : jsonText(item, repeated, true);
}

function list(items: readonly StoredValue[], text: (item: StoredValue) => string): string {
  return `[${items.map(text).join(',')}]`;
}

function object(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function leafText(value: StoredValue, { element }: ParquetField): string {
  const type = storedType(element);
  switch (type.kind) {
    case 'boolean':
      return value === true ? 'true' : 'false';
    case 'int32':
    case 'int64':
      return BigInt(value as number | bigint).toString();
    case 'float':
    case 'double':
      // JSON has no NaN and no infinity.
      return Number.isFinite(value) ? shortest(value as number, type.kind) : JSON.stringify(floatText(value));
    case 'decimal':
      return decimalText(value, type.scale);
    case 'date':
      return JSON.stringify(dayText(value) ?? '');
    case 'timestamp':
      return JSON.stringify(momentText(value, type.unit) ?? '');
    case 'json':
      return stringOf(value, element.name);
    case 'string':
    case 'bytes':
      return JSON.stringify(stringOf(value, element.name));
    case 'other':
      throw new ParquetError(`the type ${type.name} of ${element.name} cannot be serialized to JSON`);
  }
}

/** The shortest number that is the same one in the width of its column. */
function shortest(value: number, kind: 'float' | 'double'): string {
  if (kind === 'double') return floatText(value);
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return floatText(value);
}

function stringOf(value: StoredValue, name: string): string {
  if (typeof value === 'string') return value;
  const bytes = value as Uint8Array;
  if (!isUtf8(bytes))
    throw new ParquetError(`a value of ${name} is not UTF-8 and cannot be serialized to JSON`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
