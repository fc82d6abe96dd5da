/**
 * Temporary errors: another attempt may succeed. One table, because Redshift reports serialization conflicts, data errors and S3
 * errors all as XX000, so that only the message distinguishes them. docs/retries.md shows the same table.
 */
import { LoadError } from '../errors.ts';

/** Who is waited for. COPY may fail to read the bucket while this program can still write to it. */
export type Service = 'Redshift' | 'S3' | 'S3, which COPY reads' | 'AWS';

export interface Passing {
  /** What it is, in the words of the documentation. */
  readonly what: string;
  /**
   * `outage`: a service is away or busy. `conflict`: another transaction was in the way. `expired`: credentials ended; they are
   * requested again once.
   */
  readonly kind: 'outage' | 'conflict' | 'expired';
  /** Omitted: the service that reported the error. */
  readonly service?: Service;
  /** The SQLSTATE, or the code of S3, of AWS or of the network. */
  readonly code?: RegExp;
  /** In the message or the detail of the server, never in our own sentence, which contains names. */
  readonly words?: RegExp;
  /** The HTTP status of an answer of AWS. */
  readonly status?: RegExp;
  /** The page of AWS or PostgreSQL; `observed` if none describes it. */
  readonly source: string;
}

const SQLSTATES = 'PostgreSQL, Appendix A. Error Codes';
const SERIALIZABLE = 'Redshift Database Developer Guide, Serializable isolation';
const S3_ERRORS = 'Amazon S3 API Reference, Error responses';

export const PASSING: readonly Passing[] = [
  { what: 'the connection is lost or rejected', kind: 'outage', code: /^08...$/, source: SQLSTATES },
  { what: 'there are too many connections', kind: 'outage', code: /^53300$/, source: SQLSTATES },
  {
    what: 'the server shuts down, has crashed or starts',
    kind: 'outage',
    code: /^57P0[123]$/,
    source: SQLSTATES,
  },
  {
    what: 'the cluster is being resized',
    kind: 'outage',
    words: /resize mode/,
    source: 'Redshift Management Guide, Resizing a cluster (classic resize)',
  },
  {
    what: 'a serialization failure or a deadlock',
    kind: 'conflict',
    code: /^(40001|40P01)$/,
    source: SQLSTATES,
  },
  {
    what: 'error 1023, a serializable isolation violation',
    kind: 'conflict',
    words: /^(ERROR:\s*)?1023\b|Serializable isolation violation/,
    source: SERIALIZABLE,
  },
  {
    what: 'a conflict under snapshot isolation',
    kind: 'conflict',
    words: /conflict with concurrent transaction/,
    source: SERIALIZABLE,
  },
  {
    what: 'a deadlock that has no code of its own',
    kind: 'conflict',
    words: /deadlock detected/,
    source: 'observed',
  },
  {
    what: 'error 1018, or a table that another transaction has just replaced',
    kind: 'conflict',
    words: /^(ERROR:\s*)?1018\b|could not open relation with OID/,
    source: SERIALIZABLE,
  },
  {
    what: 'COPY: S3 is busy or failed (500, 503, SlowDown, RequestTimeout)',
    kind: 'outage',
    service: 'S3, which COPY reads',
    words: /S3ServiceException:[^]*(Status 5\d\d|SlowDown|RequestTimeout|InternalError)/,
    source: S3_ERRORS,
  },
  {
    what: 'COPY: S3 cannot be reached (S3CurlException with CanRetry 1)',
    kind: 'outage',
    service: 'S3, which COPY reads',
    words: /S3CurlException:[^]*CanRetry 1\b/,
    source: 'observed',
  },
  {
    what: 'COPY: a request to S3 failed (S3 Query Exception: connection failed, 5xx, SlowDown)',
    kind: 'outage',
    service: 'S3, which COPY reads',
    words: /S3 ?Query ?Exception[^]*(Connection failed|retries exceeded|HTTP 5\d\d|SlowDown)/i,
    source: 'Redshift Database Developer Guide, Troubleshooting queries in Amazon Redshift Spectrum',
  },
  {
    what: 'COPY: AWS is asked for the credentials of a role too often',
    kind: 'outage',
    service: 'AWS',
    words: /Failed to get temporary credentials[^]*(Throttling|Rate exceeded)/i,
    source: 'observed',
  },
  {
    what: 'COPY: the credentials have expired (ExpiredToken)',
    kind: 'expired',
    words: /S3ServiceException:[^]*(Error ExpiredToken|provided token has expired)/,
    source: S3_ERRORS,
  },
  {
    what: 'the credentials have expired or were replaced (ExpiredToken, InvalidToken, TokenRefreshRequired, InvalidAccessKeyId)',
    kind: 'expired',
    code: /^(ExpiredToken(Exception)?|InvalidToken|TokenRefreshRequired|InvalidAccessKeyId)$/,
    source: S3_ERRORS,
  },
  {
    what: 'S3 or AWS is busy (SlowDown, ServiceUnavailable, InternalError, RequestTimeout, Throttling)',
    kind: 'outage',
    code: /^(SlowDown|ServiceUnavailable|InternalError|InternalFailure|RequestTimeout|RequestLimitExceeded|TooManyRequestsException|(KMS\.)?Throttling(Exception)?)$/,
    source: S3_ERRORS,
  },
  {
    what: 'S3 or AWS answers with the status 429, 500, 502, 503, 504 or 507',
    kind: 'outage',
    status: /^(429|50[0234]|507)$/,
    source: 'RFC 9110 and RFC 4918',
  },
  {
    what: 'S3: another request changes the same object (OperationAborted, ConditionalRequestConflict)',
    kind: 'conflict',
    code: /^(OperationAborted|ConditionalRequestConflict)$/,
    source: S3_ERRORS,
  },
  {
    what: 'S3: a body was damaged or cut off on its way (BadDigest, IncompleteBody, XAmzContentChecksumMismatch)',
    kind: 'outage',
    code: /^(BadDigest|IncompleteBody|XAmzContentChecksumMismatch)$/,
    source: S3_ERRORS,
  },
  {
    what: 'the clocks differ too much, which the next request corrects (RequestTimeTooSkewed)',
    kind: 'outage',
    code: /^RequestTimeTooSkewed$/,
    source: S3_ERRORS,
  },
  {
    what: 'the network fails (ECONNRESET, ECONNREFUSED, ETIMEDOUT, EPIPE, EHOSTUNREACH, ENETUNREACH, EAI_AGAIN, TimeoutError)',
    kind: 'outage',
    code: /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|TimeoutError)$/,
    source: 'Node.js, Common system errors',
  },
];

/** What the error is, if it passes. */
export function passing(error: unknown): Passing | undefined {
  if (!(error instanceof LoadError)) return undefined;
  const { sqlstate = '', detail = '' } = error;
  const message = error.cause instanceof Error ? error.cause.message : '';
  const status = statusOf(error.cause);
  return PASSING.find(
    ({ code, words, status: passingStatus }) =>
      code?.test(sqlstate) === true ||
      words?.test(message) === true ||
      words?.test(detail) === true ||
      passingStatus?.test(status) === true,
  );
}

/** Whether trying again can help by itself. */
export function isTransient(error: unknown): boolean {
  const kind = passing(error)?.kind;
  return kind === 'outage' || kind === 'conflict';
}

/** Whether new credentials can help. */
export function isExpired(error: unknown): boolean {
  return passing(error)?.kind === 'expired';
}

/** Whether nothing answers, as with a host or port that is wrong. */
export function isUnreachable(error: LoadError): boolean {
  return /^(ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|TimeoutError)$/.test(
    error.sqlstate ?? '',
  );
}

/** The HTTP status of an error of the AWS SDK; empty for any other error. */
function statusOf(error: unknown): string {
  const { httpStatusCode } =
    (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata ?? {};
  return String(httpStatusCode ?? '');
}
