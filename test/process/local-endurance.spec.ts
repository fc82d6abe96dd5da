/** The command `local` under clients that say nothing, stop half way or come in masses: it serves the others, and it ends. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import type { WarehouseConfig } from '../../src/local/api.ts';
import { closed } from '../local/redshift/wire.ts';
import { MAIN, started, type Started } from '../support/cli.ts';
import { newFolder } from '../support/folder.ts';

/** For an end that nothing holds up, on a slow machine; the engine's own takes some seconds. */
const END_MS = 15_000;

describe('the command local', () => {
  let dir: string;
  let server: Started;
  let config: WarehouseConfig;
  let sockets: Socket[];
  beforeEach(() => {
    dir = newFolder('target-redshift-local-');
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.process.kill('SIGKILL');
    await server.finished.catch(() => undefined);
    await delay(500);
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
  });

  const start = async (limit = 'unlimited'): Promise<void> => {
    const written = join(dir, 'config.json');
    const command = [process.execPath, MAIN, 'local', '--dir', join(dir, 'w'), '--write-config', written];
    const shell = limit === 'unlimited' ? 'exec "$@"' : `ulimit -n ${limit}; exec "$@"`;
    server = started(spawn('sh', ['-c', shell, 'sh', ...command]));
    await server.seen(/\}\n/);
    config = JSON.parse(readFileSync(written, 'utf8')) as WarehouseConfig;
  };
  const portOfS3 = (): number => Number(new URL(config.s3_endpoint).port);
  const open = (port: number, bytes: string | Buffer = ''): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    if (bytes.length > 0) socket.write(bytes);
    sockets.push(socket);
    return socket;
  };
  const login = async (): Promise<pg.Client> => {
    const { hostname, port, user, password, database, ssl_ca } = config;
    const client = new pg.Client({ host: hostname, port, user, password, database, ssl: { ca: ssl_ca } });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const expectService = async (): Promise<void> => {
    const client = await login();
    expect((await client.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
    await client.end();
    expect((await fetch(`${config.s3_endpoint}/bucket/key`)).status).to.equal(403);
  };
  const expectEnd = async (): Promise<void> => {
    const begun = performance.now();
    server.process.kill('SIGTERM');
    const { code } = await server.finished;
    expect(code).to.equal(0);
    expect(performance.now() - begun).to.be.below(END_MS);
  };

  it('serves others after one byte, and ends on SIGTERM whatever its clients have left open', async () => {
    await start();
    const lock = JSON.parse(readFileSync(join(dir, 'w', 'lock.json'), 'utf8')) as { port: number };
    for (const size of [1, 2, 3]) open(config.port, Buffer.alloc(size));
    open(config.port);
    open(portOfS3(), 'PUT /bucket/key HTTP/1.1\r\nHost:');
    open(portOfS3());
    open(lock.port);
    open(lock.port, 'not the token');
    await expectService();
    const busy = await login();
    const running = busy
      .query('SELECT count(*) FROM generate_series(1, 1000000000)')
      .catch((error: unknown) => error);
    const writer = await login();
    await writer.query('BEGIN; CREATE TABLE t (a INT); INSERT INTO t VALUES (1)');
    const reading = await login();
    const long = reading
      .query(`INSERT INTO public.t VALUES ${'(1), '.repeat(300_000)}(1)`)
      .catch((error: unknown) => error);
    await delay(500);
    await expectEnd();
    expect([await running, await long].map((error) => error instanceof Error)).to.deep.equal([true, true]);
  });

  it('goes on when there are no file descriptors left for more connections', async () => {
    await start('100');
    for (let n = 0; n < 300; n += 1) {
      open(config.port);
      open(portOfS3(), 'GET / HTTP/1.1\r\n');
    }
    await delay(2000);
    expect(server.process.exitCode).to.equal(null);
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map(closed));
    await expectService();
    await expectEnd();
  });
});
