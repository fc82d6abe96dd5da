/** Warnings about connections that are less protected than they could be. They do not end the run. */
import { isIP } from 'node:net';
import type { Config } from './options.ts';

/** One sentence for each weakness. `env` is the environment of the process. */
export function weaknesses(config: Config, env: NodeJS.Dict<string>): string[] {
  return [...redshiftWeakness(config), ...plainEndpoints(config, env), ...uncheckedTls(env)];
}

function redshiftWeakness({ sslmode, hostname }: Config): string[] {
  if (isLoopback(hostname)) return [];
  switch (sslmode) {
    case 'disable':
      return [
        'sslmode is "disable": the password and the data are sent to Redshift unencrypted, and everyone on the network path can read them; set it to verify-full',
      ];
    case 'require':
      return [
        'sslmode is "require": the certificate of Redshift is not checked, so another server can take its place; set it to verify-full',
      ];
    default:
      return [];
  }
}

/** The AWS SDK reads an endpoint for all services and one for each service from the environment (AWS SDKs guide, "Service-specific endpoints"). */
const ENDPOINTS = ['', '_S3', '_STS', '_REDSHIFT', '_REDSHIFT_SERVERLESS', '_SECRETS_MANAGER'].map(
  (service) => `AWS_ENDPOINT_URL${service}`,
);

function plainEndpoints({ s3_endpoint }: Config, env: NodeJS.Dict<string>): string[] {
  const addresses = [['s3_endpoint', s3_endpoint], ...ENDPOINTS.map((name) => [name, env[name]])] as const;
  return addresses.flatMap(([name, address]) =>
    address !== undefined && isPlain(address)
      ? [
          `${name} begins with http: what is sent there is not encrypted, and everyone on the network path can read it; use https`,
        ]
      : [],
  );
}

function isPlain(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !isLoopback(hostname);
}

/** Node accepts only the value 0. The variable has no effect on Redshift, whose certificate is checked as `sslmode` says. */
function uncheckedTls(env: NodeJS.Dict<string>): string[] {
  return env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
    ? [
        'NODE_TLS_REJECT_UNAUTHORIZED is 0: the certificates of AWS are not checked, so everyone on the network path can read and change what is sent there; for a CA of your own, set AWS_CA_BUNDLE instead',
      ]
    : [];
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
