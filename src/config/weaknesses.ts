/** Connections that are less protected than they could be, one sentence for each. A run with them goes on. */
import { isIP } from 'node:net';
import type { Config } from './options.ts';

/** `env` is that of the process. */
export function weaknesses(config: Config, env: NodeJS.Dict<string>): string[] {
  return [...redshiftWeakness(config), ...plainEndpoints(config, env), ...uncheckedTls(env)];
}

function redshiftWeakness({ sslmode, hostname }: Config): string[] {
  if (isLoopback(hostname)) return [];
  switch (sslmode) {
    case 'disable':
      return [
        'sslmode is "disable": password and data go to Redshift unencrypted, and everyone on the way can read them; set it to verify-full',
      ];
    case 'require':
      return [
        'sslmode is "require": the certificate of Redshift is not checked, so that another server can take its place; set it to verify-full',
      ];
    default:
      return [];
  }
}

/** In the environment, the SDK of AWS finds an address for all services and one for each (AWS SDKs guide, "Service-specific endpoints"). */
const ENDPOINTS = ['', '_S3', '_STS', '_REDSHIFT', '_REDSHIFT_SERVERLESS', '_SECRETS_MANAGER'].map(
  (service) => `AWS_ENDPOINT_URL${service}`,
);

function plainEndpoints({ s3_endpoint }: Config, env: NodeJS.Dict<string>): string[] {
  const addresses = [['s3_endpoint', s3_endpoint], ...ENDPOINTS.map((name) => [name, env[name]])] as const;
  return addresses.flatMap(([name, address]) =>
    address !== undefined && isPlain(address)
      ? [
          `${name} begins with http: what is sent there is not encrypted, and everyone on the way can read it; use https`,
        ]
      : [],
  );
}

function isPlain(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !isLoopback(hostname);
}

/** Node takes no other text for it. It does not count for Redshift, whose certificate `sslmode` speaks of. */
function uncheckedTls(env: NodeJS.Dict<string>): string[] {
  return env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
    ? [
        'NODE_TLS_REJECT_UNAUTHORIZED is 0: certificates of AWS are not checked, so that everyone on the way can read and change what is sent there; for a CA of your own set AWS_CA_BUNDLE instead',
      ]
    : [];
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
