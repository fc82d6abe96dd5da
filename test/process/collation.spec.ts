/** Keys that differ in the case of a letter, where the cluster ignores it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { startLocalWarehouse } from '../../src/local/api.ts';
import { lines, record, schema } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newWarehouseFolder } from '../support/template.ts';
import { newPlace } from '../support/warehouse.ts';

const PROPERTIES = {
  id: { type: 'string', maxLength: 8 },
  part: { type: 'string', maxLength: 8 },
  n: { type: 'integer' },
};
const KEYED = schema('t', PROPERTIES, ['id', 'part']);
const row = (id: string, n: number, part = 'x'): object => record('t', { id, part, n });

describe('keys that differ in the case of a letter', () => {
  for (const [load_method, expected] of [
    [
      'upsert',
      [
        ['A1', '3'],
        ['B1', '5'],
        ['a1', '6'],
        ['b1', '2'],
      ],
    ],
    [
      'insert-only',
      [
        ['A1', '1'],
        ['B1', '5'],
        ['a1', '4'],
        ['b1', '2'],
      ],
    ],
  ] as const) {
    it(`${load_method} in columns that ignore the case: each keeps its row, and none is doubled`, async () => {
      const place = await newPlace();
      await place.query(`CREATE SCHEMA ${place.schema}`);
      await place.query(
        `CREATE TABLE ${place.schema}.t (id VARCHAR(8) COLLATE CASE_INSENSITIVE, part VARCHAR(8) COLLATE CI, n BIGINT)`,
      );
      const args = ['--config', place.configFile({ load_method, batch_size_rows: 2 })];
      for (const messages of [
        [row('A1', 1), row('b1', 2)],
        [row('A1', 3), row('a1', 4), row('B1', 5), row('a1', 6)],
      ]) {
        const { code, stderr } = await runHere(args, lines(KEYED, ...messages));
        expect(code, stderr).to.equal(0);
      }
      expect(
        await place.query(`SELECT id, n FROM ${place.schema}.t ORDER BY COLLATE(id, 'case_sensitive')`),
      ).to.deep.equal(expected);
    });
  }

  it('in a database that ignores the case: each keeps its row', async () => {
    const dir = await newWarehouseFolder('collation-');
    const warehouse = await startLocalWarehouse({ dir });
    const { config } = warehouse;
    const login = { host: config.hostname, port: config.port, database: config.database, user: config.user };
    const client = new pg.Client({ ...login, password: config.password, ssl: { ca: config.ssl_ca } });
    await client.connect();
    try {
      await client.query(`ALTER DATABASE ${config.database} COLLATE CASE_INSENSITIVE`);
      const path = join(dir, 'load.json');
      writeFileSync(
        path,
        JSON.stringify({ ...config, target_schema: 'case_blind', s3_prefix: 'case_blind' }),
      );
      const args = ['--config', path];
      for (const messages of [
        [row('A1', 1), row('a1', 2), row('b1', 3)],
        [row('a1', 4), row('B1', 5), row('B1', 6)],
      ]) {
        const { code, stderr } = await runHere(args, lines(KEYED, ...messages));
        expect(code, stderr).to.equal(0);
      }
      const { rows } = await client.query({
        text: `SELECT id, n FROM case_blind.t ORDER BY COLLATE(id, 'cs')`,
        rowMode: 'array',
      });
      expect(rows).to.deep.equal([
        ['A1', '1'],
        ['B1', '6'],
        ['a1', '4'],
        ['b1', '3'],
      ]);
    } finally {
      await client.end();
      await warehouse.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
