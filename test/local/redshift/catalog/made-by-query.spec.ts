/** Tables and views made of queries, and the statement that SHOW TABLE gives, on the local SQL endpoint. */
import { expect } from 'chai';
import pg from 'pg';
import { failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';

describe('what a query makes on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    await client.query('CREATE TABLE t (a INT NOT NULL, v VARCHAR(7), d DECIMAL(9,2))');
    await client.query("INSERT INTO t VALUES (1, 'x', 1.25), (2, repeat('é', 3), 2)");
  });
  after(async () => fixture.close());

  const columnsOf = async (table: string) =>
    rowsOf(client, `SELECT "column", type, "notnull" FROM pg_table_def WHERE tablename = '${table}'`);

  it('is a table with the scale of the values, also where some are NULL', async () => {
    await client.query(
      'CREATE TABLE sums AS SELECT v, SUM(CASE WHEN a = 1 THEN d END) AS total FROM t GROUP BY v',
    );
    expect(await columnsOf('sums')).to.deep.equal([
      ['v', 'character varying(7)', false],
      ['total', 'numeric(38,2)', false],
    ]);
  });

  for (const [name, sql] of [
    [
      'made',
      "CREATE TABLE made AS SELECT a, v, d, 'abc' AS lit, repeat(v, 50) AS long, avg(d) OVER () AS mean FROM t",
    ],
    [
      'put',
      "SELECT TOP 2 a, v, d, 'abc' AS lit, repeat(v, 50) AS long, avg(d) OVER () AS mean INTO put FROM t",
    ],
    [
      '#passing',
      "WITH w AS (SELECT * FROM t) SELECT a, v, d, 'abc' AS lit, repeat(v, 50) AS long, avg(d) OVER () AS mean INTO #passing FROM w",
    ],
  ] as const) {
    it(`is a table whose columns have lengths and may be NULL: ${sql.slice(0, 20)}`, async () => {
      const { command, rowCount } = await client.query(sql);
      expect([command, rowCount]).to.deep.equal(['SELECT', null]);
      const temporary = name.startsWith('#');
      const columns = await rowsOf(
        client,
        `SELECT column_name, data_type, character_maximum_length, is_nullable FROM svv_columns WHERE table_name = '${name}'
         ORDER BY ordinal_position`,
      );
      expect(columns).to.deep.equal([
        ['a', 'integer', null, 'YES'],
        ['v', 'character varying', 7, 'YES'],
        ['d', 'numeric', null, 'YES'],
        ['lit', 'character varying', 256, 'YES'],
        ['long', 'character varying', 300, 'YES'],
        ['mean', 'numeric', null, 'YES'],
      ]);
      expect(await rowsOf(client, `SELECT count(*) FROM ${name}`)).to.deep.equal([['2']]);
      if (temporary)
        expect(await failureOf((await fixture.connect()).query(`SELECT * FROM ${name}`))).to.include({
          code: '42P01',
        });
    });
  }

  for (const [sql, error] of [
    ['CREATE TABLE u AS SELECT 1 AS a WITH NO DATA', '42601'],
    ['CREATE TABLE u AS TABLE t', '42601'],
    ['CREATE TABLE u AS VALUES (1)', '42601'],
    ['CREATE TABLE IF NOT EXISTS u AS SELECT 1 AS a', '42601'],
    ['CREATE TABLE made AS SELECT 1 AS a', '42P07'],
    ['SELECT 1 AS a INTO made', '42P07'],
    ['SELECT 1 AS a INTO TEMP public.u', '42P16'],
    ['CREATE TABLE u AS SELECT repeat(v, 60000) AS long FROM t', 'XX000'],
    ['CREATE TABLE u (a, a) AS SELECT 1, 2', '42701'],
    ['CREATE TABLE u DISTKEY (b) AS SELECT 1 AS a', '42703'],
  ] as const) {
    it(`refuses ${sql}`, async () => {
      expect((await failureOf(client.query(sql))).code).to.equal(error);
      expect(await columnsOf('u')).to.deep.equal([]);
    });
  }

  it('is a view that holds its table, or one that does not', async () => {
    await client.query('CREATE TABLE under (a INT); CREATE VIEW bound AS SELECT a FROM under');
    await client.query('CREATE VIEW late AS SELECT a FROM public.under WITH NO SCHEMA BINDING');
    expect(await rowsOf(client, 'SELECT * FROM late')).to.deep.equal([]);
    expect((await failureOf(client.query('DROP TABLE under'))).code).to.equal('2BP01');
    for (const [sql, message] of [
      ['ALTER TABLE bound ADD COLUMN b INT', '"bound" is not a table'],
      ['CREATE TABLE alike (LIKE bound)', 'inherited relation "bound" is not a table'],
    ] as const) {
      expect(await failureOf(client.query(sql))).to.deep.equal({ code: '42809', message });
    }
    await client.query('DROP VIEW bound');
    await client.query('DROP TABLE under');
    await client.query('DROP VIEW late');
    expect(
      await failureOf(client.query('CREATE VIEW late AS SELECT a FROM t WITH NO SCHEMA BINDING')),
    ).to.deep.equal({
      code: '0A000',
      message:
        'All the relation names inside should be qualified when creating views with no schema binding.',
    });
  });

  it('is shown as the statement that would make it', async () => {
    await client.query(`CREATE TABLE shown_anew (
      id BIGINT IDENTITY(1,2), "Key Of" INT NOT NULL ENCODE raw DISTKEY, v VARCHAR(9) DEFAULT 'x', s SUPER, PRIMARY KEY (id)
    ) SORTKEY (v, "Key Of")`);
    expect(await rowsOf(client, 'SHOW TABLE public.shown_anew')).to.deep.equal([
      [
        `CREATE TABLE public.shown_anew (
    id bigint identity(1,2) NOT NULL ENCODE az64,
    "key of" integer NOT NULL distkey,
    v character varying(9) DEFAULT 'x'::character varying,
    s super ENCODE zstd,
    PRIMARY KEY (id)
)
DISTSTYLE KEY SORTKEY ( v, "key of" );`,
      ],
    ]);
    expect(String((await rowsOf(client, 'SHOW TABLE t'))[0]?.[0])).to.match(/\)\nDISTSTYLE AUTO;$/);
    expect((await failureOf(client.query('SHOW TABLE nothing'))).code).to.equal('42P01');
  });
});
