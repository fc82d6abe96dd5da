/** An SSH connection through which connections to Redshift go. Opened when the first is needed, and again when it was lost. */
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Client, type ConnectConfig } from 'ssh2';
import { LoadError, messageOf } from '../errors.ts';

export interface TunnelSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** PEM or OpenSSH text. */
  readonly privateKey: string | undefined;
  readonly passphrase: string | undefined;
  readonly password: string | undefined;
  /** `SHA256:...`; any server is accepted without it. */
  readonly fingerprint: string | undefined;
  readonly timeoutMs: number;
  /** Is told the server's fingerprint when there is none to compare it with. */
  readonly onUnknownServer: (fingerprint: string) => void;
}

export interface Tunnel {
  /** A connection from the SSH server to this address. Throws LoadError. */
  open(host: string, port: number): Promise<Duplex>;
  close(): void;
}

const KEEPALIVE_MS = 30_000;

export function openTunnel(settings: TunnelSettings): Tunnel {
  let client: Promise<Client> | undefined;
  let isClosed = false;

  const connected = (): Promise<Client> => {
    client ??= connect(settings, () => (client = undefined)).catch((error: unknown) => {
      client = undefined;
      throw error;
    });
    return client;
  };

  return {
    async open(host, port) {
      if (isClosed) throw new LoadError('The SSH tunnel is closed');
      const through = await connected();
      return new Promise((resolve, reject) => {
        through.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          if (error === undefined) resolve(channel);
          else reject(forwardError(settings, host, port, error));
        });
      });
    },
    close() {
      isClosed = true;
      void client?.then(
        (open) => open.end(),
        () => undefined,
      );
    },
  };
}

function connect(settings: TunnelSettings, onClose: () => void): Promise<Client> {
  const client = new Client();
  let seen: string | undefined;
  const options: ConnectConfig = {
    host: settings.host,
    port: settings.port,
    username: settings.user,
    readyTimeout: settings.timeoutMs,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: 3,
    ...(settings.privateKey === undefined ? {} : { privateKey: settings.privateKey }),
    ...(settings.passphrase === undefined ? {} : { passphrase: settings.passphrase }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    hostVerifier: (key: Buffer) => {
      seen = fingerprintOf(key);
      if (settings.fingerprint === undefined) settings.onUnknownServer(seen);
      return settings.fingerprint === undefined || sameFingerprint(seen, settings.fingerprint);
    },
  };
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.on('error', (error) => reject(connectError(settings, seen, error)));
    client.once('close', () => {
      onClose();
      // The server may hang up before it has let anybody in, which ssh2 takes for no error.
      reject(connectError(settings, seen, new Error('the server closed the connection')));
    });
    try {
      client.connect(options);
    } catch (error) {
      // Keys are read before anything is sent.
      reject(keyError(error));
    }
  });
}

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function sameFingerprint(seen: string, expected: string): boolean {
  return seen === expected.replace(/=+$/, '');
}

function keyError(error: unknown): LoadError {
  const message = messageOf(error);
  const advice = /passphrase|decrypt|integrity/i.test(message)
    ? 'it is encrypted; set ssh_private_key_passphrase to its passphrase'
    : 'it must be a private key in PEM or OpenSSH form';
  return new LoadError(`Cannot use ssh_private_key: ${advice} (${message})`, { cause: error });
}

function connectError(
  { host, port, user, fingerprint, password }: TunnelSettings,
  seen: string | undefined,
  error: Error & { readonly level?: string; readonly code?: string },
): LoadError {
  const where = `Cannot open the SSH tunnel through ${host}:${port} as "${user}"`;
  if (fingerprint !== undefined && seen !== undefined && !sameFingerprint(seen, fingerprint)) {
    return new LoadError(
      `${where}: the server has the fingerprint ${seen}, ssh_host_fingerprint says ${fingerprint}; it is another server, or its key was changed`,
      { cause: error },
    );
  }
  const what = password === undefined ? 'ssh_private_key' : 'ssh_password';
  const advice: Readonly<Record<string, string>> = {
    'client-authentication': `the login was refused; check ssh_user and ${what}`,
    'client-timeout': 'no answer came; check ssh_host, ssh_port and the network path',
    ECONNREFUSED: 'nothing listens there; check ssh_host and ssh_port',
    ENOTFOUND: 'the host name is unknown; check ssh_host',
    EAI_AGAIN: 'the host name cannot be looked up; check ssh_host and the network',
  };
  const reason = advice[error.code ?? ''] ?? advice[error.level ?? ''];
  return new LoadError(`${where}: ${reason === undefined ? error.message : `${reason} (${error.message})`}`, {
    cause: error,
  });
}

function forwardError(
  { host: through }: TunnelSettings,
  host: string,
  port: number,
  error: Error,
): LoadError {
  return new LoadError(
    `Cannot reach ${host}:${port} through the SSH server ${through}: it refused the connection; check hostname and port, the security group of the cluster, and that the server allows TCP forwarding (${error.message})`,
    { cause: error },
  );
}
