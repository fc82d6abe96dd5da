/** The digits that the bounds of a JSON Schema ask for, in draft 4 and later. */
import { expect } from 'chai';
import { parseObject } from '../../src/protocol/json.ts';
import { boundsOf, leavesBigint, wholeDigits } from '../../src/table/bounds.ts';

const bounds = (schema: string): ReturnType<typeof boundsOf> => boundsOf(parseObject(schema).members);

describe('boundsOf', () => {
  it('reads truth values of draft 4 and numbers of later drafts', () => {
    expect(bounds('{"maximum":1e28,"exclusiveMaximum":true,"minimum":-5}')).to.deep.equal([
      { text: '-5', isExcluded: false },
      { text: '1e28', isExcluded: true },
    ]);
    expect(bounds('{"exclusiveMaximum":1e28,"exclusiveMinimum":-1e28}')).to.deep.equal([
      { text: '-1e28', isExcluded: true },
      { text: '1e28', isExcluded: true },
    ]);
    expect(bounds('{"maximum":"9","exclusiveMaximum":false,"minimum":null}')).to.deep.equal([]);
  });
});

describe('wholeDigits', () => {
  for (const [text, isExcluded, digits] of [
    ['1e28', true, 28],
    ['1e28', false, 29],
    ['10000000000000000000000000000', true, 28],
    ['-1e+38', true, 38],
    ['9.99e27', true, 28],
    ['99999999.99', false, 8],
    ['100000000', true, 8],
    ['1', true, 0],
    ['1', false, 1],
    ['0.5', false, 0],
    ['0', false, 0],
    ['0.001e3', true, 0],
    ['1.5e0', true, 1],
  ] as const) {
    it(`of ${isExcluded ? 'everything below' : 'everything up to'} ${text} are ${digits}`, () => {
      expect(wholeDigits({ text, isExcluded })).to.equal(digits);
    });
  }
});

describe('leavesBigint', () => {
  for (const [text, isExcluded, leaves] of [
    ['9223372036854775807', false, false],
    ['9223372036854775808', false, true],
    ['9223372036854775808', true, false],
    ['9223372036854775809', true, true],
    ['-9223372036854775808', false, false],
    ['-9223372036854775809', false, true],
    ['9223372036854775807.5', false, false],
    ['9.3e18', false, true],
    ['1e19', true, true],
    ['1e18', false, false],
    ['0', false, false],
  ] as const) {
    it(`is ${leaves} for ${text}${isExcluded ? ', excluded' : ''}`, () => {
      expect(leavesBigint({ text, isExcluded })).to.equal(leaves);
    });
  }
});

describe('bounds of a million digits', () => {
  it('are read at once', () => {
    const zeros = '0'.repeat(1_000_000);
    expect(wholeDigits({ text: `1${zeros}1`, isExcluded: false })).to.equal(1_000_002);
    expect(wholeDigits({ text: `0.1${zeros}1`, isExcluded: true })).to.equal(0);
  });
});
