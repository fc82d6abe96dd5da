/** Opens a server of the warehouse on this machine's loopback address. */
import { once } from 'node:events';
import type { Server } from 'node:net';
import { PortInUseError } from './warehouse-error.ts';

/** The port on which the server listens: `port`, or a free one if that is 0. @throws PortInUseError */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new PortInUseError(port, error);
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
