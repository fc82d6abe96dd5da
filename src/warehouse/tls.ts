/** How the connection to Redshift is encrypted and its certificate verified. */
import type { ConnectionOptions } from 'node:tls';

export type SslMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

interface TlsSettings {
  readonly sslmode: SslMode;
  /** PEM text; Node's own list if undefined. */
  readonly sslCa: string | undefined;
}

/** Options of Node; false for a connection that is not encrypted. */
export function tls({ sslmode, sslCa }: TlsSettings): boolean | ConnectionOptions {
  const ca = sslCa === undefined ? {} : { ca: sslCa };
  switch (sslmode) {
    case 'disable':
      return false;
    case 'require':
      return { ...ca, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true };
  }
}
