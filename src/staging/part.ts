/**
 * One part: the CSV of some rows as one gzip member or zstd frame in one S3 object. Before a part counts, its checksum is compared
 * with that of the encoder's bytes, so that a buffer that changed in between is detected.
 */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { ConfigError } from '../errors.ts';
import type { Compression, CsvFormat } from '../rows/csv.ts';

const { constants, crc32, createGzip } = zlib;

/** A finished object. `bytes` is its compressed size. */
export interface StagedPart {
  readonly key: string;
  readonly bytes: number;
}

/** The CSV of one part, and the checksum that was computed when the encoder had finished it. */
export interface RawPart {
  readonly blocks: readonly Buffer[];
  readonly bytes: number;
  readonly checksum: number;
  /** Bytes of memory that the blocks occupy. */
  readonly held: number;
}

const TRAILER_BYTES = 8;
const MIN_CHUNK_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);

/** A part made of complete bytes. */
export function rawPart(blocks: readonly Buffer[]): RawPart {
  let [bytes, checksum, held] = [0, 0, 0];
  for (const block of blocks) {
    bytes += block.length;
    checksum = addChecksum(block, checksum);
    held += block.buffer.byteLength;
  }
  return { blocks, bytes, checksum, held };
}

/** CRC-32 as gzip uses it. Calling crc32 with no bytes would restart it. */
function addChecksum(block: Buffer, checksum: number): number {
  return block.length === 0 ? checksum : crc32(block, checksum);
}

/** The suffix of the objects. */
export const FILE_ENDINGS: Readonly<Record<Compression, string>> = { gzip: '.csv.gz', zstd: '.csv.zst' };

/** Node has it since 22.15, but the types are older. */
const { createZstdCompress, constants: zstd } = zlib as unknown as {
  readonly createZstdCompress?: (options: object) => Transform;
  readonly constants: { readonly ZSTD_c_compressionLevel: number; readonly ZSTD_c_checksumFlag: number };
};

/** The compression in the configuration. Throws ConfigError if this Node does not support it. */
export function compressionOf(wanted: 'auto' | Compression): Compression {
  if (wanted === 'zstd' && !createZstdCompress) {
    throw new ConfigError([
      '"compression" is zstd, which this version of Node does not have; use Node 22.15 or later, or gzip',
    ]);
  }
  return wanted === 'auto' ? (createZstdCompress ? 'zstd' : 'gzip') : wanted;
}

export interface CompressOptions {
  readonly format: Pick<CsvFormat, 'compression'>;
  readonly gzipLevel: number;
  /** The estimated size in bytes. */
  readonly expected?: number;
}

/** Compresses on libuv's threads. The blocks belong to zlib until this resolves. */
export async function compress(raw: RawPart, options: CompressOptions): Promise<Buffer> {
  const { compression } = options.format;
  const { gzipLevel, expected = raw.bytes / 3 } = options;
  // Usually one chunk, because each one is sent to a thread and back, and several are copied into one.
  const chunkSize = Math.max(Math.ceil(expected * 1.1), MIN_CHUNK_BYTES);
  const stream = compression === 'gzip' ? gzip(gzipLevel, chunkSize) : zstdStream(chunkSize);
  const [chunks] = await Promise.all([collect(stream), feed(stream, raw.blocks)]);
  const [only = NOTHING, ...more] = chunks;
  const body = more.length === 0 ? only : Buffer.concat(chunks);
  if (!(compression === 'gzip' ? hasTrailerOf(body, raw) : isUnchanged(raw))) {
    throw new Error(
      'a part changed while it was being compressed: its checksum is not that of the encoded rows',
    );
  }
  return body;
}

function gzip(level: number, chunkSize: number): Transform {
  return createGzip({ level, chunkSize, memLevel: 9, strategy: constants.Z_DEFAULT_STRATEGY });
}

/** With a checksum in the frame, which the decompressor verifies. */
function zstdStream(chunkSize: number): Transform {
  if (!createZstdCompress) throw new Error('this Node has no zstd');
  const params = { [zstd.ZSTD_c_compressionLevel]: 1, [zstd.ZSTD_c_checksumFlag]: 1 };
  return createZstdCompress({ chunkSize, params });
}

async function feed(stream: Transform, blocks: readonly Buffer[]): Promise<void> {
  for (const block of blocks) {
    await new Promise<void>((resolve, reject) => {
      stream.write(block, (error) => (error ? reject(error) : resolve()));
    });
  }
  stream.end();
}

async function collect(stream: Transform): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return chunks;
}

/** gzip ends with the checksum and length of its input. */
function hasTrailerOf(body: Buffer, { bytes, checksum }: RawPart): boolean {
  const trailer = body.length - TRAILER_BYTES;
  return body.readUInt32LE(trailer) === checksum && body.readUInt32LE(trailer + 4) === bytes % 2 ** 32;
}

/** The checksum of a zstd frame is a different one, so the rows are checked again. */
function isUnchanged({ blocks, checksum }: RawPart): boolean {
  return rawPart(blocks).checksum === checksum;
}
