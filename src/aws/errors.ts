/** Errors of AWS in one sentence: what was requested, what was answered, and what to do. */
import { LoadError, messageOf, UNTRUSTED_ADVICE } from '../errors.ts';

const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'no AWS credentials were found; set aws_access_key_id and aws_secret_access_key, aws_profile, or run where a role is available',
  InvalidClientTokenId: 'the access key is unknown; correct aws_access_key_id',
  UnrecognizedClientException: 'the access key is unknown; correct aws_access_key_id',
  SignatureDoesNotMatch: 'the signature does not match; correct aws_secret_access_key',
  ExpiredToken: 'the session token has expired; renew aws_session_token',
  ExpiredTokenException: 'the session token has expired; renew aws_session_token',
  ClusterNotFound: 'there is no such cluster in that region; correct cluster_identifier or redshift_region',
  ClusterNotFoundFault:
    'there is no such cluster in that region; correct cluster_identifier or redshift_region',
  ECONNREFUSED: 'nothing listens there; check the region and the network path',
  ENOTFOUND: 'the host is unknown; check the region',
  ...UNTRUSTED_ADVICE,
  EAI_AGAIN: 'the host name cannot be looked up; check the region and the network',
};

/** The error code of AWS or of the network. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const name = error.name;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : name;
  return name === 'Error' ? code : name;
}

/** `what` completes "Cannot ...". The message of the service stays, because it names the action and resource that is denied. */
export function awsError(what: string, error: unknown, more: typeof ADVICE = {}): LoadError {
  if (error instanceof LoadError) return error;
  const code = codeOf(error);
  const words = messageOf(error).replace(/\s+/g, ' ').trim() || code;
  // The SDK gives this error no code.
  const isRegion = /^Region (is missing|not accepted)/.test(words);
  const advice = isRegion ? 'the region is unknown; set redshift_region' : (more[code] ?? ADVICE[code]);
  return new LoadError(`Cannot ${what}: ${advice === undefined ? words : `${advice} (${code}: ${words})`}`, {
    sqlstate: code,
    service: 'AWS',
    cause: error,
  });
}
