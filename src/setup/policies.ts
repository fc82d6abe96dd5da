/**
 * IAM policies with least privilege: for the identity of this program, and for the roles that COPY uses to read the bucket.
 * Sources: Service Authorization Reference; Redshift Management Guide, "Creating an IAM role or user with permissions to call
 * GetClusterCredentials", "Chaining IAM roles".
 */
import { copyKind } from '../config/contradictions.ts';
import type { Config } from '../config/options.ts';
import { normalisePrefix, rejectedRoot } from '../staging/keys.ts';
import { nameIn, parseArn, locationOf } from './aws-location.ts';

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Conditions;
}

/** Who can assume a role. */
export interface TrustPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Principal: Principal;
    readonly Action: 'sts:AssumeRole';
    readonly Condition?: Conditions;
  }[];
}

type Principal = Readonly<Partial<Record<'Service' | 'AWS', string | readonly string[]>>>;

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A role of the chain for COPY. */
export interface CopyRole {
  readonly arn: string;
  readonly name: string;
  readonly trust: TrustPolicy;
  readonly policy: Policy;
}

/** For the identity of this program: the role that it assumes, if it assumes one. */
export function uploaderPolicy(config: Config): Policy {
  const prefix = normalisePrefix(config.s3_prefix);
  const rejected = rejectedRoot(prefix, config.rejected_prefix);
  const acl = config.s3_acl === undefined ? [] : ['s3:PutObjectAcl'];
  const read = copyKind(config) !== 'role' ? ['s3:GetObject'] : [];
  return policy([
    allow(
      'WriteStage',
      ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', ...acl, ...read],
      objects(config, prefix),
    ),
    ...(rejected.startsWith(prefix)
      ? []
      : [
          allow(
            'WriteRejected',
            ['s3:PutObject', 's3:AbortMultipartUpload', ...acl],
            objects(config, rejected),
          ),
        ]),
    listStage(config),
    allow('ListUploads', ['s3:ListBucketMultipartUploads'], bucketArn(config)),
    ...useKey(config, ['kms:GenerateDataKey', 'kms:Decrypt']),
    ...login(config),
    ...readSecret(config),
  ]);
}

/** For the identity that the program starts with, if it then assumes a role. */
export function callerPolicy({ assume_role_arn: role }: Config): Policy | undefined {
  return role === undefined ? undefined : policy([allow('AssumeLoader', ['sts:AssumeRole'], role)]);
}

/** For the role that the program assumes. */
export function uploaderTrust({ assume_role_external_id: id }: Config): TrustPolicy {
  const condition = id === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': id } } };
  return trust({ AWS: '<IDENTITY>' }, condition);
}

/** For the role that reads the bucket: the last one of a chain. */
export function copyRolePolicy(config: Config): Policy {
  const prefix = normalisePrefix(config.s3_prefix);
  return policy([
    allow('ReadStage', ['s3:GetObject'], objects(config, prefix)),
    listStage(config),
    ...useKey(config, ['kms:Decrypt']),
  ]);
}

/** The roles of `iam_role` in their order: the cluster assumes the first, each the next, and the last one reads. */
export function copyRoles(config: Config): readonly CopyRole[] {
  if (copyKind(config) !== 'role') return [];
  const { partition, account } = locationOf(config);
  const chain = (config.iam_role ?? '').split(',').map((text) => {
    const arn = parseArn(text);
    // The default role, or one that has no name yet.
    if (!arn) return { arn: `arn:${partition}:iam::${account}:role/<COPY_ROLE>`, name: '<COPY_ROLE>' };
    return { arn: text.trim(), name: nameIn(arn) };
  });
  return chain.map((role, i) => {
    const [before, next] = [chain[i - 1], chain[i + 1]];
    return {
      ...role,
      trust: before ? trust({ AWS: before.arn }) : trust({ Service: REDSHIFT }),
      policy: next ? policy([allow('AssumeNext', ['sts:AssumeRole'], next.arn)]) : copyRolePolicy(config),
    };
  });
}

/** The statement of a policy that allows the action, reduced to it. */
export function allowing({ Statement }: Policy, action: string): readonly PolicyStatement[] {
  return Statement.filter(({ Action }) => Action.includes(action)).map((statement) => ({
    ...statement,
    Action: [action],
  }));
}

const REDSHIFT = ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'];

function policy(Statement: readonly PolicyStatement[]): Policy {
  return { Version: '2012-10-17', Statement };
}

function trust(Principal: Principal, more: { readonly Condition?: Conditions } = {}): TrustPolicy {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
  };
}

function allow(
  Sid: string,
  Action: readonly string[],
  resource: string | readonly string[],
  Condition?: Conditions,
): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource: [resource].flat(), ...(Condition ? { Condition } : {}) };
}

function bucketArn(config: Config): string {
  return `arn:${locationOf(config).partition}:s3:::${config.s3_bucket}`;
}

function objects(config: Config, prefix: string): string {
  return `${bucketArn(config)}/${prefix}*`;
}

function listStage(config: Config): PolicyStatement {
  const prefix = normalisePrefix(config.s3_prefix);
  const below = prefix === '' ? undefined : { StringLike: { 's3:prefix': [`${prefix}*`] } };
  return allow('ListStage', ['s3:ListBucket'], bucketArn(config), below);
}

/** All users of the bucket can use the AWS managed key for S3, because its own policy allows it. */
function useKey(config: Config, actions: readonly string[]): readonly PolicyStatement[] {
  const { s3_encryption, s3_kms_key_id: key } = config;
  if (s3_encryption !== 'sse-kms' || key === undefined) return [];
  const { partition, account, bucketRegion } = locationOf(config);
  const ownArn = parseArn(key);
  const resource = ownArn?.resource ?? (key.startsWith('alias/') ? key : `key/${key}`);
  const head = `arn:${partition}:kms:${ownArn?.region ?? bucketRegion}:${ownArn?.account ?? account}:`;
  // IAM identifies keys by their ids; an alias can only be a condition.
  return resource.startsWith('alias/')
    ? [
        allow('UseKey', actions, `${head}key/*`, {
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': resource },
        }),
      ]
    : [allow('UseKey', actions, `${head}${resource}`)];
}

function login(config: Config): readonly PolicyStatement[] {
  const { cluster_identifier: cluster, database, user } = config;
  const { partition, region, account } = locationOf(config);
  if (cluster !== undefined) {
    const arn = (kind: string, name: string): string =>
      `arn:${partition}:redshift:${region}:${account}:${kind}:${cluster}/${name}`;
    if (user === undefined)
      return [allow('LogIn', ['redshift:GetClusterCredentialsWithIAM'], arn('dbname', database))];
    const groups = config.db_groups.map((group) => arn('dbgroup', group));
    return [
      allow('LogIn', ['redshift:GetClusterCredentials'], [arn('dbuser', user), arn('dbname', database)]),
      ...(config.auto_create_user
        ? [allow('CreateUser', ['redshift:CreateClusterUser'], arn('dbuser', user))]
        : []),
      ...(groups.length > 0 ? [allow('JoinGroups', ['redshift:JoinGroup'], groups)] : []),
    ];
  }
  // The ARN of a workgroup contains its id, not its name.
  const workgroup = `arn:${partition}:redshift-serverless:${region}:${account}:workgroup/<WORKGROUP_ID>`;
  return config.workgroup_name === undefined
    ? []
    : [allow('LogIn', ['redshift-serverless:GetCredentials'], workgroup)];
}

function readSecret(config: Config): readonly PolicyStatement[] {
  const { secret_arn: secret } = config;
  if (secret === undefined) return [];
  const { partition, region, account } = locationOf(config);
  // In an ARN the name is followed by six characters that Secrets Manager chose.
  const arn = parseArn(secret)
    ? secret
    : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
  return [allow('ReadSecret', ['secretsmanager:GetSecretValue'], arn)];
}
