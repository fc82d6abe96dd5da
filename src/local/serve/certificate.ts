/**
 * The certificate that the local SQL endpoint shows: self-signed, valid for localhost and 127.0.0.1, and kept in the
 * warehouse's folder so that a configuration made from it stays valid from run to run.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key in PEM; the certificate is also the authority to trust (`sslrootcert`). */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const CERTIFICATE_FILE = 'server.crt';
const KEY_FILE = 'server.key';
const VALID_YEARS = 10;

/** The certificate kept in `dir`, made at the first call or when it has expired. */
export async function keepCertificate(dir: string): Promise<Certificate> {
  const [certificateFile, keyFile] = [join(dir, CERTIFICATE_FILE), join(dir, KEY_FILE)];
  if (existsSync(certificateFile) && existsSync(keyFile)) {
    const kept = { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    if (Date.parse(new X509Certificate(kept.cert).validTo) > Date.now()) return kept;
  }
  const made = await makeCertificate();
  writeFileSync(keyFile, made.key, { mode: 0o600 });
  writeFileSync(certificateFile, made.cert, { mode: 0o644 });
  return made;
}

async function makeCertificate(): Promise<Certificate> {
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
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}
