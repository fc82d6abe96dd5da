/** Why there is no connection to Redshift, and what to do about it. */
import { LoadError, messageOf } from '../errors.ts';

interface Target {
  readonly hostname: string;
  readonly port: number;
  readonly database: string;
}

/** SQLSTATE of a server, or the code of a network or TLS error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const UNTRUSTED =
  'the server certificate is signed by a CA that is not trusted; set ssl_ca to its CA, for Redshift leave it unset';

const CONNECT_ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; check hostname and port, and that the cluster is not paused',
  ENOTFOUND: 'the host name is unknown; check hostname',
  EAI_AGAIN: 'the host name cannot be looked up; check hostname and the network',
  ETIMEDOUT:
    'no answer came; check the security group, the network path and that the cluster is reachable from here',
  '28000': 'the login was refused; check user and password',
  '28P01': 'the login was refused; check user and password',
  '3D000': 'the database does not exist; check database',
  '42501': 'the user may not connect to the database',
  '53300': 'the cluster has no connection left',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_HAS_EXPIRED: 'the server certificate has expired; renew it there, or check the clock here',
  CERT_NOT_YET_VALID: 'the server certificate is not valid yet; check the clock here',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the certificate is for another host name; use the endpoint name as hostname, or sslmode verify-ca',
  NO_TLS:
    'the server does not speak TLS, so password and data would be readable on the way; check port, or set sslmode to disable',
  LOGIN_METHOD:
    'the server requires a kind of login that this program does not have; give the user a password, or log in with IAM (cluster_identifier or workgroup_name)',
  NO_REDSHIFT: 'something answers there that is no Redshift; check hostname and port',
  TLS_ONLY: 'the server takes encrypted connections only; do not set sslmode to disable',
};

/** What node-postgres says in words only. */
function messageCode(message: string): string | undefined {
  if (/does not support SSL/i.test(message)) return 'NO_TLS';
  if (/error establishing an SSL connection/i.test(message)) return 'NO_REDSHIFT';
  if (/timeout/i.test(message)) return 'ETIMEDOUT';
  return /terminated|closed|given up/i.test(message) ? '08006' : undefined;
}

/** The sentence about a login that failed. */
export function connectError(error: unknown, { hostname, port, database }: Target, user: string): LoadError {
  if (error instanceof LoadError) return error;
  const message = messageOf(error);
  const code = codeOf(error) ?? messageCode(message);
  // The code is that of a wrong password.
  const advice = CONNECT_ADVICE[/, SSL off$/.test(message) ? 'TLS_ONLY' : (code ?? '')];
  return new LoadError(
    `Cannot connect to Redshift at ${hostname}:${port}, database "${database}", as "${user}": ` +
      (advice === undefined ? message : `${advice} (${message || (code ?? '')})`),
    { ...(code === undefined ? {} : { sqlstate: code }), cause: error },
  );
}
