/** Options for the bucket: where it is, and how the program and COPY access it. --local ignores them. */
import type { Option } from './option.ts';

export const STORAGE = {
  s3_bucket: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Bucket for the files of a load: `name` or `s3://name`.',
    example: 'my-redshift-stage',
    aliases: ['s3_bucket_name', 'bucket', 'aws_bucket', 'bucketName'],
  },
  s3_prefix: {
    type: 'string',
    default: 'target-redshift',
    description: 'Key prefix of all objects.',
    aliases: ['s3_key_prefix', 's3_bucket_path', 'bucketPath', 'prefix', 'folder'],
  },
  s3_region: {
    type: 'string',
    description: 'Region of the bucket. If it is not set, S3 is asked. COPY uses the same region.',
    example: 'eu-west-1',
    aliases: ['s3_bucket_region', 'region', 'region_name', 'aws_region'],
  },
  s3_endpoint: {
    type: 'string',
    description: 'URL of an S3-compatible endpoint to use instead of AWS.',
    example: 'http://127.0.0.1:9000',
    aliases: ['endpoint_url', 'aws_endpoint_url'],
  },
  s3_force_path_style: {
    type: 'boolean',
    default: false,
    description:
      'Put the bucket into the path instead of the host name, as some S3-compatible endpoints require.',
  },
  s3_encryption: {
    type: 'string',
    default: 'bucket-default',
    oneOf: ['bucket-default', 'sse-s3', 'sse-kms'],
    description: 'Encryption of the objects.',
  },
  s3_kms_key_id: {
    type: 'string',
    minLength: 1,
    description:
      'KMS key for `sse-kms`: id, ARN or alias. Defaults to the AWS managed key for S3, which roles of other accounts cannot use.',
    example: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    aliases: ['encryption_kms_key'],
  },
  s3_bucket_owner: {
    type: 'string',
    minLength: 1,
    description: 'Account number of the owner of the bucket. If it is wrong, S3 rejects every request.',
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
      'Role attached to the cluster that COPY uses to read the bucket: an ARN, a chain of ARNs separated by commas, or `default`.',
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
      'How COPY gets access to the bucket. role: with `iam_role`. keys: with the keys that the program itself uses. temporary: with short-lived keys from STS, for each attempt. auto: with the role if there is one, otherwise with the keys.',
  },
  aws_access_key_id: {
    type: 'string',
    description:
      "Access key for S3. Without it, the AWS SDK's default chain is used: environment, profile, web identity (IRSA), container, instance.",
    aliases: ['access_key_id', 'awsAccessKeyId', 'accessKeyId', 'accessKeyID'],
  },
  aws_secret_access_key: {
    type: 'string',
    secret: true,
    description: 'Secret key that belongs to the access key.',
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
    description: 'Profile in the AWS configuration files that the keys are taken from.',
    aliases: ['profile_name', 'sharedConfigProfile'],
  },
  assume_role_arn: {
    type: 'string',
    minLength: 1,
    description: 'Role that the program assumes for all requests to AWS.',
    example: 'arn:aws:iam::123456789012:role/loader',
    aliases: ['roleARN'],
  },
  assume_role_external_id: {
    type: 'string',
    minLength: 1,
    description: 'External id that the trust policy of that role requires.',
    aliases: ['externalID', 'external_id'],
  },
} as const satisfies Readonly<Record<string, Option>>;
