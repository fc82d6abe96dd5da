/** The local warehouse starts soon, leaves nothing behind, and serves many clients at once. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { serve, type Served } from '../../src/local/serve/serve.ts';

const [COLD_MS, WARM_MS] = [3000, 1000];

describe('the local warehouse', () => {
  let base: string;
  let dir: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'local-start-'));
    dir = join(base, 'warehouse');
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const start = async (): Promise<{ served: Served; ms: number }> => {
    const before = performance.now();
    const served = await serve({ dir, port: undefined, s3Port: undefined, starter: undefined });
    return { served, ms: performance.now() - before };
  };
  const client = async ({ config }: Served) => {
    const { hostname: host, port, user, password, database, ssl_ca: ca } = config;
    const made = new pg.Client({ host, port, user, password, database, ssl: { ca } });
    await made.connect();
    return made;
  };
  /** The process and the socket of the engine while it runs. */
  const findEngine = () => {
    const remembered = join(dir, 'postgres-files');
    const files = existsSync(remembered) ? readFileSync(remembered, 'utf8') : join(dir, 'postgres');
    const [pid, , , port, host] = readFileSync(join(files, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(pid), socket: `${host}/.s.PGSQL.${port}` };
  };
  const isOpen = (port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  it('starts in time, and ten times in a row without a process, a port or a file left', async () => {
    const cold = await start();
    await cold.served.stop();
    const left = readdirSync(dir).sort();
    const times: number[] = [];
    for (let run = 0; run < 10; run += 1) {
      const { served, ms } = await start();
      times.push(ms);
      const engine = findEngine();
      expect(existsSync(engine.socket)).to.equal(true);
      await served.stop();
      for (const port of [served.config.port, Number(new URL(served.config.s3_endpoint).port)]) {
        expect(await isOpen(port)).to.equal(false);
      }
      expect(existsSync(engine.socket)).to.equal(false);
      expect(() => process.kill(engine.pid, 0)).to.throw('ESRCH');
      expect(readdirSync(dir).sort()).to.deep.equal(left);
    }
    const warm = times.sort((a, b) => a - b)[5] ?? Infinity;
    console.log(`      cold ${Math.round(cold.ms)} ms, warm ${Math.round(warm)} ms (median of ten)`);
    expect(cold.ms).to.be.below(COLD_MS);
    expect(warm).to.be.below(WARM_MS);
  });

  it('serves 40 clients at once', async () => {
    const { served } = await start();
    try {
      const clients = await Promise.all(Array.from({ length: 40 }, () => client(served)));
      await clients[0]?.query('CREATE TABLE shared (a INT)');
      await Promise.all(clients.map((each, at) => each.query(`INSERT INTO shared VALUES (${at})`)));
      const sums = await Promise.all(
        clients.map((each) => each.query('SELECT sum(a)::int AS total FROM shared')),
      );
      expect(sums.map(({ rows }) => (rows as { total: number }[])[0]?.total)).to.deep.equal(
        Array(40).fill(780),
      );
      await Promise.all(clients.map((each) => each.end()));
    } finally {
      await served.stop();
    }
  });
});
