import { expect } from 'chai';
import { RedshiftError } from '../../../../src/local/redshift/sql/statement.ts';
import {
  literal,
  literalValue,
  splitStatements,
  statementText,
  tokenize,
} from '../../../../src/local/redshift/sql/tokens.ts';

const kinds = (sql: string): string[] => tokenize(sql).map(({ kind, text }) => `${kind} ${text}`);

describe('the tokenizer of the dialect', () => {
  it('tells words, names, literals, numbers, parameters and operators apart', () => {
    expect(kinds(`select "a""b".c::int8, 'it''s', $1, 1.5e3, .5, é, a||b <> 2`)).to.deep.equal([
      'word select',
      'quoted "a""b"',
      'operator .',
      'word c',
      'operator ::',
      'word int8',
      'operator ,',
      `string 'it''s'`,
      'operator ,',
      'parameter $1',
      'operator ,',
      'number 1.5e3',
      'operator ,',
      'number .5',
      'operator ,',
      'word é',
      'operator ,',
      'word a',
      'operator ||',
      'word b',
      'operator <>',
      'number 2',
    ]);
  });

  it('takes a backslash in a literal as an escape', () => {
    expect(kinds(String.raw`select 'a\'b;' , 'c\\'`)).to.deep.equal([
      'word select',
      String.raw`string 'a\'b;'`,
      'operator ,',
      String.raw`string 'c\\'`,
    ]);
  });

  it('puts the text together again', () => {
    const sql = `/* a /* b */ */ select\t'x' -- c\n, "y" from t; $$ ; $$`;
    const text = tokenize(sql)
      .map(({ gap, text }) => gap + text)
      .join('');
    expect(text).to.equal(sql);
  });

  it('splits statements at semicolons outside literals, names and comments and drops empty ones', () => {
    const statements = splitStatements(tokenize(`;a ';' ";" /* ; */ -- ;\n; ; b;`));
    expect(statements.map((tokens) => tokens.map(({ text }) => text))).to.deep.equal([
      ['a', `';'`, '";"'],
      ['b'],
    ]);
  });

  it('takes # before a name for a temporary table and elsewhere for an operator', () => {
    expect(kinds('from #t where 5 # 3')).to.deep.equal([
      'word from',
      'word #t',
      'word where',
      'number 5',
      'operator #',
      'number 3',
    ]);
  });

  it('refuses what is not terminated, at its place', () => {
    for (const [sql, message] of [
      [`select é, 'abc`, `unterminated quoted string at or near "'abc"`],
      ['select é, "abc', `unterminated quoted identifier at or near ""abc"`],
      ['select é, /* /* */', 'unterminated /* comment at or near "/* /* */"'],
      ['select é, $$x', 'unterminated dollar-quoted string at or near "$$x"'],
    ] as const) {
      expect(() => tokenize(sql))
        .to.throw(RedshiftError, message)
        .that.includes({ sqlstate: '42601', position: 11 });
    }
  });

  it('refuses escape strings as a type that does not exist', () => {
    expect(() => tokenize(`select E'x'`))
      .to.throw(RedshiftError, 'type "e" does not exist')
      .that.includes({ sqlstate: '42704' });
  });

  it('resolves the escapes of literals', () => {
    expect(literalValue(String.raw`'it''s a\'b\\N \n\t\101 \q'`)).to.equal("it's a'b\\N \n\tA q");
    expect(literal(String.raw`\N 'x'`)).to.equal(String.raw`'\\N ''x'''`);
  });

  it('gives each statement of a message as it was written, with the comments before it', () => {
    const message = `/* a; */ SELECT 1 ; -- b\nSELECT ';' /* c */\n;;\n  SELECT /* d */ 2`;
    expect([0, 1, 2].map((n) => statementText(message, n))).to.deep.equal([
      '/* a; */ SELECT 1',
      `-- b\nSELECT ';'`,
      'SELECT /* d */ 2',
    ]);
  });
});
