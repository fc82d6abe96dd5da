/** The operations on single objects: PutObject, GetObject, HeadObject, DeleteObject, CopyObject. */
import { validateHeaderValue } from 'node:http';
import { checkOwner } from '../auth/access.ts';
import { receiveBody, type ReceivedBody } from '../http/body.ts';
import type { Call } from './call.ts';
import { replyEmpty, replyXml, type Reply } from '../http/reply.ts';
import { DataWriter, type Segment } from '../objects/data-files.ts';
import { s3Error } from '../errors.ts';
import {
  checkReadConditions,
  checkWriteConditions,
  describeObject,
  encryptionOf,
  readObjectHeaders,
  readRange,
} from '../objects/headers.ts';
import { encrypt, requireDecrypt } from '../auth/kms.ts';
import { arnOf } from '../auth/policy.ts';
import { currentTime, type Bucket, type StoredObject } from '../objects/store.ts';

/** A body that is on disk and verified, but of which no object knows yet. */
export interface ReceivedData {
  readonly body: ReceivedBody;
  readonly segment: Segment;
}

/**
 * Writes a body to a data file of the bucket and gives it to `commit`. The file is removed when the body is not what it
 * should be, when the disk fails, and when `commit` throws.
 */
export async function receiveData<T>(
  bucket: Bucket,
  receive: (sink: (data: Buffer) => Promise<void> | undefined) => Promise<ReceivedBody>,
  commit: (data: ReceivedData) => T,
): Promise<T> {
  const writer = new DataWriter(bucket.files.directory);
  try {
    const body = await receive((data) => writer.write(data));
    const segment = await writer.finish();
    return commit({ body, segment });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Headers that tell a writer which checksum was verified. */
export function describeChecksum(body: ReceivedBody): Record<string, string> {
  if (body.checksum === undefined) return {};
  return { [`x-amz-checksum-${body.checksum.algorithm}`]: body.checksum.value };
}

function commitObject(
  call: Call,
  bucket: Bucket,
  data: ReceivedData,
  headers: Readonly<Record<string, string>>,
): StoredObject {
  const { key } = call.target;
  // The bucket and the object may have changed while the body came.
  if (call.store.bucket(bucket.name) !== bucket) throw s3Error('NoSuchBucket');
  checkWriteConditions(bucket.objects.get(key), call.target.headers);
  const { checksum } = data.body;
  const object: StoredObject = {
    key,
    size: data.body.size,
    etag: data.body.md5.toString('hex'),
    lastModified: currentTime(),
    headers,
    ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
    segments: [data.segment],
  };
  bucket.put(object);
  return object;
}

/** PutObject. */
export async function putObject(call: Call): Promise<Reply> {
  const { target } = call;
  const bucket = call.store.bucket(target.bucket);
  const headers = encrypt(readObjectHeaders(target.headers), bucket, call);
  checkWriteConditions(bucket.objects.get(target.key), target.headers);
  return await receiveData(
    bucket,
    (sink) => call.receive(sink),
    (data) => {
      const object = commitObject(call, bucket, data, headers);
      return replyEmpty(200, {
        etag: `"${object.etag}"`,
        ...encryptionOf(headers),
        ...describeChecksum(data.body),
        ...(data.body.checksum && { 'x-amz-checksum-type': 'FULL_OBJECT' }),
      });
    },
  );
}

function readOverrides(call: Call): Record<string, string> {
  const overrides = [...call.target.params].filter(([name]) => name.startsWith('response-'));
  for (const [name, value] of overrides) checkHeader(name, value);
  return Object.fromEntries(overrides.map(([name, value]) => [name.slice('response-'.length), value]));
}

/** @throws InvalidArgument for a value that cannot be a header, such as one of two lines. */
function checkHeader(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch {
    throw s3Error('InvalidArgument', {
      message: 'Header value cannot be represented using ISO-8859-1.',
      elements: { ArgumentName: name, ArgumentValue: value },
    });
  }
}

/** GetObject and HeadObject: the same but for the body, which whoever sends the answer leaves out for HEAD. */
export function getObject(call: Call): Reply {
  const { target } = call;
  const bucket = call.store.bucket(target.bucket);
  const object = bucket.get(target.key);
  const isChecksumRead = object.checksum && target.headers.get('x-amz-checksum-mode') === 'ENABLED';
  if (target.method === 'GET' || isChecksumRead) requireDecrypt(call.caller, object.headers);
  checkReadConditions(object, target.headers);
  const range = readRange(object.size, target.headers);
  const { start, end } = range ?? { start: 0, end: object.size };
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...describeObject(object, target.headers),
      ...readOverrides(call),
      ...(range && { 'content-range': `bytes ${start}-${end - 1}/${object.size}` }),
    },
    body: { size: end - start, open: () => bucket.files.read(object.segments, start, end) },
  };
}

/** DeleteObject. */
export function deleteObject(call: Call): Reply {
  call.store.bucket(call.target.bucket).delete(call.target.key);
  return replyEmpty(204);
}

function readCopySource(call: Call): { readonly bucket: string; readonly key: string } {
  const source = call.target.headers.get('x-amz-copy-source') ?? '';
  const match = /^\/?([^/?]+)\/([^?]+)$/.exec(source);
  const [, bucket = '', rawKey = ''] = match ?? [];
  try {
    if (match !== null) return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(rawKey) };
  } catch {
    // Falls through to the same refusal as a source without a key.
  }
  throw s3Error('InvalidArgument', {
    message: 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    elements: { ArgumentName: 'x-amz-copy-source', ArgumentValue: source },
  });
}

function copiedHeaders(call: Call, source: StoredObject, isSame: boolean): Record<string, string> {
  const own = readObjectHeaders(call.target.headers);
  const directive = call.target.headers.get('x-amz-metadata-directive') ?? 'COPY';
  if (directive === 'REPLACE') return own;
  if (directive !== 'COPY') throw s3Error('InvalidArgument', { message: 'Unknown metadata directive.' });
  const changed = Object.entries(own).filter(([name]) =>
    /^x-amz-(server-side-encryption|storage-class)/.test(name),
  );
  if (isSame && changed.length === 0) {
    throw s3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  // The encryption of the source is not copied: the new object has its own, or the bucket's.
  const kept = Object.entries(source.headers).filter(
    ([name]) => !name.startsWith('x-amz-server-side-encryption'),
  );
  return Object.fromEntries([...kept, ...changed]);
}

/** CopyObject: the data is copied, so that the two objects share nothing. */
export async function copyObject(call: Call): Promise<Reply> {
  const { target } = call;
  const bucket = call.store.bucket(target.bucket);
  const from = readCopySource(call);
  const sourceBucket = call.store.bucket(from.bucket);
  checkOwner(sourceBucket, target.headers.get('x-amz-source-expected-bucket-owner'));
  call.caller.require('s3:GetObject', arnOf(from.bucket, from.key));
  const source = sourceBucket.get(from.key);
  const isSame = from.bucket === target.bucket && from.key === target.key;
  requireDecrypt(call.caller, source.headers);
  const headers = encrypt(copiedHeaders(call, source, isSame), bucket, call);
  const stream = sourceBucket.files.read(source.segments, 0, source.size);
  try {
    return await receiveData(
      bucket,
      (sink) => receiveBody(stream, { size: source.size }, sink),
      (data) => {
        const object = commitObject(call, bucket, data, headers);
        return replyXml(
          [
            'CopyObjectResult',
            [
              ['LastModified', object.lastModified],
              ['ETag', `"${object.etag}"`],
            ],
          ],
          encryptionOf(headers),
        );
      },
    );
  } finally {
    stream.destroy();
  }
}
