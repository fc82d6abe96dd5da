/**
 * A Parquet file, read page by page: of each column one page is in memory at a time, and of a nested column one row group. Values
 * come as they are stored, without what their annotations make of them.
 */
import * as zlib from 'node:zlib';
import { type FileMetaData, parquetMetadataAsync, parquetSchema, type SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Compressors } from 'hyparquet/src/types.js';
import { type ColumnCursor, openCursor } from './column-cursor.ts';
import { type ByteSource, ParquetError, type StoredValue } from './stored-value.ts';

/** A top-level column of a file. */
export type ParquetField = SchemaTree;

/** Rows that are handed on at a time. */
const ROWS = 1000;

/** The decompressors; Node's own where it has them. */
const CODECS: Compressors = {
  ...compressors,
  GZIP: (bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: Math.max(length, 1) }),
  BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: Math.max(length, 1) }),
};

/** One file. */
export class ParquetFile {
  readonly #source: ByteSource;
  readonly #metadata: FileMetaData;
  /** The top-level columns, in order. */
  readonly fields: readonly ParquetField[];

  private constructor(source: ByteSource, metadata: FileMetaData) {
    this.#source = source;
    this.#metadata = metadata;
    this.fields = parquetSchema(metadata).children;
  }

  /** Reads the footer. @throws ParquetError when it is none */
  static async open(source: ByteSource): Promise<ParquetFile> {
    if (source.size < 12) throw new ParquetError('it is too short');
    const file = {
      byteLength: source.size,
      slice: (start: number, end = source.size) => bytesOf(source, start, end),
    };
    const metadata = await asParquet(() => parquetMetadataAsync(file, { geoparquet: false }));
    return new ParquetFile(source, metadata);
  }

  /** The codecs of its columns, such as `SNAPPY`. */
  get codecs(): ReadonlySet<string> {
    const names = this.#metadata.row_groups.flatMap(({ columns }) =>
      columns.map(({ meta_data: meta }) => meta?.codec ?? 'UNCOMPRESSED'),
    );
    return new Set(names);
  }

  /** The columns of some rows at a time, in the order of the fields; all have as many values. @throws ParquetError */
  async *batches(): AsyncGenerator<readonly (readonly StoredValue[])[], void, undefined> {
    for (const group of this.#metadata.row_groups) {
      const rows = Number(group.num_rows);
      const tree = parquetSchema(this.#metadata);
      const cursors: ColumnCursor[] = this.fields.map((field) => {
        const chunks = group.columns.filter(
          ({ meta_data: meta }) => meta?.path_in_schema[0] === field.element.name,
        );
        return openCursor({ source: this.#source, tree, field, chunks, compressors: CODECS });
      });
      for (let done = 0; done < rows; done += ROWS) {
        const wanted = Math.min(ROWS, rows - done);
        const columns: (readonly StoredValue[])[] = [];
        for (const cursor of cursors) columns.push(await asParquet(() => cursor.take(wanted)));
        if (columns.some(({ length }) => length !== wanted))
          throw new ParquetError('a column has too few values');
        yield columns;
      }
    }
  }
}

/** Says what the packages say of a broken file. */
async function asParquet<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ParquetError || !(error instanceof Error) || isOfSource(error)) throw error;
    throw new ParquetError(error.message, { cause: error });
  }
}

/** Whether reading the bytes has failed, and not the reading of what they mean. */
function isOfSource(error: Error): boolean {
  return (
    'status' in error || ('code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code))
  );
}

async function bytesOf(source: ByteSource, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = await source.read(start, Math.min(end, source.size));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}
