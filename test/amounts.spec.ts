import { expect } from 'chai';
import { count, duration, rate, size } from '../src/amounts.ts';

describe('amounts', () => {
  it('are counted in the singular and the plural', () => {
    expect([0, 1, 2, 12_345].map((number) => count(number, 'row'))).to.deep.equal([
      '0 rows',
      '1 row',
      '2 rows',
      '12,345 rows',
    ]);
  });

  it('of bytes have units of thousands and at least two digits', () => {
    const bytes = [0, 1, 999, 1000, 1234, 9949, 9950, 99_999, 999_499, 999_500, 2_300_000, 7e12, 7e15];
    expect(bytes.map(size)).to.deep.equal([
      ...['0 B', '1 B', '999 B', '1.0 kB', '1.2 kB', '9.9 kB', '10 kB', '100 kB', '999 kB', '1.0 MB'],
      ...['2.3 MB', '7.0 TB', '7000 TB'],
    ]);
  });

  it('of time have one or two units', () => {
    const times = [0, 49, 9949, 9950, 59_499, 59_500, 3_599_499, 3_599_500, 90_000_000];
    expect(times.map(duration)).to.deep.equal([
      ...['0.0 s', '0.0 s', '9.9 s', '10 s', '59 s', '1 min 0 s', '59 min 59 s', '1 h 0 min', '25 h 0 min'],
    ]);
  });

  it('per second are those of one second where no time has passed', () => {
    expect([rate(1000, 500), rate(7, 0), rate(0, 10)]).to.deep.equal([
      '2,000 rows/s',
      '7 rows/s',
      '0 rows/s',
    ]);
  });
});
