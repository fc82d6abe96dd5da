/** Opens a server of the warehouse: on this machine's loopback address, unless another one is asked for. */
import { once } from 'node:events';
import type { Server } from 'node:net';
import { LocalWarehouseError, PortInUseError } from './warehouse-error.ts';

const LOOPBACK = '127.0.0.1';

/** Whether only programs of this machine reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** The address at which clients of this machine reach a server that listens on `host`. */
export function reachableAt(host = LOOPBACK): string {
  return host === '0.0.0.0' || host === '::' ? LOOPBACK : host;
}

/**
 * The port on which the server listens: `port`, or a free one if that is 0. @throws PortInUseError, or LocalWarehouseError for an
 * address that is not this machine's.
 */
export async function listen(server: Server, port: number, host = LOOPBACK): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new PortInUseError(port, error);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new LocalWarehouseError(`Cannot listen on ${host}: it is no address of this machine`, {
        cause: error,
      });
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
