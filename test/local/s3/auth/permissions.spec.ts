/** Encryption with keys of KMS, owners of buckets and ACLs, as far as S3 asks for permissions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
  type ObjectCannedACL,
} from '@aws-sdk/client-s3';
import type { AccessEntry, S3Access, S3PolicyStatement } from '../../../../src/local/s3/server.ts';
import { identity, startFixture, type Fixture } from '../support.ts';

const key = (id: string, region = 'us-east-1') => `arn:aws:kms:${region}:000000000000:key/${id}`;
const standard = key('00000000-0000-4000-8000-000000000053');
const user = { accessKeyId: 'AKIDUSER', secretAccessKey: 'secret-of-user' };
const allow = (...Action: string[]): S3PolicyStatement => ({ Effect: 'Allow', Action, Resource: '*' });
const deny = (...Action: string[]): S3PolicyStatement => ({ Effect: 'Deny', Action, Resource: '*' });

const access = (...Statement: S3PolicyStatement[]): S3Access => ({
  identities: [identity, { ...user, policy: { Statement } }],
});

/** What a call gives, or status, code and message of its refusal. */
async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    return `${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`;
  }
}

async function outcomes(calls: readonly (() => Promise<unknown>)[]): Promise<string[]> {
  const all: string[] = [];
  for (const call of calls) all.push(await outcome(call()));
  return all;
}

const refused = (
  action: string,
  id: string,
  why = `because no identity-based policy allows the ${action} action`,
) =>
  `403 AccessDenied: User: arn:aws:iam::000000000000:user/AKIDUSER is not authorized to perform: ${action} on resource: ${id} ${why}`;

describe('encryption, owners and ACLs in the local S3', () => {
  let dir: string;
  let fixture: Fixture;
  let trail: AccessEntry[] = [];
  const start = () =>
    startFixture({
      dir,
      ...access(allow('s3:*', 'kms:*')),
      kmsKeys: [key('mine'), key('abroad', 'eu-west-1')],
      buckets: [
        'data',
        { name: 'sealed', encryption: { kmsKey: key('mine') } },
        { name: 'partner', owner: '111122223333' },
        { name: 'abroad', region: 'eu-west-1' },
      ],
      onAccess: (entry) => trail.push(entry),
    });
  const client = () => fixture.makeClient({ credentials: user });
  const put = (Bucket: string, SSEKMSKeyId?: string) => () =>
    client().send(
      new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms', SSEKMSKeyId }),
    );
  const decided = () =>
    trail.map(({ action, resource, allowed, via }) => `${via} ${action} ${resource} ${allowed}`);

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 's3-kms-'));
    fixture = await start();
  });
  beforeEach(() => {
    fixture.s3.setAccess(access(allow('s3:*', 'kms:*')));
    trail = [];
  });
  after(async () => {
    await fixture.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('takes a key by ID, ARN, the alias of the standard one, or none', async () => {
    const used = async (reference?: string) => {
      const { SSEKMSKeyId } = (await put('data', reference)()) as { SSEKMSKeyId?: string };
      return SSEKMSKeyId;
    };
    expect([
      await used('mine'),
      await used(key('mine')),
      await used('alias/aws/s3'),
      await used(),
    ]).to.deep.equal([key('mine'), key('mine'), standard, standard]);
  });

  it('refuses keys that do not exist or are elsewhere, and a key without encryption', async () => {
    const keyOnly = new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'x', SSEKMSKeyId: 'mine' });
    expect(
      await outcomes([
        put('data', 'none'),
        put('data', 'alias/none'),
        put('data', key('abroad', 'eu-west-1')),
        () => client().send(keyOnly),
      ]),
    ).to.deep.equal([
      `400 KMS.NotFoundException: Key '${key('none')}' does not exist`,
      '400 KMS.NotFoundException: Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found.',
      '400 KMS.NotFoundException: Invalid arn eu-west-1',
      '400 InvalidArgument: Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    ]);
  });

  it('needs kms:GenerateDataKey to write, kms:Decrypt to read the object or its checksum', async () => {
    await put('data', 'mine')();
    const object = { Bucket: 'data', Key: 'k' };
    const calls = [
      put('data', 'mine'),
      () => client().send(new GetObjectCommand(object)),
      () => client().send(new HeadObjectCommand(object)),
      () => client().send(new HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' })),
      () => client().send(new CopyObjectCommand({ ...object, Key: 'c', CopySource: 'data/k' })),
    ];
    fixture.s3.setAccess(access(allow('s3:*', 'kms:Decrypt')));
    const writing = await outcomes(calls);
    fixture.s3.setAccess(access(allow('s3:*', 'kms:*'), deny('kms:Decrypt')));
    const reading = await outcomes(calls);
    expect([writing, reading]).to.deep.equal([
      [refused('kms:GenerateDataKey', key('mine')), 'ok', 'ok', 'ok', 'ok'],
      [
        'ok',
        refused('kms:Decrypt', key('mine'), 'with an explicit deny in an identity-based policy'),
        'ok',
        '403 Unknown: UnknownError',
        refused('kms:Decrypt', key('mine'), 'with an explicit deny in an identity-based policy'),
      ],
    ]);
  });

  it('needs both for an upload in parts', async () => {
    const place = { Bucket: 'sealed', Key: 'parts' };
    const create = () => client().send(new CreateMultipartUploadCommand(place));
    const { UploadId, SSEKMSKeyId } = await create();
    const part = () => client().send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: 'x' }));
    const { ETag } = await part();
    const complete = () =>
      client().send(
        new CompleteMultipartUploadCommand({
          ...place,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        }),
      );
    fixture.s3.setAccess(access(allow('s3:*', 'kms:GenerateDataKey')));
    const withoutDecrypt = await outcomes([create, part, complete]);
    fixture.s3.setAccess(access(allow('s3:*', 'kms:Decrypt')));
    const abort = () => client().send(new AbortMultipartUploadCommand({ ...place, UploadId: 'none' }));
    const withoutGenerate = await outcomes([create, part, abort]);
    trail = [];
    expect([
      SSEKMSKeyId,
      withoutDecrypt,
      withoutGenerate,
      await outcome(complete()),
      decided(),
    ]).to.deep.equal([
      key('mine'),
      ['ok', refused('kms:Decrypt', key('mine')), refused('kms:Decrypt', key('mine'))],
      [
        refused('kms:GenerateDataKey', key('mine')),
        'ok',
        '404 NoSuchUpload: The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      ],
      'ok',
      [`http s3:PutObject arn:aws:s3:::sealed/parts true`, `http kms:Decrypt ${key('mine')} true`],
    ]);
  });

  it('encrypts as the bucket says where the request says nothing, and keeps the key over a restart', async () => {
    const write = async (Key: string, ServerSideEncryption?: 'AES256') => {
      const object = { Bucket: 'sealed', Key, Body: 'x', ServerSideEncryption };
      const made = await client().send(new PutObjectCommand(object));
      return [made.ServerSideEncryption, made.SSEKMSKeyId];
    };
    expect([await write('by-bucket'), await write('plain', 'AES256')]).to.deep.equal([
      ['aws:kms', key('mine')],
      ['AES256', undefined],
    ]);
    await fixture.close();
    fixture = await start();
    fixture.s3.setAccess({ ...access(allow('s3:*')), buckets: [{ name: 'sealed' }] });
    const get = (Key: string) => () => client().send(new GetObjectCommand({ Bucket: 'sealed', Key }));
    expect(await outcomes([get('by-bucket'), get('plain')])).to.deep.equal([
      refused('kms:Decrypt', key('mine')),
      'ok',
    ]);
    const { reader } = fixture.s3;
    const copied = await reader
      .asKeys(user, 'us-east-1')
      .open('sealed', 'by-bucket')
      .catch((error: unknown) => String(error));
    expect(copied).to.equal(
      `S3Error: ${refused('kms:Decrypt', key('mine')).slice('403 AccessDenied: '.length)}`,
    );
  });

  it('holds every operation to the owner that is expected', async () => {
    const everyone = ['000000000000', '111122223333', 'partner'];
    const asked = (Bucket: string) =>
      everyone.flatMap((ExpectedBucketOwner) => [
        () => client().send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner })),
        () => client().send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner })),
        () => client().send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ExpectedBucketOwner })),
      ]);
    const [own, partner] = [await outcomes(asked('data')), await outcomes(asked('partner'))];
    const status = (all: string[]) => all.map((text) => text.replace(/:.*/, ''));
    const denied = ['403 Unknown', '403 AccessDenied', '403 AccessDenied'];
    const wrong = ['400 Unknown', '400 InvalidBucketOwnerAWSAccountID', '400 InvalidBucketOwnerAWSAccountID'];
    expect([status(own), status(partner)]).to.deep.equal([
      ['ok', 'ok', 'ok', ...denied, ...wrong],
      [...denied, 'ok', 'ok', 'ok', ...wrong],
    ]);
  });

  it('takes ACLs that say nothing new, from who may write ACLs', async () => {
    const write = (ACL: string) => () =>
      client().send(
        new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'x', ACL: ACL as ObjectCannedACL }),
      );
    const create = () =>
      client().send(
        new CreateMultipartUploadCommand({ Bucket: 'data', Key: 'k', ACL: 'bucket-owner-full-control' }),
      );
    const acls = ['private', 'bucket-owner-full-control', 'public-read', 'mine'].map(write);
    const free = await outcomes([...acls, create]);
    fixture.s3.setAccess(access(allow('s3:PutObject')));
    expect([free, await outcomes([write('private'), create]), decided().slice(-2)]).to.deep.equal([
      [
        'ok',
        'ok',
        '400 AccessControlListNotSupported: The bucket does not allow ACLs',
        '400 InvalidArgument: Invalid Argument',
        'ok',
      ],
      ['403 AccessDenied: Access Denied', '403 AccessDenied: Access Denied'],
      ['http s3:PutObject arn:aws:s3:::data/k true', 'http s3:PutObjectAcl arn:aws:s3:::data/k false'],
    ]);
  });

  it('tells of each decision, and of none that is only for the words of an answer', async () => {
    fixture.s3.setAccess(access(allow('s3:GetObject', 's3:DeleteObject', 's3:ListAllMyBuckets')));
    const Objects = [{ Key: 'a' }, { Key: 'b' }];
    await outcomes([
      () => client().send(new GetObjectCommand({ Bucket: 'data', Key: 'missing' })),
      () => client().send(new DeleteObjectsCommand({ Bucket: 'data', Delete: { Objects } })),
      () => client().send(new ListBucketsCommand({})),
      () => client().send(new ListObjectsV2Command({ Bucket: 'data' })),
    ]);
    expect(trail.map(({ caller }) => caller)).to.deep.equal(Array(5).fill('AKIDUSER'));
    expect(decided()).to.deep.equal([
      'http s3:GetObject arn:aws:s3:::data/missing true',
      'http s3:DeleteObject arn:aws:s3:::data/a true',
      'http s3:DeleteObject arn:aws:s3:::data/b true',
      'http s3:ListAllMyBuckets arn:aws:s3:::* true',
      'http s3:ListBucket arn:aws:s3:::data false',
    ]);
  });

  it('tells the region of a bucket also when it refuses', async () => {
    const region = async (credentials: typeof user, from: string) => {
      const asking = fixture.makeClient({ credentials, region: from });
      const error = await asking.send(new HeadBucketCommand({ Bucket: 'abroad' })).catch((e: unknown) => e);
      if (!(error instanceof S3ServiceException)) return (error as { BucketRegion?: string }).BucketRegion;
      return `${error.$response?.statusCode} ${error.$response?.headers['x-amz-bucket-region']}`;
    };
    fixture.s3.setAccess({
      ...access(),
      buckets: [{ name: 'north', region: 'eu-north-1' }],
    });
    const anonymous = await fetch(`${fixture.s3.endpoint}/abroad`, { method: 'HEAD' });
    const nobody = { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'x' };
    expect([
      await region(identity, 'eu-west-1'),
      await region(user, 'eu-west-1'),
      await region(nobody, 'eu-west-1'),
      await region(identity, 'us-east-1'),
      await region(identity, 'eu-north-1'),
      await region(identity, 'ap-south-1'),
      `${anonymous.status} ${anonymous.headers.get('x-amz-bucket-region')}`,
    ]).to.deep.equal([
      'eu-west-1',
      ...[
        '403 eu-west-1',
        '403 eu-west-1',
        '400 eu-west-1',
        '301 eu-west-1',
        '400 eu-west-1',
        '403 eu-west-1',
      ],
    ]);
    const following = ['us-east-1', 'eu-north-1'].map((from) =>
      fixture.makeClient({ region: from, followRegionRedirects: true }),
    );
    const heads = following.map((each) => each.send(new HeadBucketCommand({ Bucket: 'abroad' })));
    expect((await Promise.all(heads)).map(({ BucketRegion }) => BucketRegion)).to.deep.equal([
      'eu-west-1',
      'eu-west-1',
    ]);
  });
});
