/** Late-binding views: they name their relations when they are read, with the rights of their owner. */
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import pg from 'pg';
import { startLocalWarehouse } from '../../../../src/local/api.ts';
import { newWarehouseFolder } from '../../../support/template.ts';
import { clientConfig, failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';
import { Wire, wire } from '../wire.ts';

describe('a view WITH NO SCHEMA BINDING', () => {
  let fixture: Fixture;
  let admin: pg.Client;
  let ann: pg.Client;
  let bob: pg.Client;

  before(async () => {
    fixture = await startFixture();
    admin = await fixture.connect();
    await admin.query(`CREATE USER ann PASSWORD 'Annpass123'; CREATE USER bob PASSWORD 'Bobpass123'`);
    ann = await fixture.connect({ user: 'ann', password: 'Annpass123' });
    bob = await fixture.connect({ user: 'bob', password: 'Bobpass123' });
  });
  after(async () => fixture.close());
  beforeEach(async () => {
    for (const client of [admin, ann, bob]) await client.query('ROLLBACK; RESET ALL');
    await admin.query('CREATE SCHEMA vs; GRANT ALL ON SCHEMA vs TO ann; GRANT USAGE ON SCHEMA vs TO bob');
    await ann.query(`CREATE TABLE vs.t AS SELECT 1 AS id, 'old'::VARCHAR(9) AS c`);
    await ann.query('CREATE VIEW vs.v AS SELECT c FROM vs.t WITH NO SCHEMA BINDING');
    await ann.query('GRANT SELECT ON vs.v TO bob');
  });
  afterEach(async () => {
    for (const client of [admin, ann, bob]) await client.query('ROLLBACK');
    await admin.query('DROP SCHEMA vs CASCADE');
  });

  const OLD = [['old']];
  const NEW = [['new']];
  const swap = async (client: pg.Client = ann): Promise<void> => {
    await client.query(`CREATE TABLE vs.t_tmp AS SELECT 2 AS id, 'new'::VARCHAR(9) AS c`);
    await client.query('ALTER TABLE vs.t RENAME TO t_bak');
    await client.query('ALTER TABLE vs.t_tmp RENAME TO t');
  };

  describe('binds by name when it is read', () => {
    it('after the swap of dbt, and after the old table is dropped', async () => {
      await swap();
      expect(await rowsOf(ann, 'SELECT c FROM vs.v')).to.deep.equal(NEW);
      await ann.query('DROP TABLE vs.t_bak CASCADE');
      expect(await rowsOf(ann, 'SELECT c FROM vs.v')).to.deep.equal(NEW);
    });

    for (const [who, client] of [
      ['another user', () => bob],
      ['a superuser', () => admin],
    ] as const) {
      it(`for ${who}, who reads it before the swap and after it`, async () => {
        expect(await rowsOf(client(), 'SELECT c FROM vs.v')).to.deep.equal(OLD);
        await swap();
        expect(await rowsOf(client(), 'SELECT vs.v.c FROM vs.v')).to.deep.equal(NEW);
        await ann.query(
          `DROP TABLE vs.t; CREATE TABLE vs.t AS SELECT true AS more, 'wide'::VARCHAR(99) AS c`,
        );
        expect(await rowsOf(client(), 'SELECT * FROM vs.v x')).to.deep.equal([['wide']]);
      });
    }

    it('inside the transaction that swaps, and the old table for others until its end', async () => {
      await ann.query('BEGIN');
      expect(await rowsOf(ann, 'SELECT c FROM vs.v')).to.deep.equal(OLD);
      await swap();
      expect(await rowsOf(ann, 'SELECT c FROM vs.v')).to.deep.equal(NEW);
      await ann.query('ROLLBACK');
      expect(await rowsOf(ann, 'SELECT c FROM vs.v')).to.deep.equal(OLD);
    });

    it('and tells of a table that is missing then, until it is there again', async () => {
      await ann.query('DROP TABLE vs.t');
      const missing = { code: '42P01', message: 'relation "vs.t" does not exist' };
      for (const client of [ann, bob, admin])
        expect(await failureOf(client.query('SELECT c FROM vs.v'))).to.deep.equal(missing);
      await ann.query(`CREATE TABLE vs.t AS SELECT 'again'::VARCHAR(9) AS c`);
      for (const client of [ann, bob, admin])
        expect(await rowsOf(client, 'SELECT c FROM vs.v')).to.deep.equal([['again']]);
    });

    it('and tells of a column that is missing then', async () => {
      await ann.query('ALTER TABLE vs.t DROP COLUMN c');
      for (const client of [ann, bob])
        expect((await failureOf(client.query('SELECT * FROM vs.v'))).code).to.equal('42703');
    });
  });

  describe('is made', () => {
    it('of tables that do not exist', async () => {
      await ann.query('CREATE VIEW vs.early AS SELECT x.a FROM nowhere.x WITH NO SCHEMA BINDING');
      expect(await failureOf(ann.query('SELECT * FROM vs.early'))).to.deep.equal({
        code: '42P01',
        message: 'relation "nowhere.x" does not exist',
      });
    });

    it('of a statement that can be parsed, and no other', async () => {
      for (const query of [
        'SELECT a FROM vs.t WHERE',
        'SELECT 1 AS a b c',
        "SELECT '; DROP TABLE vs.t' AS a FROM vs.t GROUP GROUP BY 1",
        'SELECT 1 AS a) x, (SELECT 2 AS b',
        'SELECT (1',
      ])
        expect(
          (await failureOf(ann.query(`CREATE VIEW vs.bad AS ${query} WITH NO SCHEMA BINDING`))).code,
          query,
        ).to.equal('42601');
    });

    it('with the names that the statement gives its columns', async () => {
      await ann.query('CREATE VIEW vs.named (a, "B c") AS SELECT id, c FROM vs.t WITH NO SCHEMA BINDING');
      for (const client of [ann, admin]) {
        const { rows } = await client.query('SELECT * FROM vs.named');
        expect(rows).to.deep.equal([{ a: 1, 'b c': 'old' }]);
      }
    });

    it('in the place of another, with its owner and privileges', async () => {
      await ann.query(
        `CREATE OR REPLACE VIEW vs.v AS SELECT 'x' || c AS other, id FROM vs.t WITH NO SCHEMA BINDING`,
      );
      expect(await rowsOf(bob, 'SELECT * FROM vs.v')).to.deep.equal([['xold', 1]]);
      await ann.query(`CREATE OR REPLACE VIEW vs.v AS SELECT 'bound'::VARCHAR(9) AS c`);
      expect(await rowsOf(bob, 'SELECT * FROM vs.v')).to.deep.equal([['bound']]);
    });

    it('with text that looks like something else', async () => {
      await ann.query(
        `CREATE VIEW vs.odd AS SELECT 'a\\'b\\\\c $$ \${x} -- ' || c AS "from vs.t" FROM vs.t -- comment
         WITH NO SCHEMA BINDING`,
      );
      for (const client of [ann, admin])
        expect(await rowsOf(client, 'SELECT * FROM vs.odd')).to.deep.equal([["a'b\\c $$ ${x} -- old"]]);
    });

    it('and dropped like any other', async () => {
      await ann.query('DROP VIEW vs.v');
      expect((await failureOf(ann.query('SELECT * FROM vs.v'))).code).to.equal('42P01');
      await ann.query('CREATE VIEW vs.v AS SELECT id FROM vs.t');
      expect(await rowsOf(ann, 'SELECT * FROM vs.v')).to.deep.equal([[1]]);
    });
  });

  describe('is read', () => {
    const statements = [
      'SELECT v.c FROM vs.v',
      'SELECT vs.v.c FROM vs.v',
      'SELECT a.c FROM vs.v AS a JOIN vs.v b ON a.c = b.c',
      'SELECT b.c FROM vs.t JOIN vs.v b USING (c)',
      'SELECT b.c FROM (vs.t a CROSS JOIN vs.v b)',
      'SELECT a.c FROM vs.t, vs.v a WHERE a.c = t.c',
      'WITH v AS (SELECT * FROM vs.v) SELECT c FROM v',
      'SELECT c FROM (SELECT c FROM vs.v) s',
      'SELECT c FROM vs.t WHERE c IN (SELECT c FROM vs.v)',
      'SELECT c FROM vs.v UNION SELECT c FROM vs.v',
      'SELECT (SELECT MAX(c) FROM vs.v) AS c',
      'SELECT c FROM vs.t WHERE EXISTS (SELECT 1 FROM vs.v WHERE v.c = t.c)',
      'SELECT c FROM dev.vs.v',
      'SELECT c FROM "VS"."V" ORDER BY v.c LIMIT 1',
    ];
    for (const sql of statements) {
      it(`in ${sql}`, async () => {
        for (const client of [ann, admin]) {
          expect(await rowsOf(client, sql)).to.deep.equal(OLD);
          const { rows } = await client.query<string[]>({
            name: sql.slice(0, 40),
            text: sql,
            rowMode: 'array',
          });
          expect(rows).to.deep.equal(OLD);
        }
      });
    }

    it('by its name alone on the search path, where a common table expression may have the name as well', async () => {
      await ann.query('SET search_path TO vs');
      expect(await rowsOf(ann, 'SELECT c FROM v')).to.deep.equal(OLD);
      expect(await rowsOf(ann, `WITH v AS (SELECT 'cte' AS c) SELECT c FROM v`)).to.deep.equal([['cte']]);
      expect(await rowsOf(ann, `WITH v AS (SELECT c || '!' AS c FROM v) SELECT c FROM v`)).to.deep.equal([
        ['old!'],
      ]);
      expect(
        await rowsOf(ann, `SELECT EXTRACT(year FROM v)::VARCHAR FROM (SELECT DATE '2020-01-01' AS v) s`),
      ).to.deep.equal([['2020']]);
    });

    it('by statements that write another table', async () => {
      for (const client of [ann, admin]) {
        await client.query('DROP TABLE IF EXISTS vs.out');
        await client.query('CREATE TABLE vs.out AS SELECT c FROM vs.v');
        await client.query('INSERT INTO vs.out SELECT c || 1 FROM vs.v');
        await client.query(`UPDATE vs.out SET c = 'set' FROM vs.v WHERE vs.out.c = vs.v.c`);
        await client.query('DELETE FROM vs.out USING vs.v WHERE vs.out.c = v.c || 1');
        expect(await rowsOf(client, 'SELECT c FROM vs.out')).to.deep.equal([['set']]);
        await client.query(
          `MERGE INTO vs.out USING vs.v s ON vs.out.c = s.c WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.c)`,
        );
        expect(await rowsOf(client, 'SELECT c FROM vs.out ORDER BY 1')).to.deep.equal([['old'], ['set']]);
      }
    });

    it('by EXPLAIN, a cursor and PREPARE', async () => {
      for (const client of [ann, bob]) {
        const [[plan] = []] = await rowsOf(client, 'EXPLAIN SELECT c FROM vs.v');
        expect(String(plan)).to.match(/Seq Scan on t\b/);
        await client.query('BEGIN; DECLARE r CURSOR FOR SELECT c FROM vs.v');
        expect(await rowsOf(client, 'FETCH ALL FROM r')).to.deep.equal(OLD);
        await client.query('COMMIT');
        await client.query('PREPARE late AS SELECT c FROM vs.v');
      }
      await swap();
      for (const client of [ann, bob]) {
        expect(await rowsOf(client, 'EXECUTE late')).to.deep.equal(NEW);
        await client.query('DEALLOCATE late');
      }
    });

    it('by a statement of a driver that was prepared before the swap', async () => {
      const query = {
        name: 'late',
        text: 'SELECT c FROM vs.v WHERE c <> $1',
        values: ['x'],
        rowMode: 'array' as const,
      };
      for (const client of [ann, bob, admin]) expect((await client.query(query)).rows).to.deep.equal(OLD);
      await swap();
      for (const client of [ann, bob, admin]) expect((await client.query(query)).rows).to.deep.equal(NEW);
    });

    it('by a portal that is executed in portions, or later than it was bound', async () => {
      await ann.query(`INSERT INTO vs.t VALUES (2, 'two'), (3, 'three')`);
      const session = await Wire.open(fixture.warehouse, undefined, { user: 'bob', password: 'Bobpass123' });
      const ask = async (...messages: Buffer[]) => {
        session.send(...messages, wire.sync);
        return session.answers('Z');
      };
      await ask(wire.parse('BEGIN'), wire.bind(), wire.execute());
      expect(
        await ask(wire.parse('SELECT c FROM vs.v ORDER BY c'), wire.bind(), wire.execute(1)),
      ).to.deep.equal([...['1', '2', 'D:old', 's', 'Z:T']]);
      expect(await ask(wire.execute(1))).to.deep.equal(['D:three', 's', 'Z:T']);
      expect(await ask(wire.execute(5))).to.deep.equal(['D:two', 'C:SELECT 1', 'Z:T']);
      expect(
        await ask(wire.parse('SELECT c FROM vs.v LIMIT 1', 's'), wire.bind([], { name: 's', portal: 'p' })),
      ).to.deep.equal(['1', '2', 'Z:T']);
      expect(await ask(wire.execute(0, 'p'))).to.deep.equal(['D:old', 'C:SELECT 1', 'Z:T']);
      expect(await ask(wire.parse('COMMIT'), wire.bind(), wire.execute())).to.include('Z:I');
      session.destroy();
    });

    it('in a transaction that may not write', async () => {
      for (const client of [ann, admin]) {
        await client.query('BEGIN READ ONLY');
        expect(await rowsOf(client, 'SELECT c FROM vs.v')).to.deep.equal(OLD);
        await client.query('COMMIT');
      }
      await bob.query('BEGIN READ ONLY');
      expect(await failureOf(bob.query('SELECT c FROM vs.v'))).to.deep.equal({
        code: '0A000',
        message:
          'The local warehouse reads late-binding views of other users only in transactions that may write.',
      });
    });

    it('after the writer that it waits for', async () => {
      await ann.query('CREATE TABLE vs.sums (n INT); INSERT INTO vs.sums VALUES (0)');
      const add = 'UPDATE vs.sums SET n = n + 1 FROM vs.v WHERE n >= 0 AND v.c = v.c';
      const [one, two] = [ann, await fixture.connect({ user: 'ann', password: 'Annpass123' })];
      await ann.query('ALTER TABLE vs.sums ADD COLUMN k VARCHAR(9)');
      await ann.query(`UPDATE vs.sums SET k = 'old'`);
      const joined = add.replace('v.c = v.c', 'v.c = k');
      await one.query('BEGIN');
      await two.query('BEGIN');
      await one.query(joined);
      const waiting = two.query(joined);
      await one.query('COMMIT');
      await waiting;
      await two.query('COMMIT');
      expect(await rowsOf(ann, 'SELECT n FROM vs.sums')).to.deep.equal([[2]]);
    });
  });

  describe('is read by other views', () => {
    it('that bind late as well', async () => {
      await ann.query(
        'CREATE VIEW vs.w AS SELECT c || 2 AS c FROM vs.v WITH NO SCHEMA BINDING; GRANT SELECT ON vs.w TO bob',
      );
      await swap();
      for (const client of [ann, bob, admin])
        expect(await rowsOf(client, 'SELECT c FROM vs.w')).to.deep.equal([['new2']]);
    });

    it('of other owners, who need SELECT on it', async () => {
      await admin.query('GRANT ALL ON SCHEMA vs TO bob');
      await bob.query(
        'CREATE VIEW vs.w AS SELECT c || 2 AS c FROM vs.v WITH NO SCHEMA BINDING; GRANT SELECT ON vs.w TO ann',
      );
      for (const client of [ann, bob, admin])
        expect(await rowsOf(client, 'SELECT c FROM vs.w')).to.deep.equal([['old2']]);
      await ann.query('REVOKE SELECT ON vs.v FROM bob');
      for (const client of [ann, bob, admin])
        expect(await failureOf(client.query('SELECT c FROM vs.w'))).to.deep.equal({
          code: '42501',
          message: 'permission denied for relation v',
        });
    });

    it('that are ordinary: they have columns and depend on it', async () => {
      await ann.query('SET search_path TO vs');
      await ann.query(
        'CREATE VIEW bound (c, n) AS SELECT v.c, t.id FROM v JOIN t ON t.c = v.c; GRANT SELECT ON bound TO bob',
      );
      await ann.query('RESET search_path');
      expect(
        await rowsOf(
          ann,
          `SELECT column_name, data_type FROM svv_columns WHERE table_name = 'bound' ORDER BY ordinal_position`,
        ),
      ).to.deep.equal([
        ['c', 'character varying'],
        ['n', 'integer'],
      ]);
      for (const client of [ann, bob, admin])
        expect(await rowsOf(client, 'SELECT * FROM vs.bound')).to.deep.equal([['old', 1]]);
      expect((await failureOf(ann.query('DROP VIEW vs.v'))).code).to.equal('2BP01');
      expect((await failureOf(ann.query('DROP TABLE vs.t'))).code).to.equal('2BP01');
      await swap();
      expect(await rowsOf(bob, 'SELECT * FROM vs.bound')).to.deep.equal([['new', 2]]);
    });

    it('and not by itself', async () => {
      await ann.query('CREATE OR REPLACE VIEW vs.v AS SELECT c FROM vs.w WITH NO SCHEMA BINDING');
      await ann.query('CREATE VIEW vs.w AS SELECT c FROM vs.v WITH NO SCHEMA BINDING');
      for (const client of [ann, admin])
        expect(await failureOf(client.query('SELECT c FROM vs.w'))).to.deep.equal({
          code: '42P17',
          message: 'infinite recursion detected in rules for relation "w"',
        });
    });

    it('a limited number of times', async () => {
      await ann.query('CREATE VIEW vs.v0 AS SELECT c FROM vs.t WITH NO SCHEMA BINDING');
      for (let n = 1; n <= 30; n += 1)
        await ann.query(
          `CREATE VIEW vs.v${n} AS SELECT a.c FROM vs.v${n - 1} a, vs.v${n - 1} b WITH NO SCHEMA BINDING`,
        );
      expect((await failureOf(ann.query('SELECT c FROM vs.v30'))).code).to.equal('54001');
      expect(await rowsOf(ann, 'SELECT c FROM vs.v3')).to.deep.equal(OLD);
    });
  });

  describe('has the rights of its owner', () => {
    it('on what it reads, and its reader needs SELECT on it alone', async () => {
      expect((await failureOf(bob.query('SELECT * FROM vs.t'))).code).to.equal('42501');
      expect(await rowsOf(bob, 'SELECT * FROM vs.v')).to.deep.equal(OLD);
      await ann.query('REVOKE SELECT ON vs.v FROM bob');
      expect(await failureOf(bob.query('SELECT * FROM vs.v'))).to.deep.equal({
        code: '42501',
        message: 'permission denied for relation v',
      });
    });

    it('also in a schema that its reader may not use', async () => {
      await admin.query('CREATE SCHEMA hidden; GRANT ALL ON SCHEMA hidden TO ann');
      await ann.query(`CREATE TABLE hidden.t AS SELECT 'deep'::VARCHAR(9) AS c`);
      await ann.query('CREATE OR REPLACE VIEW vs.v AS SELECT c FROM hidden.t WITH NO SCHEMA BINDING');
      expect(await rowsOf(bob, 'SELECT * FROM vs.v')).to.deep.equal([['deep']]);
      await admin.query('DROP SCHEMA hidden CASCADE');
    });

    it('and no more than these, even for a superuser', async () => {
      await admin.query('CREATE TABLE vs.secret AS SELECT 1 AS a; REVOKE ALL ON vs.secret FROM ann');
      await ann.query('CREATE OR REPLACE VIEW vs.v AS SELECT a FROM vs.secret WITH NO SCHEMA BINDING');
      for (const client of [ann, bob, admin])
        expect(await failureOf(client.query('SELECT * FROM vs.v'))).to.deep.equal({
          code: '42501',
          message: 'permission denied for relation secret',
        });
    });

    it('which its reader has nowhere else', async () => {
      for (const sql of [
        'SELECT v.c FROM vs.v, vs.t',
        'SELECT c FROM vs.v UNION ALL SELECT c FROM vs.t',
        'SELECT (SELECT MAX(c) FROM vs.t) FROM vs.v',
        'INSERT INTO vs.t (c) SELECT c FROM vs.v',
        'DELETE FROM vs.t USING vs.v',
      ])
        expect((await failureOf(bob.query(sql))).code, sql).to.equal('42501');
      await bob.query('BEGIN; SELECT * FROM vs.v');
      expect((await failureOf(bob.query('SELECT * FROM vs.t'))).code).to.equal('42501');
      await bob.query('ROLLBACK');
      expect(await rowsOf(bob, 'SELECT current_user')).to.deep.equal([['bob']]);
      expect((await failureOf(bob.query('DROP TABLE vs.t'))).code).to.equal('42501');
    });

    it('for a user that a superuser has become', async () => {
      await admin.query('SET SESSION AUTHORIZATION bob');
      expect(await rowsOf(admin, 'SELECT c, current_user FROM vs.v')).to.deep.equal([['old', 'bob']]);
      expect((await failureOf(admin.query('SELECT * FROM vs.t'))).code).to.equal('42501');
      await admin.query('RESET SESSION AUTHORIZATION');
      expect(await rowsOf(admin, 'SELECT current_user')).to.deep.equal([['loader']]);
    });

    it('and leaves the settings of the session alone', async () => {
      await bob.query('SET search_path TO vs, "$user"');
      await bob.query('BEGIN');
      expect(await rowsOf(bob, 'SELECT c FROM v')).to.deep.equal(OLD);
      expect(await rowsOf(bob, 'SHOW search_path')).to.deep.equal([['vs, "$user"']]);
      await bob.query('COMMIT');
      expect(await rowsOf(bob, 'SHOW search_path')).to.deep.equal([['vs, "$user"']]);
    });

    it('of which nothing is left behind', async () => {
      await bob.query('SELECT * FROM vs.v');
      await failureOf(bob.query('SELECT nothing FROM vs.v'));
      await bob.query('BEGIN; SELECT * FROM vs.v');
      const late = `SELECT relname FROM pg_class WHERE relname LIKE 'warehouse_late%'`;
      expect(await rowsOf(bob, late)).to.deep.equal([]);
      const oid = (await rowsOf(bob, `SELECT 'vs.v'::REGCLASS::OID`))[0]?.[0];
      expect(
        (await failureOf(bob.query(`SELECT * FROM pg_temp.warehouse_late_${String(oid)}`))).code,
      ).to.equal('42P01');
    });
  });

  describe('is shown', () => {
    const DEFINITION = 'CREATE VIEW vs.v AS SELECT c FROM vs.t WITH NO SCHEMA BINDING;';

    it('as the statement that made it', async () => {
      for (const sql of [
        `SELECT definition FROM pg_views WHERE schemaname = 'vs'`,
        `SELECT view_definition FROM information_schema.views WHERE table_schema = 'vs'`,
        `SELECT pg_get_viewdef('vs.v'::REGCLASS::OID)`,
        `SELECT pg_get_viewdef('vs.v'::REGCLASS::OID, true)`,
        'SHOW VIEW vs.v',
      ])
        expect(await rowsOf(ann, sql), sql).to.deep.equal([[DEFINITION]]);
      await ann.query('CREATE VIEW vs.plain AS SELECT id FROM vs.t');
      expect(String((await rowsOf(ann, 'SHOW VIEW vs.plain'))[0]?.[0])).to.match(
        /^\s*SELECT (?:t\.)?id\s+FROM vs\.t;$/,
      );
    });

    it('without columns in the catalogs, but by pg_get_late_binding_view_cols', async () => {
      expect(await rowsOf(ann, `SELECT column_name FROM svv_columns WHERE table_name = 'v'`)).to.deep.equal(
        [],
      );
      expect(await rowsOf(ann, `SELECT table_type FROM svv_tables WHERE table_name = 'v'`)).to.deep.equal([
        ['VIEW'],
      ]);
      await ann.query('CREATE VIEW vs.broken AS SELECT a FROM vs.gone WITH NO SCHEMA BINDING');
      await ann.query('CREATE VIEW vs.wide AS SELECT * FROM vs.t WITH NO SCHEMA BINDING');
      const query = `SELECT * FROM pg_get_late_binding_view_cols()
        cols(view_schema NAME, view_name NAME, col_name NAME, col_type VARCHAR, col_num INT) WHERE view_schema = 'vs'`;
      for (const client of [ann, admin]) {
        for (const start of ['', 'BEGIN']) {
          await client.query(start);
          expect(await rowsOf(client, query)).to.deep.equal([
            ['vs', 'v', 'c', 'character varying(9)', 1],
            ['vs', 'wide', 'id', 'integer', 1],
            ['vs', 'wide', 'c', 'character varying(9)', 2],
          ]);
          expect((await client.query({ text: query, values: [], rowMode: 'array' })).rows).to.have.lengthOf(
            3,
          );
          await client.query('ROLLBACK');
        }
      }
      expect(await rowsOf(bob, query)).to.deep.equal([['vs', 'v', 'c', 'character varying(9)', 1]]);
      expect((await rowsOf(bob, 'SELECT pg_get_late_binding_view_cols()')).flat()).to.include(
        '(vs,v,c,"character varying(9)",1)',
      );
    });
  });

  it('works in the next run of the warehouse', async () => {
    const dir = await newWarehouseFolder('late-views-');
    try {
      const reads = async (...statements: readonly string[]) => {
        const warehouse = await startLocalWarehouse({ dir });
        const client = new pg.Client(clientConfig(warehouse));
        try {
          await client.connect();
          for (const sql of statements) await client.query(sql);
          return await rowsOf(client, 'SELECT a FROM public.v');
        } finally {
          await client.end();
          await warehouse.stop();
        }
      };
      const made = await reads(
        'CREATE TABLE public.t AS SELECT 1 AS a',
        'CREATE VIEW public.v AS SELECT a FROM public.t WITH NO SCHEMA BINDING',
      );
      expect(made).to.deep.equal([[1]]);
      const swapped = await reads('DROP TABLE public.t', 'CREATE TABLE public.t AS SELECT 2 AS a');
      expect(swapped).to.deep.equal([[2]]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
