/** Whether a batch repeats a key: the answer "no" is certain, everything else is "perhaps". */
import { expect } from 'chai';
import fc from 'fast-check';
import { KeyHashes, type HashRoom } from '../../src/rows/key-hashes.ts';
import { Token, type Cell } from '../../src/rows/values.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';
import { Budget } from '../../src/staging/budget.ts';
import { hashRoom } from '../../src/staging/hash-room.ts';
import { column } from '../support/parts.ts';

const TEXT: ColumnType = { kind: 'varchar', bytes: 64 };
const key = (type: ColumnType, more: Partial<Column> = {}): Column =>
  column('k', type, { isKey: true, ...more });

/** Counts what is taken. */
function roomOf(bytes: number): HashRoom & { taken: number } {
  return {
    taken: 0,
    take(more) {
      if (this.taken + more > bytes) return false;
      this.taken += more;
      return true;
    },
    give(less) {
      this.taken -= less;
    },
  };
}

function areDistinct(keys: readonly (readonly Cell[])[], room = roomOf(1e9)): boolean {
  const hashes = KeyHashes.of([key(TEXT)], room);
  for (const cells of keys) if (hashes?.isOpen === true) hashes.addCells(cells);
  return hashes?.close() ?? false;
}

describe('hashes of keys', () => {
  it('tell that keys are distinct exactly where they are', () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'b', '"', ',', ' ', 'é', '0') }),
      fc.integer({ min: -20, max: 20 }).map((n) => new Token(String(n))),
    );
    const keys = fc.array(fc.tuple(cell, cell), { maxLength: 40 });
    const law = fc.property(keys, (all) => {
      const written = all.map((cells) => JSON.stringify(cells));
      expect(areDistinct(all)).to.equal(new Set(written).size === written.length);
    });
    fc.assert(law, { numRuns: 2000 });
  });

  it('find the one repeated key among many', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => [new Token(String(i * 7))]);
    expect(areDistinct(many)).to.equal(true);
    expect(areDistinct([...many, [new Token(String(7 * 4321))]])).to.equal(false);
  });

  it('know it of keys that grow for a while, and then repeat an early one or go on in another order', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 300 });
    const law = fc.property(numbers, fc.nat(), fc.nat(), fc.boolean(), (some, from, which, isRepeated) => {
      const at = from % some.length;
      const sorted = [...some.slice(0, at).sort((a, b) => a - b), ...some.slice(at)];
      const all = isRepeated ? [...sorted, sorted[which % sorted.length] as number] : sorted;
      expect(areDistinct(all.map((n) => [new Token('1'), new Token(String(n))]))).to.equal(!isRepeated);
    });
    fc.assert(law, { numRuns: 500 });
    const long = 'x'.repeat(600);
    expect(areDistinct([[`${long}1`], [`${long}2`], [`${long}3`]])).to.equal(true);
    expect(areDistinct([[`${long}1`], [`${long}2`], [`${long}1`]])).to.equal(false);
  });

  it('know where one cell of a key ends', () => {
    expect(
      areDistinct([
        ['a', 'bc'],
        ['ab', 'c'],
        ['abc', ''],
        ['', 'abc'],
      ]),
    ).to.equal(true);
    expect(areDistinct([['1'], [new Token('1')]])).to.equal(true);
  });

  it('are kept for types whose equal values are equal bytes only', () => {
    const kept = (...columns: readonly Column[]): boolean => KeyHashes.of(columns, roomOf(1e9)) !== undefined;
    const types: readonly ColumnType[] = [
      { kind: 'smallint' },
      { kind: 'integer' },
      { kind: 'bigint' },
      { kind: 'boolean' },
      { kind: 'date' },
      TEXT,
      { kind: 'numeric', precision: 10, scale: 2 },
      { kind: 'double' },
      { kind: 'real' },
      { kind: 'timestamp' },
      { kind: 'timestamptz' },
      { kind: 'time' },
      { kind: 'super' },
    ];
    expect(types.map((type) => [type.kind, kept(key(type))])).to.deep.equal([
      ['smallint', true],
      ['integer', true],
      ['bigint', true],
      ['boolean', true],
      ['date', true],
      ['varchar', true],
      ['numeric', false],
      ['double', false],
      ['real', false],
      ['timestamp', false],
      ['timestamptz', false],
      ['time', false],
      ['super', false],
    ]);
    expect(kept(key(TEXT, { form: 'json' }))).to.equal(false);
    expect(kept(key({ kind: 'bigint' }, { growsTo: TEXT }))).to.equal(false);
    expect(kept(key(TEXT), key({ kind: 'double' }))).to.equal(false);
    expect(kept(column('v', TEXT))).to.equal(false);
  });

  it('give their memory back as soon as the answer is known', () => {
    const room = roomOf(1e9);
    const hashes = KeyHashes.of([key(TEXT)], room);
    for (let i = 0; i < 1000; i++) hashes?.addCells([String(i)]);
    expect(room.taken).to.be.within(8000, 32_000);
    hashes?.addCells(['7']);
    expect([hashes?.isOpen, room.taken, hashes?.close()]).to.deep.equal([false, 0, false]);
  });

  it('are given up where there is no room for more, and then any key may be repeated', () => {
    const room = roomOf(10_000);
    const many = Array.from({ length: 2000 }, (_, i) => [String(i)]);
    expect([areDistinct(many, room), room.taken]).to.deep.equal([false, 0]);
    expect(KeyHashes.of([key(TEXT)], roomOf(10))).to.equal(undefined);
  });

  it('count as used memory of the budget, at most a quarter of it', () => {
    const budget = new Budget(1000);
    const room = hashRoom(budget);
    expect([room.take(200), room.take(60), room.take(50), budget.used]).to.deep.equal([
      true,
      false,
      true,
      250,
    ]);
    room.give(200);
    expect([room.take(200), budget.used]).to.deep.equal([true, 250]);
  });
});
