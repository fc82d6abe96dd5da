/** Options that say where the warehouse and the bucket are and how to reach them; --local ignores them. */
import type { Option } from './option.ts';

export const CONNECTION = {
  hostname: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Endpoint of the cluster or workgroup, without port.',
    example: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
  },
  port: {
    type: 'integer',
    default: 5439,
    min: 1,
    max: 65_535,
    description: 'Port of the endpoint.',
  },
  database: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Database to load into.',
    example: 'dev',
  },
  user: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Database user.',
    example: 'loader',
  },
  password: {
    type: 'string',
    required: true,
    secret: true,
    description: 'Password of the database user.',
  },
  sslmode: {
    type: 'string',
    default: 'verify-full',
    oneOf: ['verify-full', 'verify-ca', 'require', 'disable'],
    description: 'How far the connection to Redshift is encrypted and its certificate checked.',
  },
  ssl_ca: {
    type: 'string',
    description:
      "CA certificates for Redshift: PEM text or the path of a PEM file. Without it, Node's own list, which holds Amazon's.",
  },
  s3_bucket: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Bucket through which the data goes; `name` or `s3://name`.',
    example: 'my-redshift-stage',
  },
  s3_prefix: {
    type: 'string',
    default: 'target-redshift',
    description: 'Key prefix below which all objects are written.',
  },
  s3_region: {
    type: 'string',
    description: 'Region of the bucket. Needed unless AWS_REGION is set; COPY is told the same region.',
    example: 'eu-west-1',
  },
  s3_endpoint: {
    type: 'string',
    description: 'URL of an S3-compatible endpoint instead of AWS.',
    example: 'http://127.0.0.1:9000',
  },
  s3_force_path_style: {
    type: 'boolean',
    default: false,
    description:
      'Address the bucket in the path instead of the host name, as S3-compatible endpoints need it.',
  },
  iam_role: {
    type: 'string',
    description:
      'Role attached to the cluster with which COPY reads the bucket: an ARN, a chain of ARNs, or `default`. Without it COPY gets the access keys.',
    example: 'arn:aws:iam::123456789012:role/redshift-copy',
  },
  aws_access_key_id: {
    type: 'string',
    description:
      "Access key for S3. Without it the AWS SDK's default chain is used (environment, profile, container, instance).",
  },
  aws_secret_access_key: {
    type: 'string',
    secret: true,
    description: 'Secret of the access key.',
  },
  aws_session_token: {
    type: 'string',
    secret: true,
    description: 'Session token of temporary keys.',
  },
} as const satisfies Readonly<Record<string, Option>>;
