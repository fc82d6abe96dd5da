import { inspect } from 'node:util';
import { expect } from 'chai';
import { ident, integer, join, literal, raw, secret, sql, timestamp } from '../src/sql.ts';

describe('ident', () => {
  const names: readonly (readonly [readonly string[], string])[] = [
    [['users'], '"users"'],
    [['public', 'users'], '"public"."users"'],
    [['select'], '"select"'],
    [['a"b'], '"a""b"'],
    [['"'], '""""'],
    [['a.b'], '"a.b"'],
    [[`a'; DROP TABLE x; --`], `"a'; DROP TABLE x; --"`],
    [['a\\b'], '"a\\b"'],
    [['with space'], '"with space"'],
    [['ключ😀'], '"ключ😀"'],
  ];
  for (const [parts, text] of names) {
    it(`writes ${JSON.stringify(parts)} as ${text}`, () => expect(ident(...parts).text).to.equal(text));
  }
});

describe('literal', () => {
  const values: readonly (readonly [string, string])[] = [
    ['', "''"],
    ['a', "'a'"],
    ["a'b", "'a''b'"],
    ['a\\', String.raw`'a\\'`],
    [String.raw`\'`, String.raw`'\\'''`],
    ['a\nb', "'a\nb'"],
    ['$1 ${x} "q"', `'$1 \${x} "q"'`],
  ];
  for (const [value, text] of values) {
    it(`writes ${JSON.stringify(value)} as ${text}`, () => {
      expect(literal(value).text).to.equal(text);
      expect(literal(value).safe).to.equal(text);
    });
  }
});

describe('secret', () => {
  const statement = sql`COPY ${ident('t')} SECRET_ACCESS_KEY ${secret("ge'heim\\")} REGION ${literal('x')}`;

  it('is in the text for the server, quoted', () => {
    expect(statement.text).to.equal(String.raw`COPY "t" SECRET_ACCESS_KEY 'ge''heim\\' REGION 'x'`);
  });

  it('is masked wherever the statement is shown', () => {
    expect(statement.safe).to.equal(`COPY "t" SECRET_ACCESS_KEY '***' REGION 'x'`);
    for (const shown of [
      String(statement),
      statement.toString(),
      JSON.stringify(statement),
      inspect(statement, { depth: 9, showHidden: true }),
    ]) {
      expect(shown).to.contain('***').and.not.to.contain('heim');
    }
  });

  it('stays masked in joined and nested statements', () => {
    const nested = sql`BEGIN; ${join([statement, raw('COMMIT')], '; ')}`;
    expect(nested.safe).not.to.contain('heim');
    expect(nested.text).to.contain('heim');
  });
});

describe('sql', () => {
  it('takes text without values', () => expect(sql`SELECT 1`.text).to.equal('SELECT 1'));
  it('puts values at the ends', () => expect(sql`${raw('a')}b${raw('c')}`.text).to.equal('abc'));
  it('takes empty values', () => expect(sql`a${raw('')}b`.text).to.equal('ab'));
  it('does not read the text of values again', () => {
    expect(sql`${literal('${x} $& $1')}, ${literal('b')}`.text).to.equal("'${x} $& $1', 'b'");
  });
});

describe('integer', () => {
  for (const value of [0, -5, 65_535, Number.MAX_SAFE_INTEGER]) {
    it(`writes ${value}`, () => expect(integer(value).text).to.equal(String(value)));
  }
  for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    it(`refuses ${value}`, () => expect(() => integer(value)).to.throw(RangeError));
  }
});

describe('join', () => {
  it('separates with commas', () => expect(join([ident('a'), ident('b')]).text).to.equal('"a", "b"'));
  it('separates with what is given', () =>
    expect(join([raw('a'), raw('b')], ' AND ').text).to.equal('a AND b'));
  it('is empty for nothing', () => expect(join([]).text).to.equal(''));
});

describe('timestamp', () => {
  it('writes a time in UTC with its milliseconds', () => {
    expect(timestamp(Date.UTC(2024, 1, 29, 23, 59, 58, 7)).text).to.equal("'2024-02-29 23:59:58.007'");
    expect(timestamp(0).text).to.equal("'1970-01-01 00:00:00.000'");
  });
});
