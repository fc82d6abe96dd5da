import { expect } from 'chai';
import fc from 'fast-check';
import { printable, printableLines } from '../src/printable.ts';

describe('text for a terminal', () => {
  for (const [what, text, shown] of [
    ['a title and a cleared screen', 's\u001b]0;PWNED\u0007\u001b[2Jx', 's\\u001b]0;PWNED\\u0007\\u001b[2Jx'],
    ['a control sequence in one character', '\u009b2J', '\\u009b2J'],
    ['a changed direction of writing', 'a\u202egpj.exe\u2066b', 'a\\u202egpj.exe\\u2066b'],
    ['a deleted character', 'a\u007f', 'a\\u007f'],
    ['lines that are not those of "\\n"', 'a\u2028b\u2029c\rd', 'a\\u2028b\\u2029c\\rd'],
    ['ordinary text', 'Grüße, 😀 „“ العربية', 'Grüße, 😀 „“ العربية'],
  ] as const) {
    it(`shows ${what}`, () => {
      expect(printable(text)).to.equal(shown);
      expect(printableLines(text)).to.equal(shown);
    });
  }

  it('is one line, or keeps its lines and tabs', () => {
    expect(printable('a\n\tb')).to.equal('a\\n\\tb');
    expect(printableLines('a\n\tb')).to.equal('a\n\tb');
  });

  it('means the same in JSON', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = printableLines(JSON.stringify({ text }, undefined, 2));
        expect(JSON.parse(json)).to.deep.equal({ text });
        expect(json).not.to.match(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
      }),
    ));
});
