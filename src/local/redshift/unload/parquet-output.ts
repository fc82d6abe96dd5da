/** A Parquet file that UNLOAD writes: rows are held until they are a row group, which is compressed with Snappy ("UNLOAD"). */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ObjectSink } from '../copy/credentials.ts';
import type { UnloadColumn } from './columns.ts';
import { refuseKinds, type UnloadRow } from './lines.ts';
import type { Output } from './outputs.ts';

type Value = string | number | bigint | boolean | Uint8Array | null;

/** A column of the file, and how the engine's text of a value becomes one of it. */
interface ParquetColumn {
  readonly element: SchemaElement;
  readonly read: (text: string) => Value;
}

/** The types that a Parquet file of UNLOAD cannot hold. */
const NOT_PARQUET = ['varbyte', 'time', 'other'];

/** What a value takes in memory beside its characters, in bytes. */
const VALUE_BYTES = 16;

/** The columns of the file. @throws RedshiftError 0A000 for a type that UNLOAD does not write to Parquet. */
export function parquetColumns(columns: readonly UnloadColumn[]): readonly ParquetColumn[] {
  refuseKinds(columns, NOT_PARQUET, 'PARQUET');
  return columns.map((column) => parquetColumn(column));
}

function parquetColumn(column: UnloadColumn): ParquetColumn {
  const { name, kind, precision, scale } = column;
  const base = { name, repetition_type: 'OPTIONAL' } as const;
  switch (kind) {
    case 'smallint':
      return { element: { ...base, type: 'INT32', converted_type: 'INT_16' }, read: Number };
    case 'integer':
      return { element: { ...base, type: 'INT32' }, read: Number };
    case 'bigint':
      return { element: { ...base, type: 'INT64' }, read: BigInt };
    case 'real':
      return { element: { ...base, type: 'FLOAT' }, read: readFloat };
    case 'double':
      return { element: { ...base, type: 'DOUBLE' }, read: readFloat };
    case 'boolean':
      return { element: { ...base, type: 'BOOLEAN' }, read: (text) => text === 't' };
    case 'date':
      return { element: { ...base, type: 'INT32', converted_type: 'DATE' }, read: Number };
    case 'timestamp':
    case 'timestamptz':
      return { element: timestamp(base, kind === 'timestamptz'), read: BigInt };
    case 'decimal':
      return {
        element: {
          ...base,
          ...{ type: 'FIXED_LEN_BYTE_ARRAY', type_length: decimalBytes(precision) },
          ...{ converted_type: 'DECIMAL', precision, scale },
        },
        read: (text) => BigInt(text.replace('.', '')),
      };
    case 'super':
      // "Amazon Redshift represents SUPER columns in Parquet as the JSON data type."
      return {
        element: { ...base, type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } },
        read: (text) => Buffer.from(text),
      };
    default:
      return { element: { ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8' }, read: (text) => text };
  }
}

/** "Only the timestamp values are unloaded" of a TIMESTAMPTZ: the moment in UTC. */
function timestamp(
  base: { readonly name: string; readonly repetition_type: 'OPTIONAL' },
  isAdjustedToUTC: boolean,
): SchemaElement {
  return {
    ...base,
    ...{ type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' },
  };
}

/** The bytes that hold every number of so many digits, in two's complement. */
function decimalBytes(precision: number): number {
  return Math.ceil((1 + Math.log2(10) * precision) / 8);
}

function readFloat(text: string): number {
  if (text === 'Infinity') return Infinity;
  return text === '-Infinity' ? -Infinity : Number(text);
}

/** One file. */
export class ParquetOutput implements Output {
  lines = 0;
  readonly #sink: ObjectSink;
  readonly #columns: readonly ParquetColumn[];
  readonly #rowGroupBytes: number;
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #rows: Value[][];
  #held = 0;
  #written = 0;

  constructor(sink: ObjectSink, columns: readonly ParquetColumn[], rowGroupBytes: number) {
    this.#sink = sink;
    this.#columns = columns;
    this.#rowGroupBytes = rowGroupBytes;
    const root: SchemaElement = { name: 'schema', num_children: columns.length };
    this.#writer = new ParquetWriter({
      ...{ writer: this.#bytes, codec: 'SNAPPY' },
      schema: [root, ...columns.map(({ element }) => element)],
    });
    this.#rows = columns.map(() => []);
  }

  get bytes(): number {
    return this.#written + this.#held;
  }

  get held(): number {
    return this.#held;
  }

  isFull(_row: UnloadRow, most: number): boolean {
    return this.lines > 0 && this.bytes >= most;
  }

  async write(row: UnloadRow): Promise<void> {
    for (const [n, { read }] of this.#columns.entries()) {
      const text = row[n] ?? null;
      this.#rows[n]?.push(text === null ? null : read(text));
      this.#held += VALUE_BYTES + (text?.length ?? 0);
    }
    this.lines += 1;
    if (this.#held >= this.#rowGroupBytes) await this.flush();
  }

  /** Writes what is held as a row group. */
  async flush(): Promise<void> {
    const rows = this.#rows[0]?.length ?? 0;
    if (rows === 0) return;
    const columnData = this.#columns.map(({ element }, n) => ({
      name: element.name,
      data: this.#rows[n] ?? [],
    }));
    await this.#writer.write({ columnData, rowGroupSize: rows });
    this.#rows = this.#columns.map(() => []);
    this.#held = 0;
    await this.#hand();
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#writer.finish();
    await this.#hand();
    await this.#sink.finish();
  }

  commit(): void {
    this.#sink.commit();
  }

  async discard(): Promise<void> {
    await this.#sink.discard();
  }

  /** Hands on what the writer has written, and empties its buffer; its offset goes on. */
  async #hand(): Promise<void> {
    const bytes = Buffer.from(this.#bytes.getBytes());
    this.#bytes.index = 0;
    this.#written += bytes.length;
    await this.#sink.write(bytes);
  }
}
