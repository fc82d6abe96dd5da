/** The values of one top-level column of a row group of a Parquet file, taken in order. */
import { type ColumnChunk, flatten, type SchemaElement, type SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { readPage } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath, isFlatColumn } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, Compressors, DecodedArray, ParquetParsers } from 'hyparquet/src/types.js';
import { type LeafPlace, PageReader } from './page-reader.ts';
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
  readonly compressors: Compressors;
}

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

function placeOf(
  { meta_data: meta, file_path: path }: ColumnChunk,
  { source, tree, compressors }: CursorOptions,
): LeafPlace {
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

/** Decodes pages, whose content is not compressed any more. */
class PageDecoder {
  readonly #pages: PageReader;
  readonly #decoder: ColumnDecoder;
  #dictionary: DecodedArray | undefined;

  constructor(source: ByteSource, place: LeafPlace) {
    this.#pages = new PageReader(source, place);
    this.#decoder = { ...place.decoder, codec: 'UNCOMPRESSED' };
  }

  /** The values of the next page, after those of `previous` if rows go on in it; undefined at the end. */
  async next(previous?: DecodedArray): Promise<DecodedArray | undefined> {
    for (let page = await this.#pages.next(); page; page = await this.#pages.next()) {
      const { header, content } = page;
      if (header.type === 'INDEX_PAGE') continue;
      const { data = [] } = readPage(content, header, this.#decoder, this.#dictionary, previous, 0);
      if (header.type !== 'DICTIONARY_PAGE') return data;
      this.#dictionary = convert(data, this.#decoder);
    }
    return undefined;
  }
}

/** A column that is neither nested nor repeated: page by page. */
class FlatCursor implements ColumnCursor {
  readonly #pages: PageDecoder;
  #page: ArrayLike<StoredValue> = [];
  #next = 0;

  constructor(source: ByteSource, place: LeafPlace) {
    this.#pages = new PageDecoder(source, place);
  }

  async take(count: number): Promise<readonly StoredValue[]> {
    const values: StoredValue[] = [];
    while (values.length < count) {
      if (this.#next === this.#page.length) {
        const page = await this.#pages.next();
        if (!page) break;
        this.#page = page as ArrayLike<StoredValue>;
        this.#next = 0;
      } else values.push(this.#page[this.#next++]);
    }
    return values;
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
    const { source, field, chunks } = this.#options;
    const leaves = new Map<string, DecodedArray>();
    for (const chunk of chunks) {
      const place = placeOf(chunk, this.#options);
      leaves.set(place.decoder.pathInSchema.join('.'), await allOf(new PageDecoder(source, place)));
    }
    if (field.children.length > 0) assembleNested(leaves, field, PARSERS);
    const values = leaves.get(field.element.name);
    if (!values) throw new ParquetError(`the column ${field.element.name} cannot be put together`);
    return values as ArrayLike<StoredValue>;
  }
}

/** The values of all pages. A row may go on from one page to the next. */
async function allOf(pages: PageDecoder): Promise<DecodedArray> {
  const chunks: DecodedArray[] = [];
  for (let page = await pages.next(); page; page = await pages.next(chunks.at(-1))) {
    if (page !== chunks.at(-1)) chunks.push(page);
  }
  return flatten(chunks);
}
