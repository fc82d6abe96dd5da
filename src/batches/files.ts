/** Opens a BATCH file on this machine or in S3. */
import { constants } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import type { ObjectReader, RandomAccess } from '../ports.ts';
import type { BatchLocations } from './locations.ts';
import { pathsOf } from './paths.ts';

const BLOCK_BYTES = 256 * 1024;

/** Otherwise opening a named pipe would wait for its writer, on a thread that cannot be ended. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Rejects with the error of the file system or of S3, or with a RangeError for a URL that cannot or must not be read. */
export function bytesOf(
  url: string,
  store: ObjectReader,
  locations: BatchLocations,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  if (!url.startsWith('s3://')) return localBytes(url, locations, signal);
  allow(locations.refusalOfObject(url));
  return store.read(url, signal);
}

/** Opens a file to read parts of it. Rejects as `bytesOf` does. */
export async function openParts(
  url: string,
  store: ObjectReader,
  locations: BatchLocations,
  signal: AbortSignal,
): Promise<RandomAccess> {
  if (url.startsWith('s3://')) {
    allow(locations.refusalOfObject(url));
    return await store.open(url, signal);
  }
  const file = await openFirst(pathsOf(url), locations);
  const { size } = await file.stat();
  return {
    size,
    read: async (start, end) => {
      signal.throwIfAborted();
      return await readPart(file, start, end);
    },
    close: () => file.close(),
  };
}

async function readPart(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw new RangeError('it became shorter while it was read');
    done += bytesRead;
  }
  return bytes;
}

async function* localBytes(
  url: string,
  locations: BatchLocations,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const file = await openFirst(pathsOf(url), locations);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(BLOCK_BYTES), 0, BLOCK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function openFirst(
  [path = '', ...others]: readonly string[],
  locations: BatchLocations,
): Promise<FileHandle> {
  try {
    return await openAllowed(path, locations);
  } catch (error) {
    if (others.length > 0 && codeOf(error) === 'ENOENT') return openFirst(others, locations);
    throw error;
  }
}

/**
 * Opens a regular file in one of the locations. Links are followed first, so that nothing is opened elsewhere, and looked at again
 * when the file is open, because they may have been replaced meanwhile.
 */
async function openAllowed(path: string, locations: BatchLocations): Promise<FileHandle> {
  if (!(await stat(await allowReal(path, locations))).isFile()) throw notAFile();
  const file = await open(path, OPEN_FLAGS);
  try {
    const opened = await file.stat({ bigint: true });
    if (!opened.isFile()) throw notAFile();
    const named = await stat(await allowReal(path, locations), { bigint: true });
    if (opened.dev !== named.dev || opened.ino !== named.ino)
      throw new RangeError('it was replaced while it was opened');
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the path leads to. */
async function allowReal(path: string, locations: BatchLocations): Promise<string> {
  const real = await realpath(path);
  allow(await locations.refusalOfFile(path, real));
  return real;
}

function notAFile(): RangeError {
  return new RangeError('it is not a file');
}

function allow(refusal: string | undefined): void {
  if (refusal !== undefined) throw new RangeError(refusal);
}

/** `ENOENT`, `Z_DATA_ERROR`, or nothing. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
