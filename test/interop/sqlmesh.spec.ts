/** A project of SQLMesh, with its state in the warehouse too: every kind of model, audits, environments, and changed rows. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type pg from 'pg';
import { type Outcome, run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { clientOf, type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const SQLMESH = ['sqlmesh[redshift]==0.236.4'];
const PROJECT = fileURLToPath(new URL('sqlmesh/', import.meta.url));

describe('the local warehouse and SQLMesh', () => {
  let programs: Programs;
  let folder: Folder;
  let served: Served;
  let client: pg.Client;

  before(async function () {
    programs = await environmentOrSkip(this, SQLMESH);
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    client = await clientOf(served.config);
    cpSync(PROJECT, folder.file('project'), { recursive: true });
    writeFileSync(folder.file('ca.pem'), served.config.ssl_ca);
    const { hostname: host, port, user, password, database } = served.config;
    const connection = {
      type: 'redshift',
      ...{ host, port, user, password, database, sslmode: 'verify-ca' },
    };
    writeFileSync(
      folder.file('project/config.yaml'),
      JSON.stringify({
        default_gateway: 'local',
        model_defaults: { dialect: 'redshift', start: '2026-01-01' },
        gateways: { local: { connection: { ...connection, concurrent_tasks: 4 } } },
      }),
    );
  });
  after(async () => {
    await client.end();
    await served.stop();
    folder.remove();
  });

  const sqlmesh = (...command: string[]): Promise<Outcome> =>
    run([programs('sqlmesh'), '-p', '.', ...command], {
      cwd: folder.file('project'),
      seconds: 250,
      env: {
        SSL_CERT_FILE: folder.file('ca.pem'),
        SQLMESH__DISABLE_ANONYMIZED_ANALYTICS: 'true',
        PYTHONUTF8: '1',
        PYTHONDONTWRITEBYTECODE: '1',
      },
    });

  async function plan(...more: string[]): Promise<void> {
    const { code, stdout, stderr } = await sqlmesh('plan', ...more, '--auto-apply', '--no-prompts');
    expect(code, `${stdout}${stderr}`.slice(-4000)).to.equal(0);
  }

  async function rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return (await client.query<(string | null)[]>({ text: sql, rowMode: 'array' })).rows;
  }

  function addOrders(...lines: string[]): void {
    const path = folder.file('project/seeds/orders.csv');
    writeFileSync(path, `${readFileSync(path, 'utf8').trimEnd()}\n${lines.join('\n')}\n`);
  }

  it('builds every kind of model, and checks their rows', async () => {
    await plan();
    expect(await rows('SELECT id, customer, amount, ordered_on FROM shop.orders ORDER BY id')).to.deep.equal([
      ['1', 'ada', '10.50', '2026-01-01'],
      ['2', 'b"ob', '20.25', '2026-01-02'],
      ['3', 'ada', null, '2026-01-02'],
    ]);
    expect(await rows('SELECT * FROM shop.by_day ORDER BY 1')).to.deep.equal([
      ['2026-01-01', '1', '1'],
      ['2026-01-02', '2', '5'],
    ]);
    expect(await rows('SELECT * FROM shop.totals ORDER BY 1')).to.deep.equal([
      ['ada', '1,3', '10.50'],
      ['b"ob', '2', '20.25'],
    ]);
    expect(
      await rows('SELECT id, customer, amount, valid_to IS NULL FROM shop.history ORDER BY id'),
    ).to.deep.equal([
      ['1', 'ada', '10.50', 't'],
      ['2', 'b"ob', '20.25', 't'],
      ['3', 'ada', null, 't'],
    ]);
    expect(await rows('SELECT customer, orders FROM shop.kept ORDER BY 1')).to.deep.equal([
      ['ada', '1'],
      ['b"ob', '1'],
    ]);
  });

  it('shows changed rows in an environment of their own, and then to all', async () => {
    addOrders('4,eve,1.00,2026-01-03', '5,ada,2.00,2026-01-03');
    await plan('dev', '--include-unmodified');
    expect(await rows('SELECT customer, orders FROM shop__dev.customers ORDER BY 1')).to.deep.equal([
      ['ada', '3'],
      ['b"ob', '1'],
      ['eve', '1'],
    ]);
    expect(await rows('SELECT customer, orders FROM shop.customers ORDER BY 1')).to.deep.equal([
      ['ada', '2'],
      ['b"ob', '1'],
    ]);
    await plan();
    expect(await rows('SELECT customer, orders, last_on FROM shop.customers ORDER BY 1')).to.deep.equal([
      ['ada', '3', '2026-01-03'],
      ['b"ob', '1', '2026-01-02'],
      ['eve', '1', '2026-01-03'],
    ]);
  });

  it('answers a query of its own, and stops at an audit that fails', async () => {
    const fetched = await sqlmesh('fetchdf', 'SELECT COUNT(*) AS n, MAX(amount) AS most FROM shop.orders');
    expect(fetched.stdout, fetched.stderr).to.match(/5\s+20\.25/);
    addOrders('6,eve,-1.00,2026-01-04');
    const { code, stdout, stderr } = await sqlmesh('plan', '--auto-apply', '--no-prompts');
    expect(code).to.equal(1);
    expect(`${stdout}${stderr}`).to.match(/amount_is_positive.*(failed|error)/is);
    expect(await rows('SELECT COUNT(*) FROM shop.orders')).to.deep.equal([['5']]);
  });
});
