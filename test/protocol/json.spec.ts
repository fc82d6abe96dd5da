import { expect } from 'chai';
import fc from 'fast-check';
import {
  JsonError,
  JsonNumber,
  parseObject,
  parseValue,
  toPlain,
  type Json,
} from '../../src/protocol/json.ts';
import { cpuMs } from '../support/cpu.ts';

const value = (text: string): Json | undefined => parseObject(`{"v":${text}}`).members.get('v');

function refusal(text: string): string {
  try {
    parseObject(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return `${error.message} at ${error.offset}`;
  }
  throw new Error(`accepted: ${text}`);
}

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof JsonError || error instanceof SyntaxError) return false;
    throw error;
  }
}

describe('parseObject', () => {
  it('reads every kind of value', () => {
    const { members } = parseObject(
      '{"n":null,"t":true,"f":false,"s":"x","d":-1.50e+3,"a":[1,[]],"o":{"k":{}}}',
    );
    expect([...members]).to.deep.equal([
      ['n', null],
      ['t', true],
      ['f', false],
      ['s', 'x'],
      ['d', new JsonNumber('-1.50e+3')],
      ['a', [new JsonNumber('1'), []]],
      ['o', new Map([['k', new Map()]])],
    ]);
  });

  const numbers = [
    '0',
    '-0',
    '1.10',
    '9223372036854775808',
    '0.1000000000000000000001',
    '1E400',
    '1e-400',
    '-12.5E+07',
  ];
  for (const text of [...numbers, 'NaN', 'Infinity', '-Infinity']) {
    it(`keeps the text of the number ${text}`, () => expect(value(text)).to.deep.equal(new JsonNumber(text)));
  }

  const strings: readonly (readonly [string, string])[] = [
    ['""', ''],
    [String.raw`"\"\\\/\b\f\n\r\t"`, '"\\/\b\f\n\r\t'],
    [String.raw`"\u0041\u00e9\u00E9"`, 'Aéé'],
    [String.raw`"\ud83d\ude00"`, '😀'],
    [String.raw`"\ud800"`, '\ud800'],
    [String.raw`"a\u0000b"`, 'a\0b'],
    ['"\u007f\u2028\u2029"', '\u007f\u2028\u2029'],
    [String.raw`"x\ny\nz"`, 'x\ny\nz'],
  ];
  for (const [text, expected] of strings) {
    it(`reads the string ${JSON.stringify(text)}`, () => expect(value(text)).to.equal(expected));
  }

  it('takes any JSON whitespace between tokens', () => {
    const { members } = parseObject(' \t\r\n{ \t"a" \r:\n [ 1 , 2 ] , "b" : { } } \n');
    expect([...members.keys()]).to.deep.equal(['a', 'b']);
  });

  it('keeps the order of keys that look like integers, and __proto__ as a key', () => {
    const { members } = parseObject('{"2":1,"1":2,"__proto__":3,"constructor":4}');
    expect([...members.keys()]).to.deep.equal(['2', '1', '__proto__', 'constructor']);
  });

  it('takes the last of duplicate keys and counts them at any depth', () => {
    const { members, duplicateKeys } = parseObject(String.raw`{"a":1,"\u0061":2,"b":[{"c":1,"c":2,"c":3}]}`);
    expect(members.get('a')).to.deep.equal(new JsonNumber('2'));
    expect(duplicateKeys).to.equal(3);
  });

  it('says where the top-level values stand', () => {
    const text = '{ "a" : [1, 2] ,"b":"x","a": {"b" : 1} }';
    const { spans } = parseObject(text);
    expect([...spans].map(([key, [start, end]]) => [key, text.slice(start, end)])).to.deep.equal([
      ['a', '{"b" : 1}'],
      ['b', '"x"'],
    ]);
  });

  const refused: readonly (readonly [string, string])[] = [
    ['', 'expected an object at 0'],
    ['[1]', 'expected an object at 0'],
    ['"x"', 'expected an object at 0'],
    ['\uFEFF{}', 'expected an object at 0'],
    ['{', 'expected a key in double quotes at 1'],
    ['{,}', 'expected a key in double quotes at 1'],
    ['{a:1}', 'expected a key in double quotes at 1'],
    ['{"a"}', 'expected ":" after a key at 4'],
    ['{"a":}', 'expected a value at 5'],
    ['{"a":1', 'expected "," or "}" at 6'],
    ['{"a":1,}', 'expected a key in double quotes at 7'],
    ['{"a":[1,]}', 'expected a value at 8'],
    ['{"a":[1}', 'expected "," or "]" at 7'],
    ['{"a":01}', 'expected "," or "}" at 6'],
    ['{"a":1.}', 'expected "," or "}" at 6'],
    ['{"a":.5}', 'expected a value at 5'],
    ['{"a":+1}', 'expected a value at 5'],
    ['{"a":-}', 'expected a value at 5'],
    ['{"a":1e}', 'expected "," or "}" at 6'],
    ['{"a":tru}', 'expected a value at 5'],
    ['{"a":nullx}', 'expected "," or "}" at 9'],
    ['{"a":nan}', 'expected a value at 5'],
    ['{"a":-NaN}', 'expected a value at 5'],
    ['{"a":"x', 'a string does not end at 7'],
    ['{"a":"\n"}', 'a string contains a control character at 6'],
    [String.raw`{"a":"\x41"}`, 'a string contains a wrong escape at 6'],
    [String.raw`{"a":"\u00g0"}`, 'a string contains a wrong escape at 6'],
    [String.raw`{"a":"\u12"}`, 'a string contains a wrong escape at 6'],
    ['{"a":"\\', 'a string contains a wrong escape at 6'],
    ['{} {}', 'unexpected characters after the object at 3'],
    ['{}\u00a0', 'unexpected characters after the object at 2'],
    ["{'a':1}", 'expected a key in double quotes at 1'],
    ['{"a":1/*x*/}', 'expected "," or "}" at 6'],
  ];
  for (const [text, expected] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(refusal(text)).to.equal(expected));
  }

  it('reads 2,000 levels and refuses more instead of overflowing the stack', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(parseObject(nested(2000)).members.size).to.equal(1);
    expect(refusal(nested(2001))).to.match(/^nested deeper than 2000 levels/);
    expect(refusal('{"a":'.repeat(500_000))).to.match(/^nested deeper than 2000 levels/);
  });

  it('does not count closed levels as depth', () => {
    const text = `{"a":[${Array.from({ length: 3000 }, () => '[]').join(',')}]}`;
    expect((parseObject(text).members.get('a') as Json[]).length).to.equal(3000);
  });

  it('stays linear on strings of many escapes and on many members', () => {
    const started = cpuMs();
    parseObject(`{"a":"${String.raw`\n`.repeat(500_000)}"}`);
    parseObject(`{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`);
    expect(cpuMs() - started).to.be.below(3000);
  });

  it('agrees with JSON.parse on what JSON.stringify writes, at any indentation', () => {
    const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));
    const law = fc.property(object, fc.nat(3), (written, indent) => {
      const text = JSON.stringify(written, null, indent);
      expect(toPlain(parseObject(text).members)).to.deep.equal(JSON.parse(text));
    });
    fc.assert(law, { numRuns: 300 });
  });

  it('keeps the text of every number that JSON has', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?$/);
    const law = fc.property(digits, (text) => {
      expect(value(text)).to.deep.equal(new JsonNumber(text));
    });
    fc.assert(law);
  });

  it('accepts what JSON.parse accepts and nothing else, however the bytes are mutated', () => {
    const tokens = fc.constantFrom(
      ...Array.from('{}[]",:\\/-+.eE01 \t\n\r\0utfn'),
      '\ud800',
      'é',
      '\u2028',
      '\\u00',
      '"a":',
      'true',
      '1e5',
    );
    const edit = fc.tuple(fc.nat(200), fc.nat(2), tokens);
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    const law = fc.property(object, fc.array(edit, { minLength: 1, maxLength: 3 }), (written, edits) => {
      const text = edits.reduce((all, [place, removed, inserted]) => {
        const at = place % (all.length + 1);
        return all.slice(0, at) + inserted + all.slice(at + removed);
      }, JSON.stringify(written));
      const isObject = accepts(() => {
        const read: unknown = JSON.parse(text);
        if (typeof read !== 'object' || read === null || Array.isArray(read))
          throw new SyntaxError('not an object');
      });
      expect(
        accepts(() => parseObject(text)),
        text,
      ).to.equal(isObject);
    });
    fc.assert(law, { numRuns: 3000 });
  });
});

describe('toPlain', () => {
  it('makes doubles of numbers and objects of members', () => {
    const plain = toPlain(parseObject('{"a":[1.50,NaN,null,true,"x"],"__proto__":{"b":1e400}}').members);
    expect(plain).to.deep.equal({
      a: [1.5, Number.NaN, null, true, 'x'],
      ['__proto__']: { b: Number.POSITIVE_INFINITY },
    });
    expect(Object.keys(plain as object)).to.deep.equal(['a', '__proto__']);
  });
});

describe('parseValue', () => {
  it('reads one value of any kind', () => {
    const values = ['1', '-1.5', '"a"', 'null', '[1]', '{"a":1}', 'NaN'].map(
      (text) => parseValue(text).value,
    );
    expect(values).to.deep.equal([
      new JsonNumber('1'),
      new JsonNumber('-1.5'),
      'a',
      null,
      [new JsonNumber('1')],
      new Map([['a', new JsonNumber('1')]]),
      new JsonNumber('NaN'),
    ]);
  });

  it('counts keys that stand twice', () => {
    expect(parseValue('[{"a":1,"a":2,"b":{"c":1,"c":1}}]').duplicateKeys).to.equal(2);
  });

  it('refuses what is no value, or more than one', () => {
    for (const text of [
      '',
      ' ',
      '1 ',
      ' 1',
      '1 2',
      ',',
      '}',
      '"a',
      '"a"b',
      '-',
      '01',
      '1.',
      '+1',
      'nul',
      '[1',
      '[1]]',
    ]) {
      expect(
        accepts(() => parseValue(text)),
        JSON.stringify(text),
      ).to.equal(false);
    }
  });
});
