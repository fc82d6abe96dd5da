/** Random choices that repeat. */
import { expect } from 'chai';
import { Prng } from './prng.ts';

const EXPECTED = [52, 98, 96, 28, 61, 72, 42, 99];

const numbers = (prng: Prng): readonly number[] => Array.from({ length: 8 }, () => prng.int(0, 99));

describe('Prng', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    expect(numbers(new Prng(1))).to.deep.equal(EXPECTED);
  });

  it('gives other numbers for the next seed', () => {
    expect(numbers(new Prng(2))).not.to.deep.equal(EXPECTED);
  });

  it('gives what a fork takes from the fork alone', () => {
    const [one, other] = [new Prng(7), new Prng(7)];
    numbers(one.fork('streams'));
    other.fork('streams');
    expect(numbers(one)).to.deep.equal(numbers(other));
    expect(numbers(new Prng(7).fork('streams'))).not.to.deep.equal(numbers(new Prng(7).fork('faults')));
  });

  it('picks every element about as often as its weight says', () => {
    const prng = new Prng(3);
    const counts = { often: 0, seldom: 0, never: 0 };
    for (let i = 0; i < 10_000; i++)
      counts[
        prng.weighted([
          [9, 'often'],
          [1, 'seldom'],
          [0, 'never'],
        ] as const)
      ]++;
    expect(counts.never).to.equal(0);
    expect(counts.seldom).to.be.within(850, 1150);
    expect(new Set(Array.from({ length: 1000 }, () => prng.int(1, 3)))).to.deep.equal(new Set([1, 2, 3]));
  });
});
