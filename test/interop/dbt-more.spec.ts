/** dbt's grants, materialized views, incremental strategies, snapshots of columns, and freshness by metadata. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { DbtProject } from './support/dbt.ts';

const PROJECT = fileURLToPath(new URL('dbt-more/', import.meta.url));
const DAYS = ['--event-time-start', '2026-01-01', '--event-time-end', '2026-01-04'];

const SOURCE = [
  'CREATE SCHEMA landing',
  'CREATE TABLE landing.events (id INT, customer VARCHAR(20), amount DECIMAL(10,2), happened_at TIMESTAMP)',
  `INSERT INTO landing.events VALUES (1, 'ada', 10.50, '2026-01-01 10:00'), (2, 'bob', 20.25, '2026-01-02 11:00')`,
  `CREATE USER reader PASSWORD 'Reader1Pass'`,
  `CREATE USER writer PASSWORD 'Writer1Pass'`,
];

const BUILT = {
  ...{ appended: 'success', by_batch: 'success', by_delete: 'success', by_merge: 'success' },
  ...{ bound_late: 'success', checked: 'success', totals: 'success' },
};

describe('the local warehouse and what else dbt does with Redshift', () => {
  let project: DbtProject | undefined;
  const rows = (sql: string) => project!.rows(sql);

  before(async function () {
    project = await DbtProject.open(this, PROJECT);
    for (const statement of SOURCE) await rows(statement);
  });
  after(() => project?.close());

  it('builds models with every incremental strategy, a materialized view and a snapshot', async () => {
    expect(await project?.build(...DAYS)).to.deep.equal(BUILT);
    expect(await rows('SELECT customer, amount FROM analytics.totals ORDER BY 1')).to.deep.equal([
      ['ada', '10.50'],
      ['bob', '20.25'],
    ]);
    expect(
      await rows(`SELECT diststyle, sortkey1 FROM svv_table_info WHERE "table" = 'totals'`),
    ).to.deep.equal([['KEY(customer)', 'customer']]);
  });

  it('grants what models ask for', async () => {
    expect(
      await rows(
        `SELECT relation_name, identity_name, privilege_type FROM svv_relation_privileges
         WHERE namespace_name = 'analytics' AND relation_name IN ('by_merge', 'bound_late', 'totals') ORDER BY 1, 2`,
      ),
    ).to.deep.equal([
      ['bound_late', 'reader', 'SELECT'],
      ['bound_late', 'writer', 'SELECT'],
      ['by_merge', 'reader', 'SELECT'],
      ['totals', 'reader', 'SELECT'],
    ]);
  });

  it('reads from the system tables how fresh a source is', async () => {
    await project?.run('source', 'freshness');
    const { results } = project?.artifact('sources.json') as {
      readonly results: readonly { readonly status: string; readonly max_loaded_at: string }[];
    };
    expect(results.map(({ status }) => status)).to.deep.equal(['pass']);
    expect(Date.now() - Date.parse(results[0]?.max_loaded_at ?? '')).to.be.below(3_600_000);
  });

  it('brings what has changed, and refreshes the materialized view', async () => {
    await rows(`INSERT INTO landing.events VALUES (3, 'ada', 1.00, '2026-01-03 09:00')`);
    await rows(`UPDATE landing.events SET customer = 'eve' WHERE id = 2`);
    expect(await project?.build(...DAYS)).to.deep.equal(BUILT);
    expect(await rows('SELECT customer, amount FROM analytics.totals ORDER BY 1')).to.deep.equal([
      ['ada', '11.50'],
      ['eve', '20.25'],
    ]);
    expect(
      await rows(`SELECT status FROM svl_mv_refresh_status WHERE mv_name = 'totals' ORDER BY starttime`),
    ).to.deep.equal([['Refresh successfully updated MV incrementally']]);
    expect(await rows('SELECT id, customer FROM analytics.appended ORDER BY id')).to.deep.equal([
      ['1', 'ada'],
      ['2', 'bob'],
      ['3', 'ada'],
    ]);
    for (const table of ['by_delete', 'by_merge', 'by_batch']) {
      expect(await rows(`SELECT id, customer FROM analytics.${table} ORDER BY id`), table).to.deep.equal([
        ['1', 'ada'],
        ['2', 'eve'],
        ['3', 'ada'],
      ]);
    }
    expect(
      await rows(
        'SELECT id, customer, dbt_valid_to IS NULL FROM analytics.checked ORDER BY id, dbt_valid_from',
      ),
    ).to.deep.equal([
      ['1', 'ada', 't'],
      ['2', 'bob', 'f'],
      ['2', 'eve', 't'],
      ['3', 'ada', 't'],
    ]);
  });
});
