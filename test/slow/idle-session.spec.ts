/** A session that does nothing for longer than a login may take. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { startLocalWarehouse } from '../../src/local/api.ts';

describe('an idle session of the local warehouse', () => {
  it('lives on', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'warehouse-'));
    const warehouse = await startLocalWarehouse({ dir });
    try {
      const { hostname: host, port, database, user, password, ssl_ca: ca } = warehouse.config;
      const client = new pg.Client({ host, port, database, user, password, ssl: { ca } });
      client.on('error', () => undefined);
      await client.connect();
      await delay(65_000);
      expect((await client.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
      await client.end();
    } finally {
      await warehouse.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
