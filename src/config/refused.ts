/**
 * Options of other tools that this program does not have and that would change which data is loaded, or how, each with what
 * to use instead. If they were ignored, a run would load other data than was asked for.
 */
import { bareName } from './near.ts';
import { isEmpty } from './translations.ts';
import { uselessness } from './unused.ts';

const IN_THE_TAP = 'put a mapper such as meltano-map-transform between tap and target';
const SELECTED =
  'set streams.NAME.selected to false for streams, and include_columns or exclude_columns for properties; what is not read at all is selected in the tap';
const MASKED = 'set streams.NAME.columns.PROPERTY.mask to hash, redact or last_4';
const FILTERED =
  'this loader cannot filter: it loads every record that the tap sends; filter in the tap, or put a mapper between tap and target';
const REHEARSED =
  'a load always writes; for a dry run use `target-redshift plan`, which changes nothing, or `--discard`, which reads and counts';
const NAMED = 'set streams.NAME.table for each stream, or see table_prefix, table_names and schema_mapping';
const PLACED = 'set target_schema, or schema_mapping for streams whose names have the form `source-table`';
const CASED = 'see naming; Redshift converts names to lower case';
const KEYED = 'set streams.NAME.key_properties; "*" in NAME matches any characters';
const ORDERED =
  'the last record of each key is kept, in the order of the tap; configure in the tap what it reads';
const TYPED = 'set streams.NAME.columns.PROPERTY.type';
const CHANGED = 'set schema_changes';
const STORED = 'strings are stored as they are; change them in the tap, in a mapper or in a view';
const CONNECTED = 'set hostname, port, database, user and password';
const LEVELED = 'set options for all streams at the top level, and those of one stream in streams.NAME';

const words = (advice: string, ...names: readonly string[]): readonly (readonly [string, string])[] =>
  names.map((name) => [name, advice]);

/** Names that select, filter or change records. They mean the same for a stream and for a column. */
const CHOOSING: readonly (readonly [string, string])[] = [
  ...words(
    SELECTED,
    ...['select', 'selection', 'select_filter', 'selected_streams', 'selected_properties'],
    ...['deselect', 'include', 'include_streams', 'include_tables', 'include_schemas'],
    ...['exclude', 'exclude_streams', 'exclude_tables', 'exclude_schemas', 'excluded'],
    ...['ignore', 'ignore_columns', 'ignore_streams', 'skip', 'skip_columns', 'skip_streams', 'skip_tables'],
    ...['drop_columns', 'fields', 'properties', 'only'],
  ),
  ...words(
    FILTERED,
    ...['filter', 'filters', 'row_filter', 'where', 'query', 'sql', 'limit', 'row_limit', 'record_limit'],
    ...['max_records', 'sample', 'sample_rows'],
  ),
  ...words(
    IN_THE_TAP,
    ...['stream_maps', 'stream_map', 'stream_map_config', 'stream_mapping', 'faker_config', 'mappers'],
    ...['transform', 'transforms', 'transformation', 'transformations'],
  ),
  ...words(MASKED, 'mask', 'hash', 'hash_columns', 'mask_columns', 'anonymize', 'pii'),
];

const REFUSED: readonly (readonly [string, string])[] = [
  ...CHOOSING,
  ...words(
    REHEARSED,
    ...[
      'dry_run',
      'test_run',
      'trial_run',
      'simulate',
      'simulation',
      'noop',
      'no_op',
      'preview',
      'plan_only',
    ],
    ...['validate_only', 'check_only', 'read_only'],
  ),
  ...words(
    NAMED,
    ...['table_suffix', 'table_name', 'table_name_prefix', 'table_name_suffix', 'tables'],
    ...['table_name_pattern', 'table_mapping', 'table_map', 'target_table', 'target_table_prefix', 'object'],
    ...[
      'target_table_suffix',
      'target_object',
      'stream_prefix',
      'stream_suffix',
      'destination_table',
      'alias',
    ],
  ),
  ...words(
    PLACED,
    ...['schema_prefix', 'schema_suffix', 'target_schema_prefix', 'target_schema_suffix', 'schema_map'],
    ...[
      'namespace',
      'namespace_format',
      'namespace_definition',
      'dataset',
      'default_schema_name',
      'schema_name',
    ],
  ),
  ...words(
    CASED,
    ...['column_prefix', 'column_suffix', 'column_casing', 'column_names', 'rename', 'rename_columns'],
    ...['has_case_sensitive_identifiers', 'case_sensitive', 'quote_identifiers', 'normalise_casing'],
  ),
  ...words(
    KEYED,
    ...['primary_key', 'primary_keys', 'key', 'keys', 'key_columns', 'key_fields', 'table_keys', 'merge_key'],
    ...[
      'merge_keys',
      'unique_key',
      'unique_keys',
      'upsert_key',
      'upsert_keys',
      'table_key_properties',
      'key_property',
    ],
  ),
  ...words(
    ORDERED,
    ...['update_key', 'replication_key', 'replication_keys', 'cursor', 'cursor_field', 'bookmark_key'],
    ...['bookmark_properties', 'discriminator_field', 'timestamp_column', 'dedup_sort', 'deduplicateWindow'],
    ...['dedupWindow', 'dedupWindowInHours'],
  ),
  ...words(
    TYPED,
    ...[
      'column_types',
      'column_type',
      'column_typing',
      'data_types',
      'type_mapping',
      'type_overrides',
      'types',
    ],
    ...['table_ddl', 'max_decimals', 'decimal_precision', 'decimal_scale'],
  ),
  ...words(
    CHANGED,
    ...['schema_freeze', 'schema_contract', 'schema_contracts', 'schema_evolution', 'evolve_schema'],
    ...['allow_column_add', 'allow_column_alter', 'allow_column_rename', 'on_schema_change'],
  ),
  ...words(
    STORED,
    ...['empty_as_null', 'blanks_as_null', 'null_if', 'null_as', 'null_values', 'trim', 'trim_blanks'],
    ...['trim_strings', 'trim_space', 'truncate_columns', 'truncate_strings'],
  ),
  ...words(
    'set on_invalid and max_rejected',
    ...[
      'on_error',
      'on_errors',
      'error_threshold',
      'max_error',
      'max_errors',
      'skip_errors',
      'ignore_errors',
    ],
    ...['continue_on_error', 'stop_on_error', 'fail_on_error'],
  ),
  ...words(
    'a null in a record is stored as NULL; remove such properties in the tap',
    ...['omitNils', 'omit_nulls', 'ignore_nulls', 'skip_nulls'],
  ),
  ...words('set sortkey', 'sort', 'sorted_by', 'order_by'),
  ...words('set streams.NAME.distkey', 'cluster', 'cluster_by', 'dist', 'distribution_key', 'distribution'),
  ...words(
    CONNECTED,
    ...['sqlalchemy_url', 'connection_string', 'connection_url', 'database_url', 'jdbc_url', 'dsn', 'url'],
  ),
  ...words(LEVELED, 'defaults', 'target_options', 'source_options', 'stream_options', 'table_options'),
  ...words(
    'put the statements themselves, as a list, into pre_sql or post_sql',
    'before_run_sql_file',
    'after_run_sql_file',
  ),
  ...words(
    'files are loaded if the tap sends BATCH messages; configure them in the tap',
    'batch_config',
    'batch_mode',
  ),
  ...words(
    'use load_method overwrite, or a tap that sends deletions',
    ...['detect_deletions', 'delete_missing', 'sync_deletes', 'delete_method'],
  ),
  ...words(
    'rows that were deleted in the source are marked; with hard_delete they are deleted',
    ...['soft_delete', 'delete_mode', 'deletion_mode', 'cdc_deletion_mode'],
  ),
  ...words('Iceberg tables are not loaded; remove it', 'iceberg_enabled'),
];

/** Names for `load_method`. */
const METHOD_WORDS: readonly string[] = [
  ...['write_disposition', 'disposition', 'mode', 'load_mode', 'loading_mode', 'write_mode', 'write_method'],
  ...['update_mode', 'update_method', 'insert_mode', 'insert_method', 'sync_mode', 'destination_sync_mode'],
  ...['replication_method', 'replication_mode', 'load_type', 'load_strategy', 'merge_strategy', 'if_exists'],
  ...['replace_strategy', 'incremental_strategy', 'materialization', 'materialized', 'upsert', 'append'],
  ...['insert_only', 'overwrite', 'replace', 'truncate', 'truncate_table', 'truncate_before_load', 'merge'],
  ...['full_table', 'full_table_refresh', 'incremental', 'allow_merge', 'dedup', 'dedupe', 'deduplicate'],
  ...['deduplication', 'scd2', 'append_only_tables', 'truncate_first', 'drop_table', 'drop_before_load'],
];

/** Values of such options in other tools, without separators, and the value here. */
const METHOD_VALUES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    append: 'append-only',
    appendonly: 'append-only',
    insert: 'append-only',
    upsert: 'upsert',
    merge: 'upsert',
    update: 'upsert',
    incremental: 'upsert',
    appenddedup: 'upsert',
    insertonly: 'insert-only',
    skip: 'insert-only',
    overwrite: 'overwrite',
    replace: 'overwrite',
    truncate: 'overwrite',
    fullrefresh: 'overwrite',
    fulltable: 'overwrite',
  }),
);

const METHODS = 'one of upsert, append-only, insert-only, overwrite';

const refusedWords = new Map(REFUSED.map(([name, advice]) => [bareName(name), advice]));
const choosingWords = new Map(CHOOSING.map(([name, advice]) => [bareName(name), advice]));
const methodWords = new Set(METHOD_WORDS.map(bareName));

/** Every name in this file, as other tools write it. */
export const REFUSED_WORDS: readonly string[] = [...REFUSED.map(([name]) => name), ...METHOD_WORDS];

/** What to use instead of an option that would change which data is loaded, or how; undefined for other names. */
export function adviceFor(name: string, value: unknown): string | undefined {
  const word = bareName(name);
  return methodWords.has(word) ? methodAdvice(word, value) : refusedWords.get(word);
}

/** The same, only for names that select, filter or change records. */
export function choosingAdvice(name: string): string | undefined {
  return choosingWords.get(bareName(name));
}

/** Options of other tools that ask for nothing can be ignored. */
export function isHarmless(name: string, value: unknown): boolean {
  return isEmpty(value) && (uselessness(name) !== undefined || adviceFor(name, value) !== undefined);
}

function methodAdvice(word: string, value: unknown): string {
  const said = typeof value === 'string' && value !== 'true' ? value : word;
  const method = METHOD_VALUES.get(bareName(said));
  return method === undefined
    ? `set "load_method", ${METHODS}`
    : `set "load_method": "${method}" (${METHODS})`;
}
