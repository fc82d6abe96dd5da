/** Options of other tools that are not used and would not change what is loaded, each with the reason. */
import { bareName } from './near.ts';

const UNUSED: Readonly<Record<string, string>> = {
  temp_dir: 'nothing is written to disk',
  disable_table_cache: 'the catalog is read only once per run',
  flush_all_streams: 'each stream is loaded separately, and a state waits for all records before it',
  persist_empty_tables: 'streams without records always get their table',
  state_support: 'states are written as soon as the records before them are loaded',
  disable_collection: 'no telemetry is collected',
  batch_detection_threshold: 'the rows and bytes of a batch are counted with every record',
  file_name_pattern: 'the names of objects contain the run and the batch',
  part_size: 'uploads are split as S3 requires it',
  encryption: 'see s3_encryption; data is not encrypted before it is sent',
  drop_cascade: 'nothing is dropped that other objects depend on',
  slices: 'the cluster is asked for its slices',
  jdbc_url_params: 'the program does not use JDBC',
  raw_data_schema: 'there are no raw tables',
  disable_type_dedupe: 'there are no raw tables',
  default_column_length: 'the widths of string columns are measured',
  max_varchar_size: 'the widths of string columns are measured',
  varchar_length: 'the widths of string columns are measured',
  flattening_max_key_length: 'names are shortened to what Redshift allows',
  enable_schema_warning: 'schemas are created only if they do not exist',
  iceberg_catalog_name: 'Iceberg tables are not loaded',
  iceberg_namespace: 'Iceberg tables are not loaded',
  metrics: 'no metrics are sent to StatsD; the log has the counts of each load',
  use_copy: 'every load is a COPY',
  use_bulk: 'every load is a COPY',
  direct_insert: 'every load is a COPY',
  'dialect+driver': 'the program does not use SQLAlchemy',
  drivername: 'the program does not use SQLAlchemy',
  client_encoding: 'the connection uses UTF-8',
  sanitize_null_text_characters: 'NUL characters are always removed from strings, and counted',
  interpret_content_encoding: 'contentEncoding is always respected',
  ssl_client_certificate_enable: 'Redshift does not ask for a client certificate',
  ssl_client_certificate: 'Redshift does not ask for a client certificate',
  ssl_client_private_key: 'Redshift does not ask for a client certificate',
  ssl_storage_directory: 'certificates are not written to disk',
  adjust_column_type: 'see schema_changes',
  table_tmp: 'stages are temporary tables',
  staging_dataset_name_layout: 'stages are temporary tables',
  enable_dataset_name_normalization: 'see naming',
  isolation_level: 'each load is one transaction',
  disable_compression: 'see compression',
  header: 'the program chooses the format of the objects in S3',
  delimiter: 'the program chooses the format of the objects in S3',
  datetime_format: 'the program chooses the format of the objects in S3',
  file_max_rows: 'objects in S3 are split by size',
  file_max_items: 'objects in S3 are split by size',
  buffer_max_items: 'memory_budget_mb bounds the memory',
  temporaryBatchSize: 'there is one kind of batch',
  retryBatchSize: 'a whole batch is tried again, see retry_for_seconds',
  retryFrequency: 'see retry_for_seconds',
  raise_on_max_retries: 'see max_load_attempts',
  toSameCase: 'Redshift converts names to lower case',
  maxColumnsCount: 'Redshift itself limits the columns of a table',
  syncSchedule: 'the scheduler that starts the program decides when it runs',
  syncFrequency: 'the scheduler that starts the program decides when it runs',
  syncStartAt: 'the scheduler that starts the program decides when it runs',
  excludeWindow: 'the scheduler that starts the program decides when it runs',
  dbt_job_trigger: 'start dbt after the program ends; post_sql can run statements',
  advanced: 'it contains switches of Estuary',
};

const unusedWords = new Map(Object.entries(UNUSED).map(([name, reason]) => [bareName(name), reason]));

/** Every name in this file, as other tools write it. */
export const UNUSED_WORDS: readonly string[] = Object.keys(UNUSED);

/** Why an option is not used; undefined for other names. */
export function uselessness(name: string): string | undefined {
  return unusedWords.get(bareName(name));
}
