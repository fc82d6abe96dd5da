/**
 * Verifies AWS Signature Version 4 as S3 does, and prepares the chain of chunk signatures of a signed aws-chunked body.
 * The canonical URI is the path exactly as it was sent ("Authenticating Requests (AWS Signature Version 4)", Amazon S3
 * API Reference).
 */
import { createHash, createHmac } from 'node:crypto';
import { s3Error } from '../errors.ts';
import type { SignedPayload } from '../http/body.ts';
import type { SignedRequest } from '../http/request.ts';
import { equalSecrets } from '../secrets.ts';
import { checkClaim, readClaim, signingAlgorithm as algorithm, type Claim, type Regions } from './claim.ts';
import type { Credentials, S3Identity } from './credentials.ts';

/** A verified caller. */
export interface Authentication extends SignedPayload {
  readonly identity: S3Identity;
  /** The region that the request is signed for. */
  readonly region: string;
}

const emptyHash = createHash('sha256').digest('hex');

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}

function sha256(text: string): string {
  // Latin-1 gives back the bytes that Node received.
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function deriveKey(secret: string, { date, region, service }: Claim): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');
}

function canonicalize(claim: Claim, request: SignedRequest): string {
  const query = request.query
    .filter(([name]) => !(claim.presigned && name === 'X-Amz-Signature'))
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = claim.signedHeaders
    .map((name) => `${name}:${(request.headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`)
    .join('');
  return [request.method, request.rawPath, query, headers, claim.signedHeaders.join(';'), claim.payload].join(
    '\n',
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/**
 * Who sent the request. Throws the S3Error that S3 would answer with: AccessDenied without credentials,
 * InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed, AuthorizationHeaderMalformed and their like.
 */
export function authenticate(
  request: SignedRequest,
  credentials: Credentials,
  regions: Regions,
): Authentication {
  const claim = readClaim(request);
  checkClaim(claim, request, regions);
  const identity = credentials.find(claim.accessKeyId, claim.sessionToken);
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const canonical = canonicalize(claim, request);
  const stringToSign = [algorithm, claim.timestamp, scope, sha256(canonical)].join('\n');
  const key = deriveKey(identity.secretAccessKey, claim);
  const sign = (text: string): string => hmac(key, text).toString('hex');
  if (!equalSecrets(sign(stringToSign), claim.signature)) {
    throw s3Error('SignatureDoesNotMatch', {
      elements: {
        AWSAccessKeyId: claim.accessKeyId,
        StringToSign: stringToSign,
        SignatureProvided: claim.signature,
        CanonicalRequest: canonical,
      },
    });
  }
  return {
    identity,
    region: claim.region,
    payload: claim.payload,
    chunks: {
      seed: claim.signature,
      signChunk: (previous, hash) =>
        sign([`${algorithm}-PAYLOAD`, claim.timestamp, scope, previous, emptyHash, hash].join('\n')),
      signTrailer: (previous, hash) =>
        sign([`${algorithm}-TRAILER`, claim.timestamp, scope, previous, hash].join('\n')),
    },
  };
}
