import { expect } from 'chai';
import fc from 'fast-check';
import { JsonNumber, parseObject, type Json } from '../../src/protocol/json.ts';
import { cleanText, nestedText, type Repairs } from '../../src/rows/nested.ts';
import { LargeStringError, ValueError } from '../../src/rows/value-error.ts';

const none = (): Repairs => ({
  nulRemoved: 0,
  surrogatesReplaced: 0,
  doublesRounded: 0,
  duplicateKeys: 0,
});
const parsed = (text: string): Json => parseObject(`{"v":${text}}`).members.get('v') ?? null;

function written(text: string): { readonly text: string } & Repairs {
  const repairs = none();
  return { text: nestedText(parsed(text), repairs), ...repairs };
}

describe('nestedText', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['{ "b" : 1.10 , "a" : [ 1E5 , -0, true, null ] }', '{"b":1.10,"a":[1E5,-0,true,null]}'],
    ['{"2":1,"1":2,"__proto__":{}}', '{"2":1,"1":2,"__proto__":{}}'],
    ['"x"', '"x"'],
    [String.raw`"\u00e9\ud83d\ude00\/"`, '"é😀/"'],
    [String.raw`"\u0001\n\"\\"`, String.raw`"\u0001\n\"\\"`],
    ['12345678901234567890.5', '12345678901234567890.5'],
    ['[]', '[]'],
    ['{}', '{}'],
    ['false', 'false'],
    ['{"a":1,"a":2}', '{"a":2}'],
  ];
  for (const [text, expected] of texts) {
    it(`writes ${text} as ${expected}`, () => {
      expect(written(text)).to.include({
        text: expected,
        nulRemoved: 0,
        surrogatesReplaced: 0,
        doublesRounded: 0,
      });
    });
  }

  it('removes NUL and replaces lone surrogates in values and keys, and counts both', () => {
    expect(written(String.raw`{"k\u0000":["a\u0000b\u0000","\ud800"],"\udc00":1}`)).to.deep.equal({
      text: '{"k":["ab","\uFFFD"],"\uFFFD":1}',
      nulRemoved: 2,
      surrogatesReplaced: 2,
      doublesRounded: 0,
      duplicateKeys: 0,
    });
  });

  it('never writes one key twice, also when a repair makes two keys one', () => {
    for (const text of [String.raw`{"a\u0000":1,"a":2}`, String.raw`{"\ud800":1,"\ud801":2}`]) {
      expect(written(text).text, text).to.match(/^\{"(a|\uFFFD)":2\}$/);
    }
  });

  it('takes strings and keys of 65,535 bytes and refuses longer ones', () => {
    const long = (length: number): string => JSON.stringify('é'.repeat(length));
    expect(written(long(32_767)).text.length).to.equal(32_769);
    const message = 'contains a string of 65536 bytes, and SUPER allows at most 65535';
    expect(() => written(long(32_768))).to.throw(ValueError, message);
    expect(() => written(`{${long(32_768)}:1}`)).to.throw(ValueError, message);
    expect(() => written(`[{"a":${long(32_768)}}]`)).to.throw(ValueError, message);
  });

  it('takes values of up to 16,000,000 bytes where the cluster accepts large strings, and keys as before', () => {
    const large = (text: string): string => nestedText(parsed(text), none(), true);
    const long = (length: number): string => JSON.stringify('x'.repeat(length));
    expect(large(long(65_536)).length).to.equal(65_538);
    expect(large(`[{"a":${long(16_000_000)}}]`).length).to.equal(16_000_010);
    const message = 'contains a string of 16000001 bytes, and SUPER allows at most 16000000';
    expect(() => large(long(16_000_001))).to.throw(ValueError, message);
    expect(() => large(`{${long(65_536)}:1}`)).to.throw(ValueError, 'a string of 65536 bytes');
  });

  it('tells strings that some clusters accept from those that none does', () => {
    const long = (length: number): string => JSON.stringify('x'.repeat(length));
    expect(() => written(long(65_536))).to.throw(LargeStringError);
    for (const text of [long(16_000_001), `{${long(65_536)}:1}`]) {
      expect(() => written(text))
        .to.throw(ValueError)
        .and.not.be.instanceOf(LargeStringError);
    }
  });

  it('takes 1,000 levels and refuses more', () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(written(nested(1000)).text).to.equal(nested(1000));
    expect(() => written(nested(1001))).to.throw(
      ValueError,
      'is nested deeper than the 1000 levels of SUPER',
    );
  });

  for (const number of ['NaN', 'Infinity', '-Infinity', '1e400', '[1,{"a":-1e999}]']) {
    it(`refuses ${number}`, () =>
      expect(() => written(number)).to.throw(
        ValueError,
        'contains a number that is not finite or too large',
      ));
  }

  it('does not change a number of more digits than SUPER holds without telling', () => {
    const digits = '1'.repeat(60);
    const outcome = (): string => {
      try {
        return JSON.stringify(written(digits));
      } catch (error) {
        return String(error);
      }
    };
    expect(outcome()).not.to.equal(JSON.stringify({ text: digits, ...none() }));
  });

  it('writes what JSON.stringify writes', () => {
    const value = fc.jsonValue({ stringUnit: 'grapheme' });
    const law = fc.property(value, (one) => {
      expect(nestedText(parsed(JSON.stringify(one)), none())).to.equal(
        JSON.stringify(one).replaceAll(String.raw`\u0000`, ''),
      );
    });
    fc.assert(law, { numRuns: 500 });
  });
});

describe('cleanText', () => {
  const texts: readonly (readonly [string, string, number, number])[] = [
    ['', '', 0, 0],
    ['plain 😀', 'plain 😀', 0, 0],
    ['\0', '', 1, 0],
    ['a\0\0b', 'ab', 1, 0],
    ['\udc00\ud800', '\uFFFD\uFFFD', 0, 1],
    ['\ud83d\0\ude00', '😀', 1, 0],
    ['\uFFFD', '\uFFFD', 0, 0],
  ];
  for (const [value, text, nulRemoved, surrogatesReplaced] of texts) {
    it(`makes ${JSON.stringify(text)} of ${JSON.stringify(value)}`, () => {
      const repairs = none();
      expect(cleanText(value, repairs)).to.equal(text);
      expect(repairs).to.deep.equal({ ...none(), nulRemoved, surrogatesReplaced });
    });
  }
});

describe('a number inside nested data', () => {
  it('keeps its token', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(nestedText([new JsonNumber(String(value))], none())).to.equal(`[${String(value)}]`);
      }),
    );
  });
});
