/** Every statement of this program is Redshift's SQL as other people's parsers read it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';

const PARSERS = ['sqlglot==30.30.0', 'sqlfluff==4.5.0'];
const PROGRAM = fileURLToPath(new URL('sql_parsers.py', import.meta.url));
const STATEMENTS = new URL('../../spec/statements.sql', import.meta.url);

type Problems = Readonly<Record<string, string>>;

/** What is valid by AWS's documentation and a parser does not know, by the names in spec/statements.sql. */
const PARSER_ERRORS: Readonly<Record<'sqlglot' | 'sqlfluff', Problems>> = {
  sqlglot: {
    'createTable with a design':
      'r_CREATE_TABLE_NEW has INTERLEAVED SORTKEY; it is kept as an opaque command',
    encodeColumn: 'r_ALTER_TABLE has ALTER COLUMN ... ENCODE; it is kept as an opaque command',
    explainRead: 'r_EXPLAIN has EXPLAIN; it is kept as an opaque command',
  },
  sqlfluff: {
    grantUsage: 'r_GRANT allows users, groups, roles and PUBLIC in one list',
    grantSelect: 'r_GRANT allows users, groups, roles and PUBLIC in one list',
  },
};

/** The statements of the file, whose names stand in comments before them. */
function statements(): readonly (readonly [string, string])[] {
  const text = readFileSync(STATEMENTS, 'utf8');
  return text
    .split(/^-- /m)
    .slice(2)
    .map((block): readonly [string, string] => {
      const end = block.indexOf('\n');
      return [
        block.slice(0, end),
        block
          .slice(end + 1)
          .trim()
          .replace(/;$/, ''),
      ];
    });
}

describe('the statements in spec/statements.sql', () => {
  let programs: Programs;
  let problems: Readonly<Record<'sqlglot' | 'sqlfluff', Problems>>;

  before(async function () {
    this.timeout(400_000);
    programs = await environmentOrSkip(this, PARSERS);
    const input = JSON.stringify(statements());
    const { code, stdout, stderr } = await run([programs('python'), PROGRAM], { input, seconds: 300 });
    expect(code, stderr.slice(-4000)).to.equal(0);
    problems = JSON.parse(stdout) as typeof problems;
  });

  it('are all read from the file', () => {
    const names = statements().map(([name]) => name);
    expect(names[0]).to.equal('schemaExists');
    expect(names.length).to.be.above(80);
  });

  for (const parser of ['sqlglot', 'sqlfluff'] as const) {
    it(`are understood by ${parser}, apart from errors of the parser`, () => {
      const { [parser]: found } = problems;
      expect(Object.keys(found).sort(), JSON.stringify(found)).to.deep.equal(
        Object.keys(PARSER_ERRORS[parser]).sort(),
      );
    });
  }
});
