import { expect } from 'chai';
import { placeOf, readScript } from '../../src/query/script.ts';

const texts = (script: string): string[] => readScript(script).statements.map(({ text }) => text);

describe('readScript', () => {
  const scripts: readonly (readonly [string, string, readonly string[]])[] = [
    ['separates statements by semicolons', 'SELECT 1;SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['drops blanks and comments around statements', '-- a\n SELECT 1 /* b */ ; -- c;\n', ['SELECT 1']],
    ['keeps comments inside a statement', 'SELECT /* a;b */ 1', ['SELECT /* a;b */ 1']],
    ['has no statement in blanks, comments and semicolons', ' ;; -- a\n/* b; */;', []],
    ['reads a string with a semicolon', "SELECT 'a;b'; SELECT 2", ["SELECT 'a;b'", 'SELECT 2']],
    ['reads a doubled quote', "SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", 'SELECT 2']],
    ['reads a quote after a backslash', "SELECT 'it\\';'; SELECT 2", ["SELECT 'it\\';'", 'SELECT 2']],
    ['reads a backslash at the end of a string', "SELECT '\\\\'; SELECT 2", ["SELECT '\\\\'", 'SELECT 2']],
    ['reads a name in quotes', 'SELECT "a;""b"; SELECT 2', ['SELECT "a;""b"', 'SELECT 2']],
    ['reads the body of a procedure', 'AS $$ a; b; $$; SELECT 2', ['AS $$ a; b; $$', 'SELECT 2']],
    ['reads a body with a tag', 'AS $x$ a; $$ b; $x$; SELECT 2', ['AS $x$ a; $$ b; $x$', 'SELECT 2']],
    ['reads a parameter as no quote', 'SELECT $1; SELECT $2', ['SELECT $1', 'SELECT $2']],
    ['reads a $ in a name as no quote', 'SELECT a$$; SELECT b$$', ['SELECT a$$', 'SELECT b$$']],
    ['nests block comments', '/* /* ; */ ; */ SELECT 1', ['SELECT 1']],
    ['reads a quote in a comment as no quote', "SELECT 1 -- it's\n; SELECT 2", ['SELECT 1', 'SELECT 2']],
  ];
  for (const [what, script, expected] of scripts)
    it(what, () => expect(texts(script)).to.deep.equal(expected));

  it('numbers the statements and says where they begin', () => {
    const script = 'SELECT 1;\n\n-- two\n  SELECT 2';
    expect(
      readScript(script).statements.map(({ number, start }) => ({ number, ...placeOf(script, start) })),
    ).to.deep.equal([
      { number: 1, line: 1, column: 1 },
      { number: 2, line: 4, column: 3 },
    ]);
  });

  it('is complete after a semicolon, unless a quote or a comment is open', () => {
    const complete = ['', 'SELECT 1;', "SELECT 'a';", "SELECT 1; -- it's", 'SELECT 1; /* a */'];
    const open = [
      'SELECT 1',
      "SELECT 'a;",
      "SELECT 'a'';",
      'SELECT "a;',
      'AS $$ a;',
      'AS $x$ a; $$;',
      '/* a;',
      'SELECT 1; /* a',
    ];
    expect(complete.filter((script) => !readScript(script).isComplete)).to.deep.equal([]);
    expect(open.filter((script) => readScript(script).isComplete)).to.deep.equal([]);
  });

  it('reads a string of ten megabytes', () => {
    const long = `SELECT '${"a''".repeat(3_000_000)}'`;
    expect(texts(`${long}; SELECT 2`)).to.deep.equal([long, 'SELECT 2']);
  }).timeout(20_000);
});
