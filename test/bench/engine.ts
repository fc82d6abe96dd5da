/** The PostgreSQL that a local warehouse runs, past its endpoint: for programs that speak PostgreSQL only. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Engine {
  readonly login: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
}

/** Of the warehouse that runs in this folder. */
export function engineOf(dir: string, database: string): Engine {
  const remembered = join(dir, 'postgres-files');
  const files = existsSync(remembered) ? readFileSync(remembered, 'utf8') : join(dir, 'postgres');
  // Lines 4 and 5: the port and the folder of the socket.
  const [port, host = ''] = readFileSync(join(files, 'postmaster.pid'), 'utf8').split('\n').slice(3);
  return {
    login: {
      host,
      port: Number(port),
      user: 'warehouse_admin',
      password: readFileSync(join(dir, 'postgres-password'), 'utf8'),
      database,
    },
  };
}
