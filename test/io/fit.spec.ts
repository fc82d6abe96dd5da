import { expect } from 'chai';
import { padEnd, padStart, shortened, widthOf, wrapped } from '../../src/io/fit.ts';

describe('text in the columns of a terminal', () => {
  it('takes two columns for each Chinese character and emoji', () => {
    expect(['', 'abc', 'Zoë', '東京', '👩‍🚀!'].map(widthOf)).to.deep.equal([0, 3, 3, 4, 3]);
    expect([padEnd('東京', 6), padStart('東京', 6), padEnd('abc', 2)]).to.deep.equal([
      '東京  ',
      '  東京',
      'abc',
    ]);
  });

  it('is shortened in its middle', () => {
    expect([7, 6, 5, 2, 1].map((width) => shortened('abcdefg', width))).to.deep.equal([
      'abcdefg',
      'abc…fg',
      'ab…fg',
      'a…',
      '…',
    ]);
    expect(shortened('東京都orders', 8)).to.equal('東京…ers');
  });

  it('is broken at blanks, and a longer word stays whole', () => {
    const words = 'can be written to s3://a-very-long-bucket/ (3 ms)'.split(' ');
    expect(wrapped(words, 20, 4)).to.equal(
      ['can be written', '    to', '    s3://a-very-long-bucket/', '    (3 ms)'].join('\n'),
    );
    expect(wrapped(words, Infinity, 4)).to.equal(words.join(' '));
    expect(wrapped([], 10, 0)).to.equal('');
  });
});
