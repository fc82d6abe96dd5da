/** Queries whose meaning depends on the columns of their tables. */
import { expect } from 'chai';
import { RedshiftError } from '../../../../../src/local/redshift/sql/statement.ts';
import { resolveStatement } from '../../../../../src/local/redshift/sql/query/statement.ts';
import { needsNothing } from '../../../../../src/local/redshift/session/scopes.ts';

/** The engine's answers: the columns by the text of the query; `*` marks a SUPER. */
const ANSWERS: Readonly<Record<string, string>> = {
  'SELECT * FROM t': 'a b s*',
  'SELECT * FROM t AS r': 'a b s*',
  'SELECT a, b FROM t AS r': 'a b',
  'SELECT * FROM t AS q': 'a b s*',
  'WITH q AS (SELECT 1 AS a) SELECT * FROM q': 'a',
};

/** The engine's text, and what was asked for it. */
async function resolve(sql: string, keepsAttributeCase = false): Promise<{ text: string; asked: string[] }> {
  const asked: string[] = [];
  const describe = (text: string) => {
    const query = text.replaceAll(/ +/g, ' ');
    asked.push(query);
    const columns = (ANSWERS[query] ?? '').split(' ').filter((name) => name !== '');
    return Promise.resolve(
      columns.map((name) => ({ name: name.replace('*', ''), isSuper: name.endsWith('*') })),
    );
  };
  return { text: await resolveStatement(sql, { describe, keepsAttributeCase }), asked };
}

async function failureOf(sql: string): Promise<unknown> {
  return await resolve(sql).then(
    ({ text }) => text,
    (error: unknown) => (error instanceof RedshiftError ? `${error.sqlstate} ${error.message}` : error),
  );
}

describe('a query that depends on the columns of its tables', () => {
  describe('is left alone, and nothing is asked, where it has nothing of that kind', () => {
    for (const sql of [
      'SELECT a, t.b AS c FROM t WHERE a = 1 ORDER BY c',
      'INSERT INTO u (a)\n  SELECT a -- all of them\n  FROM t',
      'WITH q AS (SELECT 1 AS a) SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT NULL',
      'UPDATE t SET a = u.b FROM u WHERE t.a = u.a',
      'DELETE FROM t USING u WHERE t.a = u.a',
      'SELECT EXTRACT(year FROM d), TRIM(BOTH FROM x), a IS DISTINCT FROM b FROM t',
      'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t GROUP BY b HAVING count(*) > 1',
      "SELECT * FROM (t JOIN u ON t.a = u.a) CROSS JOIN (SELECT 1) AS q (x), LATERAL f(1) WHERE LEFT(b, 1) = 'x'",
      'SELECT a AS x FROM t GROUP BY x ORDER BY x',
      "SELECT DATE '2020-01-01' AS date, x::date FROM t",
    ]) {
      it(sql.slice(0, 60), async () => {
        expect(await resolve(sql)).to.deep.equal({ text: sql, asked: [] });
        expect(await needsNothing(sql)).to.equal(true);
      });
    }
  });

  it('has an expression in the place of its alias, unless FROM has a column of that name', async () => {
    expect(await resolve('SELECT a + 1 AS x, x * 2 AS y, a AS b, b FROM t')).to.deep.equal({
      text: 'SELECT a + 1 AS x, (a + 1) * 2 AS y, a AS b, b FROM t',
      asked: ['SELECT * FROM t'],
    });
  });

  it('asks for the columns of a UNION of tables, which stays as it is where none is a DECIMAL', async () => {
    const sql = 'WITH q AS (SELECT 1 AS a) SELECT a FROM q UNION ALL (SELECT b FROM t LIMIT 1)';
    expect(await resolve(sql)).to.deep.equal({ text: sql, asked: [sql] });
  });

  it('asks for a common table expression with its definition', async () => {
    const sql = 'WITH q AS (SELECT 1 AS a) SELECT a AS x, x + 1 FROM q';
    expect(await resolve(sql)).to.deep.equal({
      text: 'WITH q AS (SELECT 1 AS a) SELECT a AS x, (a) + 1 FROM q',
      asked: ['WITH q AS (SELECT 1 AS a) SELECT * FROM q'],
    });
  });

  it('is put into a query with the condition of QUALIFY', async () => {
    const { text } = await resolve('SELECT a, b FROM t AS r QUALIFY rank() OVER (ORDER BY a) = 1 ORDER BY b');
    expect(text).to.equal(
      'SELECT "warehouse 1" AS "a", "warehouse 2" AS "b" FROM (SELECT a, b, ( rank() OVER (ORDER BY a) = 1) AS "warehouse 3" ' +
        'FROM t AS r) AS "warehouse rows" ("warehouse 1", "warehouse 2", "warehouse 3") WHERE "warehouse 3" ORDER BY "warehouse 2"',
    );
  });

  it('reads a path of a column that is a SUPER', async () => {
    expect((await resolve('SELECT s.Ab[0], t.s.x FROM t')).text).to.equal(
      `SELECT pg_catalog.warehouse_at(pg_catalog.warehouse_at("s", 'ab'), 0) AS "ab", pg_catalog.warehouse_at("t"."s", 'x') AS "x" FROM t`,
    );
  });

  it('keeps the case of attributes where the session wants it', async () => {
    expect((await resolve('SELECT s.Ab AS v FROM t', true)).text).to.equal(
      `SELECT pg_catalog.warehouse_at("s", 'Ab') AS v FROM t`,
    );
  });

  it('makes rows of an array that FROM names by a path', async () => {
    expect((await resolve('SELECT x FROM t, t.s.list AS x AT i')).text).to.equal(
      `SELECT x FROM t, LATERAL (SELECT "value" AS "x", "place" AS "i" FROM pg_catalog.warehouse_elements(pg_catalog.warehouse_at("t"."s", 'list'))) AS "x"`,
    );
  });

  it('takes AT with an array only', async () => {
    expect(await failureOf('SELECT a FROM t AS r AT i')).to.equal('42601 syntax error at or near "i"');
  });

  it('leaves a dotted name alone that is no path', async () => {
    const sql = 'SELECT a.x, nothing.at.all FROM t';
    expect((await resolve(sql)).text).to.equal(sql);
  });

  describe('is rejected when it would take too much', () => {
    it('by aliases that double what they stand for', async () => {
      const items = Array.from({ length: 60 }, (_, n) => `a${n} + a${n} AS a${n + 1}`);
      expect(await failureOf(`SELECT 1 AS a0, ${items.join(', ')}`)).to.equal(
        '54001 The statement is too complex: its aliases stand for too long expressions.',
      );
    });

    it('by queries or parentheses of FROM in each other', async () => {
      const message = '54001 The statement is too complex: its queries are nested too deeply.';
      const [open, close] = ['(SELECT 1 FROM '.repeat(1000), ') q'.repeat(1000)];
      expect(await failureOf(`SELECT 1 FROM ${open}t${close}`)).to.equal(message);
      expect(await failureOf(`SELECT 1 FROM ${'('.repeat(1000)}t${')'.repeat(1000)}`)).to.equal(message);
      expect(await failureOf(`${'('.repeat(1000)}SELECT 1${')'.repeat(1000)}`)).to.equal(message);
    });

    it('but not by many parentheses of an expression', async () => {
      const sql = `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`;
      expect((await resolve(sql)).text).to.equal(sql);
    });
  });
});
