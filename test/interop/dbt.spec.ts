/** dbt with its adapter for Redshift, unchanged, building a small project in the warehouse that `target-redshift local` serves. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { DbtProject } from './support/dbt.ts';

const PROJECT = fileURLToPath(new URL('dbt/', import.meta.url));

const FIRST = `id,customer,amount,paid,ordered_at,updated_at
1,ada,10.50,true,2024-01-01 10:00:00,2024-01-01 10:00:00
2,bob,20.25,false,2024-01-02 11:30:00,2024-01-02 11:30:00
3,"eve, jr",,true,2024-02-03 12:00:00.123456,2024-02-03 12:00:00
4,ada,7.00,,2024-02-29 23:59:59,2024-02-29 23:59:59
`;
const SECOND = `id,customer,amount,paid,ordered_at,updated_at
1,ada,10.50,true,2024-01-01 10:00:00,2024-01-01 10:00:00
2,bob,99.99,true,2024-01-02 11:30:00,2024-03-02 11:30:00
3,"eve, jr",,true,2024-02-03 12:00:00.123456,2024-02-03 12:00:00
4,zoe,7.00,,2024-02-29 23:59:59,2024-02-29 23:59:59
5,new,1.00,false,2024-03-01 00:00:00,2024-03-03 00:00:00
`;

interface Catalog {
  readonly errors: unknown;
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly metadata: { readonly type: string; readonly comment: string | null };
        readonly columns: Readonly<
          Record<string, { readonly type: string; readonly comment: string | null }>
        >;
      }
    >
  >;
}

describe('the local warehouse and dbt', () => {
  let project: DbtProject | undefined;
  const rows = (sql: string) => project!.rows(sql);
  const build = (seed: string) => {
    project?.write('seeds/raw_orders.csv', seed);
    return project!.build();
  };

  before(async function () {
    project = await DbtProject.open(this, PROJECT);
  });
  after(() => project?.close());

  const BUILT = {
    raw_orders: 'success',
    orders_by_customer: 'success',
    merged: 'success',
    replaced: 'success',
    plain_view: 'success',
    late_view: 'success',
    history: 'success',
    unique_merged_id: 'pass',
    accepted_values_merged_run__first__second: 'pass',
    unique_orders_by_customer_customer: 'pass',
    not_null_orders_by_customer_customer: 'pass',
    not_null_orders_by_customer_orders: 'pass',
  };

  it('builds and tests a seed, tables, views, incremental models and a snapshot', async () => {
    expect(await build(FIRST)).to.deep.equal(BUILT);
    expect(await rows('SELECT * FROM analytics.late_view ORDER BY 1')).to.deep.equal([
      ...[
        ['ada', '2'],
        ['bob', '1'],
        ['eve, jr', '1'],
      ],
    ]);
    expect(await rows(`SELECT * FROM analytics.plain_view ORDER BY 1`)).to.deep.equal([
      ['1', '2024-01-02 10:00:00', 'ada'],
      ['2', '2024-01-03 11:30:00', 'bob'],
      ['3', '2024-02-04 12:00:00.123456', 'eve, jr'],
      ['4', '2024-03-01 23:59:59', 'ada'],
    ]);
  });

  it('merges, replaces and keeps the history of changed rows', async () => {
    expect(await build(SECOND)).to.deep.equal(BUILT);
    expect(await rows('SELECT id, customer, amount, run FROM analytics.merged ORDER BY id')).to.deep.equal([
      ['1', 'ada', '10.50', 'first'],
      ['2', 'bob', '99.99', 'second'],
      ['3', 'eve, jr', null, 'first'],
      ['4', 'zoe', '7.00', 'second'],
      ['5', 'new', '1.00', 'second'],
    ]);
    expect(
      await rows('SELECT id, customer, amount, seen_again FROM analytics.replaced ORDER BY id, customer'),
    ).to.deep.equal([
      ['1', 'ada', '10.50', null],
      ['2', 'bob', '99.99', 't'],
      ['3', 'eve, jr', null, null],
      ['4', 'ada', '7.00', null],
      ['4', 'zoe', '7.00', 't'],
      ['5', 'new', '1.00', 't'],
    ]);
    expect(
      await rows(
        'SELECT id, customer, amount, dbt_valid_to IS NULL FROM analytics.history ORDER BY id, dbt_valid_from',
      ),
    ).to.deep.equal([
      ['1', 'ada', '10.50', 't'],
      ['2', 'bob', '20.25', 'f'],
      ['2', 'bob', '99.99', 't'],
      ['3', 'eve, jr', null, 't'],
      ['4', 'ada', '7.00', 'f'],
      ['4', 'zoe', '7.00', 't'],
      ['5', 'new', '1.00', 't'],
    ]);
  });

  it('keeps the keys that a model asks for', async () => {
    await rows('SET search_path TO analytics');
    expect(
      await rows(
        `SELECT "column", distkey, sortkey FROM pg_table_def WHERE tablename = 'orders_by_customer'`,
      ),
    ).to.deep.equal([
      ['customer', 't', '1'],
      ['orders', 'f', '0'],
      ['amount', 'f', '0'],
      ['last_order', 'f', '2'],
    ]);
  });

  it('finds every table, view, column and comment for its documentation', async () => {
    await project?.run('docs', 'generate');
    const { nodes, errors } = project?.artifact('catalog.json') as Catalog;
    expect(errors).to.equal(null);
    expect(
      Object.fromEntries(
        Object.entries(nodes).map(([id, { metadata }]) => [id.split('.')[2], metadata.type]),
      ),
    ).to.deep.equal({
      raw_orders: 'BASE TABLE',
      orders_by_customer: 'BASE TABLE',
      merged: 'BASE TABLE',
      replaced: 'BASE TABLE',
      history: 'BASE TABLE',
      plain_view: 'VIEW',
      late_view: 'LATE BINDING VIEW',
    });
    const { metadata, columns } = nodes['model.shop.orders_by_customer'] ?? {};
    expect(metadata?.comment).to.equal(`Orders by customer; it's "quoted" \\ with 100 %`);
    expect(columns?.['customer']).to.include({ type: 'character varying(20)', comment: 'who' });
  });
});
