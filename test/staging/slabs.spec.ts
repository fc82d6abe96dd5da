import { expect } from 'chai';
import fc from 'fast-check';
import { Slabs } from '../../src/staging/slabs.ts';

describe('Slabs', () => {
  it('gives back exactly the bytes that were added, and holds little more memory than that', () => {
    const blocks = fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(blocks, (added) => {
        const slabs = new Slabs();
        for (const block of added) slabs.add(Buffer.from(block));
        const bytes = Buffer.concat(added);
        if (slabs.bytes !== bytes.length) return false;
        if (slabs.capacity > Math.max(2 * bytes.length, bytes.length + 256 * 1024, 4096)) return false;
        return Buffer.concat(slabs.take()).equals(bytes);
      }),
    );
  });

  it('never changes a piece that it gave away', () => {
    const slabs = new Slabs();
    slabs.add(Buffer.from('first'));
    const [piece] = slabs.take();
    slabs.add(Buffer.from('other'));
    expect(piece?.toString()).to.equal('first');
    expect([slabs.bytes, slabs.capacity]).to.deep.equal([5, 4096]);
  });

  it('holds nothing for nothing', () => {
    const slabs = new Slabs();
    slabs.add(Buffer.alloc(0));
    expect([slabs.bytes, slabs.capacity, slabs.take()]).to.deep.equal([0, 0, []]);
  });
});
