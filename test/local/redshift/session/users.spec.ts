/** Database users: who may log in, what they may do, and that nobody becomes the engine's superuser. */
import { expect } from 'chai';
import type pg from 'pg';
import { failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';

const PASSWORD = 'Secret123';

describe('users of the local SQL endpoint', () => {
  let fixture: Fixture;
  let admin: pg.Client;
  let users = 0;

  before(async () => {
    fixture = await startFixture();
    admin = await fixture.connect();
  });
  after(() => fixture.close());

  const refusal = async (client: pg.Client, sql: string) => {
    const { code, message } = await failureOf(client.query(sql));
    return `${code ?? ''} ${message}`;
  };
  const login = (user: string, password = PASSWORD) => fixture.connect({ user, password });
  /** A new user and a client of its own. */
  const newUser = async (options = '') => {
    const user = `user_${(users += 1)}`;
    await admin.query(`CREATE USER ${user} PASSWORD '${PASSWORD}' ${options}`);
    return { user, client: await login(user) };
  };
  const wrong = (user: string) => ({
    code: '28000',
    message: `password authentication failed for user "${user}"`,
  });

  describe('who log in', () => {
    it('do so by their password, whichever way it was given', async () => {
      await admin.query(`CREATE USER plain PASSWORD '${PASSWORD}'`);
      // Of Hashed123 and the user's name.
      await admin.query(`CREATE USER hashed PASSWORD 'md5b637dcb4dae82019e592410640773ef7'`);
      await admin.query(`CREATE USER "Mixed" PASSWORD '${PASSWORD}'`);
      for (const [user, password] of [
        ['plain', PASSWORD],
        ['hashed', 'Hashed123'],
        ['Mixed', PASSWORD],
      ]) {
        const client = await fixture.connect({ user, password });
        expect(await rowsOf(client, 'SELECT current_user')).to.deep.equal([[user]]);
      }
      expect(await failureOf(login('plain', 'Secret124'))).to.deep.equal(wrong('plain'));
      expect(await failureOf(login('hashed', 'Secret123'))).to.deep.equal(wrong('hashed'));
      expect(await failureOf(login('mixed'))).to.deep.equal(wrong('mixed'));
    });

    it('can not while their password is disabled or has expired', async () => {
      const { user } = await newUser();
      for (const option of ['PASSWORD DISABLE', `PASSWORD '${PASSWORD}' VALID UNTIL '2020-01-01'`]) {
        await admin.query(`ALTER USER ${user} ${option}`);
        expect(await failureOf(login(user))).to.deep.equal(wrong(user));
      }
      await admin.query(`ALTER USER ${user} VALID UNTIL 'infinity'`);
      await login(user);
    });

    it('are no more at a time than their limit', async () => {
      const { user } = await newUser('CONNECTION LIMIT 1');
      expect(await failureOf(login(user))).to.deep.equal({
        code: '53300',
        message: `too many connections for user "${user}"`,
      });
    });

    it('need a new password after their name has changed, for it is hashed with it', async () => {
      const { user, client } = await newUser();
      await client.end();
      await admin.query(`ALTER USER ${user} RENAME TO renamed`);
      expect(await failureOf(login('renamed'))).to.deep.equal(wrong('renamed'));
      await admin.query(`ALTER USER renamed PASSWORD 'Secret1234'`);
      await login('renamed', 'Secret1234');
    });

    it('need a password of 8 to 64 characters with upper and lower case and a number', async () => {
      for (const password of [
        'Short1x',
        'lower123',
        'UPPER123',
        'NoNumbers',
        `A1a${'x'.repeat(62)}`,
        'Secret 123',
      ]) {
        expect(await refusal(admin, `CREATE USER x PASSWORD '${password}'`), password).to.match(
          /^22023 Password must/,
        );
      }
      expect(await refusal(admin, 'CREATE USER x')).to.equal('42601 syntax error at end of input');
    });
  });

  describe('without a grant', () => {
    it('may make tables of their own in public and temporary ones, but no schema and no user', async () => {
      const { client } = await newUser();
      await client.query('CREATE TABLE public.their_own (a INT); DROP TABLE public.their_own');
      await client.query('CREATE TEMP TABLE passing (a INT)');
      expect(await refusal(client, 'CREATE SCHEMA s')).to.equal('42501 permission denied for database dev');
      expect(await refusal(client, `CREATE USER y PASSWORD '${PASSWORD}'`)).to.equal(
        '42501 must be superuser to create users',
      );
      expect(await refusal(client, 'DROP USER plain')).to.equal('42501 must be superuser to drop users');
      expect(await refusal(client, 'ALTER USER plain CREATEUSER')).to.equal('42501 permission denied');
      expect(await refusal(client, `ALTER USER loader PASSWORD '${PASSWORD}'`)).to.equal(
        '42501 permission denied',
      );
    });

    it('may do nothing to tables and schemas of others', async () => {
      const { client } = await newUser();
      await admin.query('CREATE TABLE closed (a INT); CREATE SCHEMA shut; CREATE TABLE shut.t (a INT)');
      for (const sql of [
        ...[
          'SELECT * FROM closed',
          'INSERT INTO closed VALUES (1)',
          'DELETE FROM closed',
          'UPDATE closed SET a = 1',
        ],
        'TRUNCATE closed',
      ]) {
        expect(await refusal(client, sql), sql).to.equal('42501 permission denied for relation closed');
      }
      for (const sql of ['DROP TABLE closed', 'ALTER TABLE closed ADD COLUMN b INT']) {
        expect(await refusal(client, sql), sql).to.equal('42501 must be owner of relation closed');
      }
      for (const sql of ['SELECT * FROM shut.t', 'CREATE TABLE shut.u (a INT)']) {
        expect(await refusal(client, sql), sql).to.equal('42501 permission denied for schema shut');
      }
      expect(await refusal(client, 'SELECT * FROM svv_table_info')).to.equal(
        '42501 permission denied for relation svv_table_info',
      );
    });
  });

  describe('with a grant', () => {
    it('may do just that', async () => {
      const { user, client } = await newUser();
      await admin.query('CREATE TABLE given (a INT)');
      await admin.query(`GRANT INSERT ON given TO ${user}`);
      await client.query('INSERT INTO given VALUES (1)');
      expect(await refusal(client, 'SELECT * FROM given')).to.equal(
        '42501 permission denied for relation given',
      );
      await admin.query(`GRANT SELECT ON TABLE given TO ${user}`);
      expect(await rowsOf(client, 'SELECT * FROM given')).to.deep.equal([[1]]);
      await admin.query(`REVOKE ALL ON given FROM ${user}`);
      expect(await refusal(client, 'INSERT INTO given VALUES (1)')).to.equal(
        '42501 permission denied for relation given',
      );
    });

    it('may alter, drop and truncate a table of others', async () => {
      const { user, client } = await newUser();
      await admin.query('CREATE TABLE lent (a INT)');
      await admin.query(`GRANT ALTER, TRUNCATE ON public.lent TO ${user}`);
      await client.query('ALTER TABLE lent ADD COLUMN b INT');
      await client.query('TRUNCATE lent');
      expect(await refusal(client, 'DROP TABLE lent')).to.equal('42501 must be owner of relation lent');
      await admin.query(`GRANT DROP ON lent TO ${user}`);
      await client.query('BEGIN; DROP TABLE lent; ROLLBACK');
      await admin.query(`REVOKE ALTER ON lent FROM ${user}`);
      expect(await refusal(client, 'ALTER TABLE lent ADD COLUMN c INT')).to.equal(
        '42501 must be owner of relation lent',
      );
      await client.query('DROP TABLE public.lent');
      expect(await refusal(client, 'COMMENT ON TABLE closed IS NULL')).to.equal(
        '42501 must be owner of relation closed',
      );
    });

    it('hold those of their groups, their roles, all tables of a schema, and everybody', async () => {
      const { user, client } = await newUser();
      await admin.query('CREATE SCHEMA shared; CREATE TABLE shared.a (a INT); CREATE TABLE shared.b (a INT)');
      const refused = '42501 permission denied for relation';
      await admin.query('GRANT USAGE ON SCHEMA shared TO PUBLIC');
      expect(await refusal(client, 'SELECT * FROM shared.a')).to.equal(`${refused} a`);
      await admin.query(`CREATE GROUP readers WITH USER ${user}`);
      await admin.query('GRANT SELECT ON ALL TABLES IN SCHEMA shared TO GROUP readers');
      await client.query('SELECT * FROM shared.a, shared.b');
      await admin.query(`ALTER GROUP readers DROP USER ${user}`);
      expect(await refusal(client, 'SELECT * FROM shared.a')).to.equal(`${refused} a`);
      await admin.query('CREATE ROLE cleaner');
      await admin.query(`GRANT ROLE cleaner TO ${user}`);
      await admin.query('GRANT SELECT, DROP ON shared.b TO ROLE cleaner');
      await client.query('DROP TABLE shared.b');
      expect(await rowsOf(admin, `SELECT groname FROM pg_group WHERE groname = 'readers'`)).to.deep.equal([
        ['readers'],
      ]);
    });

    it('hold the default privileges of a schema on tables made later', async () => {
      const { user, client } = await newUser();
      await admin.query('CREATE SCHEMA later');
      await admin.query(`GRANT USAGE ON SCHEMA later TO ${user}`);
      await admin.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA later GRANT SELECT ON TABLES TO ${user}`);
      await admin.query('CREATE TABLE later.t (a INT)');
      expect(await rowsOf(client, 'SELECT * FROM later.t')).to.deep.equal([]);
    });

    it('may grant on what they hold with the option only', async () => {
      const [one, two] = [await newUser(), await newUser()];
      await admin.query('CREATE TABLE passed (a INT)');
      await admin.query(`GRANT SELECT, DROP ON passed TO ${one.user}`);
      expect(await refusal(one.client, `GRANT DROP ON passed TO ${two.user}`)).to.equal(
        '42501 permission denied for relation passed',
      );
      await admin.query(`GRANT SELECT, DROP ON passed TO ${one.user} WITH GRANT OPTION`);
      await one.client.query(`GRANT SELECT, DROP ON passed TO ${two.user}`);
      await two.client.query('SELECT * FROM passed');
      await two.client.query('DROP TABLE passed');
    });

    it('can not be dropped while they own or hold something', async () => {
      const { user, client } = await newUser();
      await client.query(`CREATE TABLE ${user}_own (a INT)`);
      expect(await refusal(admin, `DROP USER ${user}`)).to.equal(
        `55006 user "${user}" cannot be dropped because the user owns some object`,
      );
      await client.query(`DROP TABLE ${user}_own`);
      await admin.query(`GRANT SELECT ON closed TO ${user}`);
      expect(await refusal(admin, `DROP USER ${user}`)).to.equal(
        `55006 user "${user}" cannot be dropped because the user has a privilege on some object`,
      );
      await admin.query(`REVOKE SELECT ON closed FROM ${user}; DROP USER ${user}`);
      expect(await refusal(admin, `DROP USER ${user}`)).to.equal(`42704 user "${user}" does not exist`);
      await admin.query(`DROP USER IF EXISTS ${user}`);
    });
  });

  describe('who are superusers', () => {
    it('own what every user owns, superusers too', async () => {
      const [other, boss] = [await newUser(), await newUser('CREATEUSER')];
      await other.client.query('CREATE TABLE modest (a INT)');
      await boss.client.query('CREATE TABLE proud (a INT)');
      await boss.client.query('ALTER TABLE closed ADD COLUMN by_boss INT; SELECT * FROM modest');
      await boss.client.query('SELECT * FROM svv_table_info');
      await admin.query('ALTER TABLE proud ADD COLUMN b INT; DROP TABLE proud; DROP TABLE modest');
      await admin.query(`ALTER USER ${boss.user} NOCREATEUSER`);
      expect(await refusal(boss.client, 'SELECT * FROM closed')).to.equal(
        '42501 permission denied for relation closed',
      );
    });

    it('act as another user, which others may not', async () => {
      const { user, client } = await newUser();
      await admin.query(`SET SESSION AUTHORIZATION ${user}`);
      expect(await rowsOf(admin, 'SELECT current_user')).to.deep.equal([[user]]);
      expect(await refusal(admin, 'DELETE FROM closed')).to.equal(
        '42501 permission denied for relation closed',
      );
      await admin.query('SET SESSION AUTHORIZATION DEFAULT');
      await admin.query('DELETE FROM closed');
      expect(await refusal(client, 'SET SESSION AUTHORIZATION loader')).to.equal(
        '42501 permission denied to set session authorization',
      );
    });
  });

  describe('who attack the engine', () => {
    const attacks = [
      ...[`SELECT pg_read_file('/etc/passwd')`, `SELECT pg_ls_dir('/')`, 'SELECT lo_create(0)'],
      ...[`SELECT lo_import('/etc/passwd')`, 'SELECT * FROM pg_authid', 'SELECT * FROM pg_shadow'],
      ...['SELECT * FROM pg_catalog.warehouse_user', 'UPDATE pg_catalog.warehouse_user SET superuser = true'],
      ...['UPDATE pg_catalog.pg_authid SET rolsuper = true', 'CREATE TABLE pg_catalog.x (a INT)'],
      ...[`SELECT set_config('role', 'warehouse_admin', false)`, 'SET SESSION AUTHORIZATION warehouse_admin'],
      `SELECT set_config('session_authorization', 'warehouse_admin', false)`,
      ...['SELECT pg_catalog.warehouse_join(10::oid, 10::oid)', 'DROP USER warehouse_admin'],
      ...[`ALTER USER warehouse_admin PASSWORD 'Secret123'`, 'ALTER USER warehouse_admin RENAME TO x'],
      ...[`SELECT pg_catalog.warehouse_alter_user('warehouse_admin', '{"secret": "md5x"}'::jsonb)`],
      ...[`SELECT pg_catalog.warehouse_set_default('loader', 'session_preload_libraries', 'x')`],
      ...[
        'GRANT ROLE pg_read_server_files TO loader',
        'GRANT warehouse_admin TO loader',
        'SET ROLE warehouse_admin',
      ],
      ...[`COPY closed TO PROGRAM 'id'`, `COPY closed FROM '/etc/passwd' CSV`, 'ALTER SYSTEM SET fsync = on'],
      ...[
        'CREATE EXTENSION dblink',
        'SELECT pg_reload_conf()',
        `LOAD 'auto_explain'`,
        'DROP TABLE pg_catalog.pg_class',
      ],
      ...[`SELECT query_to_xml('SELECT 1', true, true, '')`, 'ALTER TABLE closed OWNER TO warehouse_admin'],
      ...['CREATE FUNCTION f() RETURNS INT STABLE AS $$ SELECT 1 $$ LANGUAGE c'],
    ];

    it('are refused, superusers of Redshift too', async () => {
      const { client } = await newUser();
      for (const who of [client, admin]) {
        for (const sql of attacks) {
          const code = (await failureOf(who.query(sql))).code ?? '';
          expect(
            ['42501', '42601', '42704', '42883', '42P01', '0A000', '55006'],
            `${sql}: ${code}`,
          ).to.include(code);
        }
      }
      expect(await failureOf(login('warehouse_admin'))).to.deep.equal(wrong('warehouse_admin'));
    });
  });
});
