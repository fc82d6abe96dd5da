/** Who may do what: identities with policies, and buckets in several regions. */
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { S3Identity, S3Policy } from '../../../../src/local/s3/server.ts';
import { Permissions } from '../../../../src/local/s3/auth/policy.ts';
import { failureOf, identity, startFixture, type Fixture } from '../support.ts';

const Bucket = 'data';
const keys = (name: string) => ({ accessKeyId: `AKID${name}`, secretAccessKey: `secret-of-${name}` });

const identities: Record<string, S3Identity> = {
  uploader: {
    ...keys('UPLOADER'),
    policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
          Resource: 'arn:aws:s3:::data/in/*',
        },
        { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::data/in/locked/*' },
      ],
    },
  },
  reader: {
    ...keys('READER'),
    policy: { Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } },
  },
  lister: {
    ...keys('LISTER'),
    policy: {
      Statement: [
        { Effect: 'Allow', Action: 's3:getobject', Resource: 'arn:aws:s3:::data/*' },
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: 'arn:aws:s3:::data',
          Condition: { StringLike: { 's3:prefix': 'in/*' } },
        },
      ],
    },
  },
  cleaner: {
    ...keys('CLEANER'),
    policy: {
      Statement: [
        { Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::data/in/?' },
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::data' },
      ],
    },
  },
};

describe('access to the local S3', () => {
  let fixture: Fixture;
  const as = (name: string): S3Client => {
    const credentials = identities[name];
    if (!credentials) throw new Error(name);
    return fixture.makeClient({ credentials });
  };
  const put = (client: S3Client, Key: string, bucket = Bucket) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'text' }));
  /** `ok`, or the code and status that a call fails with. */
  const outcome = async (call: Promise<unknown>) => {
    const done = await call.then(
      () => 'ok',
      () => undefined,
    );
    if (done !== undefined) return done;
    const { code, status } = await failureOf(call);
    return `${code} ${status}`;
  };
  const outcomes = (calls: readonly Promise<unknown>[]) => Promise.all(calls.map(outcome));

  before(async () => {
    fixture = await startFixture({
      identities: [identity, ...Object.values(identities)],
      buckets: ['data', { name: 'abroad', region: 'eu-west-1' }, { name: 'north', region: 'eu-north-1' }],
    });
    for (const key of ['in/1', 'in/2', 'out/1']) await put(fixture.client, key);
  });
  after(() => fixture.close());

  it('allows what a policy allows, and nothing that it denies or does not name', async () => {
    const client = as('uploader');
    const Key = 'in/parts';
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    expect(
      await outcomes([
        put(client, 'in/3'),
        put(client, 'out/2'),
        put(client, 'in/locked/1'),
        client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })),
        client.send(new GetObjectCommand({ Bucket, Key: 'in/1' })),
        client.send(new DeleteObjectCommand({ Bucket, Key: 'in/1' })),
        client.send(new ListObjectsV2Command({ Bucket })),
        client.send(new ListBucketsCommand({})),
      ]),
    ).to.deep.equal([
      ...['ok', 'AccessDenied 403', 'AccessDenied 403', 'ok'],
      ...['AccessDenied 403', 'AccessDenied 403', 'AccessDenied 403', 'AccessDenied 403'],
    ]);
  });

  it('tells of a missing key only those who may list, and answers HEAD without a body', async () => {
    const [reader, cleaner] = [as('reader'), as('cleaner')];
    expect(
      await outcomes([
        reader.send(new GetObjectCommand({ Bucket, Key: 'in/1' })),
        reader.send(new GetObjectCommand({ Bucket, Key: 'in/none' })),
        reader.send(new HeadObjectCommand({ Bucket, Key: 'in/none' })),
        fixture.client.send(new GetObjectCommand({ Bucket, Key: 'in/none' })),
        cleaner.send(new HeadObjectCommand({ Bucket, Key: 'in/1' })),
        cleaner.send(new HeadBucketCommand({ Bucket })),
        reader.send(new HeadBucketCommand({ Bucket })),
        reader.send(new GetObjectCommand({ Bucket: 'missing', Key: 'k' })),
      ]),
    ).to.deep.equal([
      ...['ok', 'AccessDenied 403', 'Unknown 403', 'NoSuchKey 404'],
      ...['Unknown 403', 'ok', 'Unknown 403', 'NoSuchBucket 404'],
    ]);
  });

  it('holds a listing to the prefixes of a condition', async () => {
    const client = as('lister');
    expect(
      await outcomes([
        client.send(new ListObjectsV2Command({ Bucket, Prefix: 'in/' })),
        client.send(new ListObjectsV2Command({ Bucket })),
        client.send(new GetObjectCommand({ Bucket, Key: 'out/1' })),
      ]),
    ).to.deep.equal(['ok', 'AccessDenied 403', 'ok']);
  });

  it('checks both ends of a copy, and each key of a deletion', async () => {
    const copy = (client: S3Client, Key: string) =>
      client.send(new CopyObjectCommand({ Bucket, Key, CopySource: 'data/in/1' }));
    expect(await outcomes([copy(as('uploader'), 'in/copy'), copy(as('reader'), 'in/copy')])).to.deep.equal([
      'AccessDenied 403',
      'AccessDenied 403',
    ]);
    const Objects = ['in/2', 'out/1', 'in/longer'].map((Key) => ({ Key }));
    const done = await as('cleaner').send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: false } }),
    );
    expect(done.Deleted).to.deep.equal([{ Key: 'in/2' }]);
    expect(done.Errors).to.deep.equal([
      { Key: 'out/1', Code: 'AccessDenied', Message: 'Access Denied' },
      { Key: 'in/longer', Code: 'AccessDenied', Message: 'Access Denied' },
    ]);
  });

  it('redirects to the region of a bucket', async () => {
    const [east, west] = [fixture.client, fixture.makeClient({ region: 'eu-west-1' })];
    const nowhere = fixture.makeClient({ region: 'ap-south-1' });
    const following = fixture.makeClient({ region: 'eu-north-1', followRegionRedirects: true });
    expect(
      await outcomes([
        put(west, 'k', 'abroad'),
        put(east, 'k', 'abroad'),
        put(west, 'k', 'north'),
        put(west, 'k', 'data'),
        put(nowhere, 'k', 'data'),
        put(following, 'k', 'abroad'),
      ]),
    ).to.deep.equal([
      ...['ok', 'AuthorizationHeaderMalformed 400', 'PermanentRedirect 301'],
      ...['PermanentRedirect 301', 'AuthorizationHeaderMalformed 400', 'ok'],
    ]);
    const located = await west.send(new GetBucketLocationCommand({ Bucket: 'abroad' }));
    expect(located.LocationConstraint).to.equal('eu-west-1');
  });

  it('reads in process by the same rules', async () => {
    const codeOf = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => ({ code: 'ok' }),
        (thrown: unknown) => thrown,
      );
      return error instanceof Object && 'code' in error ? error.code : error;
    };
    const { reader } = fixture.s3;
    const { reader: read, uploader, lister } = identities;
    if (!read || !uploader || !lister) throw new Error('identities');
    expect([
      await codeOf(reader.asKeys(lister, 'us-east-1').list(Bucket, 'in/')),
      await codeOf(reader.asKeys(lister, 'us-east-1').list(Bucket, '')),
      await codeOf(reader.asKeys(uploader, 'us-east-1').open(Bucket, 'in/1')),
      await codeOf(reader.asKeys(read, 'us-east-1').open(Bucket, 'in/none')),
      await codeOf(reader.asKeys(read, 'us-east-1').open('abroad', 'k')),
      await codeOf(reader.asRole('arn:aws:iam::000000000000:role/unknown', 'us-east-1').open(Bucket, 'in/1')),
    ]).to.deep.equal([
      'ok',
      'AccessDenied',
      'AccessDenied',
      'AccessDenied',
      'PermanentRedirect',
      'AccessDenied',
    ]);
  });

  it('refuses a temporary key after its time, and a policy that it can not hold to', async () => {
    const expired = { ...keys('OLD'), sessionToken: 'token', expires: '2020-01-01T00:00:00Z' };
    const other = await startFixture({ identities: [expired] });
    try {
      expect(await outcome(put(other.makeClient({ credentials: expired }), 'k'))).to.equal(
        'ExpiredToken 400',
      );
    } finally {
      await other.close();
    }
    const problem = (statement: object) => () => new Permissions({ Statement: statement } as S3Policy);
    const allow = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
    expect(problem({ ...allow, NotAction: 's3:*' })).to.throw('A policy statement has no "NotAction" here');
    expect(problem({ ...allow, Effect: 'allow' })).to.throw('Effect is "allow"');
    expect(problem({ ...allow, Action: [] })).to.throw('A policy statement needs Action');
    expect(problem({ ...allow, Condition: { IpAddress: {} } })).to.throw(
      'The condition IpAddress is not served',
    );
    expect(problem({ ...allow, Condition: { StringLike: { 'aws:x': 'y' } } })).to.throw(
      'aws:x is not served',
    );
  });
});
