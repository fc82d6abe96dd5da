/** The server as the AWS SDK sees it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetBucketAclCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type ChecksumAlgorithm,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { expect } from 'chai';
import { faultyEntrances } from '../../../src/local/faults/faulty-s3.ts';
import type { S3Fault, S3Request } from '../../../src/local/faults/s3.ts';
import { S3Error, startS3 } from '../../../src/local/s3/server.ts';
import { failureOf, identity, incompressible, startFixture, temporary, type Fixture } from './support.ts';

const Bucket = 'data';

function bodyOf(output: GetObjectCommandOutput): Promise<Buffer> {
  return buffer(output.Body as Readable);
}

async function put(client: S3Client, Key: string, Body: string | Buffer = 'x'): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function get(client: S3Client, Key: string): Promise<string> {
  return (await bodyOf(await client.send(new GetObjectCommand({ Bucket, Key })))).toString();
}

describe('local S3, objects', () => {
  let fixture: Fixture;
  let client: S3Client;
  before(async () => {
    fixture = await startFixture();
    ({ client } = fixture);
  });
  after(() => fixture.close());

  it('gives back what was put, with type, metadata and MD5 as ETag', async () => {
    const Body = incompressible(300_000);
    const made = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a',
        Body,
        ContentType: 'text/csv',
        ContentEncoding: 'gzip',
        Metadata: { rows: '7' },
      }),
    );
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await bodyOf(got)).to.deep.equal(Body);
    const etag = `"${createHash('md5').update(Body).digest('hex')}"`;
    expect([made.ETag, got.ETag]).to.deep.equal([etag, etag]);
    expect([got.ContentType, got.ContentEncoding, got.ContentLength, got.Metadata]).to.deep.equal([
      'text/csv',
      'gzip',
      300_000,
      { rows: '7' },
    ]);
    expect(got.ChecksumCRC32).to.equal(made.ChecksumCRC32).and.to.be.a('string');
  });

  it('takes an empty object', async () => {
    await client.send(
      new PutObjectCommand({ Bucket, Key: 'empty', Body: Buffer.alloc(0), ContentLength: 0 }),
    );
    expect(await get(client, 'empty')).to.equal('');
  });

  it('takes a stream of known length, with the checksum in a trailer', async () => {
    const data = incompressible(200_001);
    const Body = Readable.from([data.subarray(0, 100_000), data.subarray(100_000)]);
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'stream',
        Body,
        ContentLength: data.length,
        ContentEncoding: 'zstd',
      }),
    );
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
    expect(await bodyOf(got)).to.deep.equal(data);
    expect(got.ContentEncoding).to.equal('zstd');
  });

  it('refuses chunks of less than 8192 bytes before the last, as AWS does', async () => {
    const Body = Readable.from([Buffer.alloc(5000), Buffer.alloc(5000)]);
    const call = client.send(
      new PutObjectCommand({ Bucket, Key: 'small-chunks', Body, ContentLength: 10_000 }),
    );
    expect(await failureOf(call)).to.deep.equal({ code: 'InvalidChunkSizeError', status: 403 });
  });

  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] satisfies ChecksumAlgorithm[]) {
    it(`verifies ${ChecksumAlgorithm} in a header and in a trailer`, async () => {
      const data = incompressible(70_003);
      const bodies = [data, Readable.from([data])];
      for (const Body of bodies) {
        const command = new PutObjectCommand({
          Bucket,
          Key: 'sum',
          Body,
          ContentLength: data.length,
          ChecksumAlgorithm,
        });
        const made = await client.send(command);
        expect(made[`Checksum${ChecksumAlgorithm}`]).to.be.a('string');
        const got = await client.send(new GetObjectCommand({ Bucket, Key: 'sum' }));
        expect((await bodyOf(got)).equals(data)).to.equal(true);
      }
    });
  }

  it('verifies CRC64NVME against its published check value', async () => {
    const command = { Bucket, Key: 'crc64', Body: '123456789' };
    const made = await client.send(new PutObjectCommand({ ...command, ChecksumCRC64NVME: 'rosUhgp5mIg=' }));
    expect(made.ChecksumCRC64NVME).to.equal('rosUhgp5mIg=');
    const call = client.send(new PutObjectCommand({ ...command, ChecksumCRC64NVME: 'rosUhgp5mIk=' }));
    expect(await failureOf(call)).to.deep.equal({ code: 'BadDigest', status: 400 });
  });

  it('refuses a body with another MD5 or checksum than was said, and keeps the object before', async () => {
    await put(client, 'kept', 'before');
    const wrongMd5 = new PutObjectCommand({
      Bucket,
      Key: 'kept',
      Body: 'after',
      ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==',
    });
    expect(await failureOf(client.send(wrongMd5))).to.deep.equal({ code: 'BadDigest', status: 400 });
    const wrongCrc = new PutObjectCommand({ Bucket, Key: 'kept', Body: 'after', ChecksumCRC32: 'AAAAAA==' });
    expect(await failureOf(client.send(wrongCrc))).to.deep.equal({ code: 'BadDigest', status: 400 });
    const noMd5 = new PutObjectCommand({ Bucket, Key: 'kept', Body: 'after', ContentMD5: 'short' });
    expect(await failureOf(client.send(noMd5))).to.deep.equal({ code: 'InvalidDigest', status: 400 });
    expect(await get(client, 'kept')).to.equal('before');
  });

  it('works with the SDK checksums switched off', async () => {
    const plain = fixture.makeClient({
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    await put(plain, 'plain', 'x'.repeat(100_000));
    expect((await get(plain, 'plain')).length).to.equal(100_000);
    const deleted = await plain.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'plain' }] } }),
    );
    expect(deleted.Deleted).to.deep.equal([{ Key: 'plain' }]);
  });

  for (const Key of [
    'k 1+2=é',
    'a//b',
    '/leading',
    'a/../b',
    '日本/𝒳',
    "q'(1)*!~",
    'a%2Fb',
    'x?y#z',
    '<&>"',
    'trailing/',
  ]) {
    it(`keeps the key ${JSON.stringify(Key)}`, async () => {
      await put(client, Key, Key);
      expect(await get(client, Key)).to.equal(Key);
      const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
      expect(listed.Contents?.map((item) => item.Key)).to.deep.equal([Key]);
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
      const call = client.send(new GetObjectCommand({ Bucket, Key }));
      expect(await failureOf(call)).to.deep.equal({ code: 'NoSuchKey', status: 404 });
    });
  }

  it('refuses keys of more than 1024 bytes', async () => {
    expect(await failureOf(put(client, 'é'.repeat(513)))).to.deep.equal({
      code: 'KeyTooLongError',
      status: 400,
    });
  });

  it('reads ranges', async () => {
    await put(client, 'range', '0123456789');
    const range = async (Range: string): Promise<unknown> => {
      const got = await client.send(new GetObjectCommand({ Bucket, Key: 'range', Range }));
      return [got.$metadata.httpStatusCode, got.ContentRange, (await bodyOf(got)).toString()];
    };
    expect(await range('bytes=2-4')).to.deep.equal([206, 'bytes 2-4/10', '234']);
    expect(await range('bytes=7-')).to.deep.equal([206, 'bytes 7-9/10', '789']);
    expect(await range('bytes=-3')).to.deep.equal([206, 'bytes 7-9/10', '789']);
    expect(await range('bytes=5-99')).to.deep.equal([206, 'bytes 5-9/10', '56789']);
    expect(await range('bytes=4-2')).to.deep.equal([200, undefined, '0123456789']);
    expect(await failureOf(range('bytes=10-'))).to.deep.equal({ code: 'InvalidRange', status: 416 });
  });

  it('heads objects, and answers 404 without a body for missing ones', async () => {
    await put(client, 'head', 'four');
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'head' }));
    expect([head.ContentLength, head.ContentType]).to.deep.equal([4, 'application/octet-stream']);
    const call = client.send(new HeadObjectCommand({ Bucket, Key: 'nothing' }));
    expect(await failureOf(call)).to.deep.equal({ code: 'NotFound', status: 404 });
  });

  it('checks conditions of reads and writes', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'condition', Body: 'x' }));
    const Key = 'condition';
    const stale = client.send(new GetObjectCommand({ Bucket, Key, IfMatch: '"0"' }));
    expect(await failureOf(stale)).to.deep.equal({ code: 'PreconditionFailed', status: 412 });
    const same = client.send(new HeadObjectCommand({ Bucket, Key, IfNoneMatch: ETag }));
    expect((await failureOf(same)).status).to.equal(304);
    const again = client.send(new PutObjectCommand({ Bucket, Key, Body: 'y', IfNoneMatch: '*' }));
    expect(await failureOf(again)).to.deep.equal({ code: 'PreconditionFailed', status: 412 });
    await client.send(new PutObjectCommand({ Bucket, Key: 'condition-new', Body: 'y', IfNoneMatch: '*' }));
  });

  it('keeps encryption and storage class, and refuses unknown ones', async () => {
    const made = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'sse',
        Body: 'x',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'alias/aws/s3',
        StorageClass: 'STANDARD_IA',
        ACL: 'bucket-owner-full-control',
      }),
    );
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'sse' }));
    expect([
      made.ServerSideEncryption,
      head.ServerSideEncryption,
      head.SSEKMSKeyId,
      head.StorageClass,
    ]).to.deep.equal([
      'aws:kms',
      'aws:kms',
      'arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000053',
      'STANDARD_IA',
    ]);
    const bad = { Bucket, Key: 'bad', Body: 'x' };
    const encryption = client.send(
      new PutObjectCommand({ ...bad, ServerSideEncryption: 'rot13' as 'AES256' }),
    );
    expect((await failureOf(encryption)).code).to.equal('InvalidEncryptionAlgorithmError');
    const storage = client.send(new PutObjectCommand({ ...bad, StorageClass: 'TAPE' as 'STANDARD' }));
    expect((await failureOf(storage)).code).to.equal('InvalidStorageClass');
  });

  it('copies objects', async () => {
    const Key = 'copy é+1';
    await client.send(
      new PutObjectCommand({ Bucket, Key, Body: 'copied', ContentType: 'text/x', Metadata: { a: '1' } }),
    );
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    const copied = await client.send(new CopyObjectCommand({ Bucket, Key: 'copy-2', CopySource }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'copy-2' }));
    expect([await text(got.Body as Readable), got.ContentType, got.Metadata, got.ETag]).to.deep.equal([
      'copied',
      'text/x',
      { a: '1' },
      copied.CopyObjectResult?.ETag,
    ]);
    const missing = client.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource }));
    expect(await failureOf(missing)).to.deep.equal({ code: 'NoSuchKey', status: 404 });
    const self = client.send(
      new CopyObjectCommand({ Bucket, Key: 'copy-2', CopySource: `${Bucket}/copy-2` }),
    );
    expect(await failureOf(self)).to.deep.equal({ code: 'InvalidRequest', status: 400 });
  });

  it('finishes a read of the version it began with when the object is replaced', async () => {
    const first = incompressible(4_000_000);
    await put(client, 'replaced', first);
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'replaced' }));
    await put(client, 'replaced', 'second');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'replaced' }));
    expect((await bodyOf(got)).equals(first)).to.equal(true);
  });

  it('does not implement the rest of S3, and says so', async () => {
    for (const call of [
      client.send(new GetBucketAclCommand({ Bucket })),
      client.send(new ListObjectsCommand({ Bucket })),
    ]) {
      expect(await failureOf(call)).to.deep.equal({ code: 'NotImplemented', status: 501 });
    }
  });
});

describe('local S3, buckets and listings', () => {
  let fixture: Fixture;
  let client: S3Client;
  beforeEach(async () => {
    fixture = await startFixture();
    ({ client } = fixture);
  });
  afterEach(() => fixture.close());

  it('makes, shows and removes buckets', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'other' }));
    const listed = await client.send(new ListBucketsCommand({}));
    expect(listed.Buckets?.map(({ Name }) => Name)).to.deep.equal(['data', 'other']);
    const head = await client.send(new HeadBucketCommand({ Bucket: 'other' }));
    expect(head.BucketRegion).to.equal('us-east-1');
    const location = await client.send(new GetBucketLocationCommand({ Bucket: 'other' }));
    expect(location.LocationConstraint).to.equal(undefined);
    const again = client.send(new CreateBucketCommand({ Bucket: 'other' }));
    expect(await failureOf(again)).to.deep.equal({ code: 'BucketAlreadyOwnedByYou', status: 409 });
    await client.send(new DeleteBucketCommand({ Bucket: 'other' }));
    const gone = client.send(new HeadBucketCommand({ Bucket: 'other' }));
    expect(await failureOf(gone)).to.deep.equal({ code: 'NotFound', status: 404 });
  });

  it('refuses bad bucket names and removing a bucket with objects', async () => {
    const bad = client.send(new CreateBucketCommand({ Bucket: 'Data_1' }));
    expect(await failureOf(bad)).to.deep.equal({ code: 'InvalidBucketName', status: 400 });
    await put(client, 'x');
    const full = client.send(new DeleteBucketCommand({ Bucket }));
    expect(await failureOf(full)).to.deep.equal({ code: 'BucketNotEmpty', status: 409 });
  });

  it('answers NoSuchBucket for every operation in a missing bucket', async () => {
    const missing = { Bucket: 'missing', Key: 'k' };
    const calls = [
      () => client.send(new PutObjectCommand({ ...missing, Body: incompressible(3_000_000) })),
      () => client.send(new GetObjectCommand(missing)),
      () => client.send(new DeleteObjectCommand(missing)),
      () => client.send(new ListObjectsV2Command(missing)),
      () => client.send(new CreateMultipartUploadCommand(missing)),
    ];
    for (const call of calls) {
      expect(await failureOf(call())).to.deep.equal({ code: 'NoSuchBucket', status: 404 });
    }
  });

  it('serves bucket.localhost in the virtual-host style', async () => {
    const { port } = fixture.s3;
    const hosted = fixture.makeClient({ endpoint: `http://localhost:${port}`, forcePathStyle: false });
    // The resolver may not know *.localhost, so the connection goes to the address and only the Host header says the name.
    hosted.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { hostname: string };
        request.hostname = '127.0.0.1';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await put(hosted, 'k 1/é', 'hosted');
    expect(await get(client, 'k 1/é')).to.equal('hosted');
  });

  it('lists by pages in the order of UTF-8 bytes', async () => {
    const keys = ['a', 'B', 'é', '\uffee', '𝒳', 'a/b', 'a!'];
    for (const key of keys) await put(client, key);
    const found: (string | undefined)[] = [];
    let pages = 0;
    for (let ContinuationToken: string | undefined, more = true; more; pages++) {
      const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2, ContinuationToken }));
      found.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
      more = page.IsTruncated === true;
    }
    expect(found).to.deep.equal(['B', 'a', 'a!', 'a/b', 'é', '\uffee', '𝒳']);
    expect(pages).to.equal(4);
  });

  it('rolls keys up at a delimiter, also across pages', async () => {
    for (const key of ['p/a/1', 'p/a/2', 'p/b', 'p/c/1', 'q']) await put(client, key);
    const list = { Bucket, Prefix: 'p/', Delimiter: '/', MaxKeys: 1 };
    const seen: unknown[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ ...list, ContinuationToken }));
      seen.push([
        page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
        page.Contents?.map(({ Key }) => Key) ?? [],
      ]);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(seen).to.deep.equal([
      [['p/a/'], []],
      [[], ['p/b']],
      [['p/c/'], []],
    ]);
  });

  it('starts after a key and encodes keys when asked to', async () => {
    for (const key of ['a', 'b c', 'd']) await put(client, key);
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, StartAfter: 'a', EncodingType: 'url', MaxKeys: 1 }),
    );
    expect([page.Contents?.map(({ Key }) => Key), page.KeyCount, page.IsTruncated]).to.deep.equal([
      ['b%20c'],
      1,
      true,
    ]);
    const none = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    expect([none.Contents, none.IsTruncated]).to.deep.equal([undefined, false]);
    const token = client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'nonsense' }));
    expect(await failureOf(token)).to.deep.equal({ code: 'InvalidArgument', status: 400 });
  });

  it('rejects headers to answer with that are none', async () => {
    await put(client, 'override');
    for (const override of [
      { ResponseContentDisposition: 'a\r\nset-cookie: b' },
      { ResponseContentType: 'text/plain\u0000' },
      { ResponseCacheControl: '\u{1f600}' },
    ]) {
      const call = client.send(new GetObjectCommand({ Bucket, Key: 'override', ...override }));
      expect(await failureOf(call)).to.deep.equal({ code: 'InvalidArgument', status: 400 });
    }
    const call = new GetObjectCommand({ Bucket, Key: 'override', ResponseContentDisposition: 'a; b="é"' });
    expect((await client.send(call)).ContentDisposition).to.equal('a; b="é"');
  });

  it('deletes many keys at once, loud and quiet', async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => ({ Key: `many/${index} é&` }));
    await Promise.all(keys.slice(0, 20).map(({ Key }) => put(client, Key)));
    const loud = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys } }));
    expect([loud.Deleted?.length, loud.Deleted?.[0]]).to.deep.equal([1000, { Key: 'many/0 é&' }]);
    const quiet = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys, Quiet: true } }),
    );
    expect([quiet.Deleted, quiet.Errors]).to.deep.equal([undefined, undefined]);
    const left = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(left.KeyCount).to.equal(0);
    const tooMany = client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [...keys, { Key: 'z' }] } }),
    );
    expect(await failureOf(tooMany)).to.deep.equal({ code: 'MalformedXML', status: 400 });
  });
});

describe('local S3, multipart uploads', () => {
  let fixture: Fixture;
  let client: S3Client;
  before(async () => {
    fixture = await startFixture();
    ({ client } = fixture);
  });
  after(() => fixture.close());

  const MiB = 1024 * 1024;

  async function begin(Key: string): Promise<string> {
    const made = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/m' }));
    return made.UploadId ?? '';
  }

  async function uploadPart(
    Key: string,
    UploadId: string,
    PartNumber: number,
    Body: Buffer,
  ): Promise<string> {
    const made = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    return made.ETag ?? '';
  }

  it('takes 12 MB from a stream through lib-storage', async () => {
    const data = incompressible(12 * MiB);
    const pieces = Array.from({ length: 12 }, (_, index) => data.subarray(index * MiB, (index + 1) * MiB));
    const upload = new Upload({ client, params: { Bucket, Key: 'big', Body: Readable.from(pieces) } });
    const done = await upload.done();
    expect(done.ETag).to.match(/^"[0-9a-f]{32}-3"$/);
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    expect((await bodyOf(got)).equals(data)).to.equal(true);
    const Range = `bytes=${5 * MiB - 2}-${10 * MiB + 1}`;
    const part = await client.send(new GetObjectCommand({ Bucket, Key: 'big', Range }));
    expect((await bodyOf(part)).equals(data.subarray(5 * MiB - 2, 10 * MiB + 2))).to.equal(true);
    const copy = await client.send(
      new CopyObjectCommand({ Bucket, Key: 'big-2', CopySource: `${Bucket}/big` }),
    );
    expect(copy.CopyObjectResult?.ETag).to.equal(`"${createHash('md5').update(data).digest('hex')}"`);
  });

  it('leaves nothing of an upload whose source fails', async () => {
    async function* source(): AsyncGenerator<Buffer> {
      yield incompressible(6 * MiB);
      await Promise.resolve();
      throw new Error('source failed');
    }
    const upload = new Upload({ client, params: { Bucket, Key: 'failing', Body: Readable.from(source()) } });
    expect((await failureOf(upload.done())).code).to.equal('Error');
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'failing' }));
    expect(uploads.Uploads).to.equal(undefined);
  });

  it('aborts an upload and removes its parts', async () => {
    const before = readdirSync(join(fixture.dir, Bucket, 'data')).length;
    const UploadId = await begin('aborted');
    await uploadPart('aborted', UploadId, 1, Buffer.from('part'));
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId }));
    expect(readdirSync(join(fixture.dir, Bucket, 'data')).length).to.equal(before);
    const again = client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId }));
    expect(await failureOf(again)).to.deep.equal({ code: 'NoSuchUpload', status: 404 });
  });

  it('lists uploads by prefix and pages, and parts', async () => {
    const ids = new Map<string, string>();
    for (const key of ['list/b', 'list/a', 'listed']) ids.set(key, await begin(key));
    const list = async (KeyMarker?: string, UploadIdMarker?: string): Promise<unknown> => {
      const input = { Bucket, Prefix: 'list/', MaxUploads: 1, KeyMarker, UploadIdMarker };
      const page = await client.send(new ListMultipartUploadsCommand(input));
      return [page.Uploads?.map(({ Key, UploadId }) => [Key, UploadId]), page.IsTruncated];
    };
    expect(await list()).to.deep.equal([[['list/a', ids.get('list/a')]], true]);
    expect(await list('list/a', ids.get('list/a'))).to.deep.equal([[['list/b', ids.get('list/b')]], false]);
    const UploadId = ids.get('listed') ?? '';
    for (const number of [10, 2, 1]) await uploadPart('listed', UploadId, number, Buffer.alloc(number));
    const parts = await client.send(
      new ListPartsCommand({ Bucket, Key: 'listed', UploadId, PartNumberMarker: '1' }),
    );
    expect(parts.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).to.deep.equal([
      [2, 2],
      [10, 10],
    ]);
  });

  it('refuses parts that are unknown, out of order or too small', async () => {
    const Key = 'wrong';
    const UploadId = await begin(Key);
    const one = await uploadPart(Key, UploadId, 1, Buffer.alloc(5 * MiB));
    const two = await uploadPart(Key, UploadId, 2, Buffer.from('small'));
    const three = await uploadPart(Key, UploadId, 3, Buffer.from('last'));
    const complete = (...Parts: { PartNumber: number; ETag: string }[]): Promise<unknown> =>
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const part = (PartNumber: number, ETag: string): { PartNumber: number; ETag: string } => ({
      PartNumber,
      ETag,
    });
    expect((await failureOf(complete(part(1, two)))).code).to.equal('InvalidPart');
    expect((await failureOf(complete(part(4, one)))).code).to.equal('InvalidPart');
    expect((await failureOf(complete(part(2, two), part(1, one)))).code).to.equal('InvalidPartOrder');
    expect((await failureOf(complete(part(1, one), part(2, two), part(3, three)))).code).to.equal(
      'EntityTooSmall',
    );
    expect((await failureOf(complete())).code).to.equal('MalformedXML');
    expect((await failureOf(uploadPart(Key, UploadId, 10_001, Buffer.alloc(1)))).code).to.equal(
      'InvalidArgument',
    );
    expect((await failureOf(uploadPart(Key, 'none', 1, Buffer.alloc(1)))).code).to.equal('NoSuchUpload');
    const files = readdirSync(join(fixture.dir, Bucket, 'data')).length;
    await complete(part(1, one), part(3, three));
    expect(readdirSync(join(fixture.dir, Bucket, 'data')).length).to.equal(files - 1);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect([head.ContentLength, head.ContentType]).to.deep.equal([5 * MiB + 4, 'text/m']);
  });
});

describe('local S3, who may come in', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ region: 'eu-west-1' });
  });
  after(() => fixture.close());

  const large = incompressible(6_000_000);

  it('refuses a wrong secret and an unknown key, before it takes a body', async () => {
    const wrong = fixture.makeClient({ credentials: { ...identity, secretAccessKey: 'wrong' } });
    const unknown = fixture.makeClient({ credentials: { ...identity, accessKeyId: 'AKIDNOBODY' } });
    for (const body of ['small', large]) {
      expect(await failureOf(put(wrong, 'k', body))).to.deep.equal({
        code: 'SignatureDoesNotMatch',
        status: 403,
      });
      expect(await failureOf(put(unknown, 'k', body))).to.deep.equal({
        code: 'InvalidAccessKeyId',
        status: 403,
      });
    }
  });

  it('takes temporary keys only with their token', async () => {
    await put(fixture.makeClient({ credentials: temporary }), 'temporary', 'x');
    const { sessionToken, ...bare } = temporary;
    const calls = [bare, { ...bare, sessionToken: 'other' }, { ...identity, sessionToken }].map(
      (credentials) => failureOf(put(fixture.makeClient({ credentials }), 'k')),
    );
    expect((await Promise.all(calls)).map(({ code }) => code)).to.deep.equal([
      'InvalidAccessKeyId',
      'InvalidToken',
      'InvalidToken',
    ]);
  });

  it('tells the region to a client that signs for another', async () => {
    const elsewhere = fixture.makeClient({ region: 'us-west-2' });
    expect(await failureOf(put(elsewhere, 'k'))).to.deep.equal({
      code: 'AuthorizationHeaderMalformed',
      status: 400,
    });
    const following = fixture.makeClient({ region: 'us-west-2', followRegionRedirects: true });
    const head = await following.send(new HeadBucketCommand({ Bucket }));
    expect(head.BucketRegion).to.equal('eu-west-1');
  });

  it('makes buckets only in its own region', async () => {
    const { client } = fixture;
    await client.send(new CreateBucketCommand({ Bucket: 'here' }));
    const location = await client.send(new GetBucketLocationCommand({ Bucket: 'here' }));
    expect(location.LocationConstraint).to.equal('eu-west-1');
    const CreateBucketConfiguration = { LocationConstraint: 'eu-north-1' as const };
    const there = client.send(new CreateBucketCommand({ Bucket: 'there', CreateBucketConfiguration }));
    expect(await failureOf(there)).to.deep.equal({ code: 'IllegalLocationConstraintException', status: 400 });
  });

  it('checks the keys of a COPY in process', () => {
    const codeOf = (keys: Parameters<typeof fixture.s3.reader.asKeys>[0]): unknown => {
      try {
        fixture.s3.reader.asKeys(keys, 'eu-west-1');
      } catch (error) {
        if (error instanceof S3Error) return [error.code, error.status];
      }
      return 'ok';
    };
    expect([
      codeOf(identity),
      codeOf(temporary),
      codeOf({ ...identity, secretAccessKey: 'wrong' }),
      codeOf({ ...identity, accessKeyId: 'AKIDNOBODY' }),
      codeOf({ ...temporary, sessionToken: 'other' }),
    ]).to.deep.equal([
      'ok',
      'ok',
      ['SignatureDoesNotMatch', 403],
      ['InvalidAccessKeyId', 403],
      ['InvalidToken', 400],
    ]);
  });

  it('refuses keys that have expired', async () => {
    const expired = { ...temporary, expires: new Date(Date.now() - 1000) };
    const other = await startFixture({ identities: [expired] });
    try {
      const client = other.makeClient({ credentials: temporary });
      expect(await failureOf(put(client, 'k'))).to.deep.equal({ code: 'ExpiredToken', status: 400 });
    } finally {
      await other.close();
    }
  });
});

describe('local S3, faults, restarts and failures', () => {
  it('fails the chosen requests, and the SDK retries what can be retried', async () => {
    const faults = new Map<string, S3Fault>([
      ['PutObject 1', { kind: 'error', status: 503, code: 'SlowDown' }],
      ['PutObject 2', { kind: 'reset' }],
      ['PutObject 3', { kind: 'delay', ms: 20 }],
      ['GetObject 1', { kind: 'truncate', bytes: 3 }],
      ['GetObject 2', { kind: 'error', status: 500, code: 'InternalError' }],
      ['GetObject 4', { kind: 'truncate', bytes: 3 }],
    ]);
    const seen: S3Request[] = [];
    const fault = (request: S3Request): S3Fault | undefined => {
      seen.push(request);
      return faults.get(`${request.operation} ${request.nth}`);
    };
    const fixture = await startFixture({ decorate: faultyEntrances(fault) });
    try {
      const { client, s3 } = fixture;
      const reader = s3.reader.asKeys(identity, s3.region);
      const started = Date.now();
      await put(client, 'k', 'contents');
      expect(Date.now() - started).to.be.at.least(20);
      expect((await failureOf(get(client, 'k'))).code).to.be.a('string');
      const opened = await failureOf(reader.open(Bucket, 'k').then(({ body }) => buffer(body)));
      expect(opened.code).to.equal('S3Error');
      expect(await get(client, 'k')).to.equal('contents');
      const { body, size } = await reader.open(Bucket, 'k');
      const pieces: string[] = [];
      const read = (async () => {
        for await (const piece of body) pieces.push(String(piece));
      })();
      expect([await failureOf(read), pieces, size]).to.deep.equal([
        { code: 'ConnectionReset', status: undefined },
        ['con'],
        8,
      ]);
      expect(seen.map(({ operation, nth }) => `${operation} ${nth}`)).to.deep.equal([
        ...['PutObject 1', 'PutObject 2', 'PutObject 3'],
        ...['GetObject 1', 'GetObject 2', 'GetObject 3', 'GetObject 4'],
      ]);
      expect(seen[0]).to.deep.equal({ operation: 'PutObject', bucket: Bucket, key: 'k', nth: 1 });
    } finally {
      await fixture.close();
    }
  });

  it('reads in process what was put over HTTP', async () => {
    const fixture = await startFixture();
    try {
      const { client, s3 } = fixture;
      const reader = s3.reader.asKeys(identity, s3.region);
      for (const key of ['p/2', 'p/10', 'q']) await put(client, key, key);
      expect(await reader.list(Bucket, 'p/')).to.deep.equal([
        { key: 'p/10', size: 4 },
        { key: 'p/2', size: 3 },
      ]);
      const { body, size } = await reader.open(Bucket, 'p/10');
      expect([await text(body), size]).to.deep.equal(['p/10', 4]);
      expect(await failureOf(reader.list('missing', ''))).to.deep.equal({
        code: 'S3Error',
        status: undefined,
      });
    } finally {
      await fixture.close();
    }
  });

  it('keeps objects and open uploads over a restart, and sweeps what was abandoned', async () => {
    const first = await startFixture();
    const data = incompressible(6 * 1024 * 1024);
    await put(first.client, 'k é', 'kept');
    await put(first.client, 'k é', 'kept again');
    const upload = { Bucket, Key: 'open' };
    const { UploadId } = await first.client.send(new CreateMultipartUploadCommand(upload));
    const one = await first.client.send(
      new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: data }),
    );
    await first.s3.close();
    const files = (): number => readdirSync(join(first.dir, Bucket, 'data')).length;
    writeFileSync(join(first.dir, Bucket, 'data', 'abandoned'), 'half');
    writeFileSync(join(first.dir, Bucket, 'objects', 'abandoned.json.tmp'), '{');
    mkdirSync(join(first.dir, '_transient_00'));
    mkdirSync(join(first.dir, 'not-a-bucket'));
    const second = await startFixture({ dir: first.dir });
    try {
      expect(files()).to.equal(2);
      expect(readdirSync(first.dir)).to.have.members(['data', 'not-a-bucket']);
      expect(readdirSync(join(first.dir, Bucket, 'objects')).length).to.equal(1);
      expect(await get(second.client, 'k é')).to.equal('kept again');
      const two = await second.client.send(
        new UploadPartCommand({ ...upload, UploadId, PartNumber: 2, Body: 'end' }),
      );
      const Parts = [
        { PartNumber: 1, ETag: one.ETag },
        { PartNumber: 2, ETag: two.ETag },
      ];
      await second.client.send(
        new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }),
      );
      const got = await second.client.send(new GetObjectCommand(upload));
      expect((await bodyOf(got)).equals(Buffer.concat([data, Buffer.from('end')]))).to.equal(true);
    } finally {
      await second.close();
      await first.close();
    }
  });

  it('answers 500 with the cause when the disk fails, and goes on', async () => {
    const fixture = await startFixture();
    try {
      const client = fixture.makeClient({ maxAttempts: 1 });
      rmSync(join(fixture.dir, Bucket, 'data'), { recursive: true });
      const failed = await client
        .send(new PutObjectCommand({ Bucket, Key: 'k', Body: incompressible(3_000_000) }))
        .then(
          () => 'stored',
          (error: unknown) => String(error),
        );
      expect(failed).to.match(/^InternalError: .*ENOENT/);
      expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(0);
    } finally {
      await fixture.close();
    }
  });

  it('ends a delayed request when it closes', async () => {
    let enter = (): void => undefined;
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    const fixture = await startFixture({
      decorate: faultyEntrances(() => {
        enter();
        return { kind: 'delay', ms: 3_600_000 };
      }),
    });
    const call = failureOf(put(fixture.makeClient({ maxAttempts: 1 }), 'k'));
    await entered;
    await fixture.close();
    expect((await call).status).to.equal(undefined);
  });

  it('closes at once with idle connections open, and refuses a port in use', async () => {
    const fixture = await startFixture();
    await put(fixture.client, 'k', 'x');
    const taken = startS3({ dir: fixture.dir, identities: [], port: fixture.s3.port });
    expect((await failureOf(taken)).code).to.equal('PortInUseError');
    const started = Date.now();
    await fixture.s3.close();
    expect(Date.now() - started).to.be.below(500);
    await fixture.close();
  });
});
