/** What the footers of Parquet files say: their columns, which must be the same in all, and their rows. */
import { type FileMetaData, parquetSchema } from 'hyparquet';
import pLimit from 'p-limit';
import { footerOf } from '../batches/parquet/footer.ts';
import { InputError, messageOf } from '../errors.ts';
import type { FoundObject } from '../ports.ts';
import type { CountedFile } from '../warehouse/file-ledger.ts';
import { fieldOf, type FileField } from './fields.ts';
import type { FileStore } from './found.ts';

/** The files of a load. */
export interface FileSet {
  readonly files: readonly CountedFile[];
  /** In the order of the columns of each file. */
  readonly fields: readonly FileField[];
  /** The codecs of the pages, with a file that has them. */
  readonly codecs: ReadonlyMap<string, string>;
}

interface Footer {
  readonly file: CountedFile;
  readonly fields: readonly FileField[];
  readonly codecs: readonly string[];
}

/** Requests at the same time. */
const AT_ONCE = 16;

/**
 * Reads the footers, and checks them: each file has the same columns, and no row lacks a value of a key. Throws InputError, which names
 * the file and the column, and LoadError.
 */
export async function readFooters(
  store: FileStore,
  objects: readonly FoundObject[],
  keys: readonly string[],
  signal: AbortSignal,
): Promise<FileSet> {
  const limit = pLimit(AT_ONCE);
  const footers = await Promise.all(objects.map((object) => limit(() => read(store, object, keys, signal))));
  const [first] = footers;
  const codecs = new Map<string, string>();
  for (const footer of footers) {
    checkSame(first ?? footer, footer);
    for (const codec of footer.codecs) if (!codecs.has(codec)) codecs.set(codec, footer.file.url);
  }
  return { files: footers.map(({ file }) => file), fields: first?.fields ?? [], codecs };
}

async function read(
  store: FileStore,
  object: FoundObject,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Footer> {
  signal.throwIfAborted();
  const opened = await store.open(object.url, signal);
  try {
    if (opened.size !== object.bytes) throw changed(object.url);
    const metadata = await footerOf(opened);
    checkKeys(object.url, metadata, keys);
    const chunks = metadata.row_groups.flatMap(({ columns }) => columns);
    return {
      file: { ...object, rows: Number(metadata.num_rows) },
      fields: parquetSchema(metadata).children.map(fieldOf),
      codecs: [...new Set(chunks.flatMap(({ meta_data: meta }) => meta?.codec ?? []))],
    };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ParquetError') throw error;
    throw new InputError(`Cannot copy ${object.url}: ${messageOf(error)}`, {}, { cause: error });
  } finally {
    await opened.close();
  }
}

/** Of a file that is not what it was when the files were listed. */
export function changed(url: string): InputError {
  return new InputError(
    `Cannot copy ${url}: it was written again while it was read; nothing was loaded. Run the command again when its writer has ended`,
  );
}

/** A row without a key can be neither found nor replaced. Writers count the NULLs of each column. */
function checkKeys(url: string, { row_groups: groups }: FileMetaData, keys: readonly string[]): void {
  for (const key of keys) {
    const chunks = groups.flatMap(({ columns }) => columns);
    const own = chunks.filter(({ meta_data: meta }) => meta?.path_in_schema.join('.') === key);
    const nulls = own.reduce((sum, { meta_data: meta }) => sum + (meta?.statistics?.null_count ?? 0n), 0n);
    if (nulls > 0n)
      throw new InputError(
        `Cannot copy ${url}: the key column ${JSON.stringify(key)} is NULL in ${nulls} of its rows; nothing was loaded`,
      );
  }
}

/** COPY finds columns by their position alone. */
function checkSame({ file: first, fields }: Footer, { file: { url }, fields: others }: Footer): void {
  const different = (what: string): InputError =>
    new InputError(
      `Cannot copy ${url} together with ${first.url}: ${what}; COPY needs files with the same columns in the same order. Copy them by a ` +
        'command of their own, or write them again',
    );
  for (const [i, { name, shown }] of fields.entries()) {
    const other = others[i];
    if (!other) throw different(`it has no column ${JSON.stringify(name)}`);
    if (other.name !== name)
      throw different(`its column ${i + 1} is ${JSON.stringify(other.name)}, not ${JSON.stringify(name)}`);
    if (other.shown !== shown)
      throw different(`its column ${JSON.stringify(name)} is ${other.shown}, not ${shown}`);
  }
  const more = others[fields.length];
  if (more) throw different(`it has a column ${JSON.stringify(more.name)} more`);
}
