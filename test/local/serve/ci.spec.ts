/** A warehouse that others use: its address and password, the SQL that fills it, and how fast it is there. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { LocalWarehouseError, startLocalWarehouse, type WarehouseOptions } from '../../../src/local/api.ts';
import { newWarehouseFolder } from '../../support/template.ts';
import { clientConfig, rowsOf } from '../redshift/support.ts';

const PASSWORD = 'Given1Here';

describe('a warehouse for CI', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await newWarehouseFolder('ci-');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const reason = async (options: Partial<WarehouseOptions>): Promise<string> => {
    try {
      await (await startLocalWarehouse({ dir, ...options })).stop();
    } catch (error) {
      if (error instanceof LocalWarehouseError) return error.message;
      throw error;
    }
    return 'it started';
  };
  /** What the query gives in a warehouse that is started for it. */
  const ask = async (sql: string, options: Partial<WarehouseOptions>): Promise<unknown[][]> => {
    const warehouse = await startLocalWarehouse({ dir, ...options });
    const client = new pg.Client(clientConfig(warehouse));
    try {
      await client.connect();
      return await rowsOf(client, sql);
    } finally {
      await client.end();
      await warehouse.stop();
    }
  };

  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'warehouse.example.com']) {
    it(`does not listen on ${host} without a password of the caller’s`, async () => {
      expect(await reason({ host })).to.equal(
        `Cannot listen on ${host}, which other machines can reach, without a password that you set; ` +
          'set LOCAL_WAREHOUSE_PASSWORD, or give a file with --password-file',
      );
    });
  }

  for (const host of ['127.0.0.1', 'localhost', '127.0.0.2']) {
    it(`listens on ${host} with a password of its own`, async () => {
      expect(await ask('SELECT 1', { host })).to.deep.equal([[1]]);
    });
  }

  it('listens on all addresses with a password, which is the password of that run', async () => {
    const warehouse = await startLocalWarehouse({ dir, host: '0.0.0.0', password: PASSWORD });
    const { hostname, password, s3_endpoint: endpoint } = warehouse.config;
    await warehouse.stop();
    expect([hostname, password]).to.deep.equal(['127.0.0.1', PASSWORD]);
    expect(endpoint).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    const next = await startLocalWarehouse({ dir });
    await next.stop();
    expect(next.config.password).to.match(/^Lw1/);
  });

  it('does not take a password that Redshift would reject, nor an address of another machine', async () => {
    expect(await reason({ password: 'short' })).to.equal(
      'Cannot use the password that you set: Password must be between 8 and 64 characters long.',
    );
    expect(await reason({ host: '192.0.2.1', password: PASSWORD })).to.equal(
      'Cannot listen on 192.0.2.1: it is no address of this machine',
    );
  });

  it('runs a file of SQL when its folder is new, and not again', async () => {
    const init = join(dir, '..', `${dir.split('/').at(-1) ?? ''}.sql`);
    writeFileSync(
      init,
      "CREATE TABLE t (a VARCHAR(9)); -- one; two\nINSERT INTO t VALUES ('a;b');\nVACUUM t;\n",
    );
    try {
      expect(await ask('SELECT a FROM t', { init })).to.deep.equal([['a;b']]);
      expect(await ask('SELECT COUNT(*) FROM t', { init })).to.deep.equal([['1']]);
    } finally {
      rmSync(init);
    }
  });

  it('runs the *.sql files of a folder in the order of their names', async () => {
    const init = `${dir}-init`;
    mkdirSync(init);
    writeFileSync(join(init, '2.sql'), 'INSERT INTO t VALUES (2)');
    writeFileSync(join(init, '1.sql'), 'CREATE TABLE t (a INT)');
    writeFileSync(join(init, 'notes.txt'), 'not SQL');
    try {
      expect(await ask('SELECT a FROM t', { init })).to.deep.equal([[2]]);
    } finally {
      rmSync(init, { recursive: true });
    }
  });

  it('names the file and the line of a statement that fails, and begins again at the next start', async () => {
    const init = `${dir}.sql`;
    writeFileSync(init, 'CREATE TABLE t (a INT);\n\nINSERT INTO u VALUES (1);\n');
    try {
      expect(await reason({ init })).to.equal(
        `Cannot initialize the warehouse: ${init}, line 3: relation "u" does not exist`,
      );
      writeFileSync(init, 'CREATE TABLE IF NOT EXISTS t (a INT); INSERT INTO t VALUES (1)');
      expect(await ask('SELECT a FROM t', { init })).to.deep.equal([[1]]);
    } finally {
      rmSync(init);
    }
    expect(await reason({ init: `${dir}/nothing.sql`, dir: await newWarehouseFolder('ci-') })).to.match(
      /^Cannot read --init .*nothing\.sql: /,
    );
  });
});
