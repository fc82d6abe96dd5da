/**
 * Every option, once: type, default, bounds, description, example, secrecy. Validation, the JSON Schema in `spec/`, the
 * tables of the documentation, `--about` and the redaction of logs are derived from this table.
 */

interface Common {
  readonly description: string;
  /** Where the warehouse is and how to reach it (ignored with --local), or how to load. */
  readonly group: 'connection' | 'load';
  readonly required?: true;
  readonly secret?: true;
  readonly example?: string | number;
}

export type Option = Common &
  (
    | {
        readonly type: 'string';
        readonly default?: string;
        readonly oneOf?: readonly string[];
        readonly minLength?: number;
      }
    | { readonly type: 'integer'; readonly default?: number; readonly min: number; readonly max: number }
    | { readonly type: 'boolean'; readonly default: boolean }
  );

export const OPTIONS = {
  hostname: {
    type: 'string',
    group: 'connection',
    required: true,
    minLength: 1,
    description: 'Endpoint of the cluster or workgroup, without port.',
    example: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
  },
  port: {
    type: 'integer',
    group: 'connection',
    default: 5439,
    min: 1,
    max: 65_535,
    description: 'Port of the endpoint.',
  },
  database: {
    type: 'string',
    group: 'connection',
    required: true,
    minLength: 1,
    description: 'Database to load into.',
    example: 'dev',
  },
  user: {
    type: 'string',
    group: 'connection',
    required: true,
    minLength: 1,
    description: 'Database user.',
    example: 'loader',
  },
  password: {
    type: 'string',
    group: 'connection',
    required: true,
    secret: true,
    description: 'Password of the database user.',
  },
  target_schema: {
    type: 'string',
    group: 'load',
    default: 'public',
    minLength: 1,
    description: 'Schema that the tables are in. It is created when it does not exist.',
    example: 'raw',
  },
  sslmode: {
    type: 'string',
    group: 'connection',
    default: 'verify-full',
    oneOf: ['verify-full', 'verify-ca', 'require', 'disable'],
    description: 'How far the connection to Redshift is encrypted and its certificate checked.',
  },
  ssl_ca: {
    type: 'string',
    group: 'connection',
    description:
      "CA certificates for Redshift: PEM text or the path of a PEM file. Without it, Node's own list, which holds Amazon's.",
  },
  s3_bucket: {
    type: 'string',
    group: 'connection',
    required: true,
    minLength: 1,
    description: 'Bucket through which the data goes; `name` or `s3://name`.',
    example: 'my-redshift-stage',
  },
  s3_prefix: {
    type: 'string',
    group: 'connection',
    default: 'target-redshift',
    description: 'Key prefix below which all objects are written.',
  },
  s3_region: {
    type: 'string',
    group: 'connection',
    description: 'Region of the bucket. Needed unless AWS_REGION is set; COPY is told the same region.',
    example: 'eu-west-1',
  },
  s3_endpoint: {
    type: 'string',
    group: 'connection',
    description: 'URL of an S3-compatible endpoint instead of AWS.',
    example: 'http://127.0.0.1:9000',
  },
  s3_force_path_style: {
    type: 'boolean',
    group: 'connection',
    default: false,
    description:
      'Address the bucket in the path instead of the host name, as S3-compatible endpoints need it.',
  },
  iam_role: {
    type: 'string',
    group: 'connection',
    description:
      'Role attached to the cluster with which COPY reads the bucket: an ARN, a chain of ARNs, or `default`. Without it COPY gets the access keys.',
    example: 'arn:aws:iam::123456789012:role/redshift-copy',
  },
  aws_access_key_id: {
    type: 'string',
    group: 'connection',
    description:
      "Access key for S3. Without it the AWS SDK's default chain is used (environment, profile, container, instance).",
  },
  aws_secret_access_key: {
    type: 'string',
    group: 'connection',
    secret: true,
    description: 'Secret of the access key.',
  },
  aws_session_token: {
    type: 'string',
    group: 'connection',
    secret: true,
    description: 'Session token of temporary keys.',
  },
  load_method: {
    type: 'string',
    group: 'load',
    default: 'upsert',
    oneOf: ['upsert', 'append-only'],
    description:
      'upsert: streams with key properties keep the last record of each key; streams without keys are appended. append-only: every record is a new row.',
  },
  batch_size_rows: {
    type: 'integer',
    group: 'load',
    default: 1_000_000,
    min: 1,
    max: 1_000_000_000,
    description: 'A batch of a stream is loaded when it has this many rows.',
  },
  batch_size_bytes: {
    type: 'integer',
    group: 'load',
    default: 256 * 1024 * 1024,
    min: 1024,
    max: 1024 ** 4,
    description: 'A batch of a stream is loaded when it has this many bytes of CSV.',
  },
  batch_max_age_seconds: {
    type: 'integer',
    group: 'load',
    default: 300,
    min: 1,
    max: 86_400,
    description:
      'A batch of a stream is loaded when its first record is this old, also while no input arrives.',
  },
  max_parallel_loads: {
    type: 'integer',
    group: 'load',
    default: 4,
    min: 1,
    max: 50,
    description: 'How many tables are loaded at the same time, each over its own connection.',
  },
  memory_budget_mb: {
    type: 'integer',
    group: 'load',
    default: 128,
    min: 16,
    max: 65_536,
    description: 'Memory for data that is read but not yet in S3. The process stays within 100 MB more.',
  },
  gzip_level: {
    type: 'integer',
    group: 'load',
    default: 1,
    min: 1,
    max: 9,
    description: 'Compression of the objects: 1 is fastest.',
  },
  validate_records: {
    type: 'boolean',
    group: 'load',
    default: false,
    description:
      'Check every record against the JSON Schema of its stream before it is loaded, and fail on the first that breaks it.',
  },
  keep_s3_files: {
    type: 'boolean',
    group: 'load',
    default: false,
    description: 'Leave the objects in the bucket after they are loaded.',
  },
  stale_after_hours: {
    type: 'integer',
    group: 'load',
    default: 24,
    min: 1,
    max: 8760,
    description: 'Objects that dead runs left below s3_prefix are removed when they are this old.',
  },
  statement_timeout_seconds: {
    type: 'integer',
    group: 'load',
    default: 3600,
    min: 10,
    max: 86_400,
    description: 'A COPY or merge that runs longer is cancelled.',
  },
  heartbeat_seconds: {
    type: 'integer',
    group: 'load',
    default: 30,
    min: 1,
    max: 3600,
    description: 'While a statement runs, a line is logged this often.',
  },
  max_load_attempts: {
    type: 'integer',
    group: 'load',
    default: 5,
    min: 1,
    max: 100,
    description:
      'How often a load is tried when the failure may pass: lost connections, serialization conflicts, S3 that is slow.',
  },
  shutdown_grace_seconds: {
    type: 'integer',
    group: 'load',
    default: 60,
    min: 0,
    max: 3600,
    description: 'After SIGTERM or SIGINT, how long the rows that are read may take to be loaded.',
  },
  log_level: {
    type: 'string',
    group: 'load',
    default: 'info',
    oneOf: ['debug', 'info', 'warn', 'error'],
    description: 'Least level of lines on stderr.',
  },
  log_format: {
    type: 'string',
    group: 'load',
    default: 'auto',
    oneOf: ['auto', 'json', 'pretty'],
    description: 'auto: readable on a terminal, JSON lines elsewhere.',
  },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<O> = O extends { type: 'string'; oneOf: readonly (infer V)[] }
  ? V
  : O extends { type: 'string' }
    ? string
    : O extends { type: 'integer' }
      ? number
      : boolean;

type IsSet<O> = O extends { default: unknown } ? true : O extends { required: true } ? true : false;

/** A checked configuration with its defaults. */
export type Config = {
  readonly [N in OptionName]: IsSet<(typeof OPTIONS)[N]> extends true
    ? ValueOf<(typeof OPTIONS)[N]>
    : ValueOf<(typeof OPTIONS)[N]> | undefined;
};

/** The table as a list, in the order of the documentation. */
export function options(): readonly (readonly [OptionName, Option])[] {
  return Object.entries(OPTIONS) as unknown as readonly (readonly [OptionName, Option])[];
}
