/** PyAirbyte: syncs of source-faker into destination-redshift, direct and through its cache, with each strategy, twice each. */
import { chmodSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { clientOf, newFolder, serveLocal, type Served } from './support/target.ts';

const SYNC = fileURLToPath(new URL('pyairbyte_sync.py', import.meta.url));
const DESTINATION = fileURLToPath(new URL('../../dist/destination.js', import.meta.url));

/** They do not resolve together, so each has an environment. */
const PYAIRBYTE = ['airbyte==0.71.3'];
const FAKER = ['airbyte-source-faker==7.2.1'];

const COUNTS = { users: 300, products: 100, purchases: 300 };

describe('PyAirbyte', function () {
  this.timeout(600_000);
  const folder = newFolder();
  let [pyairbyte, faker]: Programs[] = [];
  let served: Served;
  let destination: string;

  before(async function () {
    pyairbyte = await environmentOrSkip(this, PYAIRBYTE);
    faker = await environmentOrSkip(this, FAKER);
    destination = folder.file('destination-redshift');
    writeFileSync(destination, `#!/bin/sh\nexec "${process.execPath}" "${DESTINATION}" "$@"\n`);
    chmodSync(destination, 0o755);
    served = await serveLocal(folder.file('warehouse'));
  });

  after(async () => {
    await (served as Served | undefined)?.stop();
    folder.remove();
  });

  async function sync(strategy: string, isCached: boolean, schema: string): Promise<void> {
    const wish = folder.file('wish.json');
    writeFileSync(
      wish,
      JSON.stringify({
        source_name: 'source-faker',
        source: faker?.('source-faker'),
        source_config: { count: 300, seed: 7, parallelism: 1 },
        destination,
        destination_config: { ...served.config, target_schema: schema, s3_prefix: schema },
        strategy,
        cache: isCached,
      }),
    );
    const env = { AIRBYTE_OFFLINE_MODE: '1', DO_NOT_TRACK: '1', HOME: folder.path };
    const { code, stdout, stderr } = await run([pyairbyte?.('python') ?? '', SYNC, wish], {
      env,
      seconds: 280,
    });
    expect(code, stdout + stderr).to.equal(0);
  }

  /** Rows and different ids of each table. */
  async function counts(schema: string): Promise<Record<string, readonly [number, number]>> {
    const client = await clientOf(served.config);
    const found: Record<string, readonly [number, number]> = {};
    for (const table of Object.keys(COUNTS)) {
      const { rows } = await client.query<string[]>({
        text: `SELECT COUNT(*), COUNT(DISTINCT id) FROM ${schema}.${table}`,
        rowMode: 'array',
      });
      found[table] = [Number(rows[0]?.[0]), Number(rows[0]?.[1])];
    }
    await client.end();
    return found;
  }

  for (const [strategy, times] of [
    ['append', 2],
    ['merge', 1],
    ['replace', 1],
  ] as const) {
    for (const isCached of [false, true]) {
      const way = isCached ? 'through its cache' : 'directly';
      it(`${strategy}: two syncs ${way} leave the rows of the source ${times === 1 ? 'once' : 'twice'}`, async () => {
        const schema = `${strategy}_${isCached ? 'cached' : 'direct'}`;
        await sync(strategy, isCached, schema);
        await sync(strategy, isCached, schema);
        expect(await counts(schema)).to.deep.equal(
          Object.fromEntries(Object.entries(COUNTS).map(([table, count]) => [table, [count * times, count]])),
        );
      });
    }
  }
});
