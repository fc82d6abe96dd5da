/** Where the server listens: on a socket in a folder of its own account, or on a port of 127.0.0.1. */
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from './account.ts';

/** A place where a server can listen. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** The server's settings for it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Removes what was made for it. */
  remove(): void;
}

/** Only a part of the name of the socket. */
const SOCKET_PORT = 5432;
/** The system's limit for the path of a socket, in bytes, less than which it is: 108 on Linux, 104 on macOS. */
const PATH_LIMIT = 104;

/** The path of the socket of a server that listens in the folder `host`; undefined for an address. */
export function socketPath(host: string, port: number): string | undefined {
  return host.startsWith('/') ? join(host, `.s.PGSQL.${port}`) : undefined;
}

/** The folder of the database files, or a temporary one if its path is too long; both have the mode 0700. */
export function makeSocketFolder(files: string, account: Account | undefined): Place {
  const path = socketPath(files, SOCKET_PORT);
  if (path !== undefined && Buffer.byteLength(path) < PATH_LIMIT) return placeIn(files, () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'redshift-'));
  if (account) chownSync(folder, account.uid, account.gid);
  return placeIn(folder, () => rmSync(folder, { recursive: true, force: true }));
}

function placeIn(folder: string, remove: () => void): Place {
  return {
    host: folder,
    port: SOCKET_PORT,
    // The value is a list whose items may stand in double quotes.
    settings: { listen_addresses: '', unix_socket_directories: `"${folder.replaceAll('"', '""')}"` },
    remove,
  };
}

/** A port that is free now. */
export async function findFreePort(): Promise<Place> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('the port of a listening server is unknown');
  }
  return {
    host: '127.0.0.1',
    port: address.port,
    settings: { listen_addresses: '127.0.0.1', unix_socket_directories: '' },
    remove: () => undefined,
  };
}
