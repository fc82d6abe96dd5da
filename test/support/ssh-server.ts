/** An SSH server on this machine that forwards connections for one user with one key, and for nobody else. */
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { connect, type AddressInfo } from 'node:net';
import ssh2, { type Connection, type ParsedKey } from 'ssh2';

export interface SshServer {
  readonly port: number;
  close(): void;
}

/** A private key in PEM. */
export function newPrivateKey(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: {
      type: 'sec1',
      format: 'pem',
      ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }),
    },
  });
  return privateKey;
}

/** Who logs in as this is hung up on. */
export const UNWELCOME = 'unwelcome';

export async function startSshServer(
  user: string,
  privateKey: string,
  passphrase?: string,
): Promise<SshServer> {
  const key = ssh2.utils.parseKey(privateKey, passphrase) as ParsedKey;
  const clients = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [newPrivateKey()] }, (client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
    client.on('authentication', (attempt) => {
      if (attempt.username === UNWELCOME) return void client.end();
      const isRight =
        attempt.method === 'publickey' &&
        attempt.username === user &&
        attempt.key.data.equals(key.getPublicSSH()) &&
        // Without a signature it only asks whether the key would do.
        (!attempt.signature || key.verify(attempt.blob ?? '', attempt.signature, attempt.hashAlgo));
      if (isRight) attempt.accept();
      else attempt.reject(['publickey', 'password']);
    });
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const socket = connect(destPort, destIP);
      socket.once('error', () => reject());
      socket.once('connect', () => {
        const channel = accept();
        socket.on('error', () => channel.destroy());
        channel.on('error', () => socket.destroy());
        channel.pipe(socket).pipe(channel);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const client of clients) client.end();
    },
  };
}
