/**
 * Attacks of an ordinary user: nothing that a client sends may run as the engine's superuser, and nothing may make the user
 * one. Each attack is tried whatever its statements answer; then the engine must be as it was before.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { startLocalWarehouse, type LocalWarehouse } from '../../../src/local/api.ts';
import { connectEngine } from '../../support/engine.ts';
import { newWarehouseFolder } from '../../support/template.ts';
import { Wire, wire } from './wire.ts';

/** What users must not change: who may do what in the engine, and everything that its superuser runs. */
const STATE = `
select 'roles' as what, string_agg(concat_ws(' ', rolname, rolsuper, rolcreaterole, rolreplication, rolbypassrls), ', ' order by oid) as state
  from pg_authid
union all select 'members', string_agg(concat_ws('>', roleid, member, admin_option), ', ' order by roleid, member) from pg_auth_members
union all select 'settings', string_agg(concat_ws(' ', setdatabase, setrole, setconfig), ', ' order by setdatabase, setrole) from pg_db_role_setting
union all select 'functions', md5(string_agg(concat_ws(' ', oid, proname, proowner, prosecdef, prolang, proacl, proconfig, md5(prosrc)), ', ' order by oid))
  from pg_proc where pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) or proowner = 10
union all select 'relations', md5(string_agg(concat_ws(' ', oid, relname, relowner, relacl, relkind), ', ' order by oid))
  from pg_class where relnamespace = 'pg_catalog'::regnamespace
union all select 'users', string_agg(concat_ws(' ', usesysid, secret, superuser, syslog), ', ' order by usesysid) from pg_catalog.warehouse_user
union all select 'kinds', concat_ws(' ', (select count(*) from pg_language), (select count(*) from pg_extension), (select count(*) from pg_cast),
  (select count(*) from pg_operator), (select count(*) from pg_event_trigger), (select count(*) from pg_trigger), (select count(*) from pg_largeobject_metadata))`;

/** What an attack does once it has the rights; none may have any effect. */
const SHELL = (mark: string) => `COPY (SELECT 'pwned by ' || current_user) TO PROGRAM 'cat > ${mark}'`;

const TAKEN =
  '0A000 The local warehouse does not serve user-defined functions with the name of a built-in function:';

describe('an ordinary user of the local warehouse', () => {
  let dir: string;
  let mark: string;
  let warehouse: LocalWarehouse;
  let engine: pg.Client;
  let admin: pg.Client;
  let low: pg.Client;
  const clients: pg.Client[] = [];

  const login = async (user: string, password: string, more: pg.ClientConfig = {}): Promise<pg.Client> => {
    const { hostname, port, database, ssl_ca } = warehouse.config;
    const client = new pg.Client({
      host: hostname,
      port,
      user,
      password,
      database,
      ssl: { ca: ssl_ca },
      ...more,
    });
    client.on('error', () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  };
  /** The last value of the statement, or its error. */
  const outcome = (client: pg.Client, sql: string): Promise<string> =>
    client.query({ text: sql, rowMode: 'array' }).then(
      ({ rows }) => JSON.stringify(rows),
      (error: unknown) => `${(error as pg.DatabaseError).code} ${(error as Error).message}`,
    );
  const state = async (): Promise<unknown> => (await engine.query<{ what: string }>(STATE)).rows;

  before(async () => {
    dir = await newWarehouseFolder('attack-');
    mark = join(dir, 'PWNED');
    warehouse = await startLocalWarehouse({ dir });
    engine = await connectEngine(dir);
    admin = await login(warehouse.config.user, warehouse.config.password);
    await admin.query(`CREATE USER low PASSWORD 'LowUser123'`);
    await admin.query('CREATE SCHEMA hall; GRANT ALL ON SCHEMA hall TO low');
    await admin.query(`CREATE TABLE hall.canary (a INT); INSERT INTO hall.canary VALUES (1)`);
    low = await login('low', 'LowUser123', { options: '-c search_path=hall' });
  });
  after(async () => {
    await Promise.allSettled([engine, ...clients].map((client) => client.end()));
    await warehouse.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Runs the statements and checks that they have changed nothing; the outcomes. */
  const attack = async (...statements: readonly string[]): Promise<string[]> => {
    const before = await state();
    const outcomes: string[] = [];
    for (const sql of statements) outcomes.push(await outcome(low, sql.replaceAll('{shell}', SHELL(mark))));
    expect(await state(), statements.join(';\n')).to.deep.equal(before);
    expect(existsSync(mark), statements.join(';\n')).to.equal(false);
    expect(await outcome(admin, 'SELECT count(*) FROM hall.canary')).to.equal('[["1"]]');
    return outcomes;
  };

  describe('who shadows names of the catalog', () => {
    const me = '(SELECT usesysid FROM pg_user WHERE usename = current_user)';
    const shadows = [
      [
        'warehouse_user',
        'usesysid INT, secret VARCHAR, superuser BOOLEAN, syslog BOOLEAN',
        `${me}, null, true, true`,
      ],
      [
        'warehouse_privilege',
        'relation INT, grantee INT, privilege VARCHAR, grantable BOOLEAN',
        `c.oid, 0, 'DROP', true FROM pg_class c WHERE relname = 'canary'`,
      ],
      ['warehouse_secret', 'secret VARCHAR', `'x'`],
    ] as const;

    for (const [name, columns, values] of shadows) {
      it(`has no more rights by a temporary table ${name}`, async () => {
        const outcomes = await attack(
          `CREATE TEMP TABLE ${name} (${columns})`,
          `INSERT INTO ${name} SELECT ${values}`,
          'SELECT pg_catalog.warehouse_is_superuser(), pg_catalog.warehouse_sees_all()',
          `CREATE USER other PASSWORD 'Other12345'`,
          'DROP TABLE hall.canary',
          `SELECT pg_catalog.warehouse_lend_view(sha2('x:' || pg_backend_pid(), 256), 'hall.canary')`,
          `DROP TABLE ${name}`,
        );
        expect(outcomes).to.deep.equal([
          '[]',
          '[]',
          '[[false,false]]',
          '42501 must be superuser to create users',
          '42501 must be owner of relation canary',
          '42501 permission denied for a function of the endpoint',
          '[]',
        ]);
      });
    }

    for (const [signature, body] of [
      ['hall.format(varchar, varchar, varchar) RETURNS varchar', `SELECT 'alter role low superuser'`],
      ['hall.pg_has_role(int, int, varchar) RETURNS boolean', 'SELECT true'],
      ['hall.warehouse_actor() RETURNS int', 'SELECT 10'],
      // PostgreSQL would take it for a VARCHAR rather than its own of TEXT.
      ['public.octet_length(varchar) RETURNS int', 'SELECT 1 / 0'],
      ['hall."upper"(varchar) RETURNS varchar', 'SELECT $1'],
    ] as const) {
      it(`makes no function ${signature}`, async () => {
        const [name] = /\w+(?="?\()/.exec(signature) ?? [];
        expect(
          await attack(`CREATE FUNCTION ${signature} STABLE AS $$ ${body} $$ LANGUAGE sql`),
        ).to.deep.equal([`${TAKEN} ${name ?? ''}`]);
      });
    }

    it('has no more rights by its search path', async () => {
      expect(
        await attack(
          'SET search_path TO hall, pg_catalog',
          'ALTER USER low SET search_path TO hall, pg_catalog',
          `CREATE USER other PASSWORD 'Other12345'`,
          'DROP TABLE hall.canary',
          'ALTER USER low RESET search_path',
          'SET search_path TO hall',
        ),
      ).to.deep.equal([
        '[]',
        '[]',
        '42501 must be superuser to create users',
        '42501 must be owner of relation canary',
        '[]',
        '[]',
      ]);
    });
  });

  describe('who makes functions', () => {
    const refused = [
      ['$$ {shell} $$ LANGUAGE sql', '42P13 The body of an SQL function must be a single SELECT clause'],
      [
        '$$ SELECT 1; {shell} $$ LANGUAGE sql',
        '42P13 The body of an SQL function must be a single SELECT clause',
      ],
      ['$$ SELECT 1 $$ LANGUAGE sql SECURITY DEFINER', '42601 syntax error at or near "SECURITY"'],
      ['$$ SELECT 1 $$ LANGUAGE sql SET search_path TO hall', '42601 syntax error at or near "SET"'],
      [
        '$$ BEGIN END $$ LANGUAGE plpgsql',
        '0A000 The local warehouse serves functions of LANGUAGE sql only.',
      ],
      [`'libc', 'system' LANGUAGE c`, '42601 syntax error at or near ","'],
      [`'lo_import' LANGUAGE internal`, '0A000 The local warehouse serves functions of LANGUAGE sql only.'],
      [
        '$$ SELECT rolpassword FROM pg_authid $$ LANGUAGE sql',
        '0A000 The SELECT clause of an SQL function cannot include FROM',
      ],
      [
        '$$ SELECT (SELECT max(a) FROM hall.canary) $$ LANGUAGE sql',
        '0A000 The SELECT clause of an SQL function cannot include a subquery',
      ],
      [
        '$$ WITH x AS (DELETE FROM hall.canary) SELECT 1 $$ LANGUAGE sql',
        '42P13 The body of an SQL function must be a single SELECT clause',
      ],
      [String.raw`$$ SELECT E'\'' $$ LANGUAGE sql`, '42704 type "e" does not exist'],
      ['$$ SELECT string_agg($1, $1) $$ LANGUAGE sql', '42883 function string_agg(...) does not exist'],
    ] as const;

    for (const [rest, expected] of refused) {
      it(`may not give one as ${rest}`, async () => {
        const [outcome] = await attack(`CREATE FUNCTION hall.f(int) RETURNS int VOLATILE AS ${rest}`);
        expect(outcome).to.equal(expected);
      });
    }

    it('may not replace one of the catalog', async () => {
      expect(
        await attack(
          `CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS varchar STABLE AS $$ SELECT 'x' $$ LANGUAGE sql`,
          `CREATE OR REPLACE FUNCTION pg_catalog.warehouse_actor() RETURNS int STABLE AS $$ SELECT 10 $$ LANGUAGE sql`,
          'DROP FUNCTION pg_catalog.warehouse_actor()',
        ),
      ).to.deep.equal([
        `${TAKEN} version`,
        `${TAKEN} warehouse_actor`,
        '42501 must be owner of function pg_catalog.warehouse_actor',
      ]);
    });

    it('gets what a function of a list of expressions gives, and nothing more', async () => {
      await low.query(
        'CREATE FUNCTION hall.twice(int) RETURNS bigint IMMUTABLE AS $$ SELECT $1::bigint * 2 $$ LANGUAGE sql',
      );
      await low.query(
        `CREATE OR REPLACE FUNCTION hall.year_of(date) RETURNS int STABLE AS 'SELECT extract(year FROM $1)::int' LANGUAGE sql`,
      );
      await low.query(
        'CREATE FUNCTION hall.who() RETURNS varchar STABLE AS $$ SELECT current_user::varchar $$ LANGUAGE sql',
      );
      await low.query('CREATE VIEW hall.tells AS SELECT hall.who() AS who');
      await low.query('GRANT SELECT ON hall.tells TO PUBLIC');
      expect(await outcome(low, `SELECT hall.twice(21), hall.year_of('2026-01-31'), hall.who()`)).to.equal(
        '[["42",2026,"low"]]',
      );
      expect(await outcome(admin, 'SELECT who FROM hall.tells')).to.equal('[["loader"]]');
    });
  });

  it('can call nothing that only the endpoint calls', async () => {
    const { rows } = await engine.query<{ name: string; count: number }>(
      `select proname as name, pronargs as count from pg_proc where prosecdef and pronamespace = 'pg_catalog'::regnamespace
         and proname not in ('warehouse_is_superuser', 'warehouse_sees_all', 'warehouse_may_assume', 'warehouse_ignores_policies', 'set_config')
         and prorettype <> 'trigger'::regtype order by 1`,
    );
    expect(rows.length).to.be.above(15);
    for (const { name, count } of rows) {
      for (const ticket of ['null', `'${'0'.repeat(64)}'`, `''`]) {
        const values = [ticket, ...Array.from({ length: count - 1 }, () => 'null')];
        const [outcome] = await attack(`SELECT pg_catalog.${name}(${values.join(', ')})`);
        expect(outcome, name).to.equal('42501 permission denied for a function of the endpoint');
      }
    }
    for (const call of [
      `warehouse_join(10::oid, 10::oid)`,
      `warehouse_set_superuser(10::oid, true)`,
      `warehouse_set_setting('role', 'warehouse_admin', false)`,
    ]) {
      const [outcome] = await attack(`SELECT pg_catalog.${call}`);
      expect(outcome).to.match(/^42501 permission denied for function /);
    }
  });

  it('finds no ticket in what the engine shows of statements', async () => {
    const second = await login('low', 'LowUser123');
    await low.query('BEGIN');
    await low.query('CREATE TABLE hall.made (a INT PRIMARY KEY)');
    const shown = [
      await outcome(second, 'SELECT query FROM pg_catalog.pg_stat_get_activity(NULL)'),
      await outcome(low, 'SELECT name, statement FROM pg_catalog.pg_cursors'),
      await outcome(low, 'SELECT pg_catalog.current_query()'),
    ];
    expect(shown.join())
      .to.contain('warehouse_add_key($1')
      .and.not.match(/[0-9a-f]{64}/);
    // The endpoint's last statement in the session stays prepared, under a name that clients cannot use.
    expect(await attack(`EXECUTE "warehouse own" ('guess')`)).to.deep.equal([
      '42939 The name "warehouse own" belongs to the local warehouse.',
    ]);
    await low.query('ROLLBACK');
    expect(await attack('SELECT secret FROM pg_catalog.warehouse_secret')).to.deep.equal([
      '42501 permission denied for relation warehouse_secret',
    ]);
  });

  it('has no view read by the endpoint as the superuser', async () => {
    await low.query(
      `CREATE FUNCTION hall.tell() RETURNS varchar VOLATILE AS $$ SELECT current_user::varchar $$ LANGUAGE sql`,
    );
    await low.query('CREATE VIEW hall.watch AS SELECT hall.tell() AS a, 1 AS b');
    const outcomes = await attack(
      `ALTER TABLE hall.watch ADD PRIMARY KEY (a)`,
      `ALTER TABLE hall.watch ALTER COLUMN a TYPE varchar(300)`,
      `ALTER TABLE hall.watch ALTER SORTKEY (a)`,
      `ALTER TABLE hall.watch APPEND FROM hall.watch`,
      `CREATE TABLE hall.like_it (LIKE hall.watch)`,
      `INSERT INTO hall.watch VALUES ('x', 1)`,
      `COPY hall.watch FROM 's3://local-bucket/none' IAM_ROLE DEFAULT CSV`,
      `ANALYZE hall.watch`,
    );
    expect(outcomes).to.deep.equal([
      '0A000 column "a" of a primary key is not defined NOT NULL',
      '42809 "watch" is not a table',
      '42809 "watch" is not a table',
      '0A000 ALTER TABLE APPEND: source and target are the same table',
      '42809 inherited relation "watch" is not a table',
      '0A000 cannot insert into a view',
      '42809 cannot copy to view "watch"',
      '[]',
    ]);
  });

  describe('who sends statements of PostgreSQL', () => {
    const groups: Readonly<Record<string, readonly string[]>> = {
      'to read and write files': [
        'COPY hall.canary TO PROGRAM $$cat$$',
        `COPY hall.canary FROM PROGRAM 'id'`,
        `COPY hall.canary FROM '/etc/passwd' CSV`,
        `COPY hall.canary TO '/tmp/x'`,
        `COPY (SELECT 1) TO STDOUT`,
        `COPY hall.canary FROM STDIN`,
        `SELECT pg_read_file('/etc/passwd')`,
        `SELECT pg_read_binary_file('/etc/passwd')`,
        `SELECT pg_ls_dir('/')`,
        `SELECT pg_stat_file('/etc/passwd')`,
        `SELECT pg_file_write('x', 'y', false)`,
        `CREATE TABLESPACE t LOCATION '/tmp'`,
      ],
      'to keep large objects': [
        'SELECT lo_create(0)',
        'SELECT lo_creat(-1)',
        `SELECT lo_import('/etc/passwd')`,
        `SELECT lo_export(1, '/tmp/x')`,
        `SELECT lo_from_bytea(0, 'x')`,
        `SELECT lo_put(1, 0, 'x')`,
        'SELECT lo_get(1)',
        'SELECT loread(0, 1)',
      ],
      'to run strings as statements': [
        `SELECT query_to_xml('SELECT 1', true, true, '')`,
        `SELECT * FROM ts_stat('SELECT to_tsvector(current_user)')`,
        `SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')`,
        `SELECT cursor_to_xml('c', 1, true, true, '')`,
        `SELECT pg_catalog.warehouse_refuse_many('CREATE TABLE hall.x (a INT)')`,
        `SELECT pg_catalog.warehouse_check_update('CREATE TABLE hall.x (a INT)')`,
        'DO $$ BEGIN END $$',
        `EXECUTE IMMEDIATE 'SELECT 1'`,
      ],
      'to make code run': [
        'CREATE RULE r AS ON SELECT TO hall.canary DO INSTEAD SELECT 1',
        'CREATE TRIGGER t BEFORE INSERT ON hall.canary EXECUTE FUNCTION hall.tell()',
        'CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION hall.tell()',
        'CREATE CAST (varchar AS int) WITH FUNCTION hall.tell()',
        'CREATE OPERATOR hall.+ (LEFTARG = int, RIGHTARG = int, FUNCTION = hall.twice)',
        'CREATE AGGREGATE hall.agg (int) (SFUNC = int4pl, STYPE = int)',
        'CREATE TYPE hall.t AS (a int)',
        'CREATE DOMAIN hall.d AS int CHECK (hall.twice(VALUE) > 0)',
        'CREATE INDEX i ON hall.canary ((hall.twice(a)))',
        'CREATE POLICY p ON hall.canary USING (hall.twice(a) > 0)',
        'CREATE LANGUAGE plpython3u',
        'CREATE EXTENSION dblink',
        `LOAD 'auto_explain'`,
        'CREATE TABLE hall.c (a INT CHECK (hall.twice(a) > 0))',
        'CREATE TABLE hall.c (a INT, b INT GENERATED ALWAYS AS (hall.twice(a)) STORED)',
        'CREATE PROCEDURE hall.p() AS $$ BEGIN END $$ LANGUAGE plpgsql SECURITY DEFINER',
        'CALL hall.p()',
      ],
      'to write the catalog': [
        `UPDATE pg_catalog.pg_authid SET rolsuper = true`,
        `INSERT INTO pg_catalog.pg_auth_members VALUES (1, 10, 10)`,
        `UPDATE pg_catalog.pg_proc SET prosecdef = true`,
        `DELETE FROM pg_catalog.pg_depend`,
        `UPDATE pg_catalog.warehouse_user SET superuser = true`,
        `INSERT INTO pg_catalog.warehouse_secret VALUES ('x')`,
        `DELETE FROM pg_catalog.stl_load_errors`,
        'CREATE TABLE pg_catalog.x (a INT)',
        'CREATE VIEW pg_catalog.x AS SELECT 1',
        'DROP TABLE pg_catalog.warehouse_user',
        'ALTER TABLE pg_catalog.warehouse_user OWNER TO low',
        'TRUNCATE pg_catalog.warehouse_user',
        'LOCK pg_catalog.warehouse_user',
        'GRANT ALL ON pg_catalog.warehouse_user TO low',
        'ALTER SCHEMA pg_catalog RENAME TO x',
        'ALTER DEFAULT PRIVILEGES FOR USER warehouse_admin GRANT ALL ON TABLES TO low',
      ],
      'to be somebody else': [
        'SET SESSION AUTHORIZATION warehouse_admin',
        'SET SESSION AUTHORIZATION loader',
        'SET ROLE warehouse_admin',
        `SELECT set_config('role', 'warehouse_admin', false)`,
        `SELECT set_config('session_authorization', 'warehouse_admin', false)`,
        `ALTER USER low CREATEUSER`,
        `ALTER USER warehouse_admin PASSWORD 'Secret123'`,
        `ALTER USER warehouse_keeper RENAME TO x`,
        `CREATE USER "warehouse_keeper" PASSWORD 'Secret123'`,
        'GRANT ROLE pg_execute_server_program TO low',
        'GRANT warehouse_admin TO low',
        'ALTER TABLE hall.canary OWNER TO low',
        'DROP USER warehouse_keeper',
        'REASSIGN OWNED BY warehouse_admin TO low',
      ],
      'to set what only the engine knows': [
        `SELECT set_config('standard_conforming_strings', 'on', false)`,
        `SELECT set_config('client_encoding', 'SJIS', false)`,
        `SELECT set_config('backslash_quote', 'on', false)`,
        `SELECT set_config('local_preload_libraries', 'x', false)`,
        `SELECT set_config('debug_print_plan', 'on', false)`,
        `SELECT set_config('warehouse.copy_count', '7', false)`,
        `SET client_encoding TO 'SJIS'`,
        'SET standard_conforming_strings TO on',
        'SET allow_system_table_mods TO on',
        'SET LOCAL session_preload_libraries TO x',
        `ALTER USER low SET session_preload_libraries TO 'x'`,
        `ALTER USER low SET role TO warehouse_admin`,
        'ALTER DATABASE dev SET session_preload_libraries TO x',
        `ALTER DATABASE dev ISOLATION LEVEL SERIALIZABLE`,
        'ALTER SYSTEM SET fsync = on',
        'SELECT pg_reload_conf()',
        'SELECT pg_rotate_logfile()',
        'SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity(NULL) WHERE usesysid IS DISTINCT FROM 0 AND pid <> pg_backend_pid()',
      ],
      'hidden in strings': [
        String.raw`SELECT b'\' ; DO $$ BEGIN END $$ ; SELECT b''`,
        String.raw`SELECT x'\' ; {shell} --'`,
        String.raw`SELECT b'0'
          '\' ; {shell} --'`,
        String.raw`SELECT E'\' ; {shell} --'`,
        String.raw`SELECT U&'\' ; {shell} --'`,
        String.raw`SELECT U&"\0064" FROM hall.canary`,
      ],
    };

    for (const [what, statements] of Object.entries(groups)) {
      it(`${what}, is refused`, async () => {
        for (const sql of statements) {
          const [outcome = ''] = await attack(sql);
          // 0A000 and 42xxx: Redshift has no such thing, or the user may not; 22023 and 22P02: no such value.
          expect(outcome, sql).to.match(/^(?:0A000|42\w{3}|22023|22P02|08P01) /);
        }
      });
    }
  });

  describe('who logs in', () => {
    for (const [title, more, expected] of [
      [
        'with options of the engine',
        { options: '-c debug_print_plan=on' },
        'unrecognized configuration parameter "debug_print_plan"',
      ],
      [
        'with strings read otherwise',
        { options: '-c standard_conforming_strings=on' },
        'unrecognized configuration parameter "standard_conforming_strings"',
      ],
      [
        'with libraries',
        { options: '--session-preload-libraries=x' },
        'unrecognized configuration parameter "session_preload_libraries"',
      ],
      ['with a role', { options: '-c role=warehouse_admin' }, 'unrecognized configuration parameter "role"'],
      [
        'as another user',
        { options: '-c session_authorization=loader' },
        'unrecognized configuration parameter "session_authorization"',
      ],
      ['with other flags', { options: '-O' }, 'invalid command-line argument for server process: -O'],
      [
        'in another encoding',
        { options: '-c client_encoding=SJIS' },
        'invalid value for parameter "client_encoding": "SJIS"',
      ],
      [
        'as the engine’s superuser',
        { user: 'warehouse_admin' },
        'password authentication failed for user "warehouse_admin"',
      ],
      [
        'as the owner of definers',
        { user: 'warehouse_keeper' },
        'password authentication failed for user "warehouse_keeper"',
      ],
      [
        'as a group',
        { user: 'warehouse_superusers' },
        'password authentication failed for user "warehouse_superusers"',
      ],
      ['to another database', { database: 'postgres' }, 'database "postgres" does not exist'],
    ] as const) {
      it(`${title}, is refused`, async () => {
        const error = await login('low', 'LowUser123', more).then(
          () => 'logged in',
          (refusal: unknown) => (refusal as Error).message,
        );
        expect(error).to.equal(expected);
      });
    }

    it('as psql gets no more from the engine than others', async () => {
      const psql = await login('low', 'LowUser123', { application_name: 'psql' });
      for (const sql of [
        `SELECT pg_catalog.lo_import('/etc/passwd') FROM pg_catalog.pg_class`,
        `SELECT pg_catalog.query_to_xml('SELECT 1', true, true, '') FROM pg_catalog.pg_class`,
        String.raw`SELECT E'\' ; ${SHELL(mark)} --' FROM pg_catalog.pg_class`,
        `SELECT rolpassword FROM pg_catalog.pg_authid`,
      ]) {
        const before = await state();
        expect(await outcome(psql, sql), sql).to.match(/^42501 |^42601 |^\[\[/);
        expect(await state()).to.deep.equal(before);
        expect(existsSync(mark)).to.equal(false);
      }
    });
  });

  it('who may drop one table of an owner may not touch another, not even while it is being dropped', async () => {
    await admin.query('CREATE TABLE hall.lent (a INT); CREATE TABLE hall.kept (a INT)');
    await admin.query('GRANT DROP ON hall.lent TO low');
    const holder = await login(warehouse.config.user, warehouse.config.password);
    await holder.query('BEGIN');
    await holder.query('LOCK hall.lent');
    const dropping = outcome(low, 'DROP TABLE hall.lent');
    const second = await login('low', 'LowUser123');
    await engine.query(`select pg_sleep(0.2)`);
    expect(await outcome(second, 'DROP TABLE hall.kept')).to.equal('42501 must be owner of relation kept');
    expect(await outcome(second, 'SELECT * FROM hall.kept')).to.equal(
      '42501 permission denied for relation kept',
    );
    await holder.query('COMMIT');
    expect(await dropping).to.equal('[]');
    expect(
      (await engine.query('select from pg_auth_members where grantor not in (select oid from pg_authid)'))
        .rowCount,
    ).to.equal(0);
    await admin.query('DROP TABLE hall.kept');
  });

  describe('who may drop and alter one table of an owner', () => {
    beforeEach(async () => {
      await admin.query('CREATE TABLE hall.lent (a INT); CREATE TABLE hall.kept (a INT)');
      await admin.query('INSERT INTO hall.kept VALUES (42)');
      await admin.query('GRANT DROP, ALTER, SELECT, INSERT ON hall.lent TO low');
    });
    afterEach(async () => {
      await admin.query('DROP TABLE IF EXISTS hall.lent; DROP TABLE IF EXISTS hall.kept');
    });

    for (const [what, sql] of [
      ['drops no other in the same statement', 'DROP TABLE hall.lent, hall.kept'],
      ['drops no other named first', 'DROP TABLE IF EXISTS hall.kept, hall.missing, hall.lent'],
      ['takes no rows of another', 'ALTER TABLE hall.lent APPEND FROM hall.kept'],
      ['gives another no rows', 'ALTER TABLE hall.kept APPEND FROM hall.lent'],
    ] as const) {
      it(what, async () => {
        expect(await attack(sql)).to.deep.equal(['42501 must be owner of relation kept']);
        expect(await outcome(admin, 'SELECT a FROM hall.kept')).to.equal('[[42]]');
      });
    }

    it('does not become its owner', async () => {
      expect(await attack('ALTER TABLE hall.lent OWNER TO low')).to.deep.equal([
        '42501 must be owner of relation lent',
      ]);
    });

    it('makes no foreign key to another', async () => {
      await admin.query('ALTER TABLE hall.kept ADD UNIQUE (a)');
      expect(
        await attack('ALTER TABLE hall.lent ADD FOREIGN KEY (a) REFERENCES hall.kept (a)'),
      ).to.deep.equal(['42501 permission denied for relation kept']);
    });

    it('drops and alters it, and with it tables of its own', async () => {
      await low.query('CREATE TABLE hall.own (a INT)');
      expect(
        await attack(
          'ALTER TABLE hall.lent ADD COLUMN b INT',
          'ALTER TABLE hall.lent ADD UNIQUE (a)',
          'DROP TABLE hall.own, hall.lent',
        ),
      ).to.deep.equal(['[]', '[]', '[]']);
    });

    const select = [
      wire.parse('SELECT a FROM hall.kept', 'select'),
      wire.bind([], { name: 'select', portal: 'rows' }),
    ];
    const drop = [wire.parse('DROP TABLE hall.lent', 'drop'), wire.bind([], { name: 'drop', portal: 'end' })];
    const end = wire.execute(0, 'end');
    for (const [where, messages] of [
      ['after', [...drop, end, ...select]],
      ['before', [...select, ...drop, end]],
      ['within', [...drop, ...select, end]],
    ] as const) {
      it(`reads no other through a portal that is bound ${where} the statement`, async () => {
        const session = await Wire.open(warehouse, undefined, { user: 'low', password: 'LowUser123' });
        session.send(wire.query('BEGIN'));
        await session.answers('Z');
        session.send(...messages, wire.sync);
        expect((await session.answers('Z')).slice(-2)).to.deep.equal(['E:42501', 'Z:E']);
        session.destroy();
      });
    }

    it('may bind other portals in messages of their own', async () => {
      const session = await Wire.open(warehouse, undefined, { user: 'low', password: 'LowUser123' });
      session.send(wire.query('BEGIN'));
      await session.answers('Z');
      session.send(
        wire.parse('SELECT 7', 'select'),
        wire.bind([], { name: 'select', portal: 'rows' }),
        wire.sync,
        ...drop,
        end,
        wire.execute(0, 'rows'),
        wire.sync,
      );
      expect(await session.answers('Z')).to.deep.equal(['1', '2', 'Z:T']);
      expect(await session.answers('Z')).to.deep.equal([
        '1',
        '2',
        'C:DROP TABLE',
        'D:7',
        'C:SELECT 1',
        'Z:T',
      ]);
      session.destroy();
    });
  });

  describe('who asks for what the views hide', () => {
    for (const [view, column] of [
      ['stl_query', 'querytxt'],
      ['sys_query_history', 'query_text'],
      ['stv_inflight', 'text'],
      ['stv_recents', 'query'],
      ['stv_sessions', 'user_name'],
      ['svv_transactions', 'txn_owner'],
    ] as const) {
      it(`sees no row of others in ${view} through the error of a condition`, async () => {
        await admin.query('BEGIN');
        await admin.query(`SELECT 'hidden' FROM hall.canary`);
        const others = `(${column} LIKE '%hidden%' OR ${column} LIKE 'loader%')`;
        expect(
          await outcome(
            low,
            `SELECT count(*) FROM ${view} WHERE 1 / (CASE WHEN ${others} AND ${column} NOT LIKE '%CASE WHEN%' THEN 0 ELSE 1 END) = 0`,
          ),
        ).to.equal('[["0"]]');
        await admin.query('COMMIT');
      });
    }
  });

  it('has no other rights by a view that is bound with those of its owner', async () => {
    await outcome(
      admin,
      'CREATE VIEW hall.late AS SELECT a FROM hall.canary WITH NO SCHEMA BINDING; GRANT SELECT ON hall.late TO low',
    );
    const outcomes = await attack(
      'SELECT a FROM hall.late',
      'SELECT l.a, c.a FROM hall.late l, hall.canary c',
      `CREATE VIEW hall.mine AS SELECT current_user::VARCHAR || set_config('role', 'loader', false) AS u WITH NO SCHEMA BINDING`,
      'SELECT u FROM hall.mine',
      `CREATE VIEW hall.out AS SELECT 1 AS a) x, (SELECT a FROM hall.canary WITH NO SCHEMA BINDING`,
      `CREATE VIEW hall.out AS SELECT 1 AS a FROM hall.late\n) q; end if; {shell}; if false then perform 1 from (SELECT 1 AS a WITH NO SCHEMA BINDING`,
      'SET ROLE loader',
      'SET SESSION AUTHORIZATION loader',
      'SELECT current_user',
      'DROP VIEW hall.mine',
    );
    expect(outcomes.map((text) => text.replace(/^(\w{5}) .*$/s, '$1'))).to.deep.equal([
      ...['[[1]]', '42501', '[]', '42704', '42601', '42601', '42704', '42501', '[["low"]]', '[]'],
    ]);
    await outcome(admin, 'DROP VIEW hall.late');
  });
});
