/** The operations on buckets and on many objects of one: make, remove, look at, list, DeleteObjects. */
import { checksumAlgorithms } from '../http/checksums.ts';
import { keyWriter, readCount, receiveXml, type Call } from './call.ts';
import { replyEmpty, replyXml, type Reply } from '../http/reply.ts';
import { s3Error } from '../errors.ts';
import { listPage, readToken, writeToken, type ListPosition } from '../objects/listing.ts';
import { arnOf } from '../auth/policy.ts';
import type { StoredObject } from '../objects/store.ts';
import { childText, type XmlElement } from '../http/xml.ts';

const maximumKeys = 1000;

/** ListBuckets. */
export function listBuckets(call: Call): Reply {
  const buckets = call.store.buckets().map(({ name, created }): XmlElement => [
    'Bucket',
    [
      ['Name', name],
      ['CreationDate', created],
    ],
  ]);
  return replyXml([
    'ListAllMyBucketsResult',
    [
      ['Owner', [['ID', 'local']]],
      ['Buckets', buckets],
    ],
  ]);
}

/** CreateBucket. Its location constraint must be the region that the request is signed for, and absent in us-east-1, as in AWS. */
export async function createBucket(call: Call): Promise<Reply> {
  const body = await receiveXml(call, 'CreateBucketConfiguration');
  const constraint = (body && childText(body, 'LocationConstraint')) ?? '';
  const expected = call.region === 'us-east-1' ? '' : call.region;
  if (constraint !== expected) {
    if (constraint === 'us-east-1') throw s3Error('InvalidLocationConstraint');
    throw s3Error('IllegalLocationConstraintException', {
      message: `The ${constraint === '' ? 'unspecified' : constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    });
  }
  call.store.createBucket(call.target.bucket, call.region);
  return replyEmpty(200, { location: `/${call.target.bucket}` });
}

/** DeleteBucket. */
export function deleteBucket(call: Call): Reply {
  call.store.deleteBucket(call.target.bucket);
  return replyEmpty(204);
}

/** HeadBucket. */
export function headBucket(call: Call): Reply {
  const { region } = call.store.bucket(call.target.bucket);
  return replyEmpty(200, { 'x-amz-bucket-region': region });
}

/** GetBucketLocation: empty for us-east-1, as in AWS. */
export function getBucketLocation(call: Call): Reply {
  const { region } = call.store.bucket(call.target.bucket);
  return replyXml(['LocationConstraint', region === 'us-east-1' ? '' : region]);
}

function listStart(call: Call): ListPosition | undefined {
  const token = call.target.params.get('continuation-token');
  if (token !== undefined) return readToken(token);
  const after = call.target.params.get('start-after');
  return after === undefined || after === '' ? undefined : { kind: 'key', after };
}

function describeContents(object: StoredObject, write: (key: string) => string): XmlElement {
  const checksum: readonly XmlElement[] =
    object.checksum === undefined
      ? []
      : [
          ['ChecksumAlgorithm', object.checksum.algorithm.toUpperCase()],
          ['ChecksumType', object.checksum.type],
        ];
  return [
    'Contents',
    [
      ['Key', write(object.key)],
      ['LastModified', object.lastModified],
      ['ETag', `"${object.etag}"`],
      ...checksum,
      ['Size', object.size],
      ['StorageClass', object.headers['x-amz-storage-class'] ?? 'STANDARD'],
    ],
  ];
}

/** Elements that repeat a request's parameters, where they were given. */
function echo(
  call: Call,
  names: Readonly<Record<string, string>>,
  write: (key: string) => string,
): readonly XmlElement[] {
  return Object.entries(names).flatMap(([param, element]): readonly XmlElement[] => {
    const value = call.target.params.get(param);
    return value === undefined ? [] : [[element, write(value)]];
  });
}

/** ListObjectsV2. */
export function listObjects(call: Call): Reply {
  const { params } = call.target;
  const bucket = call.store.bucket(call.target.bucket);
  const write = keyWriter(call);
  const maxKeys = readCount(call, 'max-keys', maximumKeys, maximumKeys);
  const from = listStart(call);
  const page = listPage(bucket.objects, {
    prefix: params.get('prefix') ?? '',
    delimiter: params.get('delimiter') ?? '',
    maxKeys,
    ...(from && { from }),
  });
  const next: readonly XmlElement[] = page.next ? [['NextContinuationToken', writeToken(page.next)]] : [];
  return replyXml(
    [
      'ListBucketResult',
      [
        ['Name', bucket.name],
        ['Prefix', write(params.get('prefix') ?? '')],
        ...echo(call, { delimiter: 'Delimiter', 'start-after': 'StartAfter' }, write),
        ...echo(
          call,
          { 'continuation-token': 'ContinuationToken', 'encoding-type': 'EncodingType' },
          (text) => text,
        ),
        ...next,
        ['KeyCount', page.contents.length + page.commonPrefixes.length],
        ['MaxKeys', maxKeys],
        ['IsTruncated', page.next !== undefined],
        ...page.contents.map((object) => describeContents(object, write)),
        ...page.commonPrefixes.map((prefix): XmlElement => ['CommonPrefixes', [['Prefix', write(prefix)]]]),
      ],
    ],
    { 'x-amz-bucket-region': bucket.region },
  );
}

function requireDigest(call: Call): void {
  const { headers } = call.target;
  const digests = [
    'content-md5',
    'x-amz-trailer',
    ...checksumAlgorithms.map((name) => `x-amz-checksum-${name}`),
  ];
  if (!digests.some((name) => headers.has(name))) {
    throw s3Error('InvalidRequest', { message: 'Missing required header for this request: Content-MD5' });
  }
}

/** DeleteObjects: up to 1000 keys; with Quiet only those are told that the caller may not delete. */
export async function deleteObjects(call: Call): Promise<Reply> {
  const bucket = call.store.bucket(call.target.bucket);
  requireDigest(call);
  const body = await receiveXml(call, 'Delete');
  const objects = body?.children.filter(({ name }) => name === 'Object') ?? [];
  const keys = objects.map((object) => childText(object, 'Key') ?? '');
  if (body === undefined || keys.length === 0 || keys.length > maximumKeys || keys.includes('')) {
    throw s3Error('MalformedXML');
  }
  if (objects.some(({ children }) => children.some(({ name }) => name !== 'Key'))) {
    throw s3Error('NotImplemented', { message: 'This server deletes by key only' });
  }
  const allowed = keys.filter((key) => call.caller.allow('s3:DeleteObject', arnOf(bucket.name, key)));
  for (const key of allowed) bucket.delete(key);
  const isQuiet = childText(body, 'Quiet')?.trim().toLowerCase() === 'true';
  const deleted = allowed.map((key): XmlElement => ['Deleted', [['Key', key]]]);
  const { code, message } = s3Error('AccessDenied');
  const denied = keys
    .filter((key) => !allowed.includes(key))
    .map((key): XmlElement => [
      'Error',
      [
        ['Key', key],
        ['Code', code],
        ['Message', message],
      ],
    ]);
  return replyXml(['DeleteResult', [...(isQuiet ? [] : deleted), ...denied]]);
}
