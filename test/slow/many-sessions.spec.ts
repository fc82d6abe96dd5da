/** As many sessions at once as a cluster has, each with statements of its own; afterwards nothing of them is left. Needs /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { clientOf, type Folder, newFolder, type Served, serveLocal } from '../interop/support/target.ts';

const SESSIONS = 500;
const USERS = 10;
const PASSWORD = 'Many1Sessions';
const SETTLE_MS = 60_000;
/** What a second round may add: the process keeps some memory for its next clients. */
const GROWTH_MB = 64;

describe(`${SESSIONS} sessions at once`, function () {
  this.timeout(900_000);
  let folder: Folder | undefined;
  let served: Served | undefined;
  let admin: pg.Client | undefined;

  before(async function () {
    if (!existsSync('/proc/self/fd')) return this.skip();
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    admin = await clientOf(served.config);
    admin.on('error', () => undefined);
    await admin.query('CREATE TABLE shared (session INT, note VARCHAR(20))');
    for (let user = 0; user < USERS; user += 1) {
      await admin.query(`CREATE USER many_${user} PASSWORD '${PASSWORD}'`);
      await admin.query(`GRANT SELECT, INSERT ON shared TO many_${user}`);
    }
  });
  after(async () => {
    await admin?.end();
    await served?.stop();
    folder?.remove();
  });

  async function connect(n: number): Promise<pg.Client> {
    const { hostname: host, port, database, ssl_ca: ca } = served!.config;
    const client = new pg.Client({
      ...{ host, port, database, user: `many_${n % USERS}`, password: PASSWORD, ssl: { ca } },
    });
    await client.connect();
    return client;
  }

  /** What the session has seen: the sum of its own rows, a parameter, an error, its user. */
  async function work(client: pg.Client, n: number): Promise<unknown> {
    await client.query('CREATE TABLE #own (a INT)');
    await client.query(`INSERT INTO #own VALUES (${n}), (1)`);
    await client.query('INSERT INTO shared VALUES ($1, $2)', [n, `session ${n}`]);
    const { rows } = await client.query<unknown[]>({
      text: 'SELECT SUM(a)::INT, $1::VARCHAR(20), CURRENT_USER::VARCHAR(20) FROM #own',
      values: [`it's ${n}`],
      rowMode: 'array',
    });
    const error = await client.query('SELECT * FROM absent').then(
      () => undefined,
      (failure: unknown) => (failure as pg.DatabaseError).code,
    );
    return [...(rows[0] ?? []), error];
  }

  const handles = () => readdirSync(`/proc/${served!.pid}/fd`).length;
  const megabytes = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${served!.pid}/status`, 'utf8'))?.[1]) / 1024;
  const sessions = async () =>
    Number((await admin!.query<{ n: string }>('SELECT COUNT(*) AS n FROM stv_sessions')).rows[0]?.n);

  /** Milliseconds until all were logged in. */
  async function round(): Promise<number> {
    const numbers = Array.from({ length: SESSIONS }, (_, n) => n);
    const started = performance.now();
    const clients = await Promise.all(numbers.map(connect));
    const ms = performance.now() - started;
    try {
      expect(await sessions()).to.equal(SESSIONS + 1);
      const refusal = await connect(SESSIONS).catch((error: unknown) => (error as pg.DatabaseError).code);
      expect(refusal).to.equal('53300');
      const seen = await Promise.all(clients.map(work));
      expect(seen).to.deep.equal(numbers.map((n) => [n + 1, `it's ${n}`, `many_${n % USERS}`, '42P01']));
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
    return ms;
  }

  it('answer each client, and give back their handles and their memory', async () => {
    const before = handles();
    const ms = await round();
    await settled(before);
    const first = megabytes();
    await round();
    await settled(before);
    const second = megabytes();
    console.log(
      `      ${SESSIONS} logins in ${Math.round(ms)} ms; ${Math.round(first)} MB after a round, ${Math.round(second)} MB after another`,
    );
    expect(second - first).to.be.below(GROWTH_MB);
    const { rows } = await admin!.query<{ n: string; sum: string }>(
      'SELECT COUNT(*) AS n, SUM(session) AS sum FROM shared',
    );
    expect(rows).to.deep.equal([{ n: '1000', sum: String(SESSIONS * (SESSIONS - 1)) }]);
  });

  /** Waits until the server has as many handles as before, and no session but ours. */
  async function settled(before: number): Promise<void> {
    const deadline = Date.now() + SETTLE_MS;
    while ((handles() > before || (await sessions()) > 1) && Date.now() < deadline) await delay(200);
    expect({ handles: Math.max(handles() - before, 0), sessions: await sessions() }).to.deep.equal({
      handles: 0,
      sessions: 1,
    });
  }
});
