/**
 * The values of Parquet as JSON that loses nothing: decimals and 64-bit integers are numbers with all of their digits, dates and times are
 * strings of ISO 8601 in the precision of the file.
 */
import { isUtf8 } from 'node:buffer';
import type { SchemaElement, SchemaTree } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import { ParquetError, type StoredValue } from './stored-value.ts';

/** The JSON text of a value that is not NULL. */
export type WriteValue = (value: StoredValue) => string;

const NS_PER_DAY = 86_400_000_000_000n;
const MS_PER_DAY = 86_400_000;
const NANOSECONDS: Readonly<Record<string, bigint>> = { MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n };
const DIGITS: Readonly<Record<string, number>> = { MILLIS: 3, MICROS: 6, NANOS: 9 };

/** The writer for a top-level column. @throws ParquetError for a type that JSON has no form for */
export function writerOf(field: SchemaTree): WriteValue {
  if (field.element.repetition_type === 'REPEATED') return listWriter(orNull(contentWriter(field)));
  return contentWriter(field);
}

/** The same without regard to repetition. */
function contentWriter(field: SchemaTree): WriteValue {
  const [only] = field.children;
  if (!only) return leafWriter(field.element);
  if (isListLike(field)) {
    const [element] = only.children;
    return listWriter(orNull(element ? writerOf(element) : contentWriter(only)));
  }
  const mapped = isMapLike(field) ? only.children[1] : undefined;
  if (mapped) {
    const write = orNull(writerOf(mapped));
    return (value) => object(Object.entries(value as Members).map(([name, each]) => [name, write(each)]));
  }
  const members = field.children.map((child) => [child.element.name, orNull(writerOf(child))] as const);
  return (value) => object(members.map(([name, write]) => [name, write((value as Members)[name])]));
}

type Members = Readonly<Record<string, StoredValue>>;

function orNull(write: WriteValue): WriteValue {
  return (value) => (value === null || value === undefined ? 'null' : write(value));
}

function listWriter(write: WriteValue): WriteValue {
  return (value) => `[${(value as readonly StoredValue[]).map((item) => write(item)).join(',')}]`;
}

function object(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function leafWriter(element: SchemaElement): WriteValue {
  const { name, type, converted_type: converted, logical_type: logical } = element;
  const annotation = logical?.type ?? converted;
  const write = annotatedWriter(element) ?? physicalWriter(element, annotation);
  if (write) return write;
  throw new ParquetError(
    `the column ${JSON.stringify(name)} has the type ${annotation ?? type ?? 'unknown'}, which cannot be loaded`,
  );
}

/** Of a type that only an annotation tells: the newer one, or the older one. */
function annotatedWriter(element: SchemaElement): WriteValue | undefined {
  const { type, converted_type: converted = '', logical_type: logical } = element;
  switch (logical?.type ?? converted) {
    case 'DECIMAL':
      return decimalWriter(logical?.type === 'DECIMAL' ? logical.scale : (element.scale ?? 0));
    case 'TIMESTAMP':
      return logical?.type === 'TIMESTAMP'
        ? timestampWriter(logical.unit, logical.isAdjustedToUTC)
        : undefined;
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return timestampWriter(converted.slice('TIMESTAMP_'.length), true);
    case 'TIME':
      return logical?.type === 'TIME' ? timeWriter(logical.unit) : undefined;
    case 'TIME_MILLIS':
    case 'TIME_MICROS':
      return timeWriter(converted.slice('TIME_'.length));
    case 'DATE':
      return (value) => `"${dateOf(Number(value))}"`;
    case 'UUID':
      return (value) => `"${uuid(value as Uint8Array)}"`;
    default:
      return type === 'INT96' ? timestampWriter('NANOS', false) : undefined;
  }
}

const STRINGS = [undefined, 'UTF8', 'STRING', 'ENUM'];

function physicalWriter(
  { name, type, ...element }: SchemaElement,
  annotation: string | undefined,
): WriteValue | undefined {
  switch (type) {
    case 'BOOLEAN':
      return (value) => (value === true ? 'true' : 'false');
    case 'FLOAT':
      return (value) => shortestFloat(value as number);
    case 'DOUBLE':
      return (value) => doubleText(value as number);
    case 'INT32':
    case 'INT64':
      return integerWriter(type === 'INT32' ? 32 : 64, element);
    case 'BYTE_ARRAY':
      if (annotation === 'JSON') return (value) => jsonOf(value, name);
      return STRINGS.includes(annotation) ? (value) => JSON.stringify(stringOf(value, name)) : undefined;
    default:
      return undefined;
  }
}

function integerWriter(
  bits: number,
  {
    converted_type: converted,
    logical_type: logical,
  }: Pick<SchemaElement, 'converted_type' | 'logical_type'>,
): WriteValue {
  const isUnsigned = logical?.type === 'INTEGER' ? !logical.isSigned : /^UINT_/.test(converted ?? '');
  if (!isUnsigned) return (value) => BigInt(value as number | bigint).toString();
  return (value) => BigInt.asUintN(bits, BigInt(value as number | bigint)).toString();
}

function decimalWriter(scale: number): WriteValue {
  return (value) => {
    const unscaled = value instanceof Uint8Array ? fromBytes(value) : BigInt(value as number | bigint);
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
    const fraction = scale > 0 ? `.${digits.slice(-scale)}` : '';
    return `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${fraction}`;
  };
}

function fromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

function timestampWriter(unit: string, isUtc: boolean): WriteValue {
  const zone = isUtc ? '+00:00' : '';
  return (value) => {
    const nanoseconds = BigInt(value as number | bigint) * (NANOSECONDS[unit] ?? 1n);
    const days = floorDivide(nanoseconds, NS_PER_DAY);
    return `"${dateOf(Number(days))}T${clock(nanoseconds - days * NS_PER_DAY, unit)}${zone}"`;
  };
}

function timeWriter(unit: string): WriteValue {
  return (value) => `"${clock(BigInt(value as number | bigint) * (NANOSECONDS[unit] ?? 1n), unit)}"`;
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value / by - (value % by < 0n ? 1n : 0n);
}

/** `HH:MM:SS` and the digits of the unit, if the fraction is not zero. */
function clock(nanoseconds: bigint, unit: string): string {
  const seconds = Number(nanoseconds / 1_000_000_000n);
  const rest = nanoseconds % 1_000_000_000n;
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0n
    ? time
    : `${time}.${String(rest)
        .padStart(9, '0')
        .slice(0, DIGITS[unit] ?? 9)}`;
}

/** `YYYY-MM-DD`. @throws ParquetError for a day that has no such form */
function dateOf(days: number): string {
  const moment = new Date(days * MS_PER_DAY);
  const year = moment.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999)
    throw new ParquetError(`the day ${days} after 1970-01-01 is not between the years 1 and 9999`);
  return moment.toISOString().slice(0, 10);
}

function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** NaN and infinities are bare words, as Python's json writes them. */
function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : `${value}`;
}

/** The fewest digits that are the same number in 32 bits. */
function shortestFloat(value: number): string {
  if (!Number.isFinite(value)) return doubleText(value);
  for (let digits = 6; digits < 9; digits += 1) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return doubleText(rounded);
  }
  return doubleText(value);
}

function stringOf(value: StoredValue, name: string): string {
  if (typeof value === 'string') return value;
  const bytes = value as Uint8Array;
  if (!isUtf8(bytes)) throw new ParquetError(`a value of the column ${JSON.stringify(name)} is not UTF-8`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

/** On one line: the only line ends in JSON are those between its tokens. */
function jsonOf(value: StoredValue, name: string): string {
  const text = stringOf(value, name);
  try {
    JSON.parse(text);
  } catch {
    throw new ParquetError(`a value of the column ${JSON.stringify(name)} is not JSON`);
  }
  return text.replaceAll(/[\r\n]/g, ' ');
}
