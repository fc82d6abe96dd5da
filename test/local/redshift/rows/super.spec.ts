import { expect } from 'chai';
import fc from 'fast-check';
import { checkSuper } from '../../../../src/local/redshift/rows/super.ts';

/** The text as printed, or what is wrong with it. */
function readJson(text: string): string | { readonly reason: string; readonly position: number } {
  const bytes = Buffer.from(text);
  const found = checkSuper(bytes, 0, bytes.length);
  if (found === undefined) return text;
  if (Buffer.isBuffer(found)) return found.toString();
  return { reason: found.reason, position: found.position };
}

describe('the JSON of SUPER', () => {
  it('is every JSON value, printed without white space', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 1, '\t'), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), undefined, indent);
        expect(readJson(text)).to.equal(JSON.stringify(JSON.parse(json)));
      }),
    );
  });

  it('keeps white space and quotes in strings', () => {
    expect(readJson(String.raw` { "a\" b" : "\\" , "c" : " \\\" , " } `)).to.equal(
      String.raw`{"a\" b":"\\","c":" \\\" , "}`,
    );
  });

  for (const [text, reason, position] of [
    ['', 'Invalid JSON: value expected', 0],
    ['abc', 'Invalid JSON: value expected', 0],
    ['NaN', 'Invalid JSON: value expected', 0],
    ['01', 'Invalid JSON: invalid number', 0],
    ['1.', 'Invalid JSON: invalid number', 0],
    ['1e+', 'Invalid JSON: invalid number', 0],
    ['{} {}', 'Invalid JSON: text after the value', 3],
    ['{a:1}', 'Invalid JSON: string expected', 1],
    ['{"a" 1}', "Invalid JSON: ':' expected", 5],
    ['[1,]', 'Invalid JSON: value expected', 3],
    ['[1', "Invalid JSON: ',' or ']' expected", 2],
    ['"a', 'Invalid JSON: unterminated string', 0],
    ['"\n"', 'Invalid JSON: control character in a string', 1],
    [String.raw`"\x"`, 'Invalid JSON: invalid escape in a string', 1],
    [String.raw`"\ud800"`, 'Invalid JSON: lone surrogate', 1],
    ['{"a":1,"a":2}', 'Invalid JSON: duplicate key', 10],
    [String.raw`{"a":1,"\u0061":2}`, 'Invalid JSON: duplicate key', 15],
  ] as const) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(readJson(text)).to.deep.equal({ reason, position });
    });
  }

  it('has strings of at most 65,535 bytes', () => {
    expect(readJson(`["${'é'.repeat(32_767)}x"]`)).to.be.a('string');
    expect(readJson(`["${'é'.repeat(32_768)}"]`)).to.have.property(
      'reason',
      'String value exceeds the max size of 65535 bytes',
    );
  });

  it('nests at most 1000 levels', () => {
    expect(readJson('['.repeat(1000) + ']'.repeat(1000))).to.be.a('string');
    expect(readJson('['.repeat(1001) + ']'.repeat(1001))).to.have.property(
      'reason',
      'Invalid JSON: nested deeper than 1000 levels',
    );
  });
});
