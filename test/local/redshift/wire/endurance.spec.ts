/** What clients do that break the protocol, leave, say nothing or ask for too much: the endpoint stands, and serves the others. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { encode, int32 } from '../../../../src/local/redshift/wire/message.ts';
import { clientConfig, failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';
import { closed, SSL_REQUEST, startup, trickle, Wire, wire } from '../wire.ts';

const LOGIN_MS = 1500;
const CONNECTIONS = 3;
/** For an answer of an endpoint that is not stalled, on a slow machine. */
const IN_TIME_MS = 15_000;

describe('the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;
  const sockets: Socket[] = [];

  before(async () => {
    fixture = await startFixture({ limits: { loginMs: LOGIN_MS, connections: CONNECTIONS } });
    client = await fixture.connect();
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await fixture.close();
  });

  const open = async (bytes: Buffer = Buffer.alloc(0)): Promise<Socket> => {
    const { port, hostname } = fixture.warehouse.config;
    const socket = connect({ port, host: hostname, noDelay: true });
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (bytes.length > 0) socket.write(bytes);
    return socket;
  };
  /** A session that is open and one that logs in anew are answered at once. */
  const expectService = async (): Promise<void> => {
    const start = performance.now();
    expect(await rowsOf(client, 'SELECT 1')).to.deep.equal([[1]]);
    const other = await fixture.connect();
    expect(await rowsOf(other, 'SELECT 2')).to.deep.equal([[2]]);
    await other.end();
    expect(performance.now() - start).to.be.below(IN_TIME_MS);
  };

  describe('at a login', () => {
    const packets: Readonly<Record<string, Buffer>> = {
      'a request for TLS': SSL_REQUEST,
      'a startup message': startup({ user: 'loader', database: 'dev' }),
      'a request to cancel': Buffer.concat([int32(16), int32(80877102), int32(1), int32(2)]),
    };
    for (const [name, packet] of Object.entries(packets)) {
      it(`serves others while ${name} is cut at any byte, and ends its connection in time`, async () => {
        const cut = await Promise.all(
          Array.from({ length: packet.length - 1 }, (_, size) => open(packet.subarray(0, size + 1))),
        );
        await expectService();
        await Promise.all(cut.map(closed));
      });
    }

    it('takes packets that come byte by byte', async () => {
      const session = await Wire.open(fixture.warehouse, trickle);
      session.send(wire.query('SELECT 1'));
      expect(await session.answers('Z')).to.deep.equal(['T', 'D:1', 'C:SELECT 1', 'Z:I']);
      session.destroy();
    });

    it('ends a connection that says nothing, and one that is half closed', async () => {
      const silent = await open();
      const half = await open(SSL_REQUEST.subarray(0, 3));
      half.end();
      const start = performance.now();
      await once(half.resume(), 'close');
      expect(performance.now() - start).to.be.below(LOGIN_MS / 2);
      await once(silent.resume(), 'close');
      expect(performance.now() - start).to.be.within(LOGIN_MS / 2, 3 * LOGIN_MS);
    });

    it('ends a connection that asks for encryption again and again', async () => {
      const gss = Buffer.concat([int32(8), int32(80877104)]);
      const socket = await open(Buffer.concat([gss, gss, gss, gss]));
      await once(socket.resume(), 'close');
    });

    it('counts sessions, but not those of the warehouse’s own user, and refuses one too many in Redshift’s words', async () => {
      await client.query(`CREATE USER visitor PASSWORD 'Visitor123'`);
      const as = { user: 'visitor', password: 'Visitor123' };
      const others: pg.Client[] = [];
      for (let session = 0; session < CONNECTIONS; session += 1) others.push(await fixture.connect(as));
      const refused = new pg.Client({ ...clientConfig(fixture.warehouse), ...as });
      expect(await failureOf(refused.connect())).to.deep.include({
        code: '53300',
        message: `connection limit "${CONNECTIONS}" exceeded for non-bootstrap users`,
      });
      const own = await fixture.connect();
      for (const other of [...others, own]) await other.end();
      await (await fixture.connect(as)).end();
    });
  });

  describe('in a session', () => {
    const broken: readonly (readonly [string, Buffer, string])[] = [
      ['a type that there is not', encode('z'), 'FATAL 08P01 invalid frontend message type 122'],
      ['a length that can not be', Buffer.from([0x51, 0, 0, 0, 3]), 'FATAL 08P01 invalid message length 3'],
      [
        'a length beyond all limits',
        Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff]),
        'FATAL 08P01 invalid message length 2147483647',
      ],
      ['a string without an end', encode('Q', 'SELECT 1'), 'FATAL 08P01 invalid string in message'],
      ['more than its string', encode('Q', 'SELECT 1\0x\0'), 'FATAL 08P01 invalid message format'],
      [
        'a Parse that is cut',
        Buffer.concat([encode('P', 'a'), wire.sync]),
        'FATAL 08P01 invalid string in message',
      ],
      [
        'an Execute that is cut',
        Buffer.concat([encode('E'), wire.sync]),
        'FATAL 08P01 invalid string in message',
      ],
    ];
    for (const [name, bytes, expected] of broken) {
      it(`ends it after ${name}, with the reason`, async () => {
        const session = await Wire.open(fixture.warehouse);
        session.send(bytes);
        expect(await session.closed()).to.equal(expected);
        await expectService();
      });
    }

    it('serves others while a message is cut at any byte', async () => {
      const message = wire.query('SELECT 1');
      for (let size = 1; size < message.length; size += 1) {
        const session = await Wire.open(fixture.warehouse);
        session.send(message.subarray(0, size));
        if (size === 3) await expectService();
        session.send(message.subarray(size));
        expect(await session.answers('Z')).to.deep.equal(['T', 'D:1', 'C:SELECT 1', 'Z:I']);
        session.destroy();
      }
    });

    it('rejects strings that are not UTF-8 instead of changing them', async () => {
      const session = await Wire.open(fixture.warehouse);
      const statement = Buffer.concat([Buffer.from("SELECT '"), Buffer.from([0xe9]), Buffer.from("'\0")]);
      session.send(encode('Q', statement));
      expect(await session.answers('Z')).to.deep.equal(['E:22021', 'Z:I']);
      session.send(encode('P', '\0', statement, Buffer.alloc(2)), wire.sync);
      expect(await session.answers('Z')).to.deep.equal(['E:22021', 'Z:I']);
      const name = Buffer.from([0xff, 0]);
      for (const message of [
        encode('D', 'S', name),
        encode('C', 'P', name),
        encode('E', name, int32(0)),
        encode('B', name, '\0', Buffer.alloc(6)),
      ]) {
        session.send(message, wire.sync, message, wire.flush, wire.sync);
        expect(await session.answers('Z')).to.deep.equal(['E:22021', 'Z:I']);
        expect(await session.answers('Z')).to.deep.equal(['E:22021', 'Z:I']);
      }
      session.destroy();
    });

    it('refuses a statement that is too large, in Redshift’s words, and goes on', async () => {
      for (const size of [17_000_000, 80_000_000]) {
        const sql = `SELECT ${' '.repeat(size - 8)}1`;
        expect(await failureOf(client.query(sql))).to.deep.include({
          code: '0A000',
          message: `Statement is too large. Statement Size: ${size} bytes. Maximum Allowed: 16777216 bytes`,
        });
        expect(await failureOf(client.query({ name: `n${size}`, text: sql }))).to.deep.include({
          code: '0A000',
        });
      }
      expect(await rowsOf(client, 'SELECT 1')).to.deep.equal([[1]]);
    });

    it('serves others while a long statement is read', async () => {
      const rows = Array.from({ length: 40_000 }, (_, n) => `(${n}, 'text ${n}', null)`);
      await client.query('CREATE TABLE long_one (a INT, b VARCHAR(20), c INT)');
      const writer = await fixture.connect();
      const insert = `INSERT INTO long_one VALUES ${rows.join(', ')}`;
      const inserting = writer.query(insert);
      let longest = 0;
      let isDone = false;
      void inserting.then(() => {
        isDone = true;
      });
      while (!isDone) {
        const start = performance.now();
        await rowsOf(client, 'SELECT 1');
        longest = Math.max(longest, performance.now() - start);
      }
      expect((await inserting).rowCount).to.equal(40_000);
      expect(longest).to.be.below(IN_TIME_MS / 3);
      const [[sum] = []] = await rowsOf(client, 'SELECT count(distinct b) FROM long_one');
      expect(sum).to.equal('40000');
      expect(await failureOf(writer.query(`${insert}, (1, 2`))).to.deep.include({ code: '42601' });
      expect(
        await failureOf(writer.query(`SELECT now() FROM long_one WHERE b = '${'x'.repeat(600_000)}'`)),
      ).to.deep.include({
        code: '0A000',
        message:
          'Specified types or functions (one per INFO message) not supported on Amazon Redshift tables.',
      });
      await writer.end();
    });

    it('passes a value on that is longer than any of Redshift’s', async () => {
      const [[length] = []] = await rowsOf(client, `SELECT repeat('x', 70000000)`).then((rows) =>
        rows.map(([value]) => [String(value).length]),
      );
      expect(length).to.equal(70_000_000);
    });

    for (const [what, query] of Object.entries<pg.QueryConfig>({
      'a value': { text: `SELECT repeat('x', 150000000)` },
      'values together': {
        text: `SELECT repeat('x', 50000000), repeat('y', 50000000), repeat('z', 50000000)`,
      },
      'a value of a prepared statement': { text: `SELECT repeat($1, 150000000)`, values: ['x'] },
      'a value after small ones': { text: `SELECT repeat('x', 75000000 * i) FROM generate_series(0, 2) i` },
    })) {
      it(`ends a session whose result has a row too large for memory: ${what}`, async () => {
        const greedy = await fixture.connect();
        const before = process.memoryUsage().rss;
        expect(await failureOf(greedy.query(query))).to.deep.equal({
          code: '54000',
          message: 'A row of the result has more than 128 MB, which the local warehouse does not send.',
        });
        if (what === 'a value') expect(process.memoryUsage().rss - before).to.be.below(100e6);
        await expectService();
      });
    }

    it('rejects calls that are nested too deeply, and calls without end, in no time', async () => {
      const nested = (depth: number, head: string, tail: string) =>
        `SELECT ${head.repeat(depth)}1${tail.repeat(depth)}`;
      for (const sql of [
        nested(20_000, 'nvl2(', ', 2, 3)'),
        nested(40, 'decode(', ', 1, 2, 3, 4, 5)'),
        nested(20_000, 'listagg(', ')'),
        nested(100_000, 'convert(int, ', ')'),
      ]) {
        const start = performance.now();
        expect(await failureOf(client.query(sql)), sql.slice(0, 20)).to.deep.include({ code: '54001' });
        expect(performance.now() - start, sql.slice(0, 20)).to.be.below(IN_TIME_MS);
      }
      const start = performance.now();
      const list = `SELECT ${'nvl2(1, 2, 3), decode(1, 2, 3), '.repeat(20_000)}1`;
      expect(await failureOf(client.query(list))).to.deep.include({ code: '54011' });
      expect(performance.now() - start).to.be.below(IN_TIME_MS);
      expect(await rowsOf(client, nested(10, 'nvl2(', ', 2, 3)'))).to.deep.equal([[2]]);
      expect(await rowsOf(client, nested(5, 'decode(', ', 1, 1, 0)'))).to.deep.equal([[1]]);
    });

    it('takes no more of a client that sends messages and takes no answers, and serves others', async () => {
      const session = await Wire.open(fixture.warehouse);
      session.pause();
      const flood = Buffer.concat(Array.from({ length: 20_000 }, () => wire.sync));
      for (let n = 0; n < 100; n += 1) session.send(flood);
      let before = -1;
      while (before !== session.unsent) {
        before = session.unsent;
        await delay(500);
      }
      expect(session.unsent).to.be.above(5_000_000);
      await expectService();
      session.destroy();
    });

    it('holds no more than a part of the messages that wait for a Sync', async () => {
      const session = await Wire.open(fixture.warehouse);
      const parse = wire.parse(`SELECT '${'x'.repeat(1_000_000)}'`);
      for (let n = 0; n < 80; n += 1) session.send(parse);
      session.send(wire.sync);
      expect(await session.answers('Z')).to.deep.equal(['E:54000', 'Z:I']);
      session.send(wire.query('SELECT 1'));
      expect(await session.answers('Z')).to.deep.equal(['T', 'D:1', 'C:SELECT 1', 'Z:I']);
      session.destroy();
    });

    it('forgets portals with their transaction', async () => {
      const session = await Wire.open(fixture.warehouse);
      session.send(
        wire.parse('SELECT 1'),
        wire.bind([], { portal: 'p' }),
        wire.sync,
        wire.execute(0, 'p'),
        wire.sync,
      );
      expect(await session.answers('Z')).to.deep.equal(['1', '2', 'Z:I']);
      expect(await session.answers('Z')).to.deep.equal(['E:34000', 'Z:I']);
      session.destroy();
    });

    it('ends what a client runs that has gone', async () => {
      const session = await Wire.open(fixture.warehouse);
      session.send(wire.query('SELECT count(*) FROM generate_series(1, 1000000000)'));
      await delay(200);
      session.destroy();
      for (let n = 0; ; n += 1) {
        const running = `SELECT count(*) FROM stv_recents WHERE status = 'Running' AND query LIKE '%generate_series(1%' AND pid <> pg_backend_pid()`;
        if ((await rowsOf(client, running))[0]?.[0] === '0') break;
        expect(n).to.be.below(100);
        await delay(100);
      }
    });
  });
});
