/** The operations of multipart uploads, over {@link Uploads}. */
import { keyWriter, readCount, receiveXml, type Call } from './call.ts';
import { replyEmpty, replyXml, type Reply } from '../http/reply.ts';
import type { ChecksumValue } from '../http/body.ts';
import { findAlgorithm } from '../http/checksums.ts';
import { s3Error } from '../errors.ts';
import {
  checkWriteConditions,
  encryptionOf,
  readObjectHeaders,
  readUploadChecksum,
} from '../objects/headers.ts';
import { encrypt, requireDecrypt } from '../auth/kms.ts';
import { compareUtf8 } from '../objects/listing.ts';
import type { Part, PartClaim, Upload, UploadDescription, Uploads } from '../objects/uploads.ts';
import { describeChecksum, receiveData } from './objects.ts';
import { currentTime } from '../objects/store.ts';
import { childText, type XmlElement, type XmlNode } from '../http/xml.ts';

const maximumPartNumber = 10_000;
const maximumListed = 1000;

function uploadsOf(call: Call): Uploads {
  return call.uploads(call.store.bucket(call.target.bucket));
}

function uploadId(call: Call): string {
  return call.target.params.get('uploadId') ?? '';
}

/** CreateMultipartUpload. */
export function createUpload(call: Call): Reply {
  const { target } = call;
  const bucket = call.store.bucket(target.bucket);
  const headers = encrypt(readObjectHeaders(target.headers), bucket, call);
  const algorithm = readUploadChecksum(target.headers);
  // CRC64NVME can only be of the whole object; the others are of the parts unless asked otherwise.
  const type =
    target.headers.get('x-amz-checksum-type') === 'FULL_OBJECT' || algorithm === 'crc64nvme'
      ? 'FULL_OBJECT'
      : 'COMPOSITE';
  const description: UploadDescription = {
    key: target.key,
    initiated: currentTime(),
    headers,
    ...(algorithm && { checksum: { algorithm, type } }),
  };
  const id = call.uploads(bucket).create(description);
  return replyXml(
    [
      'InitiateMultipartUploadResult',
      [
        ['Bucket', target.bucket],
        ['Key', target.key],
        ['UploadId', id],
      ],
    ],
    {
      ...encryptionOf(headers),
      ...(algorithm && { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': type }),
    },
  );
}

function readPartNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= maximumPartNumber) return number;
  throw s3Error('InvalidArgument', {
    message: `Part number must be an integer between 1 and ${maximumPartNumber}, inclusive`,
    elements: { ArgumentName: 'partNumber', ArgumentValue: text },
  });
}

/** UploadPart. */
export async function uploadPart(call: Call): Promise<Reply> {
  const { target } = call;
  const bucket = call.store.bucket(target.bucket);
  const number = readPartNumber(target.params.get('partNumber') ?? '');
  const { headers } = call.uploads(bucket).get(target.key, uploadId(call)).description;
  requireDecrypt(call.caller, headers);
  return await receiveData(
    bucket,
    (sink) => call.receive(sink),
    ({ body, segment }) => {
      const etag = body.md5.toString('hex');
      const part: Part = {
        number,
        etag,
        lastModified: currentTime(),
        ...(body.checksum && { checksum: body.checksum }),
        segment,
      };
      uploadsOf(call).putPart(target.key, uploadId(call), part);
      return replyEmpty(200, { etag: `"${etag}"`, ...encryptionOf(headers), ...describeChecksum(body) });
    },
  );
}

function readPartChecksum(part: XmlNode): ChecksumValue | undefined {
  for (const { name, text } of part.children) {
    const algorithm = name.startsWith('Checksum') ? findAlgorithm(name.slice('Checksum'.length)) : undefined;
    if (algorithm !== undefined) return { algorithm, value: text };
  }
  return undefined;
}

function readPartClaim(part: XmlNode): PartClaim {
  const number = childText(part, 'PartNumber')?.trim();
  const etag = childText(part, 'ETag')?.trim();
  if (number === undefined || etag === undefined) throw s3Error('MalformedXML');
  const checksum = readPartChecksum(part);
  return { number: readPartNumber(number), etag: etag.replace(/^"|"$/g, ''), ...(checksum && { checksum }) };
}

/** CompleteMultipartUpload. */
export async function completeUpload(call: Call): Promise<Reply> {
  const { target } = call;
  requireDecrypt(call.caller, uploadsOf(call).get(target.key, uploadId(call)).description.headers);
  const body = await receiveXml(call, 'CompleteMultipartUpload');
  const claims = body?.children.filter(({ name }) => name === 'Part').map(readPartClaim) ?? [];
  if (claims.length === 0) throw s3Error('MalformedXML');
  const bucket = call.store.bucket(target.bucket);
  checkWriteConditions(bucket.objects.get(target.key), target.headers);
  const object = call.uploads(bucket).complete(target.key, uploadId(call), claims);
  const checksum: readonly XmlElement[] = object.checksum
    ? [
        [`Checksum${object.checksum.algorithm.toUpperCase()}`, object.checksum.value],
        ['ChecksumType', object.checksum.type],
      ]
    : [];
  return replyXml(
    [
      'CompleteMultipartUploadResult',
      [
        ['Location', `http://${target.headers.get('host') ?? ''}${target.rawPath}`],
        ['Bucket', target.bucket],
        ['Key', target.key],
        ['ETag', `"${object.etag}"`],
        ...checksum,
      ],
    ],
    encryptionOf(object.headers),
  );
}

/** AbortMultipartUpload. */
export function abortUpload(call: Call): Reply {
  uploadsOf(call).abort(call.target.key, uploadId(call));
  return replyEmpty(204);
}

function isAfterMarkers(call: Call): (upload: Upload) => boolean {
  const keyMarker = call.target.params.get('key-marker') ?? '';
  const idMarker = call.target.params.get('upload-id-marker') ?? '';
  if (keyMarker === '') return () => true;
  const marked = uploadsOf(call).list();
  const markedIndex = marked.findIndex(({ id }) => id === idMarker);
  const passed = new Set(marked.slice(0, markedIndex + 1));
  return (upload) => {
    const order = compareUtf8(upload.description.key, keyMarker);
    return order > 0 || (order === 0 && idMarker !== '' && !passed.has(upload));
  };
}

/** ListMultipartUploads. */
export function listUploads(call: Call): Reply {
  const prefix = call.target.params.get('prefix') ?? '';
  const write = keyWriter(call);
  const maximum = readCount(call, 'max-uploads', maximumListed, maximumListed);
  const all = uploadsOf(call)
    .list()
    .filter(({ description }) => description.key.startsWith(prefix))
    .filter(isAfterMarkers(call));
  const page = all.slice(0, maximum);
  const last = page.length < all.length ? page.at(-1) : undefined;
  const next: readonly XmlElement[] = last
    ? [
        ['NextKeyMarker', write(last.description.key)],
        ['NextUploadIdMarker', last.id],
      ]
    : [];
  return replyXml([
    'ListMultipartUploadsResult',
    [
      ['Bucket', call.target.bucket],
      ['KeyMarker', write(call.target.params.get('key-marker') ?? '')],
      ['UploadIdMarker', call.target.params.get('upload-id-marker') ?? ''],
      ...next,
      ['Prefix', write(prefix)],
      ['MaxUploads', maximum],
      ['IsTruncated', last !== undefined],
      ...page.map(({ id, description }): XmlElement => [
        'Upload',
        [
          ['Key', write(description.key)],
          ['UploadId', id],
          ['StorageClass', description.headers['x-amz-storage-class'] ?? 'STANDARD'],
          ['Initiated', description.initiated],
        ],
      ]),
    ],
  ]);
}

/** ListParts. */
export function listParts(call: Call): Reply {
  const upload = uploadsOf(call).get(call.target.key, uploadId(call));
  const maximum = readCount(call, 'max-parts', maximumListed, maximumListed);
  const marker = readCount(call, 'part-number-marker', 0, maximumPartNumber);
  const all = [...upload.parts.values()]
    .filter(({ number }) => number > marker)
    .sort((left, right) => left.number - right.number);
  const page = all.slice(0, maximum);
  const last = page.length < all.length ? page.at(-1) : undefined;
  return replyXml([
    'ListPartsResult',
    [
      ['Bucket', call.target.bucket],
      ['Key', call.target.key],
      ['UploadId', upload.id],
      ['PartNumberMarker', marker],
      ...(last ? [['NextPartNumberMarker', last.number] as const] : []),
      ['MaxParts', maximum],
      ['IsTruncated', last !== undefined],
      ...page.map((part): XmlElement => [
        'Part',
        [
          ['PartNumber', part.number],
          ['LastModified', part.lastModified],
          ['ETag', `"${part.etag}"`],
          ['Size', part.segment.size],
          ...(part.checksum
            ? [[`Checksum${part.checksum.algorithm.toUpperCase()}`, part.checksum.value] as const]
            : []),
        ],
      ]),
    ],
  ]);
}
