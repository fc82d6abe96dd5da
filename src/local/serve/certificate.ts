/**
 * The certificate that the local SQL endpoint shows: self-signed, valid for localhost, 127.0.0.1 and the address that the
 * endpoint listens on, and kept in the
 * warehouse's folder so that a configuration made from it stays valid from run to run.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** A certificate and its key in PEM; the certificate is also the authority to trust (`sslrootcert`). */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const CERTIFICATE_FILE = 'server.crt';
const KEY_FILE = 'server.key';
const VALID_YEARS = 10;

/** The certificate kept in `dir`, made at the first call, when it has expired, or when it is not valid for `host`. */
export async function keepCertificate(dir: string, host = '127.0.0.1'): Promise<Certificate> {
  const [certificateFile, keyFile] = [join(dir, CERTIFICATE_FILE), join(dir, KEY_FILE)];
  if (existsSync(certificateFile) && existsSync(keyFile)) {
    const kept = { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    const certificate = new X509Certificate(kept.cert);
    if (Date.parse(certificate.validTo) > Date.now() && covers(certificate, host)) return kept;
  }
  const made = await makeCertificate(host);
  writeFileSync(keyFile, made.key, { mode: 0o600 });
  writeFileSync(certificateFile, made.cert, { mode: 0o644 });
  return made;
}

function covers(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

async function makeCertificate(host: string): Promise<Certificate> {
  const { generate } = await import('./self-signed.ts');
  const end = new Date();
  end.setUTCFullYear(end.getUTCFullYear() + VALID_YEARS);
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: end,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          ...(['localhost', '127.0.0.1'].includes(host) ? [] : [nameOf(host)]),
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

function nameOf(
  host: string,
): { readonly type: 2; readonly value: string } | { readonly type: 7; readonly ip: string } {
  return isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };
}
