/** The types that computed numbers get, and what is asked for them. */
import { expect } from 'chai';
import { typeOfColumn } from '../../../../../src/local/redshift/sql/query/decimals.ts';
import { resolveStatement } from '../../../../../src/local/redshift/sql/query/statement.ts';

const INT = { type: 23, modifier: -1 };
const VARCHAR = { type: 1043, modifier: 14 };
const PRICE = { type: 1700, modifier: (8 << 16) + 2 + 4 };
const COLUMNS = { n: INT, name: VARCHAR, price: PRICE };

/** The engine's text, and whether the columns of the table were asked for. */
async function resolve(sql: string): Promise<{ text: string; asked: boolean }> {
  let asked = false;
  const describe = () => {
    asked = true;
    return Promise.resolve(
      Object.entries(COLUMNS).map(([name, { type, modifier }]) => ({
        ...{ name, isSuper: false, number: typeOfColumn(type, modifier) },
      })),
    );
  };
  return { text: await resolveStatement(sql, { describe, keepsAttributeCase: false }), asked };
}

describe('a computed number', () => {
  for (const [sql, text] of [
    [
      'SELECT price / price FROM t',
      'SELECT ( pg_catalog.warehouse_quotient( price, price, 1000000000, 0.000000001))::numeric(17,9) AS "?column?" FROM t',
    ],
    ['SELECT price * n AS x FROM t', 'SELECT ( price * n)::numeric(19,2) AS x FROM t'],
    ['SELECT SUM(t.price) FROM t', 'SELECT ( SUM(t.price))::numeric(38,2) FROM t'],
    [
      'SELECT AVG(DISTINCT price) OVER () AS a FROM t',
      'SELECT ( AVG(DISTINCT price) OVER ())::numeric(38,2) AS a FROM t',
    ],
    ['SELECT 1.50', 'SELECT ( 1.50)::numeric(3,2) AS "?column?"'],
    [
      "SELECT n FROM t WHERE price / 3 > 1 AND name = 'a/b'",
      "SELECT n FROM t WHERE pg_catalog.warehouse_quotient( price, 3, 10000000000000, 0.0000000000001) > 1 AND name = 'a/b'",
    ],
  ] as const) {
    it(`has its type: ${sql}`, async () => {
      expect(await resolve(sql)).to.deep.equal({ text, asked: sql.includes('FROM') });
    });
  }

  for (const sql of [
    'SELECT n + 1, SUM(n), MAX(name) FROM t',
    'SELECT price / x.y FROM t',
    'SELECT price / 2::float8, name || (price * $1) FROM t',
  ]) {
    it(`stays as it is where it is no DECIMAL or not known: ${sql}`, async () => {
      expect((await resolve(sql)).text).to.equal(sql);
    });
  }

  for (const sql of [
    'SELECT COUNT(*), name, price::int FROM t',
    "SELECT CASE WHEN n = 1 THEN 'one' ELSE 'more' END, COALESCE(name, 'none') FROM t",
    "SELECT n FROM t WHERE price * 2 > 3 AND name LIKE 'a/%'",
  ]) {
    it(`needs no question: ${sql}`, async () => {
      expect(await resolve(sql)).to.deep.equal({ text: sql, asked: false });
    });
  }

  it('stays as it is where parentheses are nested too deeply to be read', async () => {
    const sql = `SELECT ${'('.repeat(400)}price / 3${')'.repeat(400)} FROM t`;
    expect((await resolve(sql)).text).to.equal(sql);
  });
});
