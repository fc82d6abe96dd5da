/** An SSH server in this process that lets one user forward connections, and says what it has seen. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import ssh2 from 'ssh2';

export const SSH_USER = 'hopper';
export const SSH_PASSWORD = 'hopper-password';
/** Who logs in as this is hung up on. */
export const UNWELCOME = 'unwelcome';

export interface SshServer {
  readonly port: number;
  /** As `ssh-keygen -lf` shows it. */
  readonly fingerprint: string;
  /** The host key as in `known_hosts`: its type and its Base64. */
  readonly publicKey: string;
  /** A private key that logs the user in. */
  readonly privateKey: string;
  /** What clients have done so far. */
  readonly seen: {
    connections: number;
    /** Methods and outcomes of logins, such as `password refused`. */
    readonly logins: string[];
    /** The most channels that were open at the same time. */
    channels: number;
  };
  /** What becomes of a wish to forward, of clients that come after this is set. */
  forwarding: 'granted' | 'forbidden' | 'unanswered';
  /** Ends all connections as they are. */
  drop(): void;
  close(): Promise<void>;
}

/** Which host key the server has, and which algorithms. */
export interface ServerOptions {
  /** PEM text; a new key of ECDSA without it. */
  readonly hostKey?: string;
  readonly algorithms?: ssh2.ServerConfig['algorithms'];
}

/** Lets the user in with the password, or with this key or one of its own. */
export async function startSshServer(
  privateKey = newPrivateKey(),
  passphrase?: string,
  { hostKey = newPrivateKey(), algorithms = {} }: ServerOptions = {},
): Promise<SshServer> {
  const allowed = parsed(privateKey, passphrase);
  const clients = new Set<ssh2.Connection>();
  const seen: SshServer['seen'] = { connections: 0, logins: [], channels: 0 };
  let channels = 0;

  const server = new ssh2.Server({ hostKeys: [hostKey], algorithms }, (client) => {
    seen.connections++;
    clients.add(client);
    client.once('close', () => clients.delete(client));
    // A client that hangs up.
    client.on('error', () => undefined);
    client.on('authentication', (login) => {
      if (login.username === UNWELCOME) return void client.end();
      const isRight = login.username === SSH_USER && mayLogIn(login, allowed);
      if (login.method !== 'none') seen.logins.push(`${login.method} ${isRight ? 'accepted' : 'refused'}`);
      if (isRight) login.accept();
      else login.reject(['publickey', 'password']);
    });
    // Without a listener, ssh2 answers that it is prohibited.
    if (state.forwarding === 'forbidden') return;
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      if (state.forwarding !== 'granted') return;
      const upstream = connect(destPort, destIP);
      upstream.once('error', () => reject());
      upstream.once('connect', () => {
        const channel = accept();
        seen.channels = Math.max(seen.channels, ++channels);
        channel.once('close', () => {
          channels--;
          upstream.destroy();
        });
        upstream.on('error', () => channel.end());
        channel.pipe(upstream).pipe(channel);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const state: SshServer = {
    port: (server.address() as AddressInfo).port,
    publicKey: `${parsed(hostKey).type} ${parsed(hostKey).getPublicSSH().toString('base64')}`,
    fingerprint: `SHA256:${createHash('sha256').update(parsed(hostKey).getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    privateKey,
    seen,
    forwarding: 'granted',
    drop: () => {
      for (const client of clients) client.end();
    },
    close: async () => {
      state.drop();
      server.close();
      await once(server, 'close');
    },
  };
  return state;
}

/** PEM text. */
export function newPrivateKey(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'sec1', format: 'pem', ...encryption }).toString();
}

function parsed(text: string, passphrase?: string): ssh2.ParsedKey {
  const key = ssh2.utils.parseKey(text, passphrase);
  if (key instanceof Error) throw key;
  return key;
}

function mayLogIn(login: ssh2.AuthContext, allowed: ssh2.ParsedKey): boolean {
  switch (login.method) {
    case 'password':
      return login.password === SSH_PASSWORD;
    case 'publickey':
      if (!login.key.data.equals(allowed.getPublicSSH())) return false;
      // Without a signature, the client asks only whether it may come with this key.
      return login.signature === undefined || allowed.verify(login.blob!, login.signature, login.hashAlgo);
    default:
      return false;
  }
}
