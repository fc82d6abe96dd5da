/** A proxy on loopback in front of a port, whose connections a test can cut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Breakable extends AsyncDisposable {
  readonly port: number;
  /** Connections that were accepted. */
  readonly connections: number;
  /** Cuts all connections, and from here on every new one. */
  cut(): void;
  /** From here on nothing passes, and nothing is closed: as behind a firewall that drops packets. */
  freeze(): void;
  /** New connections pass again. Those that were frozen stay so. */
  mend(): void;
}

export async function breakable(to: number): Promise<Breakable> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let mode: 'open' | 'cut' | 'frozen' = 'open';
  let connections = 0;
  const server = createServer((near) => {
    connections++;
    near.on('error', () => undefined);
    if (mode === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    far.on('error', () => near.destroy());
    const pair = [near, far] as const;
    pairs.add(pair);
    near.once('close', () => {
      pairs.delete(pair);
      far.destroy();
    });
    far.once('close', () => {
      if (mode !== 'frozen') near.destroy();
    });
    if (mode === 'open') near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    cut: () => {
      mode = 'cut';
      for (const [near] of pairs) near.resetAndDestroy();
    },
    freeze: () => {
      mode = 'frozen';
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    mend: () => (mode = 'open'),
    [Symbol.asyncDispose]: async () => {
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}
