/**
 * The object checksums of S3 (CRC32, CRC32C, CRC64NVME, SHA1, SHA256), computed as bytes go by and printed as base64 of the
 * big-endian value. See "Checking object integrity" in the Amazon S3 User Guide.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The algorithms that S3 knows, by the name it has in headers (`x-amz-checksum-<name>`). */
export const checksumAlgorithms = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

/** A checksum algorithm of S3. */
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A running checksum. */
export interface Checksum {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

/** The algorithm with that name in any case (`CRC32`, `crc32`), undefined when S3 has none. */
export function findAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => algorithm === name.toLowerCase());
}

function bigEndian(...words: readonly number[]): Buffer {
  const out = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => out.writeUInt32BE(word >>> 0, index * 4));
  return out;
}

/** Four tables of 256 in one, so that a step of the loop takes four bytes ("slicing", Kounavis and Berry). */
function makeCrc32cTables(): Int32Array {
  const tables = new Int32Array(1024);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let table = 0; table < 4; table++) {
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
      tables[table * 256 + byte] = crc;
    }
  }
  return tables;
}

class Crc32c implements Checksum {
  static readonly #tables = makeCrc32cTables();
  #crc = -1;

  update(bytes: Buffer): void {
    const tables = Crc32c.#tables;
    const entry = (table: number, byte: number): number => tables[(table << 8) | (byte & 255)] ?? 0;
    let crc = this.#crc;
    let at = 0;
    for (const end = bytes.length - 3; at < end; at += 4) {
      crc ^= bytes.readInt32LE(at);
      crc = entry(3, crc) ^ entry(2, crc >>> 8) ^ entry(1, crc >>> 16) ^ entry(0, crc >>> 24);
    }
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ entry(0, crc ^ bytes.readUInt8(at));
    this.#crc = crc;
  }

  digest(): Buffer {
    return bigEndian(~this.#crc);
  }
}

/** CRC-64/NVME (reflected polynomial 9a6c9329ac4bc9b5), kept as two 32-bit halves. */
function makeCrc64Tables(): { readonly high: Int32Array; readonly low: Int32Array } {
  const high = new Int32Array(256);
  const low = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let h = 0;
    let l = byte;
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry) {
        h ^= 0x9a6c9329;
        l ^= 0xac4bc9b5;
      }
    }
    high[byte] = h;
    low[byte] = l;
  }
  return { high, low };
}

class Crc64Nvme implements Checksum {
  static readonly #tables = makeCrc64Tables();
  #high = -1;
  #low = -1;

  update(bytes: Buffer): void {
    const tables = Crc64Nvme.#tables;
    let high = this.#high;
    let low = this.#low;
    for (const byte of bytes) {
      const index = (low ^ byte) & 255;
      low = ((low >>> 8) | (high << 24)) ^ (tables.low[index] ?? 0);
      high = (high >>> 8) ^ (tables.high[index] ?? 0);
    }
    this.#high = high;
    this.#low = low;
  }

  digest(): Buffer {
    return bigEndian(~this.#high, ~this.#low);
  }
}

class Crc32 implements Checksum {
  #crc = 0;

  update(bytes: Buffer): void {
    this.#crc = crc32(bytes, this.#crc);
  }

  digest(): Buffer {
    return bigEndian(this.#crc);
  }
}

/** Starts a checksum. */
export function startChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'crc32':
      return new Crc32();
    case 'crc32c':
      return new Crc32c();
    case 'crc64nvme':
      return new Crc64Nvme();
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return {
        update: (bytes) => {
          hash.update(bytes);
        },
        digest: () => hash.digest(),
      };
    }
  }
}
