/**
 * How the values of a Parquet column become those of a column of the table. Types must match; Redshift converts none ("COPY from columnar
 * data formats"). The output is a field of the engine's CSV.
 */
import { isUtf8 } from 'node:buffer';
import type { Readings } from '../readings.ts';
import type { CopyColumn } from '../rows/column-plan.ts';
import { MAX_LARGE_STRING_BYTES, MAX_STRING_BYTES } from '../rows/json-cursor.ts';
import { checkSuper } from '../rows/super.ts';
import { replaceInvalid } from '../rows/text.ts';
import type { CopyStatement } from '../sql/statement.ts';
import { jsonText } from './nested-json.ts';
import type { ParquetField } from './parquet-file.ts';
import type { StoredValue } from './stored-value.ts';
import { dayText, decimalText, floatText, momentText, storedType, type StoredType } from './stored-types.ts';

/** NULL in the engine's CSV. */
export const NULL_FIELD = '\\N';

/** What is wrong with a value; `length` is that of a string that is too long, in bytes. */
export class ValueProblem extends Error {
  override readonly name = 'ValueProblem';
  readonly length: number | undefined;

  constructor(message: string, length?: number) {
    super(message);
    this.length = length;
  }
}

/** The field of a value that is not NULL. @throws ValueProblem, ParquetError */
export type WriteField = (value: StoredValue) => string;

/** What a writer depends on beside the columns. */
export interface WriterOptions {
  readonly copy: CopyStatement;
  readonly serializesToJson: boolean;
  readonly readings: Readings;
}

/** The writer for a column of the table, or the name of its type when the column of the file does not match it. */
export function columnWriter(
  column: CopyColumn,
  field: ParquetField,
  options: WriterOptions,
): WriteField | { readonly mismatch: string } {
  const shown = typeName(column);
  if (column.type === 'super') {
    return options.serializesToJson ? superWriter(field, options.readings) : { mismatch: shown };
  }
  const isNested = field.children.length > 0 || field.element.repetition_type === 'REPEATED';
  const write = isNested ? undefined : plainWriter(column, storedType(field.element), options);
  return write ?? { mismatch: shown };
}

/** @throws ValueProblem for what SUPER cannot hold */
function superWriter(field: ParquetField, { largeStrings }: Readings): WriteField {
  const most = largeStrings ? MAX_LARGE_STRING_BYTES : MAX_STRING_BYTES;
  return (value) => {
    const bytes = Buffer.from(jsonText(value, field));
    const found = checkSuper(bytes, 0, bytes.length, most) ?? bytes;
    if (!Buffer.isBuffer(found)) throw new ValueProblem(found.reason);
    return quote(found.toString());
  };
}

const INTEGERS: Readonly<Record<string, { readonly kinds: readonly string[]; readonly bits: number }>> = {
  smallint: { kinds: ['int32'], bits: 16 },
  integer: { kinds: ['int32'], bits: 32 },
  bigint: { kinds: ['int64'], bits: 64 },
};

function plainWriter(column: CopyColumn, stored: StoredType, options: WriterOptions): WriteField | undefined {
  const { kind } = stored;
  const widens = options.readings.parquetNumbersAreWidened;
  const integer = INTEGERS[column.type];
  if (integer) {
    if (!integer.kinds.includes(kind) && !(widens && column.type === 'bigint' && kind === 'int32'))
      return undefined;
    return integerWriter(integer.bits);
  }
  switch (column.type) {
    case 'real':
      return kind === 'float' ? floatText : undefined;
    case 'double precision':
      return kind === 'double' || (widens && kind === 'float') ? floatText : undefined;
    case 'boolean':
      return kind === 'boolean' ? (value) => (value === true ? 't' : 'f') : undefined;
    case 'numeric':
      return decimalWriter(column, stored);
    case 'date':
      return kind === 'date' ? (value) => momentOf(dayText(value)) : undefined;
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return timestampWriter(column, stored);
    case 'character varying':
    case 'character':
      return ['string', 'json', 'bytes'].includes(kind) ? stringWriter(column, options.copy) : undefined;
    case 'bytea':
      return kind === 'bytes' ? bytesWriter(column) : undefined;
    default:
      return undefined;
  }
}

function integerWriter(bits: number): WriteField {
  return (value) => {
    const number = BigInt(value as number | bigint);
    if (BigInt.asIntN(bits, number) === number) return String(number);
    throw new ValueProblem(`the value ${number} is out of range`);
  };
}

/** "DECIMAL": the numbers of digits and of decimals must be those of the column. */
function decimalWriter({ precision, scale }: CopyColumn, stored: StoredType): WriteField | undefined {
  if (stored.kind !== 'decimal' || stored.precision !== precision || stored.scale !== scale) return undefined;
  return (value) => decimalText(value, stored.scale);
}

/** A column with a time zone takes the moment, which Parquet has in UTC. */
function timestampWriter({ type }: CopyColumn, stored: StoredType): WriteField | undefined {
  if (stored.kind !== 'timestamp') return undefined;
  const zone = type === 'timestamp with time zone' ? '+00' : '';
  return (value) => momentOf(momentText(value, stored.unit)?.replace(/(?= BC$)|$/, zone));
}

function momentOf(text: string | undefined): string {
  if (text !== undefined) return text;
  throw new ValueProblem('a date or time is out of range');
}

function stringWriter(column: CopyColumn, { replaceInvalid: replacement }: CopyStatement): WriteField {
  const most = column.length ?? 65_535;
  const isChar = column.type === 'character';
  return (value) => {
    let bytes = bufferOf(value);
    if (!isUtf8(bytes)) {
      if (replacement === undefined) throw new ValueProblem('a string is not valid UTF-8');
      bytes = replaceInvalid(bytes, 0, bytes.length, replacement.charCodeAt(0)) ?? bytes;
    }
    if (bytes.includes(0)) throw new ValueProblem('a string holds a zero byte');
    const text = bytes.toString();
    if (isChar && text.length !== bytes.length)
      throw new ValueProblem('a CHAR column holds ASCII characters only');
    if (bytes.length > most) throw new ValueProblem('the string is too long', bytes.length);
    return quote(text);
  };
}

function bytesWriter({ length: most = 16_777_216 }: CopyColumn): WriteField {
  return (value) => {
    const bytes = bufferOf(value);
    if (bytes.length > most) throw new ValueProblem('the value is too long', bytes.length);
    return `"\\x${bytes.toString('hex')}"`;
  };
}

function bufferOf(value: StoredValue): Buffer {
  if (!(value instanceof Uint8Array)) return Buffer.from(value as string);
  return Buffer.from(value.buffer, value.byteOffset, value.length);
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  smallint: 'SMALLINT',
  integer: 'INT',
  bigint: 'BIGINT',
  real: 'FLOAT',
  'double precision': 'DOUBLE',
  'character varying': 'VARCHAR',
  character: 'CHAR',
  bytea: 'VARBYTE',
  'timestamp without time zone': 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
};

function typeName({ type, precision, scale }: CopyColumn): string {
  if (type === 'numeric') return `DECIMAL(${precision ?? 18}, ${scale ?? 0})`;
  return TYPE_NAMES[type] ?? type.toUpperCase();
}
