/** What the columns of a Parquet file are, whichever annotation says it, and their values as text. */
import type { SchemaElement } from 'hyparquet';
import { dateText, timestampText, toMicros } from './moments.ts';
import type { ParquetField } from './parquet-file.ts';
import type { StoredValue } from './stored-value.ts';

/** The type of a leaf. */
export type StoredType =
  | { readonly kind: 'boolean' | 'int32' | 'int64' | 'float' | 'double' | 'date' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'timestamp'; readonly unit: string }
  /** Strings, and bytes that nothing is said of. */
  | { readonly kind: 'string' | 'json' | 'bytes' }
  | { readonly kind: 'other'; readonly name: string };

/** The type of a leaf. */
export function storedType(element: SchemaElement): StoredType {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') return decimalOf(element);
  if (logical?.type === 'TIMESTAMP') return { kind: 'timestamp', unit: logical.unit };
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS')
    return { kind: 'timestamp', unit: converted.slice('TIMESTAMP_'.length) };
  if (type === 'INT96') return { kind: 'timestamp', unit: 'NANOS' };
  if (logical?.type === 'DATE' || converted === 'DATE') return { kind: 'date' };
  return physical(element);
}

function decimalOf({ precision, scale, logical_type: logical }: SchemaElement): StoredType {
  if (logical?.type === 'DECIMAL')
    return { kind: 'decimal', precision: logical.precision, scale: logical.scale };
  return { kind: 'decimal', precision: precision ?? 0, scale: scale ?? 0 };
}

function physical(element: SchemaElement): StoredType {
  const { type, converted_type: converted, logical_type: logical } = element;
  const annotation = logical?.type ?? converted;
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'FLOAT':
    case 'DOUBLE':
      return { kind: type === 'FLOAT' ? 'float' : 'double' };
    case 'INT32':
    case 'INT64':
      return isSigned(element) ? { kind: type === 'INT32' ? 'int32' : 'int64' } : other(annotation ?? type);
    case 'BYTE_ARRAY':
      return bytesOf(annotation);
    default:
      return other(annotation ?? type ?? 'group');
  }
}

/** Whether the integer's own type holds all of its values as they are stored. */
function isSigned({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  if (logical?.type === 'INTEGER') return logical.isSigned || logical.bitWidth < 32;
  return converted === undefined ? logical === undefined : /^INT_|^UINT_(?:8|16)$/.test(converted);
}

function bytesOf(annotation: string | undefined): StoredType {
  if (annotation === undefined) return { kind: 'bytes' };
  if (annotation === 'JSON') return { kind: 'json' };
  return ['UTF8', 'STRING', 'ENUM'].includes(annotation) ? { kind: 'string' } : other(annotation);
}

function other(name: string): StoredType {
  return { kind: 'other', name };
}

/** The element as Redshift's errors show it: `optional int64 id [i:0 d:1 r:0]`. */
export function describeField({ element }: ParquetField, index: number): string {
  const { repetition_type: repetition = 'OPTIONAL', type, name } = element;
  const depth = repetition === 'REQUIRED' ? 0 : 1;
  const what = type === undefined ? 'group' : type.toLowerCase();
  return `${repetition.toLowerCase()} ${what} ${name} [i:${index} d:${depth} r:${repetition === 'REPEATED' ? 1 : 0}]`;
}

/** A number of a decimal as text; the value is an integer, or its bytes in two's complement. */
export function decimalText(value: StoredValue, scale: number): string {
  const unscaled = value instanceof Uint8Array ? fromBytes(value) : BigInt(value as number | bigint);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}

function fromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** A timestamp as text; undefined when it is none. */
export function momentText(value: StoredValue, unit: string): string | undefined {
  return timestampText(toMicros(BigInt(value as number | bigint), unit));
}

export function dayText(value: StoredValue): string | undefined {
  return dateText(Number(value));
}

/** A floating-point number as the engine reads it. */
export function floatText(value: StoredValue): string {
  return Object.is(value, -0) ? '-0' : `${Number(value)}`;
}
