/**
 * Object headers: which ones S3 keeps with an object and gives back, which values it accepts, and the conditional and
 * range headers of reads and writes.
 */
import { findAlgorithm } from '../http/checksums.ts';
import { s3Error } from '../errors.ts';
import type { StoredObject } from './store.ts';

type Headers = ReadonlyMap<string, string>;

const keptHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

const encryptionHeaders = keptHeaders.filter((name) => name.startsWith('x-amz-server-side-encryption'));
const encryptionAlgorithms = ['AES256', 'aws:kms', 'aws:kms:dsse'];

const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
];

const cannedAcls = [
  'private',
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
];
/** Those that say no more than the bucket does; other ACLs are off since April 2023 ("Controlling ownership of objects"). */
const acceptedAcls = ['private', 'bucket-owner-full-control'];

/** Prefixes of headers that would change what an object is, and that this server does not have. */
const unsupported = [
  'x-amz-server-side-encryption-customer-',
  'x-amz-copy-source-server-side-encryption-customer-',
  'x-amz-copy-source-if-',
  'x-amz-object-lock-',
  'x-amz-grant-',
  'x-amz-write-offset-bytes',
];

const maximumMetadataBytes = 2048;

function checkOneOf(
  headers: Headers,
  name: string,
  allowed: readonly string[],
  refuse: (value: string) => Error,
): void {
  const value = headers.get(name);
  if (value !== undefined && !allowed.includes(value)) throw refuse(value);
}

/** Rejects the headers that this server does not act on. Throws NotImplemented. */
export function screenHeaders(headers: Headers): void {
  for (const name of headers.keys()) {
    if (unsupported.some((prefix) => name.startsWith(prefix))) {
      throw s3Error('NotImplemented', { elements: { Header: name } });
    }
  }
}

/** The headers to keep with a new object. Throws S3Error for values that S3 does not accept. */
export function readObjectHeaders(headers: Headers): Record<string, string> {
  checkOneOf(headers, 'x-amz-storage-class', storageClasses, () => s3Error('InvalidStorageClass'));
  checkOneOf(headers, 'x-amz-server-side-encryption', encryptionAlgorithms, () =>
    s3Error('InvalidEncryptionAlgorithmError'),
  );
  checkOneOf(headers, 'x-amz-acl', cannedAcls, (value) =>
    s3Error('InvalidArgument', { elements: { ArgumentName: 'x-amz-acl', ArgumentValue: value } }),
  );
  checkOneOf(headers, 'x-amz-acl', acceptedAcls, () => s3Error('AccessControlListNotSupported'));
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of headers) {
    if (name.startsWith('x-amz-meta-')) {
      metadataBytes += name.length - 'x-amz-meta-'.length + value.length;
      kept[name] = value;
    } else if (keptHeaders.includes(name) && value !== '') {
      kept[name] = value;
    }
  }
  if (metadataBytes > maximumMetadataBytes) {
    throw s3Error('MetadataTooLarge', {
      elements: { Size: String(metadataBytes), MaxSizeAllowed: String(maximumMetadataBytes) },
    });
  }
  dropChunkedEncoding(kept);
  return kept;
}

/** aws-chunked is how the body came, not what it is. */
function dropChunkedEncoding(kept: Record<string, string>): void {
  const encodings = (kept['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const left = encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked');
  if (left.length > 0) kept['content-encoding'] = left.join(',');
  else delete kept['content-encoding'];
}

/** The headers of an object that the answer to a write repeats. S3 encrypts every object since 2023, so there is always one. */
export function encryptionOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const found = encryptionHeaders.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { 'x-amz-server-side-encryption': 'AES256', ...Object.fromEntries(found) };
}

/** The headers of GET and HEAD for the object, without those of the body's length. */
export function describeObject(object: StoredObject, request: Headers): Record<string, string> {
  const { 'x-amz-storage-class': storageClass = 'STANDARD', ...headers } = object.headers;
  return {
    ...headers,
    ...encryptionOf(headers),
    ...(storageClass !== 'STANDARD' && { 'x-amz-storage-class': storageClass }),
    ...(object.checksum !== undefined &&
      request.get('x-amz-checksum-mode') === 'ENABLED' &&
      !request.has('range') && {
        [`x-amz-checksum-${object.checksum.algorithm}`]: object.checksum.value,
        'x-amz-checksum-type': object.checksum.type,
      }),
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

function matchesEtag(condition: string, etag: string): boolean {
  return condition
    .split(',')
    .map((item) => item.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((item) => item === '*' || item === etag);
}

function failCondition(condition: string): Error {
  return s3Error('PreconditionFailed', { elements: { Condition: condition } });
}

/** Checks the conditions of a read as RFC 9110 section 13.2.2 orders them; throws PreconditionFailed and NotModified. */
export function checkReadConditions(object: StoredObject, request: Headers): void {
  const modified = Date.parse(object.lastModified);
  const ifMatch = request.get('if-match');
  const ifNoneMatch = request.get('if-none-match');
  const since = (name: string): number => Date.parse(request.get(name) ?? '');
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) throw failCondition('If-Match');
  } else if (modified > since('if-unmodified-since')) {
    throw failCondition('If-Unmodified-Since');
  }
  const unchanged =
    ifNoneMatch === undefined
      ? modified <= since('if-modified-since')
      : matchesEtag(ifNoneMatch, object.etag);
  if (unchanged) throw s3Error('NotModified', { headers: { etag: `"${object.etag}"` } });
}

/** Checks the conditions of a write against the object that is there; throws PreconditionFailed, NoSuchKey, NotImplemented. */
export function checkWriteConditions(existing: StoredObject | undefined, request: Headers): void {
  const ifNoneMatch = request.get('if-none-match');
  const ifMatch = request.get('if-match');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw s3Error('NotImplemented', { elements: { Header: 'If-None-Match' } });
    if (existing !== undefined) throw failCondition('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (existing === undefined) throw s3Error('NoSuchKey');
    if (!matchesEtag(ifMatch, existing.etag)) throw failCondition('If-Match');
  }
}

/** Bytes `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The one range that a read asks for; undefined for the whole object, as S3 takes ranges it cannot read. Throws InvalidRange. */
export function readRange(size: number, request: Headers): ByteRange | undefined {
  const text = request.get('range') ?? '';
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text.trim()) ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) {
    throw s3Error('InvalidRange', {
      elements: { RangeRequested: text, ActualObjectSize: String(size) },
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  return { start, end };
}

/** The algorithm that a multipart upload's parts are to have; throws InvalidRequest for an unknown one. */
export function readUploadChecksum(headers: Headers): ReturnType<typeof findAlgorithm> {
  const name = headers.get('x-amz-checksum-algorithm');
  const algorithm = name === undefined ? undefined : findAlgorithm(name);
  if (name !== undefined && algorithm === undefined) {
    throw s3Error('InvalidRequest', { message: 'Checksum algorithm provided is unsupported.' });
  }
  return algorithm;
}
