/** The extended protocol, message by message. */
import { expect } from 'chai';
import type pg from 'pg';
import { rowsOf, startFixture, type Fixture } from '../support.ts';
import { Wire, wire } from '../wire.ts';

describe('the extended protocol', () => {
  let fixture: Fixture;
  let client: pg.Client;
  let session: Wire;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    await client.query('CREATE TABLE t (a INT)');
  });
  after(async () => fixture.close());
  beforeEach(async () => {
    await client.query('DELETE FROM t');
    session = await Wire.open(fixture.warehouse);
  });
  afterEach(() => session.destroy());

  const run = (sql: string) => [wire.parse(sql), wire.bind(), wire.execute()];
  const ask = async (...messages: Buffer[]) => {
    session.send(...messages, wire.sync);
    return session.answers('Z');
  };

  it('runs several statements before one Sync as one transaction', async () => {
    expect(await ask(...run('INSERT INTO t VALUES (1)'), ...run('INSERT INTO t VALUES (2)'))).to.deep.equal([
      ...['1', '2', 'C:INSERT 0 1', '1', '2', 'C:INSERT 0 1', 'Z:I'],
    ]);
    expect(await ask(...run('INSERT INTO t VALUES (3)'), ...run('SELECT 1/0'))).to.deep.equal([
      ...['1', '2', 'C:INSERT 0 1', '1', 'E:22012', 'Z:I'],
    ]);
    expect(await rowsOf(client, 'SELECT a FROM t ORDER BY a')).to.deep.equal([[1], [2]]);
  });

  it('ignores what follows an error up to the Sync', async () => {
    expect(
      await ask(...run('SELEC 1'), ...run('INSERT INTO t VALUES (1)'), wire.parse('SELECT 2')),
    ).to.deep.equal(['E:42601', 'Z:I']);
    expect(await rowsOf(client, 'SELECT a FROM t')).to.deep.equal([]);
  });

  it('answers what comes before a statement that is refused', async () => {
    const messages = [wire.parse('SELECT 1', 'kept'), wire.parse('SELECT JSONB_AGG(1)'), wire.bind()];
    expect(await ask(...messages)).to.deep.equal(['1', 'E:42883', 'Z:I']);
    expect(await ask(wire.bind([], { name: 'kept' }), wire.execute())).to.deep.equal([
      ...['2', 'D:1', 'C:SELECT 1', 'Z:I'],
    ]);
  });

  it('keeps the prepared statement and the portal of the endpoint from clients', async () => {
    const own = 'warehouse own';
    for (const message of [
      ...[
        wire.parse('SELECT 1', own),
        wire.describe('S', own),
        wire.describe('P', own),
        wire.close('S', own),
      ],
      ...[wire.bind([], { name: own }), wire.bind([], { portal: own }), wire.execute(0, own)],
    ]) {
      expect(await ask(message)).to.deep.equal(['E:42939', 'Z:I']);
    }
  });

  it('opens the client’s own transaction and runs its first statement in one batch, as JDBC does', async () => {
    expect(await ask(...run('BEGIN'), ...run('INSERT INTO t VALUES (1)'))).to.deep.equal([
      ...['1', '2', 'C:BEGIN', '1', '2', 'C:INSERT 0 1', 'Z:T'],
    ]);
    expect(await ask(...run('ROLLBACK'))).to.deep.equal(['1', '2', 'C:ROLLBACK', 'Z:I']);
    expect(await rowsOf(client, 'SELECT a FROM t')).to.deep.equal([]);
  });

  it('sends VARBYTE as bare digits from statements that run again in turn, described once', async () => {
    await ask(wire.parse("SELECT TO_VARBYTE('ab', 'hex')", 'bytes'), wire.describe('S', 'bytes'));
    await ask(wire.parse("SELECT 'x', 1", 'others'), wire.describe('S', 'others'));
    for (const _ of [1, 2]) {
      expect(await ask(wire.bind([], { name: 'bytes' }), wire.execute())).to.deep.equal([
        ...['2', 'D:ab', 'C:SELECT 1', 'Z:I'],
      ]);
      expect(await ask(wire.bind([], { name: 'others' }), wire.execute())).to.deep.equal([
        ...['2', 'D:x,1', 'C:SELECT 1', 'Z:I'],
      ]);
    }
  });

  describe('with statements that are prepared in one message and executed in another, as Python’s and Java’s drivers do', () => {
    let other: Wire;
    beforeEach(async () => {
      await client.query('INSERT INTO t VALUES (0)');
      other = await Wire.open(fixture.warehouse);
    });
    afterEach(() => other.destroy());

    const askOther = async (...messages: Buffer[]) => {
      other.send(...messages, wire.sync);
      return other.answers('Z');
    };
    const execute = [wire.bind(), wire.execute()];

    for (const [sql, tag] of [
      ['INSERT INTO t VALUES (1)', 'INSERT 0 1'],
      ['INSERT INTO t SELECT 1', 'INSERT 0 1'],
      ['DELETE FROM t WHERE a = 5', 'DELETE 0'],
      ['UPDATE t SET a = 2 WHERE a = 5', 'UPDATE 0'],
    ] as const) {
      it(`lets the second writer wait for the first: ${sql}`, async () => {
        await ask(...run('BEGIN'));
        await askOther(...run('BEGIN'));
        expect(await ask(wire.parse(sql), wire.describe('S'))).to.deep.equal(['1', 'n', 'Z:T']);
        expect(await askOther(wire.parse(sql), wire.describe('S'))).to.deep.equal(['1', 'n', 'Z:T']);
        expect(await ask(...execute)).to.deep.equal(['2', `C:${tag}`, 'Z:T']);
        const second = askOther(...execute);
        expect(await ask(...run('COMMIT'))).to.include('C:COMMIT');
        expect(await second).to.deep.equal(['2', `C:${tag}`, 'Z:T']);
        expect(await askOther(...run('COMMIT'))).to.include('C:COMMIT');
      });
    }

    it('gives the locks back after a transaction has read and written another table', async () => {
      await client.query('CREATE TABLE IF NOT EXISTS u (a INT)');
      for (const each of [ask, askOther]) {
        await each(...run('BEGIN'));
        await each(...run('SELECT a FROM t'));
        await each(...run('INSERT INTO u VALUES (1)'));
        await each(
          wire.parse('DELETE FROM t WHERE a = 5', 'gone'),
          wire.parse('UPDATE t SET a = 3 WHERE a = 5'),
        );
      }
      expect(await ask(...execute)).to.deep.equal(['2', 'C:UPDATE 0', 'Z:T']);
      const second = askOther(wire.bind([], { name: 'gone' }), wire.execute());
      await ask(...run('COMMIT'));
      expect(await second).to.deep.equal(['2', 'C:DELETE 0', 'Z:T']);
      await askOther(...run('ROLLBACK'));
    });

    it('takes the write lock when a statement is bound, because a portal cannot do without the engine’s', async () => {
      const bind = [wire.parse('DELETE FROM t WHERE a = 5'), wire.bind([], { portal: 'p' })];
      await ask(...run('BEGIN'));
      await askOther(...run('BEGIN'));
      expect(await ask(...bind)).to.deep.equal(['1', '2', 'Z:T']);
      const second = askOther(...bind);
      expect(await ask(wire.execute(0, 'p'))).to.deep.equal(['C:DELETE 0', 'Z:T']);
      await ask(...run('COMMIT'));
      expect(await second).to.deep.equal(['1', '2', 'Z:T']);
      expect(await askOther(wire.execute(0, 'p'))).to.deep.equal(['C:DELETE 0', 'Z:T']);
      await askOther(...run('ROLLBACK'));
    });

    it('prepares a writer between the statements of a batch', async () => {
      await ask(...run('BEGIN'));
      expect(
        await ask(
          ...run('SELECT 1'),
          wire.parse('DELETE FROM t', 'gone'),
          ...run('SELECT 2'),
          wire.bind([], { name: 'gone' }),
          wire.execute(),
        ),
      ).to.deep.equal([
        '1',
        '2',
        'D:1',
        'C:SELECT 1',
        '1',
        '1',
        '2',
        'D:2',
        'C:SELECT 1',
        '2',
        'C:DELETE 1',
        'Z:T',
      ]);
      await ask(...run('ROLLBACK'));
    });

    it('fails the transaction when a writer cannot be prepared', async () => {
      await ask(...run('BEGIN'));
      expect(await ask(wire.parse('DELETE FROM nothing'))).to.deep.equal(['E:42P01', 'Z:E']);
      expect(await ask(...run('SELECT 1'))).to.deep.equal(['E:25P02', 'Z:E']);
      expect(await ask(...run('ROLLBACK'))).to.include('Z:I');
    });

    it('keeps a portal that was bound before', async () => {
      await ask(...run('BEGIN'));
      await ask(wire.parse('SELECT a FROM t', 'rows'), wire.bind([], { portal: 'p', name: 'rows' }));
      expect(await ask(wire.parse('DELETE FROM t'))).to.deep.equal(['1', 'Z:T']);
      expect(await ask(wire.execute(0, 'p'))).to.deep.equal(['D:0', 'C:SELECT 1', 'Z:T']);
      await ask(...run('ROLLBACK'));
    });

    it('waits in the same way for PREPARE and EXPLAIN', async () => {
      for (const each of [ask, askOther]) {
        await each(...run('BEGIN'));
        await each(...run('EXPLAIN UPDATE t SET a = 1'));
        await each(...run('PREPARE change AS UPDATE t SET a = 1 WHERE a = 5'));
      }
      expect(await ask(...run('EXECUTE change'))).to.include('C:UPDATE 0');
      const second = askOther(...run('EXECUTE change'));
      await ask(...run('COMMIT'));
      expect(await second).to.include('C:UPDATE 0');
      await askOther(...run('ROLLBACK'));
      for (const each of [ask, askOther]) await each(...run('DEALLOCATE change'));
    });
  });

  for (const [isolation, sql] of [
    ['SNAPSHOT', 'INSERT INTO busy VALUES ($1, $2)'],
    ['SNAPSHOT', 'UPDATE busy SET n = n + 1 WHERE i < $1 OR w <> $2'],
    ['SERIALIZABLE', 'INSERT INTO busy VALUES ($1, $2)'],
  ] as const) {
    it(`runs 2 x 40 transactions that write one table, under ${isolation}: ${sql}`, async () => {
      await client.query('DROP TABLE IF EXISTS busy');
      await client.query('CREATE TABLE busy (i INT, w VARCHAR(9), n INT DEFAULT 0)');
      await client.query("INSERT INTO busy VALUES (-1, '', 0)");
      await client.query(`ALTER DATABASE dev ISOLATION LEVEL ${isolation}`);
      try {
        const write = async (writer: string) => {
          const session = await fixture.connect();
          for (let i = 0; i < 40; i += 1) {
            await session.query('BEGIN');
            // A name has it parsed once, and later bound and executed alone.
            await session.query({
              name: `write ${i % 2}`,
              text: sql.replace('busy VALUES', 'busy (i, w) VALUES'),
              values: [i, writer],
            });
            await session.query('COMMIT');
          }
        };
        await Promise.all([write('one'), write('two')]);
      } finally {
        await client.query('ALTER DATABASE dev ISOLATION LEVEL SNAPSHOT');
      }
      expect(await rowsOf(client, 'SELECT COUNT(*) + SUM(n) FROM busy')).to.deep.equal([['81']]);
    });
  }

  it('takes the write lock for every statement of a batch', async () => {
    await ask(...run('BEGIN'), ...run('INSERT INTO t VALUES (1)'));
    let done = false;
    const second = client.query('INSERT INTO t VALUES (2)').then(() => (done = true));
    await ask(...run('SELECT 1'));
    expect(done).to.equal(false);
    await ask(...run('COMMIT'));
    await second;
    expect(await rowsOf(client, 'SELECT a FROM t ORDER BY a')).to.deep.equal([[1], [2]]);
  });

  it('keeps an unnamed statement over a Sync, whatever is done around a statement', async () => {
    expect(await ask(wire.parse('INSERT INTO t VALUES ($1)'), wire.describe('S'))).to.deep.equal([
      ...['1', 'n', 'Z:I'],
    ]);
    expect(await ask(wire.bind(['7']), wire.execute())).to.deep.equal(['2', 'C:INSERT 0 1', 'Z:I']);
    expect(await ask(wire.bind(['8']), wire.execute())).to.deep.equal(['2', 'C:INSERT 0 1', 'Z:I']);
  });

  it('runs a statement that commits when every message is followed by a Flush', async () => {
    const run = (sql: string) => {
      session.send(wire.parse(sql), wire.flush, wire.describe('S'), wire.flush);
      return ask().then((prepared) => {
        session.send(wire.bind(), wire.flush, wire.execute(), wire.flush);
        return ask().then((executed) => [...prepared, ...executed]);
      });
    };
    expect(await run('BEGIN')).to.deep.equal(['1', 'n', 'Z:I', '2', 'C:BEGIN', 'Z:T']);
    expect(await run('INSERT INTO t VALUES (3)')).to.deep.equal([
      '1',
      'n',
      'Z:T',
      '2',
      'C:INSERT 0 1',
      'Z:T',
    ]);
    expect(await run('TRUNCATE t')).to.deep.equal(['1', 'n', 'Z:T', '2', 'C:TRUNCATE TABLE', 'Z:I']);
    expect(await run('COMMIT')).to.deep.equal(['1', 'n', 'Z:I', '2', 'C:COMMIT', 'Z:I']);
    expect(await rowsOf(client, 'SELECT a FROM t')).to.deep.equal([]);
  });

  it('gives a result in portions, with a Flush or in a transaction with Syncs', async () => {
    const series = 'SELECT g FROM generate_series(1, 3) g';
    session.send(wire.parse(series), wire.bind(), wire.execute(2), wire.flush);
    expect(await session.answers('s')).to.deep.equal(['1', '2', 'D:1', 'D:2', 's']);
    session.send(wire.execute(2), wire.flush);
    expect(await session.answers('C')).to.deep.equal(['D:3', 'C:SELECT 1']);
    expect(await ask(wire.close('P'))).to.deep.equal(['3', 'Z:I']);

    await ask(...run('BEGIN'));
    expect(await ask(wire.parse(series), wire.bind([], { portal: 'p' }), wire.execute(1, 'p'))).to.deep.equal(
      ['1', '2', 'D:1', 's', 'Z:T'],
    );
    expect(await ask(...run('INSERT INTO t VALUES (1)'), wire.execute(1, 'p'))).to.deep.equal([
      ...['1', '2', 'C:INSERT 0 1', 'D:2', 's', 'Z:T'],
    ]);
  });

  it('says NoData of COPY and of DDL, and refuses parameters in them', async () => {
    const copy = await fixture.stage('described', 't', ['5\n']);
    expect(
      await ask(wire.parse(copy), wire.bind(), wire.describe('P'), wire.execute(), wire.close('P')),
    ).to.deep.equal(['1', '2', 'n', 'C:COPY', '3', 'Z:I']);
    expect(await rowsOf(client, 'SELECT a FROM t')).to.deep.equal([[5]]);
    expect(await ask(wire.parse('CREATE TABLE u (a INT)'), wire.describe('S'))).to.deep.equal([
      ...['1', 'n', 'Z:I'],
    ]);
    expect(await ask(wire.parse('CREATE TABLE u (a INT DEFAULT $1)'), wire.describe('S'))).to.deep.equal([
      ...['E:42P02', 'Z:I'],
    ]);
    expect(await ask(wire.parse('COPY t FROM $1 IAM_ROLE default CSV'))).to.deep.equal(['E:42601', 'Z:I']);
  });

  it('runs COPY among other statements of a batch', async () => {
    const copy = await fixture.stage('joined', 't', ['1\n2\n']);
    expect(await ask(...run('INSERT INTO t VALUES (9)'), ...run(copy), ...run('SELECT 1/0'))).to.deep.equal([
      ...['1', '2', 'C:INSERT 0 1', '1', '2', 'C:COPY', '1', 'E:22012', 'Z:I'],
    ]);
    expect(await rowsOf(client, 'SELECT a FROM t')).to.deep.equal([]);
    session.send(...run(copy), wire.flush);
    expect(await session.answers('C')).to.deep.equal(['1', '2', 'C:COPY']);
    expect(await ask()).to.deep.equal(['Z:I']);
    expect(await rowsOf(client, 'SELECT a FROM t ORDER BY a')).to.deep.equal([[1], [2]]);
  });

  it('runs a statement whose messages are each followed by a Flush, as Amazon’s Python driver sends them', async () => {
    const slowly = async (sql: string) => {
      session.send(wire.parse(sql), wire.flush, wire.describe('S'), wire.flush, wire.sync);
      await session.answers('Z');
      session.send(wire.bind(), wire.flush, wire.execute(), wire.flush, wire.sync);
      return session.answers('Z');
    };
    expect(await slowly('INSERT INTO t VALUES (1)')).to.deep.equal(['2', 'C:INSERT 0 1', 'Z:I']);
    expect(await slowly(await fixture.stage('flushed', 't', ['2\n']))).to.deep.equal(['2', 'C:COPY', 'Z:I']);
    expect(await slowly('VACUUM t')).to.deep.equal(['2', 'C:VACUUM', 'Z:I']);
    expect(await slowly('BEGIN')).to.deep.equal(['2', 'C:BEGIN', 'Z:T']);
    expect(await slowly('INSERT INTO t VALUES (3)')).to.deep.equal(['2', 'C:INSERT 0 1', 'Z:T']);
    expect(await slowly('VACUUM t')).to.deep.equal(['E:25001', 'Z:E']);
    expect(await slowly('ROLLBACK')).to.deep.equal(['2', 'C:ROLLBACK', 'Z:I']);
    expect(await rowsOf(client, 'SELECT a FROM t ORDER BY a')).to.deep.equal([[1], [2]]);
    await slowly('BEGIN');
    expect((await slowly('TRUNCATE t')).at(-2)).to.match(/^C:TRUNCATE/);
    expect(await rowsOf(client, 'SELECT a FROM t')).to.deep.equal([]);
  });

  it('answers an empty statement', async () => {
    expect(await ask(...run(''))).to.deep.equal(['1', '2', 'I', 'Z:I']);
    expect(await ask()).to.deep.equal(['Z:I']);
  });

  it('counts parameters in 16 bits with a sign', async () => {
    session.send(wire.parse('SELECT $32767::int, $32768::int'), wire.sync);
    expect(await session.answers('Z')).to.deep.equal(['E:42P02', 'Z:I']);
  });
});
