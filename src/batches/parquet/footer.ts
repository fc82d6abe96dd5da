/** The footer of a Parquet file. */
import { type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import type { RandomAccess } from '../../ports.ts';
import { ParquetError } from './stored-value.ts';

/** What the shortest file has: twice the magic number and the length of an empty footer. */
const LEAST_BYTES = 12;
const NO_FILE = 'it is not a Parquet file, or it is not complete';

/** @throws ParquetError, and what reading the bytes throws */
export async function footerOf(file: RandomAccess): Promise<FileMetaData> {
  if (file.size < LEAST_BYTES) throw new ParquetError(NO_FILE);
  const source = {
    byteLength: file.size,
    slice: async (start: number, end = file.size) => {
      const bytes = await file.read(start, Math.min(end, file.size));
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    },
  };
  return await explained(NO_FILE, () => parquetMetadataAsync(source, { geoparquet: false }));
}

/** Says what the packages say of a broken file; errors of reading its bytes are left as they are. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ParquetError || isOfReading(error)) throw error;
    throw new ParquetError(`${what}: ${error.message}`, { cause: error });
  }
}

function isOfReading(error: Error): boolean {
  if (error.name === 'LoadError' || error.name === 'AbortError' || '$metadata' in error) return true;
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);
}
