/** The engine of a local warehouse behind its endpoint, as its superuser sees it; for tests of what users must not reach. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** Logs in to the engine of the warehouse in `dir`, which must be running. */
export async function connectEngine(dir: string, database = 'dev'): Promise<pg.Client> {
  const elsewhere = join(dir, 'postgres-files');
  const files = existsSync(elsewhere) ? readFileSync(elsewhere, 'utf8') : join(dir, 'postgres');
  // Lines 4 and 5: the port and the folder of the socket.
  const [port, host] = readFileSync(join(files, 'postmaster.pid'), 'utf8').split('\n').slice(3);
  const password = readFileSync(join(dir, 'postgres-password'), 'utf8');
  const client = new pg.Client({ host, port: Number(port), user: 'warehouse_admin', password, database });
  await client.connect();
  return client;
}
