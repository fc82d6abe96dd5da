/** The endpoint as a client sees it: login, statements, transactions. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import {
  cancel,
  clientConfig,
  failureOf,
  rowsOf,
  startFixture,
  untilActive,
  type Fixture,
} from './support.ts';

describe('the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
  });
  after(async () => fixture.close());

  describe('login', () => {
    it('shows a certificate of its own that is valid for the name and the address', async () => {
      for (const host of ['127.0.0.1', 'localhost']) {
        const other = await fixture.connect({ host });
        expect(await rowsOf(other, 'SELECT current_user')).to.deep.equal([['loader']]);
      }
      const untrusted = fixture.connect({ ssl: { rejectUnauthorized: true } });
      expect((await failureOf(untrusted)).code).to.match(/SELF_SIGNED_CERT|UNABLE_TO_VERIFY/);
    });

    it('refuses a wrong password and an unknown user with 28000', async () => {
      expect(await failureOf(fixture.connect({ password: 'Wrong1234' }))).to.deep.equal({
        code: '28000',
        message: 'password authentication failed for user "loader"',
      });
      expect(await failureOf(fixture.connect({ user: 'nobody' }))).to.deep.equal({
        code: '28000',
        message: 'password authentication failed for user "nobody"',
      });
    });

    it('refuses plain TCP', async () => {
      expect(await failureOf(fixture.connect({ ssl: false }))).to.deep.equal({
        code: '28000',
        message: 'no pg_hba.conf entry for host "127.0.0.1", user "loader", database "dev", SSL off',
      });
    });

    it('refuses another database and parameters that Redshift does not have', async () => {
      expect(await failureOf(fixture.connect({ database: 'postgres' }))).to.deep.equal({
        code: '3D000',
        message: 'database "postgres" does not exist',
      });
      expect(await failureOf(fixture.connect({ lock_timeout: 100 }))).to.deep.equal({
        code: '42704',
        message: 'unrecognized configuration parameter "lock_timeout"',
      });
    });

    it('reports the server version of Redshift', async () => {
      const other = new pg.Client(clientConfig(fixture.warehouse));
      const versions: unknown[] = [];
      other.connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
        if (message.parameterName === 'server_version') versions.push(message.parameterValue);
      });
      await other.connect();
      await other.end();
      expect(versions).to.deep.equal(['8.0.2']);
      expect(String((await rowsOf(client, 'select version()'))[0]?.[0])).to.match(
        /^PostgreSQL 8\.0\.2 on .* Redshift/,
      );
    });
  });

  describe('statements', () => {
    it('shows tables and columns as the catalog of Redshift does', async () => {
      await client.query(
        'CREATE TABLE shown ("Id" BIGINT NOT NULL, v VARCHAR(33), s SUPER, d DECIMAL(12,3)) DISTKEY(id)',
      );
      expect(
        await rowsOf(
          client,
          `SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable
           FROM svv_columns WHERE table_schema = 'public' AND table_name = 'shown' ORDER BY ordinal_position`,
        ),
      ).to.deep.equal([
        ['id', 'bigint', null, 64, 0, 'NO'],
        ['v', 'character varying', 33, null, null, 'YES'],
        ['s', 'super', null, null, null, 'YES'],
        ['d', 'numeric', null, 12, 3, 'YES'],
      ]);
      expect(
        await rowsOf(client, `SELECT "column", type, distkey FROM pg_table_def WHERE tablename = 'shown'`),
      ).to.deep.equal([
        ['id', 'bigint', true],
        ['v', 'character varying(33)', false],
        ['s', 'super', false],
        ['d', 'numeric(12,3)', false],
      ]);
      expect(await rowsOf(client, 'SELECT count(*) FROM stv_slices')).to.deep.equal([['2']]);
    });

    it('forgets the design of a table that is rolled back', async () => {
      await client.query('BEGIN');
      await client.query('CREATE TABLE undone (a INT) SORTKEY(a)');
      await client.query('ROLLBACK');
      expect(await rowsOf(client, `SELECT * FROM svv_tables WHERE table_name = 'undone'`)).to.deep.equal([]);
      await client.query('CREATE TABLE undone (a INT)');
      expect(
        await rowsOf(client, `SELECT sortkey FROM pg_table_def WHERE tablename = 'undone'`),
      ).to.deep.equal([[0]]);
    });

    it('shows names of more than 63 bytes in full', async () => {
      const name = `long_${'x'.repeat(100)}`;
      await client.query(`CREATE TABLE ${name} (${name}_column INT)`);
      expect(
        await rowsOf(
          client,
          `SELECT table_name, column_name FROM svv_columns WHERE table_name LIKE 'long\\\\_%'`,
        ),
      ).to.deep.equal([[name, `${name}_column`]]);
    });

    it('counts a length in bytes and says so in the words of Redshift', async () => {
      await client.query('CREATE TABLE narrow (v VARCHAR(4))');
      await client.query("INSERT INTO narrow VALUES ('éé')");
      expect(await failureOf(client.query("INSERT INTO narrow VALUES ('ééé')"))).to.deep.equal({
        code: '22001',
        message: 'value too long for type character varying(4)',
      });
    });

    it('answers a syntax error and stays usable', async () => {
      expect((await failureOf(client.query('SELEC 1'))).code).to.equal('42601');
      expect((await failureOf(client.query('SELECT $1::int FROM', [1]))).code).to.equal('42601');
      expect(await rowsOf(client, 'SELECT 1')).to.deep.equal([[1]]);
    });

    it('binds parameters', async () => {
      await client.query('CREATE TABLE bound (a INT, b VARCHAR(10))');
      const inserted = await client.query('INSERT INTO bound VALUES ($1, $2)', [7, 'x']);
      expect(inserted.rowCount).to.equal(1);
      expect((await client.query('SELECT b FROM bound WHERE a = $1', [7])).rows).to.deep.equal([{ b: 'x' }]);
      const named = { name: 'one', text: 'INSERT INTO bound VALUES ($1, $2)' };
      await client.query({ ...named, values: [8, 'y'] });
      await client.query({ ...named, values: [9, 'z'] });
      expect(await rowsOf(client, 'SELECT count(*) FROM bound')).to.deep.equal([['3']]);
    });

    it('gives a result in portions, between which the client flushes', async () => {
      const portions = { text: 'SELECT g FROM generate_series(1, $1::int) g', values: [25], rows: 10 };
      // With portions `pg` asks for more by Execute and Flush, and syncs at the end only.
      const { rows } = await client.query(portions);
      expect(rows).to.have.lengthOf(25);
    });

    it('answers an error before the Sync of its batch, and ignores the rest of the batch', async () => {
      const events: unknown[] = [];
      await new Promise<void>((resolve) => {
        interface Wire {
          parse(query: { text: string }): void;
          flush(): void;
          sync(): void;
        }
        let wire: Wire;
        client.query({
          submit: (connection: unknown) => {
            wire = connection as Wire;
            wire.parse({ text: 'SELECT 1 FROM' });
            wire.flush();
          },
          handleError: (error: { code: string }) => {
            events.push(error.code);
            wire.parse({ text: 'SELECT 1' });
            wire.sync();
            resolve();
          },
        });
      });
      expect(events).to.deep.equal(['42601']);
      expect(await rowsOf(client, 'SELECT 1')).to.deep.equal([[1]]);
    });

    it('passes a big result on', async () => {
      const { rows } = await client.query('SELECT g, repeat($1, 200) AS t FROM generate_series(1, 50000) g', [
        'x',
      ]);
      expect(rows).to.have.lengthOf(50_000);
    });
  });

  describe('transactions', () => {
    it('rolls back, and refuses everything after an error until then', async () => {
      await client.query('CREATE TABLE undo (a INT)');
      await client.query('BEGIN');
      await client.query('INSERT INTO undo VALUES (1)');
      expect((await failureOf(client.query('SELECT 1/0'))).code).to.equal('22012');
      expect((await failureOf(client.query('SELECT 1'))).code).to.equal('25P02');
      await client.query('ROLLBACK');
      expect(await rowsOf(client, 'SELECT count(*) FROM undo')).to.deep.equal([['0']]);
    });

    it('takes an open transaction along with an error of its own', async () => {
      await client.query('BEGIN');
      expect((await failureOf(client.query('SELECT FROM WHERE'))).code).to.equal('42601');
      expect((await failureOf(client.query('SELECT 1'))).code).to.equal('25P02');
      await client.query('ROLLBACK');
    });

    it('runs a message of several statements as one transaction', async () => {
      await client.query('CREATE TABLE several (a INT)');
      await failureOf(client.query('INSERT INTO several VALUES (1); SELECT 1/0'));
      expect(await rowsOf(client, 'SELECT count(*) FROM several')).to.deep.equal([['0']]);
      await client.query('BEGIN');
      const results = await client.query('INSERT INTO several VALUES (2); COMMIT');
      expect((results as unknown as pg.QueryResult[]).map(({ command }) => command)).to.deep.equal([
        'INSERT',
        'COMMIT',
      ]);
      await client.query('ROLLBACK');
      expect(await rowsOf(client, 'SELECT a FROM several')).to.deep.equal([[2]]);
    });

    it('commits with TRUNCATE', async () => {
      await client.query(
        'CREATE TABLE emptied (a INT); CREATE TABLE kept (a INT); INSERT INTO emptied VALUES (1)',
      );
      await client.query('BEGIN');
      await client.query('INSERT INTO kept VALUES (1)');
      await client.query('TRUNCATE emptied');
      await client.query('ROLLBACK');
      expect(
        await rowsOf(client, 'SELECT (SELECT count(*) FROM emptied), (SELECT count(*) FROM kept)'),
      ).to.deep.equal([['0', '1']]);
    });

    it('refuses to change a column type in a transaction block', async () => {
      await client.query('CREATE TABLE widened (v VARCHAR(10))');
      await client.query('BEGIN');
      const failure = await failureOf(client.query('ALTER TABLE widened ALTER COLUMN v TYPE VARCHAR(20)'));
      await client.query('ROLLBACK');
      expect(failure.message).to.match(/cannot run inside a transaction block/);
      const done = await client.query('ALTER TABLE widened ALTER COLUMN v TYPE VARCHAR(20)');
      expect(done.command).to.equal('ALTER');
    });

    it('keeps temporary tables to their session', async () => {
      const other = await fixture.connect();
      await client.query('CREATE TEMP TABLE mine (a INT)');
      await other.query('CREATE TEMP TABLE mine (b VARCHAR(5))');
      await client.query('INSERT INTO mine VALUES (1)');
      expect(await rowsOf(other, 'SELECT * FROM mine')).to.deep.equal([]);
      expect(await rowsOf(client, 'SELECT * FROM mine')).to.deep.equal([[1]]);
    });

    it('lets the second writer of a table wait, and then see what the first has written', async () => {
      const other = await fixture.connect();
      await client.query('CREATE TABLE queue (a INT); INSERT INTO queue VALUES (1)');
      await client.query('BEGIN');
      await client.query('UPDATE queue SET a = a + 1');
      const order: string[] = [];
      const second = other.query('UPDATE queue SET a = a + 1').then(() => order.push('second'));
      const reader = await fixture.connect();
      expect(await rowsOf(reader, 'SELECT a FROM queue')).to.deep.equal([[1]]);
      order.push('first');
      await client.query('COMMIT');
      await second;
      expect(order).to.deep.equal(['first', 'second']);
      expect(await rowsOf(reader, 'SELECT a FROM queue')).to.deep.equal([[3]]);
    });

    it('answers a conflict to a writer whose snapshot is too old', async () => {
      const other = await fixture.connect();
      await client.query('CREATE TABLE conflict (a INT); INSERT INTO conflict VALUES (1)');
      await client.query('BEGIN');
      await client.query('SELECT * FROM conflict');
      await other.query('UPDATE conflict SET a = 2');
      expect(await failureOf(client.query('UPDATE conflict SET a = 3'))).to.deep.equal({
        code: 'XX000',
        message: 'could not complete because of conflict with concurrent transaction',
      });
      await client.query('ROLLBACK');
    });
  });

  it('cancels a query on request', async () => {
    const [[pid] = []] = await rowsOf(client, 'SELECT pg_backend_pid()');
    const other = await fixture.connect();
    const running = failureOf(client.query('SELECT count(*) FROM generate_series(1, 1000000000)'));
    await untilActive(other, pid);
    await other.query(`SELECT pg_cancel_backend(${String(pid)})`);
    const failure = await running;
    expect(failure.code).to.equal('57014');
    expect(failure.message).to.match(/^Query \(\d+\) canceled on user's request$/);
  });

  it('cancels by the protocol', async () => {
    const other = await fixture.connect();
    const [[pid] = []] = await rowsOf(other, 'SELECT pg_backend_pid()');
    const running = failureOf(other.query('SELECT count(*) FROM generate_series(1, 1000000000)'));
    await untilActive(client, pid);
    cancel(fixture.warehouse, other);
    expect((await running).code).to.equal('57014');
  });

  it('ends the statement and the locks of a client that is gone', async () => {
    const victim = await fixture.connect();
    await client.query('CREATE TABLE held (a INT)');
    await victim.query('BEGIN');
    await victim.query('INSERT INTO held VALUES (1)');
    victim.connection.stream.destroy();
    await client.query('INSERT INTO held VALUES (2)');
    expect(await rowsOf(client, 'SELECT a FROM held')).to.deep.equal([[2]]);
  });

  it('takes logins again after the engine has lost a process and ended all of its sessions', async () => {
    const own = await startFixture();
    try {
      const other = await own.connect();
      await other.query('CREATE TABLE kept AS SELECT 1 AS a');
      for (let crash = 0; crash < 2; crash += 1) {
        const client = await own.connect();
        const [[pid] = []] = await rowsOf(client, 'SELECT pg_backend_pid()');
        const ended = new Promise<void>((resolve) => client.once('end', resolve));
        process.kill(Number(pid), 'SIGKILL');
        await ended;
        expect(await rowsOf(await untilConnected(own), 'SELECT a FROM kept')).to.deep.equal([[1]]);
      }
    } finally {
      await own.close();
    }
  });
});

/** The engine takes a moment to start again. */
async function untilConnected(fixture: Fixture): Promise<pg.Client> {
  for (;;) {
    try {
      return await fixture.connect();
    } catch {
      await delay(50);
    }
  }
}
