import { expect } from 'chai';
import fc from 'fast-check';
import { SlabPool, Slabs } from '../../src/staging/slabs.ts';

describe('Slabs', () => {
  it('gives back exactly the bytes that were added, and holds little more memory than that', () => {
    const blocks = fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(blocks, (added) => {
        const slabs = new Slabs(new SlabPool());
        for (const block of added) slabs.add(Buffer.from(block));
        const bytes = Buffer.concat(added);
        if (slabs.bytes !== bytes.length) return false;
        if (slabs.capacity > Math.max(2 * bytes.length, bytes.length + 256 * 1024, 4096)) return false;
        return Buffer.concat(slabs.take().blocks).equals(bytes);
      }),
    );
  });

  it('never changes a piece that it gave away', () => {
    const slabs = new Slabs(new SlabPool());
    slabs.add(Buffer.from('first'));
    const [piece] = slabs.take().blocks;
    slabs.add(Buffer.from('other'));
    expect(piece?.toString()).to.equal('first');
    expect([slabs.bytes, slabs.capacity]).to.deep.equal([5, 4096]);
  });

  it('holds nothing for nothing', () => {
    const slabs = new Slabs(new SlabPool());
    slabs.add(Buffer.alloc(0));
    expect([slabs.bytes, slabs.capacity]).to.deep.equal([0, 0]);
    expect(slabs.take()).to.deep.equal({ blocks: [], bytes: 0, checksum: 0 });
  });

  it('uses memory again only after it came back to the pool', () => {
    const pool = new SlabPool();
    const slabs = new Slabs(pool);
    slabs.add(Buffer.alloc(600_000, 'a'));
    const first = slabs.take().blocks;
    slabs.add(Buffer.alloc(600_000, 'b'));
    expect(Buffer.concat(first).equals(Buffer.alloc(600_000, 'a'))).to.equal(true);
    pool.put(first);
    const again = new Set(first.map(({ buffer }) => buffer));
    expect(again.has(pool.get(256 * 1024).buffer)).to.equal(true);
  });
});
