/**
 * The rows of a Parquet file as lines of JSON, one object each. The file is read page by page, so that memory stays bounded: of each
 * column one page is in memory, and of a nested column one row group.
 */
import * as zlib from 'node:zlib';
import { parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Compressors } from 'hyparquet/src/types.js';
import type { RandomAccess } from '../../ports.ts';
import { type ColumnCursor, openCursor } from './column-cursor.ts';
import { explained, footerOf } from './footer.ts';
import { ParquetError, type StoredValue } from './stored-value.ts';
import { type WriteValue, writerOf } from './values.ts';

/** Rows that are taken from each column at a time. */
const ROWS = 1000;
/** Node's own decompressors where it has them. */
const CODECS: Compressors = {
  ...compressors,
  GZIP: (bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: Math.max(length, 1) }),
  BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: Math.max(length, 1) }),
};

/** @throws ParquetError, and what reading the bytes throws */
export async function* parquetLines(file: RandomAccess): AsyncGenerator<Buffer> {
  const metadata = await footerOf(file);
  const tree = parquetSchema(metadata);
  const heads = tree.children.map(
    ({ element }, n) => `${n === 0 ? '{' : ','}${JSON.stringify(element.name)}:`,
  );
  const writers = tree.children.map(writerOf);
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const cursors = tree.children.map((field) => {
      const chunks = group.columns.filter(
        ({ meta_data: meta }) => meta?.path_in_schema[0] === field.element.name,
      );
      return openCursor({ source: file, tree, field, chunks, compressors: CODECS });
    });
    for (let done = 0; done < rows; done += ROWS) {
      const wanted = Math.min(ROWS, rows - done);
      const columns: (readonly StoredValue[])[] = [];
      for (const [n, cursor] of cursors.entries())
        columns.push(await valuesOf(cursor, wanted, tree.children[n]?.element.name ?? ''));
      yield linesOf(columns, { heads, writers, rows: wanted });
    }
  }
}

async function valuesOf(cursor: ColumnCursor, wanted: number, name: string): Promise<readonly StoredValue[]> {
  const values = await explained(`the column ${JSON.stringify(name)} cannot be read`, () =>
    cursor.take(wanted),
  );
  if (values.length === wanted) return values;
  throw new ParquetError(`the column ${JSON.stringify(name)} has fewer values than the file has rows`);
}

function linesOf(
  columns: readonly (readonly StoredValue[])[],
  {
    heads,
    writers,
    rows,
  }: { readonly heads: readonly string[]; readonly writers: readonly WriteValue[]; readonly rows: number },
): Buffer {
  const parts: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const [n, write] of writers.entries()) {
      const value = columns[n]?.[row];
      parts.push(heads[n] ?? '', value === null || value === undefined ? 'null' : write(value));
    }
    parts.push(heads.length === 0 ? '{}\n' : '}\n');
  }
  return Buffer.from(parts.join(''));
}
