import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect } from 'chai';
import type { LoadError } from '../../src/errors.ts';
import type { CsvFormat } from '../../src/rows/csv.ts';
import type { Cell } from '../../src/rows/values.ts';
import { Tape } from '../../src/rows/walk/tape.ts';
import { Batch, type Staging } from '../../src/staging/batch.ts';
import { Budget } from '../../src/staging/budget.ts';
import { PartShaper } from '../../src/staging/shape.ts';
import { SlabPool } from '../../src/staging/slabs.ts';
import { createStaging } from '../../src/staging/uploads.ts';
import { MemoryStore } from '../support/memory-store.ts';

interface Place {
  readonly store: MemoryStore;
  readonly budget: Budget;
  readonly staging: Staging;
  readonly failures: LoadError[];
  readonly end: AbortController;
  batch(): Batch;
}

const MB = 1024 * 1024;

const FORMAT: CsvFormat = { sentinel: 'NULL-1', compression: 'gzip' };

/** The memory is so small that parts are not cut in groups. */
function place(partBytes = 1000): Place {
  const store = new MemoryStore();
  // Two groups of parts fit into 45 % of it.
  const budget = new Budget((partBytes * 2) / 0.45);
  const failures: LoadError[] = [];
  const end = new AbortController();
  const staging = createStaging({
    store,
    budget,
    format: FORMAT,
    gzipLevel: 1,
    compressors: 2,
    uploads: 2,
    signal: end.signal,
    onFailure: (error) => failures.push(error),
  });
  return { store, budget, staging, failures, end, batch: () => new Batch('p/run/t/000001-', staging, 77) };
}

const row = (text: string): Cell[] => [text, null];
const contents = ({ store }: Place): string[] =>
  [...store.objects].sort().map(([, body]) => gunzipSync(body).toString());

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

describe('Batch', () => {
  it('stages its rows as CSV and says how many there are', async () => {
    const there = place();
    const batch = there.batch();
    batch.append(row('a'));
    batch.append(row('b'));
    const staged = await batch.close();
    expect(contents(there)).to.deep.equal(['"a",NULL-1\n"b",NULL-1\n']);
    const [body] = there.store.objects.values();
    expect(staged).to.deep.equal({
      parts: [{ key: 'p/run/t/000001-00000.csv.gz', bytes: body?.length }],
      rows: 2,
      bytes: 22,
      format: FORMAT,
    });
  });

  it('counts rows when they are appended, and bytes when they are encoded', () => {
    const batch = place().batch();
    batch.append(row('a'));
    expect([batch.openedAt, batch.rows, batch.bytes, batch.openBytes]).to.deep.equal([77, 1, 0, 0]);
    batch.encode();
    expect([batch.rows, batch.bytes, batch.openBytes]).to.deep.equal([1, 11, 4096]);
    batch.encode();
    expect(batch.bytes).to.equal(11);
  });

  /** Rows of 1,000 bytes, as the walk writes them. */
  function roll(batch: Batch, count: number): void {
    const tape = new Tape();
    for (let i = 0; i < count; i++) {
      batch.roll(tape, 2000);
      tape.to += tape.out.write(`${'x'.repeat(999)}\n`, tape.to);
      batch.written(tape);
    }
  }

  it('takes rows that are written directly, beside those that are encoded later', async () => {
    const there = place(10_000);
    const batch = there.batch();
    roll(batch, 2);
    batch.append(row('a'));
    roll(batch, 1);
    expect([batch.rows, batch.bytes]).to.deep.equal([4, 3000]);
    const staged = await batch.close();
    expect([staged.rows, staged.bytes]).to.deep.equal([4, 3011]);
    const line = `${'x'.repeat(999)}\n`;
    expect(contents(there).join('')).to.equal(`${line.repeat(3)}"a",NULL-1\n`);
  });

  it('copies a row that might have been longer than all the memory that it needs', async () => {
    const there = place(10_000);
    const batch = there.batch();
    roll(batch, 1);
    const tape = new Tape();
    batch.roll(tape, 32 * 1024 * 1024);
    tape.to += tape.out.write('long\n', tape.to);
    batch.written(tape);
    roll(batch, 1);
    expect(batch.openBytes).to.equal(4096);
    const { rows, bytes } = await batch.close();
    expect([rows, bytes]).to.deep.equal([3, 2005]);
    const line = `${'x'.repeat(999)}\n`;
    expect(contents(there).join('')).to.equal(`${line}long\n${line}`);
  });

  it('forgets a row that was begun and not written', async () => {
    const there = place(10_000);
    const batch = there.batch();
    const tape = new Tape();
    batch.roll(tape, 100);
    tape.to += tape.out.write('declined', tape.to);
    roll(batch, 1);
    await batch.close();
    expect(contents(there)).to.deep.equal([`${'x'.repeat(999)}\n`]);
  });

  it('cuts the first part as soon as it is there, and further ones when as much is left for the last', async () => {
    const there = place(20_000);
    const batch = there.batch();
    roll(batch, 100);
    const staged = await batch.close();
    expect(staged.parts.map(({ key }) => key)).to.deep.equal(
      [0, 1, 2].map((i) => `p/run/t/000001-0000${i}.csv.gz`),
    );
    const sizes = contents(there).map((text) => text.length);
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(100_000);
    for (const size of sizes) expect(size).to.be.within(15_000, 60_000);
  });

  it('uses the memory of parts again for the next ones', async () => {
    const there = place(10_000);
    const memory = new Set<ArrayBufferLike>();
    const tape = new Tape();
    for (let round = 0; round < 4; round++) {
      const batches = [there.batch(), there.batch()];
      for (const batch of batches) {
        for (let row = 0; row < 12; row++) {
          batch.roll(tape, 2000);
          memory.add(tape.out.buffer);
          tape.to += tape.out.write(`${'x'.repeat(999)}\n`, tape.to);
          batch.written(tape);
        }
      }
      await Promise.all(batches.map((batch) => batch.close()));
    }
    // Each batch needs two slabs of 4 KB and one of 8 KB: together more than half of the budget.
    expect(memory.size).to.equal(6);
  });

  it('makes as many parts as there are slices, or a multiple, of about one size, and never an empty one', () => {
    const shape = fc.record({
      slices: fc.integer({ min: 1, max: 9 }),
      openMb: fc.integer({ min: 1, max: 64 }),
      mb: fc.integer({ min: 0, max: 120 }),
      ratio: fc.constantFrom(1.5, 3, 8),
    });
    const row = Buffer.alloc(20_000, 'x');
    const law = fc.property(shape, ({ slices, openMb, mb, ratio }) => {
      const [sizes, there] = [[] as number[], place(1)];
      const shaper = new PartShaper(openMb * MB);
      shaper.useSlices(slices);
      shaper.compressed(ratio * 1000, 1000);
      // Nothing is compressed here: only how much goes together is looked at.
      const stage: Staging['stage'] = (key, raw) => {
        sizes.push(raw.bytes);
        shaper.compressed(raw.bytes, Math.ceil(raw.bytes / ratio));
        return Promise.resolve({ key, bytes: raw.bytes });
      };
      const staging = { ...there.staging, pool: new SlabPool(new Budget(2 * openMb * MB)), shaper, stage };
      const batch = new Batch('p', staging, 0);
      const tape = new Tape();
      for (let i = 0; i < (mb * MB) / row.length; i++) {
        batch.roll(tape, row.length);
        tape.to += row.length;
        batch.written(tape);
      }
      void batch.close();
      expect(sizes.reduce((sum, size) => sum + size, 0)).to.equal(batch.bytes);
      expect(there.budget.openBytes).to.equal(0);
      for (const size of sizes) expect(size).to.be.above(0);
      const { group } = shaper.shape;
      const isLarge = batch.bytes > 4 * openMb * MB;
      // Parts that COPY reads well need memory for a group of them, twice.
      const hasMemory = openMb / 2 >= slices * 1.1 * ratio;
      if (!isLarge || !hasMemory) return;
      expect(group).to.equal(slices);
      expect(sizes.length % slices).to.equal(0);
      expect(Math.max(...sizes) / Math.min(...sizes)).to.be.below(3);
    });
    fc.assert(law, { numRuns: 60 });
  }).timeout(60_000);

  it('makes no part of nothing', async () => {
    const there = place();
    const batch = there.batch();
    batch.cut();
    expect((await batch.close()).parts).to.deep.equal([]);
    expect(there.store.objects.size).to.equal(0);
  });

  it('makes no empty part when it is closed right after a cut', async () => {
    const batch = place().batch();
    batch.append(row('a'));
    batch.encode();
    batch.cut();
    batch.cut();
    expect((await batch.close()).parts.length).to.equal(1);
  });

  it('encodes and cuts at once when it is closed, so that the next row cannot slip in', () => {
    const there = place();
    const batch = there.batch();
    batch.append(row('a'));
    void batch.close();
    expect([batch.bytes, batch.openBytes]).to.deep.equal([11, 0]);
  });

  it('takes from the budget what it holds and gives all of it back', async () => {
    const there = place(10_000);
    const batch = there.batch();
    batch.append(row('a'));
    batch.encode();
    expect(there.budget.used).to.equal(4096);
    roll(batch, 100);
    expect(there.budget.used).to.be.within(100_000, 200_000);
    await batch.close();
    expect(there.budget.used).to.equal(0);
  });

  it('rejects with the first failure, which is told at once, and gives the budget back', async () => {
    const there = place(10_000);
    there.store.broken = '00001.csv';
    const batch = there.batch();
    roll(batch, 35);
    const message = 'Cannot stage s3://bucket/p/run/t/000001-00001.csv.gz: no space';
    expect((await failure(batch.close())).message).to.equal(message);
    expect(there.failures.map((error) => error.message)).to.deep.equal([message]);
    expect((await batch.discard()).length).to.equal(2);
    expect(there.budget.used).to.equal(0);
  });

  it('gives up everything when it is discarded, and names the objects that may exist', async () => {
    const there = place(10_000);
    const batch = there.batch();
    roll(batch, 20);
    batch.append(row('d'));
    const keys = await batch.discard();
    expect(keys).to.deep.equal(['p/run/t/000001-00000.csv.gz']);
    expect([...there.store.objects.keys()]).to.deep.equal(keys);
    expect(there.budget.used).to.equal(0);
  });

  it('can be discarded after it was closed', async () => {
    const there = place();
    const batch = there.batch();
    batch.append(row('a'));
    await batch.close();
    expect(await batch.discard()).to.deep.equal([...there.store.objects.keys()]);
    expect(there.budget.used).to.equal(0);
  });

  it('uploads nothing once the run is stopped, and does not call that a failure', async () => {
    const there = place();
    there.end.abort();
    const batch = there.batch();
    batch.append(row('a'));
    await failure(batch.close());
    expect([there.store.objects.size, there.failures.length, there.budget.used]).to.deep.equal([0, 0, 0]);
  });
});
