/** Options of the run as a whole: batches, memory, retries, log. */
import type { SchemaMapping } from './mapping.ts';
import type { Option } from './option.ts';

const NO_MAPPING: SchemaMapping = {};

export const LOADING = {
  target_schema: {
    type: 'string',
    default: 'public',
    minLength: 1,
    description: 'Schema that the tables are in. It is created if it does not exist.',
    example: 'landing',
    aliases: ['default_target_schema', 'schema', 'redshift_schema', 'defaultSchema', 'dataset_name'],
  },
  batch_size_rows: {
    type: 'integer',
    default: 1_000_000,
    min: 1,
    max: 1_000_000_000,
    description: 'A batch is loaded when it has this many rows.',
    aliases: ['max_batch_rows', 'batchSize', 'batch_limit', 'max_batch_records'],
  },
  batch_size_bytes: {
    type: 'integer',
    default: 256 * 1024 * 1024,
    min: 1024,
    max: 1024 ** 4,
    description: 'A batch is loaded when it has this many bytes of CSV.',
    aliases: ['max_buffer_size', 'batchSizeBytes', 'file_max_bytes', 'max_batch_bytes'],
  },
  batch_max_age_seconds: {
    type: 'integer',
    default: 300,
    min: 1,
    max: 86_400,
    description: 'A batch is loaded when its first record is this old, even if no input arrives.',
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
  fail_on_empty: {
    type: 'boolean',
    default: false,
    description:
      'End with exit code 1 if no line arrived on stdin, as when a tap fails before its first message. Otherwise that is a warning.',
  },
  mask_salt: {
    type: 'string',
    secret: true,
    minLength: 16,
    description:
      'A secret of at least 16 characters that goes into each hash of masked columns. Without it, a value could be found by hashing guesses; with another one, equal values have other hashes.',
  },
  pipeline: {
    type: 'string',
    minLength: 1,
    description:
      'The name of this pipeline: one tap into one schema. The state is then kept in the warehouse too, in the table `_target_redshift_pipeline_NAME`, in the transaction that makes it safe, and `target-redshift state` prints it. A run takes its pipeline over from older runs, which can commit nothing from then on. States can contain secrets: only grant SELECT on that table to those who may know them.',
    example: 'shop-to-redshift',
  },
  exactly_once: {
    type: 'boolean',
    default: false,
    description:
      'Commit all streams together at a STATE, with that STATE, so that no row of an append is doubled after a crash. Needs `pipeline`, and a tap that is started with the state that `target-redshift state` prints, as `run` does.',
  },
  group_commit: {
    type: 'boolean',
    default: false,
    description:
      'Commit all batches that are ready in one transaction, over one connection, instead of one transaction for each over `max_parallel_loads` connections. This is faster for many small streams on a cluster whose commits are slow. `pipeline` implies it.',
  },
  memory_budget_mb: {
    type: 'integer',
    default: 128,
    min: 16,
    max: 65_536,
    description:
      'Memory for data that is read but not yet in S3. The process uses at most 100 MB more, or 140 MB more with hundreds of alternating streams; with a budget below 64, at most 164 MB in total.',
  },
  compression: {
    type: 'string',
    default: 'auto',
    oneOf: ['auto', 'gzip', 'zstd'],
    description:
      'How the objects are compressed. zstd is smaller and takes a third of the time, but needs Node 22.15 or later. auto: zstd where it is available, otherwise gzip.',
  },
  gzip_level: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 9,
    description: 'Compression level of gzip. 1 is the fastest.',
  },
  keep_s3_files: {
    type: 'boolean',
    default: false,
    description: 'Keep the objects in the bucket after they are loaded.',
  },
  stale_after_hours: {
    type: 'integer',
    default: 24,
    min: 1,
    max: 8760,
    description: 'Remove what dead runs left in the bucket when it is this old.',
  },
  statement_timeout_seconds: {
    type: 'integer',
    default: 3600,
    min: 10,
    max: 86_400,
    description: 'A COPY or merge that runs longer than this is canceled.',
  },
  heartbeat_seconds: {
    type: 'integer',
    default: 30,
    min: 1,
    max: 3600,
    description: 'Log a line this often while a statement runs.',
  },
  retry_for_seconds: {
    type: 'integer',
    default: 300,
    min: 0,
    max: 86_400,
    description:
      'How long an upload, a load or a query is tried again when its failure may pass: S3 or Redshift does not answer, a connection is lost, a serialization conflict. 0: it is tried once.',
  },
  max_load_attempts: {
    type: 'integer',
    min: 1,
    max: 100,
    description:
      'The most attempts within `retry_for_seconds`. If it is not set, there are as many as there is time for.',
  },
  shutdown_grace_seconds: {
    type: 'integer',
    default: 60,
    min: 0,
    max: 3600,
    description: 'How long loading may go on after SIGTERM or SIGINT.',
  },
  log_level: {
    type: 'string',
    default: 'info',
    oneOf: ['debug', 'info', 'warn', 'error'],
    description: 'Lowest level of the lines on stderr.',
  },
  log_format: {
    type: 'string',
    default: 'auto',
    oneOf: ['auto', 'json', 'pretty', 'singer'],
    description:
      'json: JSON lines. pretty: readable lines. auto: pretty on a terminal, otherwise json. singer: JSON lines whose levels and metrics Meltano understands.',
  },
  batch_locations: {
    type: 'array',
    description:
      'Folders whose files BATCH messages may name: `file:///folder/` and `s3://bucket/prefix/`. By default the current folder, the folder of the system for temporary files, and `s3_bucket`. Files in which programs keep secrets are never read.',
    example: ['file:///var/spool/tap/', 's3://my-extracts/orders/'],
  },
  pre_sql: {
    type: 'array',
    default: [],
    description: 'Statements to run before the first load, each in its own transaction.',
    example: ['CALL before_load()'],
  },
  post_sql: {
    type: 'array',
    default: [],
    description: 'Statements to run after the last load, each in its own transaction.',
  },
  load_history: {
    type: 'boolean',
    default: true,
    description:
      'Keep a row for each load in the table `_target_redshift_loads` of the target schema, and one for each run in `_target_redshift_runs`.',
  },
  rejected_prefix: {
    type: 'string',
    description:
      'Key prefix of the files of rejected records. Defaults to `s3_prefix` followed by `-rejected`, or to `rejected` if `s3_prefix` is empty. The program never removes these files.',
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
    wanted: 'an object whose members are sources, each with the name of a target schema',
    description:
      'Target schemas of streams whose names have the form `source-table`: with `{"crm": "raw_crm"}` the stream `crm-users` is loaded into the table `users` of the schema `raw_crm`. The key `*` matches all other sources, and `{schema}` in a value stands for the name of the source. A value can also be an object with `schema` and `grant_select_to`.',
    example: { crm: 'raw_crm', '*': { schema: 'raw_{schema}', grant_select_to: ['group analysts'] } },
  },
  unknown_options: {
    type: 'string',
    oneOf: ['warn', 'fail'],
    description:
      'What to do about unknown options. warn: warn about each. fail: end the run. If it is not set, a name that resembles an option, or an option of another tool that would change what is loaded, ends the run before anything is read, and other names cause a warning.',
  },
} as const satisfies Readonly<Record<string, Option>>;
