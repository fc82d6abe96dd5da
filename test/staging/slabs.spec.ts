import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { Budget } from '../../src/staging/budget.ts';
import { compress, type RawPart } from '../../src/staging/part.ts';
import { SlabPool, Slabs } from '../../src/staging/slabs.ts';

const MB = 1024 * 1024;
const LARGEST = 256 * 1024;

const pool = (): SlabPool => new SlabPool(new Budget(16 * MB));
const bytesOf = (part: RawPart | undefined): Buffer => Buffer.concat(part?.blocks ?? []);

/** Writes rows directly, as the walk does. */
function write(slabs: Slabs, row: Buffer): void {
  if (!slabs.hasRoom(row.length)) slabs.grow(row.length, LARGEST);
  const { used } = slabs;
  row.copy(slabs.open.bytes, used);
  slabs.written(used + row.length);
}

describe('Slabs', () => {
  it('gives back exactly the bytes that were added, and holds little more memory than that', () => {
    const blocks = fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(blocks, fc.array(fc.boolean()), (added, directly) => {
        const slabs = new Slabs(pool());
        added.forEach((block, i) => {
          if (directly[i] === true && block.length > 0) write(slabs, Buffer.from(block));
          else slabs.add(Buffer.from(block), LARGEST);
        });
        const bytes = Buffer.concat(added);
        if (slabs.bytes !== bytes.length) return false;
        // Of each slab less than the next row is empty, and the last one is at most as large as all before it.
        if (slabs.capacity > 2 * bytes.length + 64 * 1024 + 4096) return false;
        return bytesOf(slabs.takeAll(1)[0]).equals(bytes);
      }),
    );
  });

  it('never changes a piece that it gave away', () => {
    const slabs = new Slabs(pool());
    slabs.add(Buffer.from('first'), LARGEST);
    const [part] = slabs.takeAll(1);
    slabs.add(Buffer.from('other'), LARGEST);
    expect(bytesOf(part).toString()).to.equal('first');
    expect([slabs.bytes, slabs.capacity]).to.deep.equal([5, 4096]);
  });

  it('holds nothing for nothing', () => {
    const slabs = new Slabs(pool());
    slabs.add(Buffer.alloc(0), LARGEST);
    expect([slabs.bytes, slabs.capacity]).to.deep.equal([0, 0]);
    expect(slabs.takeAll(3)).to.deep.equal([]);
  });

  it('divides everything into parts of about one size, between rows', async () => {
    const slabs = new Slabs(pool());
    const rows = Array.from({ length: 30_000 }, (_, i) => Buffer.from(`${i},${'x'.repeat(i % 200)}\n`));
    for (const row of rows) write(slabs, row);
    const all = Buffer.concat(rows);
    const parts = slabs.takeAll(4);
    expect(Buffer.concat(parts.flatMap(({ blocks }) => blocks)).equals(all)).to.equal(true);
    for (const part of parts) {
      expect(part.bytes).to.be.within(all.length / 4 - 160 * 1024, all.length / 4 + 160 * 1024);
      expect(bytesOf(part).at(-1)).to.equal(0x0a);
      expect(part.bytes).to.equal(bytesOf(part).length);
      // The checksum is that of its own bytes, or this would throw.
      expect(
        gunzipSync(await compress(part, { format: { compression: 'gzip' }, gzipLevel: 1 })).equals(
          bytesOf(part),
        ),
      ).to.equal(true);
    }
    expect([slabs.bytes, slabs.capacity]).to.deep.equal([0, 0]);
  });

  it('gives away the first rows as a part of full slabs, and keeps the rest', () => {
    const slabs = new Slabs(pool());
    const rows = Array.from({ length: 10_000 }, (_, i) => Buffer.from(`${i},${'x'.repeat(100)}\n`));
    for (const row of rows) write(slabs, row);
    const all = Buffer.concat(rows);
    const parts = [...slabs.takeFirst(LARGEST), ...slabs.takeFirst(LARGEST), ...slabs.takeAll(1)];
    for (const part of parts.slice(0, 2)) expect(part.bytes).to.be.within(0.9 * LARGEST, LARGEST);
    expect(Buffer.concat(parts.flatMap(({ blocks }) => blocks)).equals(all)).to.equal(true);
  });

  it('gives away what is there where that is less than a part, and nothing of nothing', () => {
    const slabs = new Slabs(pool());
    write(slabs, Buffer.from('a\n'));
    expect(slabs.takeFirst(LARGEST).map(({ bytes }) => bytes)).to.deep.equal([2]);
    expect(slabs.takeFirst(LARGEST)).to.deep.equal([]);
    expect([slabs.bytes, slabs.capacity]).to.deep.equal([0, 0]);
  });

  it('gives every piece of memory one owner, also where a slab is cut in two', () => {
    const slabs = new Slabs(pool());
    for (let i = 0; i < 20_000; i++) write(slabs, Buffer.from(`${i},${'x'.repeat(50)}\n`));
    const owners = slabs.takeAll(3).map(({ blocks }) => new Set(blocks.map(({ buffer }) => buffer)));
    const all = owners.flatMap((memory) => [...memory]);
    expect(new Set(all).size).to.equal(all.length);
  });

  it('uses memory again only after it came back to the pool', () => {
    const shared = pool();
    const slabs = new Slabs(shared);
    slabs.add(Buffer.alloc(60_000, 'a'), LARGEST);
    const [first] = slabs.takeAll(1);
    slabs.add(Buffer.alloc(60_000, 'b'), LARGEST);
    expect(bytesOf(first).equals(Buffer.alloc(60_000, 'a'))).to.equal(true);
    shared.put(first?.blocks ?? []);
    expect(shared.open(64 * 1024).bytes.buffer).to.equal(first?.blocks[0]?.buffer);
  });
});

describe('SlabPool', () => {
  it('lets slabs be the smaller the more of them are open', () => {
    const slabs = pool();
    expect(slabs.largest).to.equal(8 * MB);
    for (let i = 0; i < 99; i++) slabs.open(4096);
    expect(slabs.largest).to.equal(64 * 1024);
    slabs.close();
    for (let i = 0; i < 10_000; i++) slabs.open(4096);
    expect(slabs.largest).to.equal(4096);
  });

  it('keeps no more free memory than the budget has room for, and none that is not its own', () => {
    const budget = new Budget(16_384);
    const slabs = new SlabPool(budget);
    const opened = Array.from({ length: 3 }, () => slabs.open(4096).bytes);
    budget.take(8192);
    slabs.put(opened);
    slabs.put([Buffer.alloc(5000)]);
    const again = Array.from({ length: 3 }, () => slabs.open(4096).bytes.buffer);
    expect(again.filter((memory) => opened.some(({ buffer }) => buffer === memory))).to.have.length(2);
    expect(slabs.open(5000).bytes.length).to.equal(5000);
  });

  it('keeps memory of the size that was just asked for, and leaves that of other sizes', () => {
    const budget = new Budget(16_384);
    const slabs = new SlabPool(budget);
    const small = Array.from({ length: 4 }, () => slabs.open(4096).bytes);
    const large = slabs.open(8192).bytes;
    slabs.put(small);
    slabs.put([large]);
    expect(slabs.open(8192).bytes.buffer).to.equal(large.buffer);
    const again = Array.from({ length: 4 }, () => slabs.open(4096).bytes.buffer);
    expect(again.filter((memory) => small.some(({ buffer }) => buffer === memory))).to.have.length(2);
  });

  it('leaves free memory when new memory of another size is needed', () => {
    const budget = new Budget(16_384);
    const slabs = new SlabPool(budget);
    const small = Array.from({ length: 4 }, () => slabs.open(4096).bytes);
    slabs.put(small);
    slabs.open(8192);
    budget.take(8192);
    const again = Array.from({ length: 4 }, () => slabs.open(4096).bytes.buffer);
    expect(again.filter((memory) => small.some(({ buffer }) => buffer === memory))).to.have.length(2);
  });
});
