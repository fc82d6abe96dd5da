/** Folders such as `dt=2026-01-31`, in whose names engines keep the values of a column. */
import { InputError } from '../errors.ts';
import type { FileSet } from './footers.ts';

/** COPY reads no values from names, so that the column would be missing. Throws InputError. */
export function checkPartitions(
  { files, fields }: Pick<FileSet, 'files' | 'fields'>,
  urls: readonly string[],
): void {
  const columns = new Set(fields.map(({ name }) => name.toLowerCase()));
  for (const { url } of files) {
    const [column] = partitionsOf(url, urls).filter((name) => !columns.has(name.toLowerCase()));
    if (column === undefined) continue;
    throw new InputError(
      `Cannot copy ${url}: the values of the column ${JSON.stringify(column)} are in the names of folders, which COPY does not read, and not in ` +
        'the file; write the column into the files too, or leave it out with --ignore-partitions. Nothing was loaded',
    );
  }
}

/** The columns in the names of folders, below the location that was named. */
function partitionsOf(url: string, urls: readonly string[]): readonly string[] {
  const location = urls.find((one) => url.startsWith(one)) ?? '';
  const folders = url.slice(location.length).split('/').slice(0, -1);
  return folders.flatMap((folder) => (folder.includes('=') ? [folder.slice(0, folder.indexOf('='))] : []));
}
