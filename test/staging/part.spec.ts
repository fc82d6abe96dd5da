import { randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Compression } from '../../src/rows/csv.ts';
import { compress as compressPart, compressionOf, rawPart } from '../../src/staging/part.ts';

const compress = (
  blocks: readonly Buffer[],
  level: number,
  compression: Compression = 'gzip',
): Promise<Buffer> => compressPart(rawPart(blocks), { format: { compression }, gzipLevel: level });

describe('compress', () => {
  it('makes one gzip member of all blocks', async () => {
    const body = await compress([Buffer.from('a,b\n'), Buffer.from('"é"\n')], 1);
    expect(gunzipSync(body).toString()).to.equal('a,b\n"é"\n');
    expect(body.readUInt32LE(body.length - 4)).to.equal(9);
    expect(body.subarray(0, 2)).to.deep.equal(Buffer.from([0x1f, 0x8b]));
  });

  it('takes empty blocks anywhere', async () => {
    const empty = Buffer.alloc(0);
    for (const blocks of [
      [],
      [empty],
      [Buffer.from('a'), empty, Buffer.from('b')],
      [Buffer.from('ab'), empty],
    ]) {
      expect(gunzipSync(await compress(blocks, 1)).equals(Buffer.concat(blocks))).to.equal(true);
    }
  });

  it('keeps many large blocks in order', async () => {
    const blocks = Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, String.fromCharCode(65 + i)));
    expect(gunzipSync(await compress(blocks, 1)).equals(Buffer.concat(blocks))).to.equal(true);
  });

  it('takes bytes that do not compress', async () => {
    const block = randomBytes(1_000_000);
    expect(gunzipSync(await compress([block], 9)).equals(block)).to.equal(true);
  });

  it('writes the same with several at once', async () => {
    const bodies = await Promise.all(
      ['a', 'b', 'c', 'd'].map((letter) => compress([Buffer.alloc(300_000, letter)], 1)),
    );
    expect(bodies.map((body) => gunzipSync(body).toString('latin1', 0, 1))).to.deep.equal([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  for (const compression of [
    'gzip',
    ...(compressionOf('auto') === 'zstd' ? ['zstd' as const] : []),
  ] as const) {
    it(`refuses a part whose bytes changed meanwhile, with ${compression}`, async () => {
      const blocks = [Buffer.alloc(2_000_000, 'a'), Buffer.alloc(2_000_000, 'b')];
      const working = compress(blocks, 1, compression);
      // The first block is with the compressor already, the second is not.
      blocks[1]!.fill('x', 0, 10);
      const outcome = await working.catch((error: unknown) => (error as Error).message);
      expect(outcome).to.match(/^a part changed while it was being compressed/);
    });
  }

  if (compressionOf('auto') === 'zstd') {
    it('makes one zstd frame of all blocks, with a checksum', async () => {
      const blocks = Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, String.fromCharCode(65 + i)));
      const body = await compress(blocks, 1, 'zstd');
      const { zstdDecompressSync } = zlib as unknown as { zstdDecompressSync: (body: Buffer) => Buffer };
      expect(zstdDecompressSync(body).equals(Buffer.concat(blocks))).to.equal(true);
      expect(body.readUInt32LE(0)).to.equal(0xfd2fb528);
      // The bit of the frame header that announces a checksum (RFC 8878, 3.1.1.1.1).
      expect((body[4] ?? 0) & 4).to.equal(4);
    });
  }
});

describe('compressionOf', () => {
  const hasZstd = 'createZstdCompress' in zlib;

  it('takes zstd where Node has it', () => {
    expect(compressionOf('auto')).to.equal(hasZstd ? 'zstd' : 'gzip');
    expect(compressionOf('gzip')).to.equal('gzip');
  });

  it(
    hasZstd
      ? 'takes zstd when it is asked for'
      : 'says what is needed where zstd is asked for and is not there',
    () => {
      const asked = (): Compression => compressionOf('zstd');
      if (hasZstd) expect(asked()).to.equal('zstd');
      else
        expect(asked).to.throw(
          '"compression" is zstd, which this version of Node does not have; use Node 22.15 or later',
        );
    },
  );
});
