/** Transactions between sessions: isolation, locks, cursors, prepared statements, and ends that nobody asked for. */
import { expect } from 'chai';
import type pg from 'pg';
import { cancel, failureOf, rowsOf, startFixture, untilActive, type Fixture } from '../support.ts';

describe('transactions on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;
  let other: pg.Client;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    other = await fixture.connect();
    await client.query('CREATE TABLE t (a INT); CREATE TABLE u (a INT)');
  });
  after(async () => fixture.close());
  beforeEach(async () => {
    fixture.s3Fault = undefined;
    await client.query('DELETE FROM t; DELETE FROM u');
  });
  afterEach(async () => {
    await client.query('ROLLBACK');
    await other.query('ROLLBACK');
  });

  describe('isolation', () => {
    const crossing = async (one: pg.Client, two: pg.Client) => {
      await one.query('BEGIN; SELECT * FROM t');
      await two.query('BEGIN; SELECT * FROM u');
      await one.query('INSERT INTO u VALUES (1)');
      await two.query('INSERT INTO t VALUES (1)');
      await one.query('COMMIT');
      return two.query('COMMIT');
    };

    it('lets two transactions write what the other has read, under SNAPSHOT', async () => {
      expect((await crossing(client, other)).command).to.equal('COMMIT');
    });

    it('answers 1023 to the second of them, once the database is SERIALIZABLE', async () => {
      await client.query('ALTER DATABASE dev ISOLATION LEVEL SERIALIZABLE');
      try {
        const [one, two] = [await fixture.connect(), await fixture.connect()];
        expect(await failureOf(crossing(one, two))).to.deep.equal({ code: 'XX000', message: '1023' });
        await one.query('INSERT INTO t VALUES (5)');
        await one.query('BEGIN; SELECT * FROM t');
        await two.query('UPDATE t SET a = 6');
        expect(await failureOf(one.query('UPDATE t SET a = 7'))).to.deep.equal({
          code: 'XX000',
          message: '1023',
        });
      } finally {
        await client.query('ALTER DATABASE dev ISOLATION LEVEL SNAPSHOT');
      }
    });

    it('reads by a snapshot, whatever level a client asks for', async () => {
      for (const ask of [
        'BEGIN ISOLATION LEVEL READ COMMITTED',
        'BEGIN; SET TRANSACTION ISOLATION LEVEL READ COMMITTED',
        "BEGIN; SET transaction_isolation TO 'read committed'",
      ]) {
        await client.query(ask);
        await client.query('SELECT * FROM t');
        await other.query('INSERT INTO t VALUES (1)');
        expect(await rowsOf(client, 'SELECT * FROM t'), ask).to.deep.equal([]);
        await client.query('ROLLBACK');
        await client.query('DELETE FROM t');
      }
      await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED');
      expect(await rowsOf(client, 'SHOW TRANSACTION ISOLATION LEVEL')).to.deep.equal([['serializable']]);
    });

    it('takes the snapshot with the first SELECT of a table', async () => {
      await client.query('BEGIN READ ONLY');
      await client.query('SELECT 1');
      await other.query('INSERT INTO t VALUES (1)');
      expect(await rowsOf(client, 'SELECT * FROM t')).to.deep.equal([[1]]);
      await other.query('INSERT INTO t VALUES (2)');
      expect(await rowsOf(client, 'SELECT * FROM t')).to.deep.equal([[1]]);
      expect((await failureOf(client.query('INSERT INTO t VALUES (3)'))).code).to.equal('25006');
    });

    it('begins a transaction with START TRANSACTION', async () => {
      await client.query('START TRANSACTION');
      await client.query('INSERT INTO t VALUES (1)');
      await client.query('ROLLBACK');
      expect(await rowsOf(client, 'SELECT * FROM t')).to.deep.equal([]);
    });

    it('refuses other databases', async () => {
      for (const sql of ['CREATE DATABASE more', 'DROP DATABASE dev', 'ALTER DATABASE dev RENAME TO d']) {
        expect((await failureOf(client.query(sql))).code, sql).to.equal('0A000');
      }
    });
  });

  describe('locks', () => {
    it('releases a LOCK that has no transaction at once', async () => {
      await client.query('LOCK t');
      expect(await rowsOf(other, 'SELECT * FROM t')).to.deep.equal([]);
    });

    it('serialises loaders by LOCK as the first statement, so that none works on an old snapshot', async () => {
      const load = async (session: pg.Client) => {
        await session.query('BEGIN');
        await session.query('SELECT 1');
        await session.query('LOCK t');
        await session.query('INSERT INTO u SELECT COUNT(*) FROM t');
        await session.query('INSERT INTO t VALUES (1)');
        await session.query('COMMIT');
      };
      await Promise.all([load(client), load(other)]);
      expect(await rowsOf(client, 'SELECT a FROM u ORDER BY a')).to.deep.equal([[0], [1]]);
    });

    it('tells one of two transactions that wait for each other of the deadlock', async () => {
      await client.query('BEGIN; DELETE FROM t');
      await other.query('BEGIN; DELETE FROM u');
      const outcomes = await Promise.allSettled([
        client.query('DELETE FROM u'),
        other.query('DELETE FROM t'),
      ]);
      const failures = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as { code: string; message: string }] : [],
      );
      expect(failures.map(({ code, message }) => [code, message])).to.deep.equal([
        ['40P01', 'deadlock detected'],
      ]);
    });

    it('has two sessions make the same table, of which one is told that it exists', async () => {
      const outcomes = await Promise.allSettled(
        [client, other].map((session) => session.query('CREATE TABLE raced (a INT)')),
      );
      const codes = outcomes.map((outcome) =>
        outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : 'made',
      );
      expect(codes.sort()).to.deep.equal(['42P07', 'made']);
    });
  });

  describe('several statements in one message', () => {
    it('are one transaction with a COPY in it', async () => {
      const copy = await fixture.stage('several', 't', ['1\n']);
      await client.query(`INSERT INTO t VALUES (2); ${copy}`);
      expect(await rowsOf(client, 'SELECT a FROM t ORDER BY a')).to.deep.equal([[1], [2]]);
      expect((await failureOf(client.query(`${copy}; SELECT 1/0`))).code).to.equal('22012');
      expect(await rowsOf(client, 'SELECT COUNT(*) FROM t')).to.deep.equal([['2']]);
    });

    it('are no place for what does not run in a transaction', async () => {
      expect((await failureOf(client.query('SELECT 1; VACUUM t'))).message).to.equal(
        'VACUUM cannot run inside a transaction block',
      );
    });
  });

  describe('cursors', () => {
    it('need a transaction, are one in a session, and go forward', async () => {
      expect(await failureOf(client.query('DECLARE c CURSOR FOR SELECT 1'))).to.deep.equal({
        code: '25P01',
        message: 'DECLARE CURSOR may only be used in transaction blocks',
      });
      await client.query('INSERT INTO t VALUES (1), (2), (3), (4)');
      await client.query('BEGIN');
      await client.query('DECLARE "C" CURSOR WITHOUT HOLD FOR SELECT a FROM t ORDER BY a');
      expect(await rowsOf(client, 'FETCH NEXT FROM c')).to.deep.equal([[1]]);
      expect(await rowsOf(client, 'FETCH FORWARD 2 FROM c')).to.deep.equal([[2], [3]]);
      expect(await rowsOf(client, 'FETCH ALL FROM c')).to.deep.equal([[4]]);
      expect((await failureOf(client.query('DECLARE d CURSOR FOR SELECT 2'))).code).to.equal('0A000');
      await client.query('ROLLBACK; BEGIN; DECLARE d CURSOR FOR SELECT 2; CLOSE d');
      await client.query('DECLARE e CURSOR FOR SELECT 2');
    });

    it('are refused in other forms of PostgreSQL', async () => {
      for (const sql of [
        'DECLARE c SCROLL CURSOR FOR SELECT 1',
        'DECLARE c BINARY CURSOR FOR SELECT 1',
        'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
        'FETCH BACKWARD 1 FROM c',
        'FETCH PRIOR FROM c',
        'FETCH -1 FROM c',
        'FETCH ABSOLUTE 1 FROM c',
        'MOVE 1 FROM c',
        'CLOSE ALL',
      ]) {
        expect((await failureOf(client.query(sql))).code, sql).to.be.oneOf(['42601', '0A000']);
      }
    });
  });

  describe('PREPARE', () => {
    it('keeps a statement for its session, which takes the write lock when executed', async () => {
      await client.query('PREPARE put (INT, VARCHAR(10)) AS INSERT INTO t VALUES ($1)');
      await other.query('BEGIN; DELETE FROM t');
      let done = false;
      const put = client.query("EXECUTE put (2, 'x')").then(() => (done = true));
      await rowsOf(other, 'SELECT 1');
      expect(done).to.equal(false);
      await other.query('COMMIT');
      await put;
      await client.query('DEALLOCATE put');
      expect((await failureOf(client.query("EXECUTE put (2, 'x')"))).code).to.equal('26000');
    });

    it('is for SELECT, INSERT, UPDATE and DELETE only, EXPLAIN for them and CREATE TABLE AS', async () => {
      for (const sql of [
        'PREPARE p AS CREATE TABLE p (a INT)',
        'PREPARE p AS VALUES (1)',
        'PREPARE p AS INSERT INTO t VALUES (1) RETURNING a',
        'PREPARE p AS SELECT JSONB_AGG(1)',
        'DEALLOCATE ALL',
        'EXPLAIN ANALYZE SELECT 1',
        'EXPLAIN (FORMAT JSON) SELECT 1',
        'EXPLAIN DROP TABLE t',
        'EXPLAIN EXECUTE p',
      ]) {
        expect((await failureOf(client.query(sql))).code, sql).to.be.oneOf(['42601', '42883']);
      }
      expect(await rowsOf(client, 'EXPLAIN VERBOSE WITH w AS (SELECT 1) SELECT * FROM w')).to.not.be.empty;
      expect(await rowsOf(client, 'EXPLAIN CREATE TABLE made AS SELECT a FROM t')).to.not.be.empty;
    });
  });

  describe('ends that nobody asked for', () => {
    it('times a COPY out that waits for S3', async () => {
      const copy = await fixture.stage('slow', 't', ['1\n']);
      const timed = await fixture.connect();
      await timed.query('SET statement_timeout TO 200');
      fixture.s3Fault = ({ key }) => (key.endsWith('.csv.gz') ? { kind: 'delay', ms: 60_000 } : undefined);
      const failure = await failureOf(timed.query(copy));
      expect(failure.code).to.equal('57014');
      expect(failure.message).to.match(/^Query \(\d+\) canceled on user's request$/);
      fixture.s3Fault = undefined;
      expect(await rowsOf(timed, 'SELECT COUNT(*) FROM t')).to.deep.equal([['0']]);
    });

    it('cancels a statement that waits for a lock', async () => {
      await client.query('BEGIN; LOCK t');
      const waiting = failureOf(other.query('INSERT INTO t VALUES (1)'));
      await untilLocked(client);
      cancel(fixture.warehouse, other);
      expect((await waiting).code).to.equal('57014');
      expect(await rowsOf(other, 'SELECT 1')).to.deep.equal([[1]]);
    });

    it('cancels by CANCEL', async () => {
      const [[pid] = []] = await rowsOf(other, 'SELECT pg_backend_pid()');
      await client.query('BEGIN; LOCK t');
      const waiting = failureOf(other.query('INSERT INTO t VALUES (1)'));
      await untilLocked(client);
      const { command } = await client.query(`CANCEL ${String(pid)} 'Too long'`);
      expect(command).to.equal('CANCEL');
      expect((await waiting).code).to.equal('57014');
    });

    it('frees the locks of clients that die while they wait or run', async () => {
      const victims = [await fixture.connect(), await fixture.connect()] as const;
      const [[pid] = []] = await rowsOf(victims[1], 'SELECT pg_backend_pid()');
      await client.query('BEGIN; LOCK u');
      victims[0].query('BEGIN; INSERT INTO t VALUES (1); SELECT * FROM u').catch(() => undefined);
      await untilLocked(client);
      victims[1]
        .query('BEGIN; LOCK t; SELECT COUNT(*) FROM generate_series(1, 1000000000)')
        .catch(() => undefined);
      victims[0].connection.stream.destroy();
      await untilActive(other, pid);
      victims[1].connection.stream.destroy();
      await other.query('INSERT INTO t VALUES (2)');
      expect(await rowsOf(other, 'SELECT a FROM t')).to.deep.equal([[2]]);
    });
  });

  async function untilLocked(observer: pg.Client): Promise<void> {
    for (;;) {
      const [[waiting] = []] = await rowsOf(observer, 'SELECT COUNT(*) FROM pg_locks WHERE NOT granted');
      if (waiting !== '0') return;
    }
  }
});
