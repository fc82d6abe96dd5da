/**
 * Reads who a request claims to be from, in the Authorization header or in a presigned query, and checks whatever of the
 * claim can be checked without a secret: form, time, region, and that every header that matters is signed.
 */
import { s3Error, type S3Error } from '../errors.ts';
import type { SignedRequest } from '../http/request.ts';

/** Where and when a signature holds. */
interface Scope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What a request says of its sender, not yet verified. */
export interface Claim extends Scope {
  readonly timestamp: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payload: string;
  readonly sessionToken: string | undefined;
  readonly presigned: boolean;
}

/** The only signing algorithm that the server takes. */
export const signingAlgorithm = 'AWS4-HMAC-SHA256';

const maximumSkewMs = 15 * 60 * 1000;
const maximumExpirySeconds = 7 * 24 * 3600;

/** Milliseconds since 1970 of `20260102T030405Z`, undefined when it is not such a time. */
function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function malformed(
  presigned: boolean,
  problem: string,
  elements: Readonly<Record<string, string>> = {},
): Error {
  return presigned
    ? s3Error('AuthorizationQueryParametersError', {
        message: `Error parsing the X-Amz-Credential parameter; ${problem}`,
        elements,
      })
    : s3Error('AuthorizationHeaderMalformed', {
        message: `The authorization header is malformed; ${problem}`,
        elements,
      });
}

function parseScope(credential: string, presigned: boolean): Scope {
  const parts = credential.split('/');
  const [terminator, service, region, date] = parts.slice(-4).reverse();
  const accessKeyId = parts.slice(0, -4).join('/');
  if (
    accessKeyId === '' ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    terminator !== 'aws4_request'
  ) {
    throw malformed(
      presigned,
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  return { accessKeyId, date, region, service };
}

function readHeaderClaim(request: SignedRequest, authorization: string): Claim {
  if (!authorization.startsWith(`${signingAlgorithm} `)) {
    throw s3Error('InvalidRequest', {
      message: `The authorization mechanism you have provided is not supported. Please use ${signingAlgorithm}.`,
    });
  }
  const fields = new Map(
    authorization
      .slice(signingAlgorithm.length)
      .split(',')
      .map((field) => {
        const [name = '', ...value] = field.trim().split('=');
        return [name, value.join('=')] as const;
      }),
  );
  const credential = fields.get('Credential');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    throw malformed(false, 'it needs Credential, SignedHeaders and Signature.');
  }
  const payload = request.payload ?? request.headers.get('x-amz-content-sha256');
  if (payload === undefined) {
    throw s3Error('InvalidRequest', {
      message: 'Missing required header for this request: x-amz-content-sha256',
    });
  }
  return {
    ...parseScope(credential, false),
    timestamp: request.headers.get('x-amz-date') ?? '',
    signedHeaders: signedHeaders.split(';'),
    signature,
    payload,
    sessionToken: request.headers.get('x-amz-security-token'),
    presigned: false,
  };
}

function readQueryClaim(query: ReadonlyMap<string, string>): Claim {
  const credential = query.get('X-Amz-Credential');
  const signedHeaders = query.get('X-Amz-SignedHeaders');
  const signature = query.get('X-Amz-Signature');
  const timestamp = query.get('X-Amz-Date');
  const expires = query.get('X-Amz-Expires');
  if (
    query.get('X-Amz-Algorithm') !== signingAlgorithm ||
    credential === undefined ||
    signedHeaders === undefined ||
    signature === undefined ||
    timestamp === undefined ||
    expires === undefined
  ) {
    throw s3Error('AuthorizationQueryParametersError', {
      message:
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    });
  }
  const seconds = /^\d{1,9}$/.test(expires) ? Number(expires) : NaN;
  if (!(seconds <= maximumExpirySeconds)) {
    throw s3Error('AuthorizationQueryParametersError', {
      message:
        'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    });
  }
  const start = parseTimestamp(timestamp) ?? 0;
  if (Date.now() > start + seconds * 1000) throw s3Error('AccessDenied', { message: 'Request has expired' });
  if (Date.now() < start - maximumSkewMs)
    throw s3Error('AccessDenied', { message: 'Request is not yet valid' });
  return {
    ...parseScope(credential, true),
    timestamp,
    signedHeaders: signedHeaders.split(';'),
    signature,
    payload: 'UNSIGNED-PAYLOAD',
    sessionToken: query.get('X-Amz-Security-Token'),
    presigned: true,
  };
}

/** Where requests may go. */
export interface Regions {
  /** The server's own. */
  readonly own: string;
  /** Those in which the server has an endpoint: its own and those of its buckets. */
  readonly served: ReadonlySet<string>;
  /** The bucket of the request, if it exists. */
  readonly bucket?: { readonly name: string; readonly region: string };
}

/** Requests go to this region by default, and it tells the right one instead of redirecting. */
const defaultRegion = 'us-east-1';

/** A request has reached the endpoint of the region that it is signed for. */
function checkRegion({ region, presigned }: Claim, { own, served, bucket }: Regions): void {
  const expected = bucket?.region ?? own;
  if (region === expected || (bucket === undefined && served.has(region))) return;
  if (bucket !== undefined && served.has(region) && region !== defaultRegion) throw redirect(bucket);
  throw malformed(presigned, `the region '${region}' is wrong; expecting '${expected}'`, {
    Region: expected,
  });
}

/** PermanentRedirect: the bucket is in another region than that of the endpoint. */
export function redirect({ name, region }: { readonly name: string; readonly region: string }): S3Error {
  return s3Error('PermanentRedirect', {
    elements: { Endpoint: `${name}.s3.${region}.amazonaws.com`, Bucket: name },
    headers: { 'x-amz-bucket-region': region },
  });
}

/** Reads the claim; throws AccessDenied for an anonymous request, and S3's codes for a malformed or expired one. */
export function readClaim(request: SignedRequest): Claim {
  const query = new Map(request.query);
  const authorization = request.headers.get('authorization');
  const presigned = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
  if (authorization !== undefined && presigned) {
    throw s3Error('InvalidArgument', {
      message:
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    });
  }
  if (presigned) return readQueryClaim(query);
  if (authorization !== undefined) return readHeaderClaim(request, authorization);
  throw s3Error('AccessDenied');
}

/**
 * Checks a claim against the clock, the region of the bucket (or of the server, when there is none) and the request's
 * headers; throws S3Error.
 */
export function checkClaim(claim: Claim, request: SignedRequest, regions: Regions): void {
  const time = parseTimestamp(claim.timestamp);
  if (time === undefined) {
    throw s3Error('AccessDenied', {
      message: 'AWS authentication requires a valid Date or x-amz-date header',
    });
  }
  if (!claim.timestamp.startsWith(claim.date)) {
    throw malformed(
      claim.presigned,
      `Invalid credential date "${claim.date}". This date is not the same as X-Amz-Date: "${claim.timestamp.slice(0, 8)}".`,
    );
  }
  if (!claim.presigned && Math.abs(Date.now() - time) > maximumSkewMs) {
    throw s3Error('RequestTimeTooSkewed', {
      elements: {
        RequestTime: claim.timestamp,
        ServerTime: new Date().toISOString(),
        MaxAllowedSkewMilliseconds: String(maximumSkewMs),
      },
    });
  }
  const { service = 's3' } = request;
  if (claim.service !== service) {
    const problem = `incorrect service "${claim.service}". This endpoint belongs to "${service}".`;
    throw malformed(claim.presigned, problem);
  }
  checkRegion(claim, regions);
  const signed = new Set(claim.signedHeaders);
  const unsigned = [...request.headers.keys()].filter(
    (name) => !signed.has(name) && (name === 'host' || name.startsWith('x-amz-')),
  );
  // A presigned query may come with an unsigned x-amz-content-sha256, which S3 passes over.
  const missing = unsigned.filter((name) => !(claim.presigned && name === 'x-amz-content-sha256'));
  if (missing.length > 0) {
    throw s3Error('AccessDenied', {
      message: 'There were headers present in the request which were not signed',
      elements: { HeadersNotSigned: missing.join(', ') },
    });
  }
}
