/**
 * Whether trying a whole load again can help. One table over SQLSTATE, message and detail, because Redshift reports
 * serialization conflicts, data errors and S3 errors all as XX000 (redshift facts: F).
 */
import { LoadError } from '../errors.ts';

/** Connection lost or refused, too many connections, shutdown, serialization, deadlock. */
const STATES = /^(08...|53300|57P0[123]|40001|40P01)$/;

/** What services of AWS say that are busy, after the SDK has tried several times. */
const BUSY =
  /^(TimeoutError|Throttling(Exception)?|TooManyRequestsException|RequestLimitExceeded|SlowDown|InternalError|InternalFailure|ServiceUnavailable)$/;

/** What sockets and name servers say while a cluster restarts or fails over. */
const SOCKET = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

const MESSAGES: readonly RegExp[] = [
  /^(ERROR:\s*)?1023\b|Serializable isolation violation/,
  /conflict with concurrent transaction/,
  /could not open relation with OID/,
  /^(ERROR:\s*)?1018\b/,
  /deadlock detected/,
  /S3ServiceException:[^]*(Status 5\d\d|SlowDown|RequestTimeout|InternalError)/,
  /resize mode/,
];

export function isTransient(error: unknown): boolean {
  if (!(error instanceof LoadError)) return false;
  const { sqlstate = '', detail = '' } = error;
  if (STATES.test(sqlstate) || SOCKET.test(sqlstate) || BUSY.test(sqlstate)) return true;
  return MESSAGES.some((pattern) => pattern.test(causeMessage(error)) || pattern.test(detail));
}

/** The server's own words: the LoadError's sentence begins with ours. */
function causeMessage(error: LoadError): string {
  return error.cause instanceof Error ? error.cause.message : '';
}
