/** An SSH connection through which connections to Redshift go. Opened when the first is needed, and again when it was lost. */
import { createPrivateKey } from 'node:crypto';
import { Duplex } from 'node:stream';
import { Client, type ClientChannel, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import { LoadError, messageOf } from '../errors.ts';

export interface TunnelSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** PEM or OpenSSH text. */
  readonly privateKey: string | undefined;
  readonly passphrase: string | undefined;
  readonly password: string | undefined;
  readonly hostKeys: HostKeyCheck;
  readonly timeoutMs: number;
}

/** Verifies the SSH server by its host key. */
interface HostKeyCheck {
  /** The types of its known keys, such as `ssh-ed25519`. */
  readonly types: readonly string[];
  /** Why a server with this key is not accepted; undefined if it is. */
  refusalOf(key: Buffer): string | undefined;
}

export interface Tunnel {
  /** A connection from the SSH server to this address. Throws LoadError. */
  open(host: string, port: number): Promise<Duplex>;
  close(): void;
}

const KEEPALIVE_MS = 30_000;

/** SQLSTATE of a connection that was lost or could not be opened. The load is tried again. */
const LOST = '08006';

/** One SSH connection. */
interface Link {
  readonly client: Client;
  /** Resolves when it is logged in. */
  readonly ready: Promise<void>;
  close(): void;
}

export function openTunnel(settings: TunnelSettings): Tunnel {
  let link: Link | undefined;
  let isClosed = false;

  const connected = async (): Promise<Client> => {
    if (link === undefined) {
      const opened = connect(settings);
      opened.client.once('close', () => {
        if (link === opened) link = undefined;
      });
      link = opened;
    }
    const { client, ready } = link;
    await ready;
    return client;
  };

  return {
    async open(host, port) {
      if (isClosed) throw new LoadError('The SSH tunnel is closed');
      return forward(await connected(), settings, host, port);
    },
    close() {
      isClosed = true;
      link?.close();
    },
  };
}

/** Throws LoadError for a key that cannot be used. */
function connect(settings: TunnelSettings): Link {
  const client = new Client();
  let refusal: string | undefined;
  const options: ConnectConfig = {
    host: settings.host,
    port: settings.port,
    username: settings.user,
    readyTimeout: settings.timeoutMs,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: 3,
    ...(settings.password === undefined ? {} : { password: settings.password }),
    algorithms: algorithms(settings.hostKeys),
    hostVerifier: (key: Buffer) => {
      refusal = settings.hostKeys.refusalOf(key);
      return refusal === undefined;
    },
  };
  let isReady = false;
  const ready = new Promise<void>((resolve, reject) => {
    client.once('ready', () => {
      isReady = true;
      resolve();
    });
    client.on('error', (error) => {
      reject(connectError(settings, refusal, error));
      client.destroy();
    });
    client.once('close', () =>
      reject(connectError(settings, refusal, new Error('the server closed the connection'))),
    );
  });
  // The callers that wait for it handle the rejection.
  ready.catch(() => undefined);
  try {
    // Keys are read before anything is sent.
    client.connect({ ...options, ...keyOf(settings) });
  } catch (error) {
    throw keyError(settings, error);
  }
  return { client, ready, close: () => (isReady ? client.end() : client.destroy()) };
}

/** ssh2 reads PEM in the forms of PKCS #1 and SEC 1; what openssl writes today is PKCS #8. */
function keyOf({ privateKey, passphrase }: TunnelSettings): Pick<ConnectConfig, 'privateKey' | 'passphrase'> {
  if (privateKey === undefined) return {};
  const decryption = passphrase === undefined ? {} : { passphrase };
  if (!/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(privateKey)) return { privateKey, ...decryption };
  if (passphrase === undefined && privateKey.includes('ENCRYPTED'))
    throw new Error('no passphrase was given');
  const key = createPrivateKey({ key: privateKey, ...decryption });
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { privateKey: key.export({ type: 'pkcs1', format: 'pem' }) };
    case 'ec':
      return { privateKey: key.export({ type: 'sec1', format: 'pem' }) };
    default:
      throw new Error(
        `in PKCS #8 it may be of RSA or ECDSA, not of ${key.asymmetricKeyType ?? 'another kind'}`,
      );
  }
}

function forward(client: Client, settings: TunnelSettings, host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      reject(forwardError(settings, host, port, new Error('no answer came')));
    }, settings.timeoutMs);
    const answered = (error: Error | undefined, channel?: ClientChannel): void => {
      clearTimeout(deadline);
      if (channel) resolve(prompt(channel));
      else reject(forwardError(settings, host, port, error ?? new Error('there is no channel')));
    };
    try {
      client.forwardOut('127.0.0.1', 0, host, port, answered);
    } catch (error) {
      // It was lost, and that is not known yet.
      answered(error as Error);
    }
  });
}

/** A channel that ends at once and with the error when it is destroyed; ssh2's own waits for the server, and forgets the error. */
function prompt(channel: ClientChannel): Duplex {
  const destroy = (error?: Error): Duplex => {
    channel.close();
    return Duplex.prototype.destroy.call(channel, error);
  };
  return Object.assign(channel, { destroy });
}

/**
 * The defaults of ssh2 without SHA-1, which OpenSSH has not offered for host keys since 8.8. A server has a key of each type, so the
 * types of its known keys come first, as in OpenSSH.
 */
function algorithms(keys: HostKeyCheck): NonNullable<ConnectConfig['algorithms']> {
  const types = new Set(keys.types.flatMap((type) => (type === 'ssh-rsa' ? RSA : [type])));
  const first = HOST_KEY_TYPES.filter((type) => types.has(type));
  return {
    serverHostKey: { remove: ['ssh-rsa', ...first], prepend: first, append: [] },
    hmac: { remove: ['hmac-sha1', 'hmac-sha1-etm@openssh.com'], prepend: [], append: [] },
  };
}

/** Signatures with a key of type `ssh-rsa` (RFC 8332). */
const RSA = ['rsa-sha2-512', 'rsa-sha2-256'];

const HOST_KEY_TYPES: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

function keyError({ passphrase }: TunnelSettings, error: unknown): LoadError {
  const message = messageOf(error);
  const encrypted =
    passphrase === undefined
      ? 'it is encrypted; set ssh_private_key_passphrase to its passphrase'
      : 'ssh_private_key_passphrase is not its passphrase';
  const advice = /passphrase|decrypt/i.test(message)
    ? encrypted
    : 'it must be a private key in PEM or OpenSSH form';
  return new LoadError(`Cannot use ssh_private_key: ${advice} (${message})`, { cause: error });
}

const CONNECT_ADVICE: Readonly<Record<string, string>> = {
  'client-timeout': 'no answer came; check ssh_host, ssh_port and the network path',
  ECONNREFUSED: 'nothing listens there; check ssh_host and ssh_port',
  ENOTFOUND: 'the host name is unknown; check ssh_host',
};

/** What ssh2 adds to an error: where it happened, and what a socket says or, as a number, why the server took its leave. */
type SshError = Error & { readonly level?: string; readonly code?: string | number };

function connectError(
  { host, port, user, password }: TunnelSettings,
  refusal: string | undefined,
  error: SshError,
): LoadError {
  const where = `Cannot open the SSH tunnel through ${host}:${port} as "${user}"`;
  if (refusal !== undefined) return new LoadError(`${where}: ${refusal}`, { cause: error });
  if (/no matching .*(algorithm|format|cipher|MAC)/i.test(error.message)) {
    return new LoadError(
      `${where}: the server has no algorithm in common with this program, which does not accept SHA-1 and other outdated ones; update the SSH server (${error.message})`,
      { cause: error },
    );
  }
  if (error.level === 'client-authentication') {
    const what = password === undefined ? 'ssh_private_key' : 'ssh_password';
    return new LoadError(`${where}: the login was refused; check ssh_user and ${what} (${error.message})`, {
      cause: error,
    });
  }
  const words = error.message || String(error.code ?? '');
  const advice = CONNECT_ADVICE[error.code ?? ''] ?? CONNECT_ADVICE[error.level ?? ''];
  return new LoadError(`${where}: ${advice === undefined ? words : `${advice} (${words})`}`, {
    // A server that gives a reason means it.
    ...(typeof error.code === 'number' ? {} : { sqlstate: error.code ?? LOST }),
    cause: error,
  });
}

/** RFC 4254, "Opening a Channel": the server must not, or it could not. */
const PROHIBITED = 1;
const CONNECT_FAILED = 2;

function forwardError(
  { host: through }: TunnelSettings,
  host: string,
  port: number,
  error: Error & { readonly reason?: unknown },
): LoadError {
  const advice =
    error.reason === PROHIBITED
      ? 'it forbids that; allow TCP forwarding there (AllowTcpForwarding, PermitOpen)'
      : 'there is no way from there; check hostname and port, and the security group of the cluster';
  const words = error.message.replace(/^\(SSH\) Channel open failure: ?/, '');
  // A cluster that starts again refuses for a while.
  const isPassing = error.reason === undefined || error.reason === CONNECT_FAILED;
  return new LoadError(
    `Cannot reach ${host}:${port} through the SSH server ${through}: ${advice}${words && ` (${words})`}`,
    { ...(isPassing ? { sqlstate: LOST } : {}), cause: error },
  );
}
