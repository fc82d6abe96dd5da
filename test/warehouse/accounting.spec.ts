/** Counts that add up, and counts that do not. */
import { expect } from 'chai';
import { LoadError } from '../../src/errors.ts';
import { account, type LoadCounts, type Tally } from '../../src/warehouse/accounting.ts';

const settle = (rows: number, tally: Tally, present: 'updated' | 'ignored' = 'updated'): LoadCounts =>
  account({ table: 't', rows, columns: 3 }, { stage: [], transaction: [], clean: [], present }, tally);

function refusal(rows: number, tally: Tally): LoadError {
  try {
    settle(rows, tally);
  } catch (error) {
    if (error instanceof LoadError) return error;
    throw error;
  }
  throw new Error('accepted');
}

const NOTHING = {
  superseded: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  ignored: 0,
  replaced: 0,
  grown: 0,
};

describe('the account of a load', () => {
  it('is settled when each row that was sent has one fate', () => {
    expect(settle(3, { copied: 3, inserted: 3 })).to.deep.equal({
      ...NOTHING,
      copied: 3,
      inserted: 3,
      grown: 3,
    });
    expect(
      settle(9, { copied: 9, superseded: 2, deleted: 3, removed: 4, columns: 3, inserted: 4 }),
    ).to.deep.equal({
      ...NOTHING,
      copied: 9,
      superseded: 2,
      inserted: 4,
      deleted: 3,
      replaced: 4,
    });
  });

  it('takes rows whose key is in the table without having been inserted for updated, or for ignored', () => {
    const tally = { copied: 8, superseded: 1, replaced: 5, inserted: 3, present: 5, unkeyed: 2 };
    const counts = { ...NOTHING, copied: 8, superseded: 1, inserted: 3, replaced: 5, grown: 3 };
    expect(settle(8, tally)).to.deep.equal({ ...counts, updated: 4 });
    expect(settle(8, tally, 'ignored')).to.deep.equal({ ...counts, ignored: 4 });
  });

  for (const [what, rows, tally] of [
    ['COPY loaded fewer', 3, { copied: 2, inserted: 2 }],
    ['COPY loaded more', 3, { copied: 4, inserted: 4 }],
    ['a row was not inserted', 3, { copied: 3, superseded: 1, columns: 3, inserted: 1 }],
    ['a row was inserted twice', 3, { copied: 3, superseded: 1, columns: 3, inserted: 3 }],
    ['a key is not in the table', 3, { copied: 3, inserted: 1, replaced: 1, present: 2 }],
    ['more was inserted than is in the table', 3, { copied: 3, inserted: 4, present: 3 }],
    ['a count is no number', 3, { copied: NaN, inserted: 3 }],
    ['nothing was counted', 3, {}],
  ] as const) {
    it(`is refused when ${what}`, () => {
      expect(refusal(rows, tally).message).to.match(
        /^Cannot account for every row of table "t": sent 3, but/,
      );
    });
  }

  it('is refused, to be tried again, when the table got another column meanwhile', () => {
    const error = refusal(1, { copied: 1, removed: 0, columns: 4, inserted: 1 });
    expect({ message: error.message, sqlstate: error.sqlstate }).to.deep.equal({
      message: 'Table "t" got another column while its batch was staged',
      sqlstate: '40001',
    });
  });
});
