/** Errors of S3 as LoadErrors that say which call on which object failed, and what to do. */
import { LoadError, messageOf, UNTRUSTED_ADVICE } from '../errors.ts';

const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist; create it or correct s3_bucket',
  AccessDenied: 'access is denied; --check finds out what is missing and how to grant it',
  InvalidAccessKeyId: 'the access key is unknown; correct aws_access_key_id, or the AWS profile',
  SignatureDoesNotMatch: 'the signature does not match; correct aws_secret_access_key',
  ExpiredToken: 'the session token has expired; renew aws_session_token, or log in to AWS again',
  PermanentRedirect: 'the bucket is in another region; correct s3_region',
  AuthorizationHeaderMalformed: 'the bucket is in another region; correct s3_region',
  CredentialsProviderError:
    'no AWS credentials were found; set aws_access_key_id and aws_secret_access_key, aws_profile, or run where a role is available',
  ECONNREFUSED: 'nothing listens there; check s3_endpoint and the network',
  ENOTFOUND: 'the host is unknown; correct s3_endpoint or s3_region',
  EAI_AGAIN: 'the host name cannot be looked up; check s3_endpoint and the network',
  ...UNTRUSTED_ADVICE,
};

/** For reading an object of any bucket. */
export const READ_ADVICE: typeof ADVICE = {
  ...ADVICE,
  NoSuchKey: 'there is no such object',
  NoSuchBucket: 'the bucket does not exist',
  AccessDenied:
    'access is denied; the identity needs s3:GetObject on the bucket (without s3:ListBucket a missing object looks the same)',
  PreconditionFailed: 'it was replaced while it was being read',
};

/** `what` could not be done because of `error`. The words of S3 stay: they name the action that is denied, or the key of KMS. */
export function explain(what: string, error: unknown, advices = ADVICE): LoadError {
  if (error instanceof LoadError) return error;
  const name = error instanceof Error ? error.name : '';
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : name;
  const advice = name === 'ProxyError' ? undefined : (advices[name] ?? advices[code]);
  const words = messageOf(error).replace(/\s+/g, ' ').trim();
  const reason = advice === undefined ? words || name : `${advice} (${named(name, code, words)})`;
  return new LoadError(`Cannot ${what}: ${reason}`, { sqlstate: code, service: 'S3', cause: error });
}

/** `AccessDenied: Access Denied`; without the code where the words have it. */
function named(name: string, code: string, words: string): string {
  const label = name === 'Error' ? code : name || code;
  return words === '' || words.includes(label) ? words || label : `${label}: ${words}`;
}
