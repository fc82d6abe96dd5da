/** What the adapter of dbt generates beyond plain models: contracts, unit tests, changes of columns, kinds and keys, and its operations. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { DbtProject } from './support/dbt.ts';

const PROJECT = fileURLToPath(new URL('dbt-adapter/', import.meta.url));

const SOURCE = [
  'CREATE SCHEMA landing',
  'CREATE TABLE landing.orders (id INT, region VARCHAR(10), amount DECIMAL(10,2), at TIMESTAMP, is_paid BOOLEAN)',
  `INSERT INTO landing.orders VALUES (1, 'north', 10.50, '2026-01-01 10:00', true), (2, 'south', 20.25, '2026-01-02 11:00', false),
   (3, 'south', NULL, '2026-01-03 12:00', NULL)`,
];

describe('the local warehouse and the adapter of dbt', () => {
  let project: DbtProject | undefined;
  const rows = (sql: string) => project!.rows(sql);
  const run = (...command: string[]) => project!.run(...command);
  const lines = (text: string, word: string) =>
    text.split('\n').flatMap((line) => new RegExp(`${word} .*`).exec(line)?.[0] ?? []);

  before(async function () {
    project = await DbtProject.open(this, PROJECT);
    for (const statement of SOURCE) await rows(statement);
  });
  after(() => project?.close());

  /** Runs `build`, in which the tests of amounts find a row to warn of. */
  async function build(...options: string[]): Promise<void> {
    const statuses = await project!.build(...options);
    const unusual = Object.entries(statuses).filter(([, status]) => !['success', 'pass'].includes(status));
    expect(Object.fromEntries(unusual)).to.deep.equal({
      accepted_values_orders_amount__False__10_5: 'warn',
      not_null_orders_amount: 'warn',
    });
  }

  it('builds everything, with unit tests and tests that keep what they find', async () => {
    await build();
    expect(await rows('SELECT value_field, n_records FROM analytics_failures.odd_amounts')).to.deep.equal([
      ['20.25', '1'],
    ]);
    expect(await rows('SELECT id FROM analytics_failures.no_amounts')).to.deep.equal([['3']]);
  });

  it('keeps the keys, the design and the comments of a contract', async () => {
    await rows('SET search_path TO analytics');
    expect(
      await rows(
        `SELECT "column", type, sortkey, "notnull" FROM pg_table_def WHERE tablename = 'contracted'`,
      ),
    ).to.deep.equal([
      ['id', 'bigint', '1', 't'],
      ['code', 'character varying(10)', '-2', 'f'],
      ['price', 'numeric(12,3)', '0', 'f'],
    ]);
    expect(
      await rows(`SELECT diststyle, sortkey1 FROM svv_table_info WHERE "table" = 'contracted'`),
    ).to.deep.equal([['ALL', 'INTERLEAVED']]);
    expect(
      await rows(`SELECT contype, COUNT(*) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
                  WHERE t.relname = 'contracted' GROUP BY 1 ORDER BY 1`),
    ).to.deep.equal([
      ['p', '1'],
      ['u', '2'],
    ]);
    expect(
      await rows(`SELECT OBJ_DESCRIPTION('contracted'::regclass), COL_DESCRIPTION('contracted'::regclass, 1),
                  OBJ_DESCRIPTION('refreshed'::regclass)`),
    ).to.deep.equal([['A table with a contract', 'its key', 'Orders by region']]);
  });

  it('labels the queries of a model with its query group', async () => {
    expect(
      await rows(
        `SELECT COUNT(*) FROM stl_query WHERE label = 'contracts' AND querytxt ILIKE 'insert into%contracted__dbt_tmp%'`,
      ),
    ).to.deep.equal([['1']]);
  });

  it('follows changed rows, columns, kinds and settings', async () => {
    await rows(`INSERT INTO landing.orders VALUES (4, 'east', 10.50, '2026-02-01', true)`);
    await rows('DELETE FROM landing.orders WHERE id = 1');
    await rows(`UPDATE landing.orders SET region = 'west', at = '2026-03-01' WHERE id = 2`);
    await build('--vars', '{step: 2}');
    expect(await rows('SELECT * FROM analytics.synced ORDER BY id, region')).to.deep.equal([
      ['1', 'north', '1', null, '1'],
      ['2', 'south', '1', null, '1'],
      ['2', 'west', '2', 'added in step two', '20000000000'],
      ['3', 'south', '1', 'added in step two', '20000000000'],
      ['4', 'east', '2', 'added in step two', '20000000000'],
    ]);
    expect(await rows('SELECT * FROM analytics.by_predicate ORDER BY id')).to.deep.equal([
      ['1', '1'],
      ['2', '2'],
      ['3', '2'],
      ['4', '2'],
    ]);
    expect(
      await rows(
        `SELECT id, region, dbt_valid_to IS NULL, dbt_is_deleted FROM analytics.history ORDER BY id, dbt_valid_from`,
      ),
    ).to.deep.equal([
      ['1', 'north', 'f', 'False'],
      ['1', 'north', 't', 'True'],
      ['2', 'south', 'f', 'False'],
      ['2', 'west', 't', 'False'],
      ['3', 'south', 't', 'False'],
      ['4', 'east', 't', 'False'],
    ]);
    expect(
      await rows(
        `SELECT id, region, dbt_valid_to = '9999-12-31' FROM analytics.ended ORDER BY id, dbt_valid_from`,
      ),
    ).to.deep.equal([
      ['1', 'north', 'f'],
      ['2', 'south', 'f'],
      ['2', 'west', 't'],
      ['3', 'south', 't'],
      ['4', 'east', 't'],
    ]);
    expect(
      await rows(`SELECT RTRIM(name), autorefresh FROM svv_mv_info WHERE schema_name = 'analytics'`),
    ).to.deep.equal([['refreshed', 't']]);
  });

  it('makes a table a view, a materialized view, and a table again', async () => {
    const kind = async (step: number): Promise<unknown> => {
      await run('run', '--select', 'shifting', 'refreshed', '--vars', `{step: ${step}}`);
      return await rows(`SELECT c.relkind, m.state FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN svv_mv_info m ON m.name = c.relname WHERE n.nspname = 'analytics' AND c.relname = 'shifting'`);
    };
    expect(await kind(1)).to.deep.equal([['r', null]]);
    expect(await kind(2)).to.deep.equal([['v', null]]);
    expect(await kind(3)).to.deep.equal([['v', '1']]);
    expect(
      await rows(`SELECT diststyle FROM svv_table_info WHERE schema = 'analytics' AND "table" = 'refreshed'`),
    ).to.deep.equal([['KEY(region)']]);
    expect(await kind(4)).to.deep.equal([['r', null]]);
    expect(await rows('SELECT DISTINCT step FROM analytics.shifting')).to.deep.equal([['4']]);
  });

  it('tells which relations depend on others', async () => {
    const said = await run('run-operation', 'relations_of', '--args', '{schema: analytics}');
    const found = lines(said, 'DEPENDS').filter((line) => !line.includes('contracted'));
    expect(found.sort()).to.deep.equal([
      'DEPENDS paid ON analytics.orders',
      'DEPENDS refreshed ON analytics.mv_tbl__refreshed__0',
      'DEPENDS refreshed ON landing.orders',
      'DEPENDS totals ON analytics.orders',
    ]);
  });

  it('describes the columns of a late-binding view', async () => {
    const said = await run(
      ...['run-operation', 'columns_of', '--args', '{schema: analytics, name: contracted_view}'],
    );
    expect(lines(said, 'COLUMN')).to.deep.equal(['COLUMN id bigint', 'COLUMN code character varying(10)']);
  });

  it('makes columns longer, truncates tables, and makes and drops schemas', async () => {
    await rows(`CREATE TABLE analytics.narrow AS SELECT 'abc'::VARCHAR(3) AS a, 1 AS b`);
    await rows(`CREATE TABLE analytics.wide AS SELECT 'abcdef'::VARCHAR(9) AS a, 1 AS c`);
    const args = '{schema: analytics, from_name: wide, to_name: narrow}';
    expect(lines(await run('run-operation', 'grow', '--args', args), 'MISSING')).to.deep.equal(['MISSING c']);
    expect(
      await rows(
        `SELECT character_maximum_length FROM svv_columns WHERE table_name = 'narrow' AND column_name = 'a'`,
      ),
    ).to.deep.equal([['9']]);
    expect(await rows('SELECT COUNT(*) FROM analytics.narrow')).to.deep.equal([['0']]);
    expect(lines(await run('run-operation', 'schemas'), 'EXISTS')).to.deep.equal([
      'EXISTS True',
      'EXISTS False',
    ]);
  });

  it('shows rows, runs without rows, and documents some relations', async () => {
    const said = await run(
      ...['show', '--inline', "select * from {{ ref('contracted') }}", '--output', 'json'],
    );
    expect(JSON.parse(said.slice(said.indexOf('{')))).to.deep.equal({
      show: [{ id: 1, code: 'a', price: 1.5 }],
    });
    await run('docs', 'generate', '--select', 'contracted', 'refreshed');
    const { nodes } = project?.artifact('catalog.json') as {
      readonly nodes: Readonly<Record<string, { readonly metadata: { readonly type: string } }>>;
    };
    expect(
      Object.fromEntries(
        Object.entries(nodes).map(([id, { metadata }]) => [id.split('.')[2], metadata.type]),
      ),
    ).to.deep.equal({ contracted: 'BASE TABLE', refreshed: 'MATERIALIZED VIEW' });
    await run('run', '--empty', '--select', 'orders');
    expect(await rows('SELECT COUNT(*) FROM analytics.orders')).to.deep.equal([['0']]);
  });

  it('clones into another schema as views, and replaces them by a full refresh', async () => {
    project?.keepState('state');
    await run('clone', '--target', 'other', '--state', 'state', '--select', 'contracted', 'orders');
    expect(
      await rows(`SELECT table_name, table_type FROM svv_tables WHERE table_schema = 'elsewhere' ORDER BY 1`),
    ).to.deep.equal([
      ['contracted', 'VIEW'],
      ['orders', 'VIEW'],
    ]);
    await build('--target', 'other', '--full-refresh', '--vars', '{step: 2}');
    expect(await rows('SELECT id FROM elsewhere.orders ORDER BY id')).to.deep.equal([['2'], ['3'], ['4']]);
  });
});
