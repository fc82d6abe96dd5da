/** The values of one top-level column of a row group of a Parquet file, taken in order. */
import { type ColumnChunk, flatten, type SchemaElement, type SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { parquetHeader, readColumn, readPage } from 'hyparquet/src/column.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath, isFlatColumn } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, Compressors, DecodedArray, ParquetParsers } from 'hyparquet/src/types.js';
import { type ByteSource, ParquetError, type StoredValue } from './stored-value.ts';

/** Takes the next values of a column. */
export interface ColumnCursor {
  /** So many values, or fewer at the end. */
  take(count: number): Promise<readonly StoredValue[]>;
}

/** A column of a row group. */
export interface CursorOptions {
  readonly source: ByteSource;
  readonly tree: SchemaTree;
  readonly field: SchemaTree;
  /** Those of its leaves. */
  readonly chunks: readonly ColumnChunk[];
  /** The rows of the row group. */
  readonly rows: number;
  readonly compressors: Compressors;
}

/** What is read to find the end of a page's header, which grows with its statistics. */
const HEADER_BYTES = 8 * 1024;
/** The most that a page may have: a header that says more is broken. In bytes. */
const MOST_PAGE_BYTES = 1024 * 1024 * 1024;

/** INT96 stays a number of nanoseconds. */
const PARSERS: ParquetParsers = { ...DEFAULT_PARSERS, timestampFromNanoseconds: (nanos: bigint) => nanos };

export function openCursor(options: CursorOptions): ColumnCursor {
  const [chunk] = options.chunks;
  if (options.field.children.length > 0) return new NestedCursor(options);
  if (!chunk) throw new ParquetError(`the column ${options.field.element.name} is not in a row group`);
  const place = placeOf(chunk, options);
  return isFlatColumn(place.decoder.schemaPath)
    ? new FlatCursor(options.source, place)
    : new NestedCursor(options);
}

/** A leaf in the file. */
interface Place {
  readonly decoder: ColumnDecoder;
  readonly start: number;
  readonly end: number;
}

function placeOf(
  { meta_data: meta, file_path: path }: ColumnChunk,
  { source, tree, compressors }: CursorOptions,
): Place {
  if (!meta || path !== undefined) throw new ParquetError('a column is encrypted or in another file');
  const schemaPath = getTreePath(tree, meta.path_in_schema);
  const leaf = schemaPath.at(-1)?.element;
  if (!leaf) throw new ParquetError('a column is not in the schema');
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  const end = start + Number(meta.total_compressed_size);
  if (start < 0 || end > source.size || end < start)
    throw new ParquetError('a column is not within the file');
  return {
    start,
    end,
    decoder: {
      ...{ pathInSchema: meta.path_in_schema, type: meta.type, codec: meta.codec, schemaPath, compressors },
      element: storedElement(leaf, schemaPath),
      parsers: PARSERS,
      utf8: false,
    },
  };
}

/** The element without its annotation. The keys of a map become names of properties, and are read as strings. */
function storedElement(leaf: SchemaElement, path: readonly SchemaTree[]): SchemaElement {
  const { converted_type: _converted, logical_type: _logical, ...stored } = leaf;
  const isKey = leaf.name === 'key' && path.some(({ element }) => element.converted_type === 'MAP');
  return isKey && leaf.type === 'BYTE_ARRAY' ? { ...stored, converted_type: 'UTF8' } : stored;
}

/** A column that is neither nested nor repeated: page by page. */
class FlatCursor implements ColumnCursor {
  readonly #source: ByteSource;
  readonly #decoder: ColumnDecoder;
  readonly #end: number;
  #at: number;
  #dictionary: DecodedArray | undefined;
  #page: ArrayLike<StoredValue> = [];
  #next = 0;

  constructor(source: ByteSource, { decoder, start, end }: Place) {
    this.#source = source;
    this.#decoder = decoder;
    this.#at = start;
    this.#end = end;
  }

  async take(count: number): Promise<readonly StoredValue[]> {
    const values: StoredValue[] = [];
    while (values.length < count) {
      if (this.#next === this.#page.length && !(await this.#turn())) break;
      values.push(this.#page[this.#next++]);
    }
    return values;
  }

  /** Reads the next page; false at the end. */
  async #turn(): Promise<boolean> {
    while (this.#at < this.#end) {
      const { header, length } = await this.#header();
      const size = header.compressed_page_size;
      const start = this.#at + length;
      if (!(size >= 0 && size <= MOST_PAGE_BYTES && start + size <= this.#end)) {
        throw new ParquetError('a page is not within its column');
      }
      const bytes = aligned(await this.#source.read(start, start + size));
      this.#at = start + size;
      if (header.type === 'INDEX_PAGE') continue;
      const reader = { view: new DataView(bytes), offset: 0 };
      const { data = [] } = readPage(reader, header, this.#decoder, this.#dictionary, undefined, 0);
      if (header.type === 'DICTIONARY_PAGE') {
        this.#dictionary = data;
        continue;
      }
      this.#page = data as ArrayLike<StoredValue>;
      this.#next = 0;
      if (data.length > 0) return true;
    }
    return false;
  }

  async #header(): Promise<{ header: ReturnType<typeof parquetHeader>; length: number }> {
    for (let wanted = HEADER_BYTES; ; wanted *= 8) {
      const end = Math.min(this.#at + wanted, this.#end);
      const reader = { view: new DataView(aligned(await this.#source.read(this.#at, end))), offset: 0 };
      try {
        const header = parquetHeader(reader);
        return { header, length: reader.offset };
      } catch (error) {
        if (end === this.#end || !(error instanceof RangeError)) throw error;
      }
    }
  }
}

/** A nested or repeated column: its leaves are read for all rows and put together. */
class NestedCursor implements ColumnCursor {
  readonly #options: CursorOptions;
  #values: ArrayLike<StoredValue> | undefined;
  #next = 0;

  constructor(options: CursorOptions) {
    this.#options = options;
  }

  async take(count: number): Promise<readonly StoredValue[]> {
    this.#values ??= await this.#assemble();
    const values = Array.prototype.slice.call(this.#values, this.#next, this.#next + count) as StoredValue[];
    this.#next += values.length;
    return values;
  }

  async #assemble(): Promise<ArrayLike<StoredValue>> {
    const { source, field, chunks, rows } = this.#options;
    const leaves = new Map<string, DecodedArray>();
    for (const chunk of chunks) {
      const { decoder, start, end } = placeOf(chunk, this.#options);
      const reader = { view: new DataView(aligned(await source.read(start, end))), offset: 0 };
      const selection = { groupStart: 0, selectStart: 0, selectEnd: rows, groupRows: rows };
      leaves.set(decoder.pathInSchema.join('.'), flatten(readColumn(reader, selection, decoder).data));
    }
    if (field.children.length > 0) assembleNested(leaves, field, PARSERS);
    const values = leaves.get(field.element.name);
    if (!values) throw new ParquetError(`the column ${field.element.name} cannot be put together`);
    return values as ArrayLike<StoredValue>;
  }
}

/** The bytes in a buffer of their own. */
function aligned(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}
