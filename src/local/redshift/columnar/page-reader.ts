/** The pages of one leaf of a row group of a Parquet file, in order, decompressed and checked. */
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import type { ColumnDecoder, DataReader, PageHeader } from 'hyparquet/src/types.js';
import { checkPage } from './page-checks.ts';
import { type ByteSource, ParquetError } from './stored-value.ts';

/** A leaf in the file. */
export interface LeafPlace {
  readonly decoder: ColumnDecoder;
  readonly start: number;
  readonly end: number;
}

/** A page whose content is not compressed. */
export interface OpenPage {
  readonly header: PageHeader;
  readonly content: DataReader;
}

/** What is read to find the end of a page's header, which grows with its statistics. */
const HEADER_BYTES = 8 * 1024;
/** The most that a page may have. In bytes. */
const MOST_PAGE_BYTES = 1024 * 1024 * 1024;

/** Reads pages one by one. */
export class PageReader {
  readonly #source: ByteSource;
  readonly #decoder: ColumnDecoder;
  readonly #end: number;
  #at: number;

  constructor(source: ByteSource, { decoder, start, end }: LeafPlace) {
    this.#source = source;
    this.#decoder = decoder;
    this.#at = start;
    this.#end = end;
  }

  /** The next page; undefined at the end. @throws ParquetError, and what the packages throw */
  async next(): Promise<OpenPage | undefined> {
    if (this.#at >= this.#end) return undefined;
    const { header, length } = await this.#header();
    const start = this.#at + length;
    const sizes = [header.compressed_page_size, header.uncompressed_page_size];
    const isWithin = sizes.every((size) => size >= 0 && size <= MOST_PAGE_BYTES);
    const end = start + header.compressed_page_size;
    if (!isWithin || end > this.#end) throw new ParquetError('a page is not within its column');
    const bytes = await this.#source.read(start, end);
    this.#at = end;
    return this.#decompress(header, bytes);
  }

  #decompress(header: PageHeader, bytes: Buffer): OpenPage {
    const { codec, compressors } = this.#decoder;
    const v2 = header.data_page_header_v2;
    const levels = v2 ? v2.repetition_levels_byte_length + v2.definition_levels_byte_length : 0;
    const isCompressed = v2?.is_compressed ?? true;
    if (!(levels >= 0 && levels <= bytes.length)) throw new ParquetError('a page is broken');
    const packed = new Uint8Array(bytes.subarray(levels));
    const wanted = header.uncompressed_page_size - levels;
    const data =
      isCompressed && packed.length > 0 ? decompressPage(packed, wanted, codec, compressors) : packed;
    const page = new Uint8Array(levels + data.length);
    page.set(bytes.subarray(0, levels));
    page.set(data, levels);
    const opened: PageHeader = {
      ...{ ...header, compressed_page_size: page.length, uncompressed_page_size: page.length },
      ...(v2 && { data_page_header_v2: { ...v2, is_compressed: false } }),
    };
    checkPage(page, opened, this.#decoder);
    return { header: opened, content: { view: new DataView(page.buffer), offset: 0 } };
  }

  async #header(): Promise<{ header: PageHeader; length: number }> {
    for (let wanted = HEADER_BYTES; ; wanted *= 8) {
      const end = Math.min(this.#at + wanted, this.#end);
      const bytes = new Uint8Array(await this.#source.read(this.#at, end));
      const reader = { view: new DataView(bytes.buffer), offset: 0 };
      try {
        const header = parquetHeader(reader);
        return { header, length: reader.offset };
      } catch (error) {
        if (end === this.#end || !(error instanceof RangeError)) throw error;
      }
    }
  }
}
