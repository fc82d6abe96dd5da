import { expect } from 'chai';
import fc from 'fast-check';
import { matchesGlob } from '../src/glob.ts';

describe('matchesGlob', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['*', '', true],
    ['*', 'orders', true],
    ['public-*', 'public-orders', true],
    ['public-*', 'private-orders', false],
    ['*_log', 'audit_log', true],
    ['*_log', 'audit_log_old', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXc', false],
    ['**', 'x', true],
    ['a.b*', 'axb', false],
    ['a*', 'line\nbreak', false],
    ['l*k', 'line\nbreak', true],
    ['*😀', 'a😀', true],
    ['', '', true],
    ['', 'a', false],
  ];
  for (const [pattern, name, fits] of rows) {
    it(`${JSON.stringify(pattern)} ${fits ? 'fits' : 'does not fit'} ${JSON.stringify(name)}`, () =>
      expect(matchesGlob(pattern, name)).to.equal(fits));
  }

  it('fits what a regular expression fits', () => {
    const text = (letters: readonly string[]): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom(...letters), { maxLength: 7 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text(['a', 'b', '*']), text(['a', 'b']), (pattern, name) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name);
        expect(matchesGlob(pattern, name)).to.equal(expected);
      }),
    );
  });

  it('answers at once where a regular expression would try for ever', () => {
    expect(matchesGlob(`${'*a'.repeat(30)}*b`, 'a'.repeat(127))).to.equal(false);
    expect(matchesGlob(`${'*a'.repeat(1000)}*b`, 'a'.repeat(2000))).to.equal(false);
  });
});
