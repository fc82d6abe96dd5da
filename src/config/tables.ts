/**
 * Options for how streams become tables. Each can be set for all streams, and again for single ones in `streams`.
 */
import { ENCODINGS } from '../table/design.ts';
import { MASK_KINDS } from '../table/mask.ts';
import { CHANGE_KINDS, type ChangeKind, type ChangePolicy, type ColumnSetting } from '../table/settings.ts';
import type { Option } from './option.ts';

const NO_POLICIES: Readonly<Partial<Record<ChangeKind, ChangePolicy>>> = {};
const NO_COLUMNS: Readonly<Record<string, ColumnSetting>> = {};

export const TABLES = {
  selected: {
    type: 'boolean',
    default: true,
    description:
      'Load the stream. Records of a stream that is not selected are read and counted, and not loaded; states are written as if they were.',
  },
  include_columns: {
    type: 'array',
    default: [],
    description:
      'Load only properties that one of these patterns matches (`*` matches any characters), and the keys. Nested properties are `address.city`, if they are flattened.',
    example: ['id', 'name', 'address.*'],
  },
  exclude_columns: {
    type: 'array',
    default: [],
    description:
      'Do not load properties that one of these patterns matches. They take precedence over `include_columns`.',
    example: ['password', '*_token'],
  },
  table_prefix: {
    type: 'string',
    description:
      'A prefix for the names of tables that follow from the names of streams, and not from `table`.',
    example: 'shop_',
  },
  tenant_column: {
    type: 'string',
    minLength: 1,
    description:
      'The property that names the tenant (customer, recipient) to which a record belongs. Records of other tenants than `tenant_id` are never loaded.',
    example: 'tenant_id',
  },
  tenant_id: {
    type: 'string',
    minLength: 1,
    description:
      'The tenant of this run or stream: the value of `tenant_column` in every record, a string or a whole number.',
    example: 'acme',
  },
  other_tenants: {
    type: 'string',
    default: 'fail',
    oneOf: ['fail', 'quarantine', 'allow'],
    description:
      'What to do with a record of another tenant, or without one. fail: end the run. quarantine: set the record aside, like an invalid one. allow: load it, for streams that belong to all tenants.',
  },
  load_method: {
    type: 'string',
    default: 'upsert',
    oneOf: ['upsert', 'append-only', 'insert-only', 'overwrite'],
    description:
      'upsert: streams with key properties keep the last record of each key; streams without keys are appended. append-only: every record becomes a new row. insert-only: the first record of each key is inserted, and existing rows stay as they are. overwrite: at the end of the run, the rows that it sent replace those of the table.',
  },
  overwrite_method: {
    type: 'string',
    default: 'delete-insert',
    oneOf: ['delete-insert', 'swap'],
    description:
      'How overwrite replaces the rows. delete-insert: in the same table, which keeps its views, grants and keys. swap: by renaming a new table into its place, which requires that no view depends on the table.',
  },
  overwrite_when: {
    type: 'string',
    default: 'stream_complete',
    oneOf: ['stream_complete', 'end_of_input'],
    description:
      'When overwrite may replace the rows. stream_complete: when a STATE or ACTIVATE_VERSION after the last record of the stream shows that it is complete. end_of_input: when the input ends, for taps that send neither; if such a tap dies, the table is left with part of the rows.',
  },
  hard_delete: {
    type: 'boolean',
    default: false,
    description:
      'Delete rows instead of marking them: rows whose record has `_sdc_deleted_at`, and on ACTIVATE_VERSION rows of older versions.',
    aliases: ['hardDelete'],
  },
  process_activate_version_messages: {
    type: 'boolean',
    default: true,
    description: 'Process ACTIVATE_VERSION messages. This needs the columns of `add_record_metadata`.',
    aliases: ['activate_version'],
  },
  add_record_metadata: {
    type: 'boolean',
    description:
      'Add the columns `_sdc_extracted_at`, `_sdc_received_at`, `_sdc_batched_at`, `_sdc_deleted_at`, `_sdc_sequence`, `_sdc_table_version` and `_sdc_sync_started_at`. If it is not set, only streams whose records have versions get them, and only with `hard_delete`, because ACTIVATE_VERSION needs them; `false` prevents that.',
    aliases: ['add_metadata_columns'],
  },
  null_keys: {
    type: 'string',
    oneOf: ['fail', 'quarantine', 'append'],
    description:
      'What to do with a record whose key is NULL or missing. fail: end the run. quarantine: set the record aside like an invalid one. append: add it as a new row each time, because NULL never equals NULL. If it is not set, `on_invalid` decides.',
  },
  nested_values: {
    type: 'string',
    default: 'super',
    oneOf: ['super', 'text', 'flatten'],
    description:
      'How objects and arrays are stored. super: in SUPER columns. text: as JSON in VARCHAR columns. flatten: objects get one column for each of their properties.',
  },
  flatten_max_depth: {
    type: 'integer',
    default: 10,
    min: 1,
    max: 100,
    description: 'With `nested_values` flatten: objects below this many levels stay SUPER.',
  },
  flatten_separator: {
    type: 'string',
    default: '__',
    minLength: 1,
    description: 'With `nested_values` flatten: the string between the parts of a name.',
  },
  naming: {
    type: 'string',
    default: 'exact',
    oneOf: ['exact', 'safe', 'snake_case'],
    description:
      'Names of tables and columns. exact: those of the source, in lower case. safe: letters, digits and underscores only. snake_case: like safe, and words in camelCase are separated.',
  },
  table_names: {
    type: 'string',
    default: 'whole',
    oneOf: ['whole', 'last-part'],
    description:
      'What tables are named after. whole: the whole name of the stream, without a source that `schema_mapping` maps. last-part: the part after the last dash, as pipelinewise and the targets of the Meltano SDK do (the stream `crm-users` becomes the table `users`).',
  },
  require_keys: {
    type: 'boolean',
    default: false,
    description: 'Reject streams without key properties instead of appending their records in each run.',
    aliases: ['primary_key_required'],
  },
  validate_records: {
    type: 'boolean',
    default: false,
    description:
      'Check every record against the JSON Schema of its stream. A record that violates it is invalid.',
  },
  on_invalid: {
    type: 'string',
    default: 'fail',
    oneOf: ['fail', 'quarantine', 'null'],
    description:
      'What to do with a record that cannot be stored as it is. fail: end the run. quarantine: set the record aside in a file of rejected records. null: set the value to NULL and note that in the column `_sdc_changes`; a key is never set to NULL, and such a record is set aside.',
  },
  max_rejected: {
    type: 'integer',
    default: 1000,
    min: 0,
    max: 1_000_000_000,
    description:
      'End the run when a stream has more records than this that were set aside or had a value set to NULL.',
  },
  schema_changes: {
    type: 'object',
    default: NO_POLICIES,
    schema: {
      additionalProperties: false,
      properties: Object.fromEntries(
        CHANGE_KINDS.map((kind) => [kind, { type: 'string', enum: ['evolve', 'ignore', 'fail'] }]),
      ),
    },
    wanted: `an object whose members can be ${CHANGE_KINDS.join(', ')}, each evolve, ignore or fail`,
    description:
      'What to do about each kind of difference between a stream and its table. evolve (default): change the table. ignore: continue with the table as it is. fail: end the run.',
    example: { add_column: 'fail' },
  },
  forbid_ddl: {
    type: 'boolean',
    default: false,
    description: 'Fail instead of creating or changing a schema, table or column.',
  },
  diststyle: {
    type: 'string',
    oneOf: ['auto', 'even', 'all', 'key'],
    description: 'DISTSTYLE of new tables.',
  },
  sortkey: {
    type: 'array',
    default: [],
    description: 'Properties that become the SORTKEY of new tables.',
    example: ['updated_at'],
  },
  sortkey_style: {
    type: 'string',
    default: 'compound',
    oneOf: ['compound', 'interleaved'],
    description: 'Style of the SORTKEY.',
  },
  grant_select_to: {
    type: 'array',
    default: [],
    description:
      'Who can read new tables: users (`name`), groups (`group name`), roles (`role name`) or `public`.',
    example: ['group analysts', 'role reporting'],
  },
  analyze_after_rows: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_000_000_000_000,
    description: 'At the end of a run, ANALYZE each table that received at least this many rows. 0: never.',
  },
  batch_direct_copy: {
    type: 'boolean',
    default: false,
    description:
      'For append-only streams: COPY the files of BATCH messages directly from S3, without reading them in this program.',
  },
} as const satisfies Readonly<Record<string, Option>>;

/** Options that only a single stream can have. */
export const STREAM_ONLY = {
  schema: { type: 'string', minLength: 1, description: 'Schema of the table, instead of `target_schema`.' },
  table: { type: 'string', minLength: 1, description: 'Name of the table.' },
  key_properties: {
    type: 'array',
    default: [],
    description: 'Key properties, instead of those that the tap declares.',
    example: ['id'],
  },
  distkey: { type: 'string', minLength: 1, description: 'Property that becomes the DISTKEY of a new table.' },
  columns: {
    type: 'object',
    default: NO_COLUMNS,
    schema: {
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1 },
          type: { type: 'string', minLength: 1 },
          encode: { type: 'string', enum: ENCODINGS },
          mask: { type: 'string', enum: MASK_KINDS },
        },
      },
    },
    wanted: 'an object whose members are properties, each an object with name, type, encode or mask',
    description:
      'Name, type, ENCODE and mask of single columns, by property. A mask is stored instead of the values: `hash` (needs `mask_salt`), `redact` or `last_4`.',
    example: { price: { type: 'numeric(12,2)', encode: 'az64' }, email: { mask: 'hash' } },
  },
  pre_sql: {
    type: 'array',
    default: [],
    description: "Statements to run before the stream's first load, each in its own transaction.",
  },
  post_sql: {
    type: 'array',
    default: [],
    description: "Statements to run after the stream's last load, each in its own transaction.",
  },
} as const satisfies Readonly<Record<string, Option>>;
