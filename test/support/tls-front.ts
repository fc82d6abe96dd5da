/** Certificates of an authority of the test's own, and servers in front of a warehouse that show them, or none. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as secure, createSecureContext, TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const DAY = 86_400_000;

/** An authority by which certificates are signed. */
export async function newAuthority(name: string): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** For DNS names and IPv4 addresses; signed by itself without an authority. Days count from now. */
export async function newCertificate(
  names: readonly string[],
  { by, from = -1, to = 1 }: { readonly by?: Certificate; readonly from?: number; readonly to?: number } = {},
): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + from * DAY),
    notAfterDate: new Date(Date.now() + to * DAY),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
        ),
      },
    ],
    ...(by && { ca: by }),
  });
  return { cert: made.cert, key: made.private };
}

export interface Front {
  readonly port: number;
  /** How many connections have come. */
  readonly connections: number;
  /** What clients have sent in clear text. */
  readonly readable: Buffer;
  close(): void;
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Speaks TLS with the certificate, or only clear text without one, and hands all on to the warehouse at `port`. */
export async function startFront(port: number, certificate: Certificate | undefined): Promise<Front> {
  const secureContext = certificate && createSecureContext(certificate);
  const sockets = new Set<Socket>();
  const clear: Buffer[] = [];
  let connections = 0;

  const serve = async (client: Socket): Promise<void> => {
    const server = await connectTls(port);
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    const [first] = (await once(client, 'data')) as [Buffer];
    const asksForTls = first.equals(SSL_REQUEST);
    if (asksForTls) client.write(secureContext ? 'S' : 'N');
    if (asksForTls && secureContext) {
      const inside = new TLSSocket(client, { isServer: true, secureContext });
      inside.on('error', () => client.destroy());
      inside.pipe(server).pipe(inside);
    } else {
      if (!asksForTls) client.unshift(first);
      client.on('data', (chunk: Buffer) => clear.push(chunk));
      client.pipe(server).pipe(client);
    }
  };

  const listener = createServer((client) => {
    connections += 1;
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    // A client that leaves before it has said anything.
    serve(client).catch(() => client.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get readable() {
      return Buffer.concat(clear);
    },
    close: () => {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function connectTls(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(SSL_REQUEST);
  await once(socket, 'data');
  return secure({ socket, rejectUnauthorized: false });
}
