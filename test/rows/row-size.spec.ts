import { expect } from 'chai';
import fc from 'fast-check';
import { encodeRows } from '../../src/rows/csv.ts';
import { isRowTooLong, MAX_ROW_BYTES, rowBytes } from '../../src/rows/row-size.ts';
import { Token, type Cell } from '../../src/rows/values.ts';

const SENTINEL = 'N0123456789ab';

/** Whether the bytes of the row's CSV are too many, without the LF that an ordinal would stand before. */
function isTooLong(cells: readonly Cell[]): boolean {
  const csv = encodeRows([cells], SENTINEL);
  const placed = Buffer.concat([Buffer.from('|||'), csv, Buffer.from('|||')]);
  return isRowTooLong(placed, 3, 3 + csv.length);
}

describe('isRowTooLong', () => {
  it('says of CSV what rowBytes says of cells', () => {
    const long = fc
      .tuple(fc.constantFrom('x', '|', '"', 'é', '|"'), fc.integer({ min: 0, max: 2_200_000 }))
      .map(([piece, count]) => piece.repeat(count / piece.length));
    const cell: fc.Arbitrary<Cell> = fc.oneof(
      { weight: 2, arbitrary: long },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constant(new Token('-12.5')) },
    );
    const law = fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), (cells) => {
      expect(isTooLong(cells)).to.equal(rowBytes(cells) > MAX_ROW_BYTES);
    });
    fc.assert(law, { numRuns: 60 });
  }).timeout(60_000);

  it('ends at the byte', () => {
    // An ordinal of 21 bytes, two quotes and a comma or LF.
    const most = MAX_ROW_BYTES - 21 - 3;
    expect([most, most + 1].map((count) => isTooLong(['x'.repeat(count)]))).to.deep.equal([false, true]);
    expect([most / 2, most / 2 + 1].map((count) => isTooLong(['|'.repeat(count)]))).to.deep.equal([
      false,
      true,
    ]);
  });
});
