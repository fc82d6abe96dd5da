/** Tools that check data: Soda and Great Expectations find what is wrong with a table, and nothing else. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { clientOf, type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const SODA = ['soda-core-redshift==3.5.6', 'setuptools==80.9.0'];
const EXPECTATIONS = ['great_expectations[redshift]==1.24.1'];

const TABLES = [
  'CREATE TABLE orders (id BIGINT, customer VARCHAR(20), amount DECIMAL(10,2), status VARCHAR(10), at TIMESTAMP)',
  `INSERT INTO orders VALUES (1, 'ada', 2.5, 'new', '2026-01-01'), (2, 'BOB 1', 10, 'paid', '2026-01-02'),
   (2, 'ada', 6.25, 'lost', '2026-01-03'), (4, NULL, NULL, NULL, NULL)`,
  `CREATE TABLE customers AS SELECT 'ada'::VARCHAR(20) AS name UNION ALL SELECT 'bob'`,
];

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe('the local warehouse and tools that check data', () => {
  let folder: Folder;
  let served: Served;

  before(async () => {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    writeFileSync(folder.file('ca.pem'), served.config.ssl_ca);
    const client = await clientOf(served.config);
    for (const table of TABLES) await client.query(table);
    await client.end();
  });
  after(async () => {
    await served.stop();
    folder.remove();
  });

  /** The JSON of the script's last line. */
  async function runPython(programs: Programs, script: string, settings: object, ...more: string[]) {
    writeFileSync(folder.file('settings.json'), JSON.stringify(settings));
    const { code, stdout, stderr } = await run(
      [programs('python'), here(script), folder.file('settings.json'), ...more],
      { env: { PYTHONUTF8: '1', GX_ANALYTICS_ENABLED: 'false' }, seconds: 200, cwd: folder.path },
    );
    expect(code, `${stdout}${stderr}`.slice(-4000)).to.equal(0);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  }

  it('Soda runs checks, and discovers and profiles columns', async function () {
    const programs = await environmentOrSkip(this, SODA);
    const { hostname: host, port, user: username, password, database } = served.config;
    const settings = { ...{ host, port: String(port), username, password, database, schema: 'public' } };
    const seen = await runPython(programs, 'soda_scan.py', settings, here('soda_checks.yml'));
    const checks = Object.entries(seen['checks'] as Record<string, string>);
    expect(checks).to.have.length(20);
    expect(checks.filter(([, outcome]) => outcome !== 'pass').sort()).to.deep.equal([
      ['every customer is known', 'fail'],
      ['no order costs more than its limit', 'fail'],
      ['row_count same as customers', 'fail'],
    ]);
    expect(seen['errors']).to.equal(null);
    expect(seen['columns']).to.deep.equal([
      { columnName: 'id', sourceDataType: 'bigint' },
      { columnName: 'customer', sourceDataType: 'character varying' },
      { columnName: 'amount', sourceDataType: 'numeric' },
      { columnName: 'status', sourceDataType: 'character varying' },
      { columnName: 'at', sourceDataType: 'timestamp without time zone' },
    ]);
    expect(seen['profile']).to.deep.equal({
      id: { distinct: 3, missing_count: 0, mins: [1, 2, 4], maxs: [4, 2, 1], avg_length: null },
      // AVG of an INTEGER is an integer.
      customer: { distinct: 2, missing_count: 1, mins: null, maxs: null, avg_length: 3 },
      amount: {
        distinct: 3,
        missing_count: 1,
        mins: [2.5, 6.25, 10],
        maxs: [10, 6.25, 2.5],
        avg_length: null,
      },
      status: { distinct: 3, missing_count: 1, mins: null, maxs: null, avg_length: 3 },
    });
  });

  it('Great Expectations validates a table', async function () {
    const programs = await environmentOrSkip(this, EXPECTATIONS);
    const { hostname: host, port, user, password, database } = served.config;
    const seen = await runPython(programs, 'expectations.py', {
      url: `redshift+psycopg2://${user}:${password}@${host}:${port}/${database}`,
      connect: { sslmode: 'verify-full', sslrootcert: folder.file('ca.pem') },
    });
    expect(Object.keys(seen)).to.have.length(18);
    expect(
      Object.entries(seen)
        .filter(([, success]) => success !== true)
        .map(([name]) => name)
        .sort(),
    ).to.deep.equal([
      'expect_column_values_to_be_between amount',
      'expect_column_values_to_be_unique id',
      'expect_column_values_to_match_regex customer',
      'unexpected_rows_expectation ',
    ]);
  });
});
