/** What tools that browse a cluster by its catalogs find on the local SQL endpoint: nothing of the warehouse itself. */
import { expect } from 'chai';
import type pg from 'pg';
import { rowsOf, startFixture, type Fixture } from '../support.ts';

/** The views of information_schema; the others are those of Redshift that name schemas, relations, functions or owners. */
const NAMING = [
  ...[
    'pg_namespace',
    'pg_class',
    'pg_proc',
    'pg_tables',
    'pg_views',
    'pg_table_def',
    'pg_indexes',
    'pg_type',
  ],
  ...['pg_stat_all_tables', 'pg_stat_user_tables', 'pg_statio_all_tables', 'pg_stat_all_indexes'],
  ...['svv_tables', 'svv_redshift_tables', 'svv_all_tables', 'svv_columns', 'svv_redshift_columns'],
  ...['svv_all_columns', 'svv_redshift_schemas', 'svv_all_schemas', 'svv_table_info'],
];

/** Columns with text in them, such as the definitions of views, are not names. */
const NAMES = /^(?!.*(?:definition|prosrc|acl)).*(?:name|schema|owner|grantor|grantee|tablename)/;

describe('the catalogs of the local SQL endpoint', () => {
  let fixture: Fixture;
  let admin: pg.Client;
  let ann: pg.Client;
  /** The views in which there was something to look at. */
  const withRows = new Set<string>();

  before(async () => {
    fixture = await startFixture();
    admin = await fixture.connect();
    await admin.query(`CREATE USER ann PASSWORD 'Annpass123'`);
    ann = await fixture.connect({ user: 'ann', password: 'Annpass123' });
    // As user tables, these are like any other.
    await ann.query('CREATE TABLE warehouse_stock (super_key INT); CREATE TABLE super_orders (a INT)');
    await ann.query('CREATE VIEW warehouse_late_7 AS SELECT a FROM super_orders');
    await ann.query(
      `CREATE FUNCTION warehouse_twice (INT) RETURNS INT IMMUTABLE AS $$ SELECT $1 * 2 $$ LANGUAGE sql`,
    );
  });
  after(async () => fixture.close());

  /** The names in a view that begin as those of the warehouse do, without those of ann. */
  const ownNames = async (client: pg.Client, view: string): Promise<readonly string[]> => {
    const { rows } = await client.query<Record<string, unknown>>(`SELECT * FROM ${view}`);
    if (rows.length > 0) withRows.add(view);
    const names = rows.flatMap((row) => Object.entries(row).filter(([column]) => NAMES.test(column)));
    const own = names
      .map(([, value]) => String(value))
      .filter((name) => /^_?(?:warehouse_|super_)/.test(name));
    return [...new Set(own)].filter(
      (name) =>
        !/^_?(?:warehouse_stock|super_key|super_orders|warehouse_late_7|warehouse_twice(?:_\d+)?)$/.test(
          name,
        ),
    );
  };

  for (const who of ['a superuser', 'an ordinary user'] as const) {
    it(`show ${who} no schema, table, view, function or role of the warehouse itself`, async () => {
      const client = who === 'a superuser' ? admin : ann;
      const views = await rowsOf(
        client,
        `SELECT table_name FROM information_schema.tables WHERE table_schema = 'information_schema' AND table_type = 'VIEW'
           AND table_name NOT LIKE '%foreign%' AND table_name NOT LIKE '%domain%'`,
      );
      const found: Record<string, readonly string[]> = {};
      for (const view of [...views.map(([name]) => `information_schema.${String(name)}`), ...NAMING]) {
        const names = await ownNames(client, view).catch((error: unknown) => {
          expect((error as Error).message).to.match(/^permission denied for /);
          return [];
        });
        if (names.length > 0) found[view] = names;
      }
      expect(found).to.deep.equal({});
      expect(withRows.size).to.be.greaterThan(30);
    });
  }

  it('show the objects of users whatever their names begin with', async () => {
    const mine = `IN ('warehouse_stock', 'super_orders', 'warehouse_late_7', 'warehouse_twice')`;
    for (const [view, column] of [
      ['pg_class', 'relname'],
      ['information_schema.tables', 'table_name'],
      ['svv_tables', 'table_name'],
    ] as const) {
      expect(
        await rowsOf(ann, `SELECT ${column} FROM ${view} WHERE ${column} ${mine} ORDER BY 1`),
        view,
      ).to.deep.equal([['super_orders'], ['warehouse_late_7'], ['warehouse_stock']]);
    }
    expect(await rowsOf(ann, `SELECT proname FROM pg_proc WHERE proname ${mine}`)).to.deep.equal([
      ['warehouse_twice'],
    ]);
    expect(
      await rowsOf(ann, `SELECT routine_name FROM information_schema.routines WHERE routine_name ${mine}`),
    ).to.deep.equal([['warehouse_twice']]);
  });

  it('list the schemas that a new cluster has', async () => {
    const schemas = 'SELECT schema_name FROM information_schema.schemata ORDER BY 1';
    expect(await rowsOf(admin, schemas)).to.deep.equal([['information_schema'], ['pg_catalog'], ['public']]);
    expect(await rowsOf(admin, 'SELECT schema_name FROM svv_all_schemas')).to.deep.equal([['public']]);
  });

  it('name the owner of the system’s views as a cluster does', async () => {
    expect(
      await rowsOf(admin, `SELECT DISTINCT viewowner FROM pg_views WHERE schemaname = 'information_schema'`),
    ).to.deep.equal([['rdsdb']]);
  });

  it('tell information_schema the definitions and privileges of users’ own objects', async () => {
    await admin.query('CREATE TABLE shared (a INT); GRANT SELECT ON shared TO ann');
    expect(
      await rowsOf(
        admin,
        `SELECT grantor, grantee, privilege_type FROM information_schema.table_privileges WHERE table_name = 'shared' AND grantee = 'ann'`,
      ),
    ).to.deep.equal([['loader', 'ann', 'SELECT']]);
  });
});
