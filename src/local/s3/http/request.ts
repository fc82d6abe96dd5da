/**
 * Reads what an HTTP request asks of S3: bucket and key from path or virtual host, the query, and the operation. A request
 * with a parameter that its operation does not have here is NotImplemented, so that nothing is ignored silently.
 */
import type { IncomingMessage } from 'node:http';
import { s3Error } from '../errors.ts';

/** The operations that the server has, by their names in the S3 API. */
export const S3_OPERATIONS = [
  'PutObject',
  'GetObject',
  'HeadObject',
  'DeleteObject',
  'DeleteObjects',
  'ListObjectsV2',
  'CreateBucket',
  'DeleteBucket',
  'HeadBucket',
  'ListBuckets',
  'GetBucketLocation',
  'CopyObject',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListMultipartUploads',
  'ListParts',
] as const;

export type S3Operation = (typeof S3_OPERATIONS)[number];

/** The parts of an HTTP request that are signed. */
export interface SignedRequest {
  readonly method: string;
  /** Before the question mark, as sent. */
  readonly rawPath: string;
  /** Decoded names and values, in the order sent. */
  readonly query: readonly (readonly [string, string])[];
  /** By lower-case name; repeated headers joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** What it must be signed for; S3 if undefined. */
  readonly service?: 'sts';
  /** Hex SHA-256 of a body that has been read. If undefined, a header gives it, or says how the body is framed. */
  readonly payload?: string;
}

/** A request whose sender is not known yet. */
export interface S3Target extends SignedRequest {
  /** The query without what belongs to signing; the first value of each name. */
  readonly params: ReadonlyMap<string, string>;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for a bucket. */
  readonly key: string;
}

interface Route {
  readonly method: string;
  readonly scope: 'service' | 'bucket' | 'object';
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  readonly copies?: boolean;
}

const responseOverrides = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];

/** The first route that fits a request counts, so those with required parameters are first. */
const routes: Readonly<Record<S3Operation, Route>> = {
  ListBuckets: { method: 'GET', scope: 'service' },
  ListObjectsV2: {
    method: 'GET',
    scope: 'bucket',
    required: ['list-type'],
    optional: ['prefix', 'delimiter', 'max-keys', 'continuation-token', 'start-after', 'encoding-type'],
  },
  GetBucketLocation: { method: 'GET', scope: 'bucket', required: ['location'] },
  ListMultipartUploads: {
    method: 'GET',
    scope: 'bucket',
    required: ['uploads'],
    optional: ['prefix', 'key-marker', 'upload-id-marker', 'max-uploads', 'encoding-type'],
  },
  DeleteObjects: { method: 'POST', scope: 'bucket', required: ['delete'] },
  CreateBucket: { method: 'PUT', scope: 'bucket' },
  DeleteBucket: { method: 'DELETE', scope: 'bucket' },
  HeadBucket: { method: 'HEAD', scope: 'bucket' },
  UploadPart: { method: 'PUT', scope: 'object', required: ['partNumber', 'uploadId'], copies: false },
  PutObject: { method: 'PUT', scope: 'object', copies: false },
  CopyObject: { method: 'PUT', scope: 'object', copies: true },
  ListParts: {
    method: 'GET',
    scope: 'object',
    required: ['uploadId'],
    optional: ['max-parts', 'part-number-marker'],
  },
  GetObject: { method: 'GET', scope: 'object', optional: responseOverrides },
  HeadObject: { method: 'HEAD', scope: 'object', optional: responseOverrides },
  AbortMultipartUpload: { method: 'DELETE', scope: 'object', required: ['uploadId'] },
  DeleteObject: { method: 'DELETE', scope: 'object' },
  CreateMultipartUpload: { method: 'POST', scope: 'object', required: ['uploads'] },
  CompleteMultipartUpload: { method: 'POST', scope: 'object', required: ['uploadId'] },
};

const signingParams: ReadonlySet<string> = new Set([
  // The SDKs put the operation's name into the query, for logs.
  'x-id',
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Content-Sha256',
]);

const maximumKeyBytes = 1024;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw s3Error('InvalidURI', { elements: { URI: text } });
  }
}

function readQuery(rawQuery: string): readonly (readonly [string, string])[] {
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))] as const;
    });
}

function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** The bucket of `bucket.localhost`, undefined for path-style requests. */
function readHostBucket(headers: ReadonlyMap<string, string>): string | undefined {
  return /^(.+)\.localhost(?::\d+)?$/i.exec(headers.get('host') ?? '')?.[1]?.toLowerCase();
}

function splitPath(path: string): readonly [bucket: string, key: string] {
  const slash = path.indexOf('/', 1);
  return slash < 0 ? [path.slice(1), ''] : [path.slice(1, slash), path.slice(slash + 1)];
}

/** Reads the request line and headers; throws InvalidURI and KeyTooLongError. */
export function readTarget(request: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>): S3Target {
  const url = (request.url ?? '').replace(/^https?:\/\/[^/]*/i, '');
  const [rawPath = '', ...rest] = url.split('?');
  const headers = readHeaders(request.rawHeaders);
  const query = readQuery(rest.join('?'));
  if (!rawPath.startsWith('/')) throw s3Error('InvalidURI', { elements: { URI: rawPath } });
  const hostBucket = readHostBucket(headers);
  const [rawBucket, rawKey] = hostBucket === undefined ? splitPath(rawPath) : [hostBucket, rawPath.slice(1)];
  const key = decode(rawKey);
  if (Buffer.byteLength(key) > maximumKeyBytes) {
    throw s3Error('KeyTooLongError', { elements: { MaxSizeAllowed: String(maximumKeyBytes) } });
  }
  const params = new Map<string, string>();
  for (const [name, value] of query) {
    if (!signingParams.has(name) && !params.has(name)) params.set(name, value);
  }
  return { method: request.method ?? '', rawPath, query, headers, params, bucket: decode(rawBucket), key };
}

/** The operation that the request asks for; throws NotImplemented when the server has none like it. */
export function findOperation(target: S3Target): S3Operation {
  const scope = target.bucket === '' ? 'service' : target.key === '' ? 'bucket' : 'object';
  const copies = target.headers.has('x-amz-copy-source');
  const names = [...target.params.keys()];
  const found = (Object.entries(routes) as [S3Operation, Route][]).find(
    ([, { method, scope: routeScope, required = [], optional = [], copies: routeCopies = copies }]) =>
      method === target.method &&
      routeScope === scope &&
      routeCopies === copies &&
      required.every((name) => target.params.has(name)) &&
      names.every((name) => required.includes(name) || optional.includes(name)),
  );
  if (found === undefined || (target.params.get('list-type') ?? '2') !== '2') {
    const query = names.length > 0 ? ` with ${names.join(', ')}` : '';
    throw s3Error('NotImplemented', {
      message: `This server does not implement ${target.method} of a ${scope}${query}`,
    });
  }
  return found[0];
}
