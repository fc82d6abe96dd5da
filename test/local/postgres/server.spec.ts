/** A private PostgreSQL server: it keeps its data, and never outlives its process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import pg from 'pg';
import { readPostmaster } from '../../../src/local/postgres/postmaster.ts';
import { type LocalPostgres, startPostgres } from '../../../src/local/postgres/server.ts';

describe('a private PostgreSQL server', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'postgres-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const query = async (server: Omit<LocalPostgres, 'stop'>, text: string) => {
    const client = new pg.Client({
      ...{ host: server.host, port: server.port, user: server.superuser, password: server.password },
      database: 'postgres',
    });
    await client.connect();
    try {
      return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
    } finally {
      await client.end();
    }
  };

  it('keeps its data from run to run', async () => {
    const first = await startPostgres({ dir });
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS a');
    await Promise.all([first.stop(), first.stop()]);
    expect(readPostmaster(first.files)).to.equal(undefined);
    const second = await startPostgres({ dir });
    try {
      expect(await query(second, 'SELECT a FROM kept')).to.deep.equal([[1]]);
    } finally {
      await second.stop();
    }
  });

  it('runs in a warehouse below a folder that only root can enter', async function () {
    if (process.getuid?.() !== 0) this.skip();
    chmodSync(dir, 0o700);
    const inner = join(dir, 'warehouse');
    mkdirSync(inner, { mode: 0o700 });
    const server = await startPostgres({ dir: inner });
    try {
      expect(server.files.startsWith(dir)).to.equal(false);
      expect(await query(server, 'SELECT 1')).to.deep.equal([[1]]);
    } finally {
      await server.stop();
      rmSync(join(server.files, '..'), { recursive: true, force: true });
    }
  });

  it('listens on no port, only in a folder of its own account', async () => {
    const server = await startPostgres({ dir });
    try {
      const shown = await query(server, "SELECT current_setting('listen_addresses'), inet_server_port()");
      expect(shown).to.deep.equal([['', null]]);
      expect(server.host).to.equal(server.files);
      expect(statSync(server.host).mode & 0o777).to.equal(0o700);
    } finally {
      await server.stop();
    }
  });

  it('has its socket in a temporary folder when the path to its files is too long for one', async () => {
    const long = join(dir, 'x'.repeat(100));
    mkdirSync(long);
    // As root, the files are elsewhere if others cannot pass through the folder.
    chmodSync(dir, 0o711);
    const server = await startPostgres({ dir: long });
    try {
      expect(await query(server, 'SELECT 1')).to.deep.equal([[1]]);
      expect(server.files.startsWith(server.host)).to.equal(false);
      expect(statSync(server.host).mode & 0o777).to.equal(0o700);
    } finally {
      await server.stop();
    }
    expect(existsSync(server.host)).to.equal(false);
  });

  it('runs in a folder with a name of quotes, commas and blanks', async () => {
    const odd = join(dir, `a "b", 'c'`);
    mkdirSync(odd);
    const server = await startPostgres({ dir: odd });
    try {
      expect(await query(server, 'SELECT 1')).to.deep.equal([[1]]);
    } finally {
      await server.stop();
    }
  });

  it('listens on a port of 127.0.0.1 for clients that need one', async () => {
    const server = await startPostgres({ dir, onPort: true });
    try {
      expect(server.host).to.equal('127.0.0.1');
      expect(await query(server, 'SELECT inet_server_port()')).to.deep.equal([[server.port]]);
    } finally {
      await server.stop();
    }
  });

  it('ignores the file of a server that is dead, whoever has its process id now', async () => {
    const first = await startPostgres({ dir });
    await first.stop();
    writeFileSync(join(first.files, 'postmaster.pid'), `${process.pid}\n${first.files}\n`);
    const second = await startPostgres({ dir });
    expect(await query(second, 'SELECT 1')).to.deep.equal([[1]]);
    await second.stop();
  });

  it('ends with its process, even when that is killed', async () => {
    const fixture = join(import.meta.dirname, 'running.fixture.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const server = JSON.parse(line) as Omit<LocalPostgres, 'stop'>;
    expect(await query(server, 'SELECT 1')).to.deep.equal([[1]]);
    const pid = Number(readFileSync(join(server.files, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const ended = goneFile(server.files, 'postmaster.pid');
    child.kill('SIGKILL');
    await ended;
    // The file goes last but one; the process itself a moment later.
    while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setImmediate(resolve));
    expect(readPostmaster(server.files)).to.equal(undefined);
  });
});

/** Resolves when the file is gone. */
async function goneFile(folder: string, name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const watcher = watch(folder, () => {
      if (existsSync(join(folder, name))) return;
      watcher.close();
      resolve();
    });
    watcher.once('error', reject);
  });
}
