/** An HTTP proxy on this machine that answers for AWS: whatever host a client asks for, it reaches the local S3 by TLS. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './tls-front.ts';

export interface Proxy {
  readonly url: string;
  /** The hosts that clients asked for, with their ports, each once. */
  readonly hosts: ReadonlySet<string>;
  /** What clients sent to log in, each once. */
  readonly logins: ReadonlySet<string>;
  close(): Promise<void>;
}

/** What the proxy answers to a CONNECT; `hang-up` closes the connection. */
export type Answer = 200 | 403 | 407 | 502 | 'hang-up';

/** Listens on a free port of 127.0.0.1, and decrypts what goes to port 443. */
export async function startProxy(
  s3Endpoint: string,
  certificate: Certificate,
  answer: (host: string) => Answer = () => 200,
): Promise<Proxy> {
  const hosts = new Set<string>();
  const logins = new Set<string>();
  const sockets = new Set<Socket>();
  const s3 = Number(new URL(s3Endpoint).port);
  const aws = createTlsServer({ ...certificate }, (client) => join(client, connect(s3, '127.0.0.1')));
  // Clients that do not trust the certificate hang up.
  aws.on('tlsClientError', () => undefined);
  const awsPort = await listen(aws);

  const server = createServer();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('connect', ({ url = '', headers }: IncomingMessage, client: Socket) => {
    hosts.add(url);
    const login = headers['proxy-authorization'];
    if (login !== undefined) logins.add(Buffer.from(login.replace('Basic ', ''), 'base64').toString());
    const code = answer(url);
    if (code === 'hang-up') return void client.destroy();
    client.write(`HTTP/1.1 ${code} Answer\r\n\r\n`);
    if (code === 200) join(client, connect(url.endsWith(':443') ? awsPort : s3, '127.0.0.1'));
    else client.end();
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    hosts,
    logins,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([server, aws].map((one) => once(one.close(), 'close')));
    },
  };
}

function join(client: Socket, upstream: Socket): void {
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
    one.pipe(other);
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
