import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { compress as compressPart, rawPart } from '../../src/staging/part.ts';

const compress = (blocks: readonly Buffer[], level: number): Promise<Buffer> =>
  compressPart(rawPart(blocks), level);

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

  it('refuses a part whose bytes changed meanwhile', async () => {
    const blocks = [Buffer.alloc(2_000_000, 'a'), Buffer.alloc(2_000_000, 'b')];
    const working = compress(blocks, 1);
    // The first block is with zlib already, the second is not.
    blocks[1]!.fill('x', 0, 10);
    const outcome = await working.catch((error: unknown) => (error as Error).message);
    expect(outcome).to.match(/^a part changed while it was compressed/);
  });
});
