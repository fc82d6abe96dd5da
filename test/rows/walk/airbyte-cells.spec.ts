/** The cells of Airbyte's columns that are written digit by digit: equal to what the reference encoder writes. */
import { expect } from 'chai';
import { rawId } from '../../../src/rows/airbyte-metadata.ts';
import { EmittedTimes, fractionDigits, RawIds } from '../../../src/rows/walk/airbyte-cells.ts';

const [SEED, OTHER] = ['0123456789abcdef', 'fedcba9876543210'];

/** The ids that are written one after another into the same place. */
function ids(...wanted: readonly (readonly [string, number])[]): readonly string[] {
  const writer = new RawIds();
  const cell = Buffer.alloc(38);
  return wanted.map(([seed, ordinal], i) => {
    if (i === 0) writer.write(cell, 0, seed, ordinal);
    else writer.rewrite(cell, 0, seed, ordinal);
    return cell.toString();
  });
}

describe('ids of rows', () => {
  it('are written as quoted strings with the position of the row', () => {
    expect(ids([SEED, 0], [SEED, 1], [SEED, 2])).to.deep.equal([
      '"01234567-89ab-4cde-b000-000000000000"',
      '"01234567-89ab-4cde-b000-000000000001"',
      '"01234567-89ab-4cde-b000-000000000002"',
    ]);
  });

  for (const [title, ...wanted] of [
    ['the last digit carries', [SEED, 14], [SEED, 15], [SEED, 16], [SEED, 17]],
    ['many digits carry', [SEED, 0xfffffff], [SEED, 0x10000000], [SEED, 0x10000001]],
    ['the carry passes the dash', [SEED, 2 ** 48 - 1], [SEED, 2 ** 48], [SEED, 2 ** 48 + 1]],
    ['the next row is in another batch', [SEED, 4], [OTHER, 5], [OTHER, 6], [SEED, 7]],
    ['a row is skipped or comes again', [SEED, 4], [SEED, 6], [SEED, 6], [SEED, 5], [SEED, 6]],
  ] as const) {
    it(`are right where ${title}`, () => {
      expect(ids(...wanted)).to.deep.equal(wanted.map(([seed, ordinal]) => `"${rawId(seed, ordinal)}"`));
    });
  }

  it('are right where rows take turns between two blocks', () => {
    const writer = new RawIds();
    const [one, two] = [Buffer.alloc(38), Buffer.alloc(38)];
    const written = [one, one, two, two, one, two].map((block, ordinal) => {
      writer.rewrite(block, 0, SEED, ordinal);
      return block.toString();
    });
    expect(written).to.deep.equal([0, 1, 2, 3, 4, 5].map((ordinal) => `"${rawId(SEED, ordinal)}"`));
  });
});

describe('times of records', () => {
  const write = (times: EmittedTimes, milliseconds: number): string | undefined => {
    const cell = Buffer.alloc(32);
    const end = times.write(cell, 0, milliseconds);
    return end === -1 ? undefined : cell.toString('latin1', 0, end);
  };

  it('have as many digits as they need, and their length depends on those digits only', () => {
    const times = new EmittedTimes();
    const given = [
      1_700_000_000_000, 1_700_000_000_100, 1_700_000_000_120, 1_700_000_000_003, 1_700_000_001_010,
    ];
    expect(given.map((one) => write(times, one))).to.deep.equal([
      '2023-11-14 22:13:20+00:00',
      '2023-11-14 22:13:20.1+00:00',
      '2023-11-14 22:13:20.12+00:00',
      '2023-11-14 22:13:20.003+00:00',
      '2023-11-14 22:13:21.01+00:00',
    ]);
    expect(given.map(fractionDigits)).to.deep.equal([0, 1, 2, 3, 2]);
  });

  it('of other years than 1970 to 9999 are left to the reference encoder', () => {
    const times = new EmittedTimes();
    expect([-1, 253_402_300_800_000].map((one) => write(times, one))).to.deep.equal([undefined, undefined]);
  });
});
