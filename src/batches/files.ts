/** Opens a BATCH file on this machine or in S3. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ObjectReader } from '../ports.ts';

const BLOCK_BYTES = 256 * 1024;

/** Otherwise opening a named pipe would wait for its writer, on a thread that cannot be ended. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Rejects with the error of the file system or of S3, or with a RangeError for a URL that cannot be read at all. */
export function bytesOf(url: string, store: ObjectReader, signal: AbortSignal): AsyncIterable<Buffer> {
  if (url.startsWith('s3://')) return store.read(url, signal);
  return localBytes(url, signal);
}

async function* localBytes(url: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await openFirst(pathsOf(url));
  try {
    if (!(await file.stat()).isFile()) throw new RangeError('it is not a file');
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

/** Percent escapes are decoded, as in URLs. Taps also write plain paths, which are tried next. */
export function pathsOf(url: string): readonly string[] {
  const [, path] = /^file:\/\/(?:localhost)?(\/.*)$/is.exec(url) ?? [];
  if (path === undefined) {
    throw new RangeError('only URLs like file:///directory/name and s3://bucket/key can be read');
  }
  return [...new Set([decoded(path), path])];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function openFirst([path = '', ...others]: readonly string[]): Promise<FileHandle> {
  try {
    return await open(path, OPEN_FLAGS);
  } catch (error) {
    if (others.length > 0 && codeOf(error) === 'ENOENT') return openFirst(others);
    throw error;
  }
}

/** `ENOENT`, `Z_DATA_ERROR`, or nothing. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
