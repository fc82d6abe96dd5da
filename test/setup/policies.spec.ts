import { expect } from 'chai';
import type { Config } from '../../src/config/options.ts';
import {
  allowing,
  callerPolicy,
  copyRolePolicy,
  copyRoles,
  uploaderPolicy,
  uploaderTrust,
} from '../../src/setup/policies.ts';
import { configOf, ROLE } from './support.ts';

const below = { StringLike: { 's3:prefix': ['target-redshift/*'] } };
const list = {
  Sid: 'ListStage',
  Effect: 'Allow',
  Action: ['s3:ListBucket'],
  Resource: ['arn:aws:s3:::stage'],
  Condition: below,
};
const uploads = {
  Sid: 'ListUploads',
  Effect: 'Allow',
  Action: ['s3:ListBucketMultipartUploads'],
  Resource: ['arn:aws:s3:::stage'],
};
const bySid = (more: Partial<Config>): Record<string, unknown> =>
  Object.fromEntries(
    uploaderPolicy(configOf(more)).Statement.map(({ Sid, Action, Resource }) => [Sid, [Action, Resource]]),
  );

describe('the policy of the uploader', () => {
  it('allows to write and remove what is staged, to add rejected records, and to look for leftovers', () => {
    expect(uploaderPolicy(configOf())).to.deep.equal({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'WriteStage',
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
          Resource: ['arn:aws:s3:::stage/target-redshift/*'],
        },
        {
          Sid: 'WriteRejected',
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
          Resource: ['arn:aws:s3:::stage/target-redshift-rejected/*'],
        },
        list,
        uploads,
      ],
    });
  });

  it('reads as well when COPY has the same keys, and sets ACLs when there is one', () => {
    const object = ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'];
    for (const more of [
      { copy_credentials: 'keys' },
      { copy_credentials: 'temporary' },
      { iam_role: undefined },
    ] as const)
      expect(allowing(uploaderPolicy(configOf(more)), 's3:GetObject')).to.have.lengthOf(1);
    expect(
      bySid({ iam_role: undefined, s3_acl: 'bucket-owner-full-control', rejected_prefix: '/bad/' }),
    ).to.deep.include({
      WriteStage: [[...object, 's3:PutObjectAcl', 's3:GetObject'], ['arn:aws:s3:::stage/target-redshift/*']],
      WriteRejected: [
        ['s3:PutObject', 's3:AbortMultipartUpload', 's3:PutObjectAcl'],
        ['arn:aws:s3:::stage/bad/*'],
      ],
    });
  });

  it('has no condition, and nothing for rejected records alone, when the whole bucket is its place', () => {
    const { Statement } = uploaderPolicy(configOf({ s3_prefix: '/' }));
    expect(Statement.map(({ Sid }) => Sid)).to.deep.equal(['WriteStage', 'ListStage', 'ListUploads']);
    expect(Statement[0]?.Resource).to.deep.equal(['arn:aws:s3:::stage/*']);
    expect(Statement[1]).not.to.have.property('Condition');
  });

  it('needs nothing more to find the region of the bucket: refusals name it too', () => {
    expect(bySid({ s3_region: undefined })).to.deep.equal(bySid({ s3_region: 'eu-west-1' }));
  });

  it('uses the KMS key by its ARN, its id, or its alias', () => {
    const keyOf = (s3_kms_key_id: string | undefined): unknown =>
      uploaderPolicy(configOf({ s3_encryption: 'sse-kms', s3_kms_key_id })).Statement[4];
    const use = { Sid: 'UseKey', Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'] };
    const arn = 'arn:aws:kms:eu-west-1:999999999999:key/1234';
    expect(keyOf(arn)).to.deep.equal({ ...use, Resource: [arn] });
    expect(keyOf('1234')).to.deep.equal({
      ...use,
      Resource: ['arn:aws:kms:eu-west-1:123456789012:key/1234'],
    });
    for (const alias of ['alias/a', 'arn:aws:kms:eu-west-1:123456789012:alias/a'])
      expect(keyOf(alias)).to.deep.equal({
        ...use,
        Resource: ['arn:aws:kms:eu-west-1:123456789012:key/*'],
        Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } },
      });
    expect(keyOf(undefined)).to.equal(undefined);
  });

  it('logs into a cluster as a user, with its groups', () => {
    const arn = 'arn:aws:redshift:eu-west-1:123456789012:';
    expect(bySid({ cluster_identifier: 'c', db_groups: ['g', 'h'], auto_create_user: true })).to.deep.include(
      {
        LogIn: [['redshift:GetClusterCredentials'], [`${arn}dbuser:c/loader`, `${arn}dbname:c/dev`]],
        CreateUser: [['redshift:CreateClusterUser'], [`${arn}dbuser:c/loader`]],
        JoinGroups: [['redshift:JoinGroup'], [`${arn}dbgroup:c/g`, `${arn}dbgroup:c/h`]],
      },
    );
  });

  it('logs in as the IAM identity, into a cluster or a workgroup', () => {
    expect(bySid({ cluster_identifier: 'c', user: undefined })).to.deep.include({
      LogIn: [
        ['redshift:GetClusterCredentialsWithIAM'],
        ['arn:aws:redshift:eu-west-1:123456789012:dbname:c/dev'],
      ],
    });
    expect(bySid({ workgroup_name: 'w', user: undefined })).to.deep.include({
      LogIn: [
        ['redshift-serverless:GetCredentials'],
        ['arn:aws:redshift-serverless:eu-west-1:123456789012:workgroup/<WORKGROUP_ID>'],
      ],
    });
  });

  it('reads the secret by its ARN or its name', () => {
    const read = ['secretsmanager:GetSecretValue'];
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf';
    expect(bySid({ secret_arn: arn })).to.deep.include({ ReadSecret: [read, [arn]] });
    expect(bySid({ secret_arn: 'db' })).to.deep.include({
      ReadSecret: [read, ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-??????']],
    });
  });

  it('names the partition of the region', () => {
    expect(bySid({ redshift_region: 'cn-north-1' })).to.deep.include({
      ListUploads: [['s3:ListBucketMultipartUploads'], ['arn:aws-cn:s3:::stage']],
    });
  });

  it('can be cut down to what allows one action', () => {
    expect(allowing(uploaderPolicy(configOf()), 's3:PutObject')).to.deep.equal([
      {
        Sid: 'WriteStage',
        Effect: 'Allow',
        Action: ['s3:PutObject'],
        Resource: ['arn:aws:s3:::stage/target-redshift/*'],
      },
      {
        Sid: 'WriteRejected',
        Effect: 'Allow',
        Action: ['s3:PutObject'],
        Resource: ['arn:aws:s3:::stage/target-redshift-rejected/*'],
      },
    ]);
    expect(allowing(uploaderPolicy(configOf()), 's3:Other')).to.deep.equal([]);
  });
});

describe('the identity that assumes a role', () => {
  it('may do that alone', () => {
    expect(callerPolicy(configOf())).to.equal(undefined);
    expect(callerPolicy(configOf({ assume_role_arn: ROLE }))?.Statement).to.deep.equal([
      { Sid: 'AssumeLoader', Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: [ROLE] },
    ]);
  });

  it('is trusted by the role, with the external id', () => {
    const trust = { Effect: 'Allow', Principal: { AWS: '<IDENTITY>' }, Action: 'sts:AssumeRole' };
    expect(uploaderTrust(configOf()).Statement).to.deep.equal([trust]);
    expect(uploaderTrust(configOf({ assume_role_external_id: 'x' })).Statement).to.deep.equal([
      { ...trust, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } },
    ]);
  });
});

describe('the role with which COPY reads', () => {
  const redshift = { Service: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] };
  const read = {
    Sid: 'ReadStage',
    Effect: 'Allow',
    Action: ['s3:GetObject'],
    Resource: ['arn:aws:s3:::stage/target-redshift/*'],
  };

  it('is assumed by Redshift, lists and reads what is staged', () => {
    expect(copyRoles(configOf())).to.deep.equal([
      {
        arn: ROLE,
        name: 'copy',
        trust: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: redshift, Action: 'sts:AssumeRole' }],
        },
        policy: { Version: '2012-10-17', Statement: [read, list] },
      },
    ]);
  });

  it('decrypts when the objects are encrypted with a key', () => {
    const more = { s3_encryption: 'sse-kms', s3_kms_key_id: '1234' } as const;
    expect(copyRolePolicy(configOf(more)).Statement[2]).to.deep.equal({
      Sid: 'UseKey',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: ['arn:aws:kms:eu-west-1:123456789012:key/1234'],
    });
  });

  it('is a chain in which each assumes the next, and the last one reads', () => {
    const next = 'arn:aws:iam::999999999999:role/path/reader';
    const [first, last] = copyRoles(configOf({ iam_role: `${ROLE}, ${next}` }));
    expect(first?.trust.Statement[0]?.Principal).to.deep.equal(redshift);
    expect(first?.policy.Statement).to.deep.equal([
      { Sid: 'AssumeNext', Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: [next] },
    ]);
    expect(last?.name).to.equal('reader');
    expect(last?.trust.Statement[0]?.Principal).to.deep.equal({ AWS: ROLE });
    expect(last?.policy.Statement).to.deep.equal([read, list]);
  });

  it('has a placeholder for its name when it is the default one', () => {
    expect(copyRoles(configOf({ iam_role: 'default' }))[0]).to.include({
      arn: 'arn:aws:iam::<ACCOUNT>:role/<COPY_ROLE>',
      name: '<COPY_ROLE>',
    });
  });

  it('is not there when COPY has keys', () => {
    expect(copyRoles(configOf({ copy_credentials: 'keys' }))).to.deep.equal([]);
    expect(copyRoles(configOf({ iam_role: undefined }))).to.deep.equal([]);
  });
});
