/** What COPY needs to be allowed, and what it says when a permission is taken away from it. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'chai';
import pg from 'pg';
import { describeEntry, watchWarehouse, type WatchedWarehouse } from '../../../support/access.ts';
import { s3Client } from '../../../support/warehouse.ts';
import { clientConfig } from '../support.ts';

const arn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const policy = (...Action: string[]) => ({
  Statement: [{ Effect: 'Allow' as const, Action, Resource: '*' }],
});
const key = 'arn:aws:kms:us-east-1:000000000000:key/mine';
const bucket = 'arn:aws:s3:::local-bucket';
const denied =
  'S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid LOCAL,ExtRid LOCAL,CanRetry 1';

describe('the access of COPY', () => {
  let watched: WatchedWarehouse;
  let client: pg.Client;
  const copy = async (path: string, rights: string) => {
    watched.takeTrail();
    const end = await client.query(`COPY t FROM 's3://local-bucket/${path}' ${rights} CSV`).then(
      () => 'ok',
      (error: unknown) => (error as Error).message,
    );
    return [end, ...watched.takeTrail().map(describeEntry)];
  };
  const role = (name: string) => `IAM_ROLE '${arn(name)}'`;

  before(async () => {
    watched = await watchWarehouse({
      kmsKeys: [key],
      buckets: [{ name: 'local-bucket' }, { name: 'other', encryption: { kmsKey: key } }],
    });
    client = new pg.Client(clientConfig(watched.warehouse));
    await client.connect();
    await client.query('CREATE TABLE t (a INT)');
    const s3 = s3Client(watched.config);
    const entries = ['s3://local-bucket/in/1', 's3://other/2'].map((url) => ({ url, mandatory: true }));
    const put = (Bucket: string, Key: string, Body: string) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    await put('local-bucket', 'in/1', '1\n');
    await put('other', '2', '2\n');
    await put('local-bucket', 'manifest', JSON.stringify({ entries }));
    s3.destroy();
  });
  after(async () => {
    await client.end();
    await watched.close();
  });

  it('is to list and to get, by prefix and by manifest, and to decrypt', async () => {
    const allow = (...actions: string[]) =>
      watched.warehouse.setAccess({ roles: [{ arn: arn('r'), policy: policy(...actions) }] });
    const all = ['s3:ListBucket', 's3:GetObject', 'kms:Decrypt'];
    const manifest = [
      `copy s3:GetObject ${bucket}/manifest`,
      `copy s3:ListBucket ${bucket}`,
      'copy s3:ListBucket arn:aws:s3:::other',
      `copy s3:GetObject ${bucket}/in/1`,
      'copy s3:GetObject arn:aws:s3:::other/2',
      `copy kms:Decrypt ${key}`,
    ];
    allow(...all);
    expect(await copy('in/', role('r'))).to.deep.equal([
      'ok',
      `copy s3:ListBucket ${bucket}`,
      `copy s3:GetObject ${bucket}/in/1`,
    ]);
    expect(await copy('manifest', `${role('r')} MANIFEST`)).to.deep.equal(['ok', ...manifest]);
    expect(await copy('none/', role('r'))).to.deep.equal([
      "The specified S3 prefix 'none/' does not exist",
      `copy s3:ListBucket ${bucket}`,
    ]);

    allow('s3:ListBucket', 's3:GetObject');
    expect(await copy('manifest', `${role('r')} MANIFEST`)).to.deep.equal([
      `S3ServiceException:User: arn:aws:sts::000000000000:assumed-role/r/RedshiftIamRoleSession is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action,Status 403,Error AccessDenied,Rid LOCAL,ExtRid LOCAL,CanRetry 1`,
      ...manifest.slice(0, -1),
      `copy kms:Decrypt ${key} denied`,
    ]);
    allow('s3:GetObject', 'kms:Decrypt');
    expect(await copy('in/', role('r'))).to.deep.equal([denied, `copy s3:ListBucket ${bucket} denied`]);
    expect(await copy('manifest', `${role('r')} MANIFEST`)).to.deep.equal([
      denied,
      `copy s3:GetObject ${bucket}/manifest`,
      `copy s3:ListBucket ${bucket} denied`,
    ]);
    allow('s3:ListBucket');
    expect(await copy('in/', role('r'))).to.deep.equal([
      denied,
      `copy s3:ListBucket ${bucket}`,
      `copy s3:GetObject ${bucket}/in/1 denied`,
    ]);
    allow(...all);
    expect((await copy('in/', role('r')))[0]).to.equal('ok');
    watched.warehouse.setAccess({});
    expect(await copy('in/', role('r'))).to.deep.equal([
      `Not authorized to get credentials of role ${arn('r')}`,
    ]);
  });

  it('is for a chain of roles to assume the next', async () => {
    const front = (actions: string[], trusts: string[]) =>
      watched.warehouse.setAccess({
        roles: [
          { arn: arn('front'), policy: policy(...actions) },
          { arn: arn('reader'), attached: false, policy: policy('s3:*'), trusts },
        ],
      });
    const chain = `IAM_ROLE '${arn('front')},${arn('reader')}'`;
    const refused = [
      `Not authorized to get credentials of role ${arn('reader')}`,
      `copy sts:AssumeRole ${arn('reader')} denied`,
    ];
    front(['sts:AssumeRole'], [arn('front')]);
    const good = await copy('in/', chain);
    front(['s3:*'], [arn('front')]);
    const withoutPolicy = await copy('in/', chain);
    front(['sts:AssumeRole'], []);
    expect([good, withoutPolicy, await copy('in/', chain)]).to.deep.equal([
      [
        'ok',
        `copy sts:AssumeRole ${arn('reader')}`,
        `copy s3:ListBucket ${bucket}`,
        `copy s3:GetObject ${bucket}/in/1`,
      ],
      refused,
      refused,
    ]);
  });

  it('may be that of a session of STS', async () => {
    const { config, warehouse } = watched;
    const roles = (...actions: string[]) => [
      { arn: arn('session'), policy: policy(...actions), trusts: [config.aws_access_key_id] },
    ];
    warehouse.setAccess({ roles: roles('s3:*') });
    const credentials = {
      accessKeyId: config.aws_access_key_id,
      secretAccessKey: config.aws_secret_access_key,
    };
    const sts = new STSClient({ endpoint: config.s3_endpoint, region: config.s3_region, credentials });
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: arn('session'), RoleSessionName: 'load' }),
    );
    sts.destroy();
    const rights = `ACCESS_KEY_ID '${keys?.AccessKeyId}' SECRET_ACCESS_KEY '${keys?.SecretAccessKey}' SESSION_TOKEN '${keys?.SessionToken}'`;
    const before = await copy('in/', rights);
    warehouse.setAccess({ roles: roles('s3:GetObject') });
    expect([before[0], await copy('in/', rights)]).to.deep.equal([
      'ok',
      [denied, `copy s3:ListBucket ${bucket} denied`],
    ]);
  });
});
