/** Decompresses a file completely or not at all: truncated data and bytes after the data are errors. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const CHUNK_BYTES = 256 * 1024;

/**
 * The members of a gzip file, one after another. Throws the errors of zlib, and RangeError for data that zlib accepts
 * silently.
 */
export async function* gunzip(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const input = { bytes: 0, isRead: false };
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      input.bytes += chunk.length;
      yield chunk;
    }
    input.isRead = true;
  }
  // The iteration reports every failure.
  const unzip = pipeline(Readable.from(counted()), createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
  for await (const chunk of unzip) yield chunk as Buffer;
  // zlib ends silently at a zero byte after a member.
  if (!input.isRead || unzip.bytesWritten !== input.bytes) {
    throw new RangeError(`other bytes follow the gzip data, which ends at byte ${unzip.bytesWritten}`);
  }
}
