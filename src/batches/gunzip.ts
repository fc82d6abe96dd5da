/** Decompression that takes a file whole or not at all: cut data and bytes behind the data are errors. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const CHUNK_BYTES = 256 * 1024;

/** The members of a gzip file, one after the other. Throws zlib's errors, and RangeError for what zlib lets pass. */
export async function* gunzip(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const input = { bytes: 0, isRead: false };
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      input.bytes += chunk.length;
      yield chunk;
    }
    input.isRead = true;
  }
  // Whoever iterates hears of every failure.
  const unzip = pipeline(Readable.from(counted()), createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
  for await (const chunk of unzip) yield chunk as Buffer;
  // zlib ends without a word at a zero byte behind a member.
  if (!input.isRead || unzip.bytesWritten !== input.bytes) {
    throw new RangeError(`other bytes follow its gzip data, which ends at byte ${unzip.bytesWritten}`);
  }
}
