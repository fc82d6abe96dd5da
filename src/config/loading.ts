/** Options of a run as a whole: batches, memory, retries, log. */
import type { SchemaMapping } from './mapping.ts';
import type { Option } from './option.ts';

const NO_MAPPING: SchemaMapping = {};

export const LOADING = {
  target_schema: {
    type: 'string',
    default: 'public',
    minLength: 1,
    description: 'Schema that the tables are in. It is created when it does not exist.',
    example: 'raw',
    aliases: ['default_target_schema', 'schema', 'redshift_schema', 'defaultSchema', 'dataset_name'],
  },
  batch_size_rows: {
    type: 'integer',
    default: 1_000_000,
    min: 1,
    max: 1_000_000_000,
    description: 'A batch of a stream is loaded when it has this many rows.',
    aliases: ['max_batch_rows', 'batchSize', 'batch_limit', 'max_batch_records'],
  },
  batch_size_bytes: {
    type: 'integer',
    default: 256 * 1024 * 1024,
    min: 1024,
    max: 1024 ** 4,
    description: 'A batch of a stream is loaded when it has this many bytes of CSV.',
    aliases: ['max_buffer_size', 'batchSizeBytes', 'file_max_bytes', 'max_batch_bytes'],
  },
  batch_max_age_seconds: {
    type: 'integer',
    default: 300,
    min: 1,
    max: 86_400,
    description:
      'A batch of a stream is loaded when its first record is this old, also while no input arrives.',
    aliases: ['batch_max_age', 'batch_delay_seconds', 'batch_wait_limit_seconds'],
  },
  max_parallel_loads: {
    type: 'integer',
    default: 4,
    min: 1,
    max: 50,
    description: 'How many tables are loaded at the same time, each over its own connection.',
    aliases: ['max_parallelism', 'workers', 'concurrency'],
  },
  memory_budget_mb: {
    type: 'integer',
    default: 128,
    min: 16,
    max: 65_536,
    description:
      'Memory for data that is read but not yet in S3. The process stays within 100 MB more, with hundreds of streams that take turns within 140 MB; with less than 64, within 164 MB.',
  },
  compression: {
    type: 'string',
    default: 'auto',
    oneOf: ['auto', 'gzip', 'zstd'],
    description:
      'How the objects are compressed. zstd is smaller and takes a third of the time, and needs Node 22.15 or later; auto takes it where it is there.',
  },
  gzip_level: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 9,
    description: 'How hard gzip tries: 1 is fastest.',
  },
  keep_s3_files: {
    type: 'boolean',
    default: false,
    description: 'Leave the objects in the bucket after they are loaded.',
  },
  stale_after_hours: {
    type: 'integer',
    default: 24,
    min: 1,
    max: 8760,
    description: 'Objects that dead runs left below s3_prefix are removed when they are this old.',
  },
  statement_timeout_seconds: {
    type: 'integer',
    default: 3600,
    min: 10,
    max: 86_400,
    description: 'A COPY or merge that runs longer is cancelled.',
  },
  heartbeat_seconds: {
    type: 'integer',
    default: 30,
    min: 1,
    max: 3600,
    description: 'While a statement runs, a line is logged this often.',
  },
  max_load_attempts: {
    type: 'integer',
    default: 5,
    min: 1,
    max: 100,
    description:
      'How often a load is tried when the failure may pass: lost connections, serialization conflicts, S3 that is slow.',
  },
  shutdown_grace_seconds: {
    type: 'integer',
    default: 60,
    min: 0,
    max: 3600,
    description: 'After SIGTERM or SIGINT, how long the rows that are read may take to be loaded.',
  },
  log_level: {
    type: 'string',
    default: 'info',
    oneOf: ['debug', 'info', 'warn', 'error'],
    description: 'Least level of lines on stderr.',
  },
  log_format: {
    type: 'string',
    default: 'auto',
    oneOf: ['auto', 'json', 'pretty'],
    description: 'auto: readable on a terminal, JSON lines elsewhere.',
  },
  batch_locations: {
    type: 'array',
    description:
      'Folders whose files BATCH messages may name: `file:///folder/` and `s3://bucket/prefix/`. Without it: the current folder, the folder of the system for temporary files, and `s3_bucket`. Files in which secrets are usually kept are never read.',
    example: ['file:///var/spool/tap/', 's3://my-extracts/orders/'],
  },
  pre_sql: {
    type: 'array',
    default: [],
    description: 'Statements to run before the first load, each in a transaction of its own.',
    example: ['CALL before_load()'],
    aliases: ['before_run_sql'],
  },
  post_sql: {
    type: 'array',
    default: [],
    description: 'Statements to run after the last load, each in a transaction of its own.',
    aliases: ['after_run_sql'],
  },
  load_history: {
    type: 'boolean',
    default: true,
    description: 'Write a row for each load into the table `_target_redshift_loads` of the target schema.',
  },
  rejected_prefix: {
    type: 'string',
    description:
      'Key prefix of the files of rejected records. Without it, s3_prefix followed by `-rejected`, or `rejected` when that is empty. They are never removed by this program.',
    example: 'target-redshift-rejected',
  },
  schema_mapping: {
    type: 'object',
    default: NO_MAPPING,
    schema: {
      additionalProperties: {
        type: ['string', 'object'],
        minLength: 1,
        additionalProperties: false,
        properties: {
          schema: { type: 'string', minLength: 1 },
          grant_select_to: { type: 'array', items: { type: 'string', minLength: 1 } },
        },
        required: ['schema'],
      },
    },
    wanted: 'an object of source schemas, each with the name of a target schema',
    description:
      'Target schemas of streams that are called `schema-table`: of the stream `crm-users`, `{"crm": "raw_crm"}` makes the table users in the schema raw_crm. The key `*` stands for all others, `{schema}` in a value for the name in the source. A value may also be an object with schema and grant_select_to.',
    example: { crm: 'raw_crm', '*': { schema: 'raw_{schema}', grant_select_to: ['group analysts'] } },
  },
  unknown_options: {
    type: 'string',
    oneOf: ['warn', 'fail'],
    description:
      'What to do about options that this program does not have. Without it, names that resemble those of options and words of other tools that would change what is loaded end the run before anything is read, and others cost a warning; warn: every one costs a warning; fail: every one ends the run.',
  },
} as const satisfies Readonly<Record<string, Option>>;
