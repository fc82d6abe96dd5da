/**
 * Parquet files as text, for rows of the conformance table. The first line has the columns, `name TYPE | name TYPE`, and each other
 * line a row as a JSON array.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** A value of a row. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

interface ColumnText {
  readonly name: string;
  readonly elements: readonly SchemaElement[];
  readonly value: (json: Json) => unknown;
}

const OPTIONAL = { repetition_type: 'OPTIONAL' } as const;
const UNITS = { MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n } as const;

/** The bytes of a file. `how` is `parquet`, with the codec or `groups` (a row group for each row) after an underscore. */
export function parquetFile(text: string, how: string): Buffer {
  const [head = '', ...lines] = text.replace(/\n$/, '').split('\n');
  const columns = head.split(' | ').map((column) => {
    const [, name = '', type = ''] = /^(\S+) (.+)$/.exec(column) ?? [];
    return readColumn(name, type);
  });
  const rows = lines.map((line) => JSON.parse(line) as Json[]);
  const option = how.split('_')[1] ?? 'snappy';
  const codec = option === 'groups' ? 'SNAPPY' : (option.toUpperCase() as 'SNAPPY');
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: 'schema', num_children: columns.length },
      ...columns.flatMap(({ elements }) => elements),
    ],
    codec,
    compressors: { GZIP: (bytes) => gzipSync(bytes), BROTLI: (bytes) => brotliCompressSync(bytes) },
  });
  const columnData = columns.map(({ name, value }, n) => ({
    name,
    data: rows.map((row) => (row[n] === null || row[n] === undefined ? null : value(row[n]))),
  }));
  void parquet.write({ columnData, rowGroupSize: option === 'groups' ? 1 : Math.max(rows.length, 1) });
  void parquet.finish();
  return Buffer.from(writer.getBytes());
}

function readColumn(name: string, type: string): ColumnText {
  const list = /^LIST<(.+)>$/.exec(type);
  if (list) {
    const item = readColumn('element', list[1] ?? '');
    const elements: SchemaElement[] = [
      { ...OPTIONAL, name, num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...item.elements,
    ];
    return {
      name,
      elements,
      value: (json) => (json as Json[]).map((each) => (each === null ? null : item.value(each))),
    };
  }
  const struct = /^STRUCT<(.+)>$/.exec(type);
  if (struct) {
    const fields = splitFields(struct[1] ?? '').map((field) => {
      const [, fieldName = '', fieldType = ''] = /^(\S+) (.+)$/.exec(field) ?? [];
      return readColumn(fieldName, fieldType);
    });
    return {
      name,
      elements: [
        { ...OPTIONAL, name, num_children: fields.length },
        ...fields.flatMap(({ elements }) => elements),
      ],
      value: (json) =>
        Object.fromEntries(
          fields.map((field) => {
            const value = (json as Readonly<Record<string, Json>>)[field.name] ?? null;
            return [field.name, value === null ? null : field.value(value)];
          }),
        ),
    };
  }
  const required = type.endsWith('!');
  const { value, ...element } = leafOf(type.replace('!', ''));
  return {
    name,
    elements: [{ name, repetition_type: required ? 'REQUIRED' : 'OPTIONAL', ...element }],
    value,
  };
}

/** The parts between commas outside brackets. */
function splitFields(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (const character of text) {
    if ('<('.includes(character)) depth += 1;
    if ('>)'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  return [...parts, part.trim()];
}

type Leaf = Partial<SchemaElement> & { readonly value: (json: Json) => unknown };

function leafOf(type: string): Leaf {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal) return decimalLeaf(Number(decimal[1]), Number(decimal[2]));
  const moment = /^(TIMESTAMP|TIMESTAMPTZ|TIME)_(MILLIS|MICROS|NANOS)$/.exec(type);
  if (moment) return momentLeaf(moment[1] ?? '', moment[2] as keyof typeof UNITS);
  const integer = /^(U?)INT_?(8|16|32|64)$/.exec(type);
  if (integer) {
    const [, unsigned, bits] = integer;
    const converted = `${unsigned ?? ''}INT_${bits ?? ''}` as 'INT_8';
    const is64 = bits === '64';
    return {
      type: is64 ? 'INT64' : 'INT32',
      ...(type.includes('_') || unsigned === 'U' ? { converted_type: converted } : {}),
      value: (json) => (is64 ? BigInt(json as string) : Number(json)),
    };
  }
  switch (type) {
    case 'STRING':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', value: String };
    case 'BYTES':
      return { type: 'BYTE_ARRAY', value: (json) => Buffer.from(json as string, 'hex') };
    case 'JSON':
      return {
        type: 'BYTE_ARRAY',
        logical_type: { type: 'JSON' },
        value: (json) => Buffer.from(json as string),
      };
    case 'BOOLEAN':
      return { type: 'BOOLEAN', value: Boolean };
    case 'FLOAT':
    case 'DOUBLE':
      return { type, value: Number };
    case 'DATE':
      return {
        type: 'INT32',
        converted_type: 'DATE',
        value: (json) => Math.floor(Date.parse(json as string) / 86_400_000),
      };
    case 'UUID':
      return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' }, value: String };
    default:
      throw new Error(`a Parquet column of type ${type}`);
  }
}

function decimalLeaf(precision: number, scale: number): Leaf {
  const annotation = { converted_type: 'DECIMAL', precision, scale } as const;
  const unscaled = (json: Json) => BigInt((json as string).replace('.', ''));
  if (precision <= 9) return { type: 'INT32', ...annotation, value: unscaled };
  if (precision <= 18) return { type: 'INT64', ...annotation, value: unscaled };
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...annotation, value: unscaled };
}

function momentLeaf(kind: string, unit: keyof typeof UNITS): Leaf {
  const isTime = kind === 'TIME';
  const logical = {
    type: isTime ? ('TIME' as const) : ('TIMESTAMP' as const),
    isAdjustedToUTC: kind === 'TIMESTAMPTZ',
    unit,
  };
  const converted = unit === 'NANOS' ? {} : { converted_type: `${logical.type}_${unit}` as 'TIME_MILLIS' };
  const is32 = isTime && unit === 'MILLIS';
  return {
    type: is32 ? 'INT32' : 'INT64',
    ...converted,
    logical_type: logical,
    value: (json) => {
      const count = nanoseconds(isTime ? `1970-01-01 ${json as string}` : (json as string)) / UNITS[unit];
      return is32 ? Number(count) : count;
    },
  };
}

/** Nanoseconds since 1970 of `YYYY-MM-DD HH:MM:SS.fraction`. */
function nanoseconds(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(Date.parse(`${whole.replace(' ', 'T')}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** The file as text: its columns with their types, then a line for each row. */
export async function parquetText(bytes: Buffer): Promise<string> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const [root, ...elements] = metadata.schema;
  if (!root) return '';
  const head = elements.map((element) => `${element.name} ${typeText(element)}`).join(' | ');
  const codecs = new Set(
    metadata.row_groups.flatMap(({ columns }) => columns.map((each) => each.meta_data?.codec)),
  );
  const rows = await parquetReadObjects({ file, metadata, compressors });
  const lines = rows.map((row) => JSON.stringify(elements.map(({ name }) => shown(row[name]))));
  return [`${head} [${[...codecs].join(', ')}]`, ...lines].join('\n');
}

function typeText({
  type,
  converted_type: converted,
  logical_type: logical,
  precision,
  scale,
}: SchemaElement): string {
  if (converted === 'DECIMAL') return `DECIMAL(${precision ?? 0},${scale ?? 0})`;
  return converted ?? logical?.type ?? type ?? 'GROUP';
}

function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (value ?? null);
}
