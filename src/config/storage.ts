/** Options that say where the bucket is, how this program reaches it and how COPY does; --local ignores them. */
import type { Option } from './option.ts';

export const STORAGE = {
  s3_bucket: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Bucket through which the data goes; `name` or `s3://name`.',
    example: 'my-redshift-stage',
    aliases: ['s3_bucket_name', 'bucket', 'aws_bucket', 'bucketName'],
  },
  s3_prefix: {
    type: 'string',
    default: 'target-redshift',
    description: 'Key prefix below which all objects are written.',
    aliases: ['s3_key_prefix', 's3_bucket_path', 'bucketPath', 'prefix', 'folder'],
  },
  s3_region: {
    type: 'string',
    description: 'Region of the bucket; S3 is asked for it if this is not set. COPY is told the same region.',
    example: 'eu-west-1',
    aliases: ['s3_bucket_region', 'region', 'region_name', 'aws_region'],
  },
  s3_endpoint: {
    type: 'string',
    description: 'URL of an S3-compatible endpoint instead of AWS.',
    example: 'http://127.0.0.1:9000',
    aliases: ['endpoint_url', 'aws_endpoint_url'],
  },
  s3_force_path_style: {
    type: 'boolean',
    default: false,
    description:
      'Address the bucket in the path instead of the host name, as S3-compatible endpoints need it.',
  },
  s3_encryption: {
    type: 'string',
    default: 'bucket-default',
    oneOf: ['bucket-default', 'sse-s3', 'sse-kms'],
    description: 'Encryption that objects are written with.',
  },
  s3_kms_key_id: {
    type: 'string',
    minLength: 1,
    description:
      'KMS key for `sse-kms`: id, ARN or alias. Without it, the key of AWS for S3, which roles of other accounts cannot use.',
    example: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    aliases: ['encryption_kms_key'],
  },
  s3_bucket_owner: {
    type: 'string',
    minLength: 1,
    description: 'Account number that the bucket must belong to; S3 refuses every request otherwise.',
    example: '123456789012',
  },
  s3_acl: {
    type: 'string',
    minLength: 1,
    description:
      'Canned ACL of the objects, such as `bucket-owner-full-control` for a bucket of another account.',
  },
  iam_role: {
    type: 'string',
    description:
      'Role attached to the cluster with which COPY reads the bucket: an ARN, a chain of ARNs with commas between, or `default`.',
    example: 'arn:aws:iam::123456789012:role/redshift-copy',
    aliases: [
      'aws_redshift_copy_role_arn',
      'copy_role_arn',
      'iam_role_arn',
      'staging_iam_role',
      'aws_role_arn',
      'roleArn',
    ],
  },
  copy_credentials: {
    type: 'string',
    default: 'auto',
    oneOf: ['auto', 'role', 'keys', 'temporary'],
    description:
      'How COPY may read the bucket: with `iam_role`, with the same keys that write it, or with short-lived ones that STS gives for each attempt. auto: with the role if there is one, otherwise with the keys.',
  },
  aws_access_key_id: {
    type: 'string',
    description:
      "Access key for S3. Without it the AWS SDK's default chain is used: environment, profile, web identity (IRSA), container, instance.",
    aliases: ['access_key_id', 'awsAccessKeyId', 'accessKeyId', 'accessKeyID'],
  },
  aws_secret_access_key: {
    type: 'string',
    secret: true,
    description: 'Secret of the access key.',
    aliases: ['secret_access_key', 'awsSecretAccessKey', 'secretAccessKey', 'accessKey'],
  },
  aws_session_token: {
    type: 'string',
    secret: true,
    description: 'Session token of temporary keys.',
    aliases: ['session_token', 'sessionToken'],
  },
  aws_profile: {
    type: 'string',
    minLength: 1,
    description: 'Profile of the AWS files to take the keys from.',
    aliases: ['profile_name', 'sharedConfigProfile'],
  },
  assume_role_arn: {
    type: 'string',
    minLength: 1,
    description: 'Role that this program assumes for everything it asks of AWS.',
    example: 'arn:aws:iam::123456789012:role/loader',
    aliases: ['roleARN'],
  },
  assume_role_external_id: {
    type: 'string',
    minLength: 1,
    description: 'External id that the trust policy of that role asks for.',
    aliases: ['externalID', 'external_id'],
  },
} as const satisfies Readonly<Record<string, Option>>;
