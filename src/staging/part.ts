/**
 * One part: the CSV bytes of some rows as one gzip member in one S3 object. Before a part counts, the checksum that gzip
 * wrote is compared with the checksum of the bytes that the encoder gave, so that no buffer can have changed in between.
 */
import { constants, crc32, createGzip, type Gzip } from 'node:zlib';

/** A finished object. `bytes` is its compressed size. */
export interface StagedPart {
  readonly key: string;
  readonly bytes: number;
}

/** The CSV of one part, and the checksum that was taken when the encoder was done with it. */
export interface RawPart {
  readonly blocks: readonly Buffer[];
  readonly bytes: number;
  readonly checksum: number;
  /** Bytes of memory that the blocks keep from other uses. */
  readonly held: number;
}

const TRAILER_BYTES = 8;
const MIN_CHUNK_BYTES = 16 * 1024;

/** A part of bytes that are complete. */
export function rawPart(blocks: readonly Buffer[]): RawPart {
  let [bytes, checksum, held] = [0, 0, 0];
  for (const block of blocks) {
    bytes += block.length;
    checksum = addChecksum(block, checksum);
    held += block.buffer.byteLength;
  }
  return { blocks, bytes, checksum, held };
}

/** CRC-32 as gzip takes it. The crc32 of nothing would begin anew. */
function addChecksum(block: Buffer, checksum: number): number {
  return block.length === 0 ? checksum : crc32(block, checksum);
}

/** Compresses on libuv's threads. The blocks belong to zlib until this resolves. */
export async function compress(raw: RawPart, level: number): Promise<Buffer> {
  const gzip = createGzip({
    level,
    // Few chunks, because each of them is a way to a thread and back.
    chunkSize: Math.max(Math.ceil(raw.bytes / 4), MIN_CHUNK_BYTES),
    memLevel: 9,
    strategy: constants.Z_DEFAULT_STRATEGY,
  });
  const [chunks] = await Promise.all([collect(gzip), feed(gzip, raw.blocks)]);
  const body = Buffer.concat(chunks);
  verify(body, raw);
  return body;
}

async function feed(gzip: Gzip, blocks: readonly Buffer[]): Promise<void> {
  for (const block of blocks) {
    await new Promise<void>((resolve, reject) => {
      gzip.write(block, (error) => (error ? reject(error) : resolve()));
    });
  }
  gzip.end();
}

async function collect(gzip: Gzip): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of gzip) chunks.push(chunk as Buffer);
  return chunks;
}

function verify(body: Buffer, { bytes, checksum }: RawPart): void {
  const trailer = body.length - TRAILER_BYTES;
  if (body.readUInt32LE(trailer) !== checksum || body.readUInt32LE(trailer + 4) !== bytes % 2 ** 32) {
    throw new Error('a part changed while it was compressed: its checksum is not that of the encoded rows');
  }
}
