/** Words of other tools that have no use here and change nothing that is loaded, each with the reason. */
import { bareName } from './near.ts';

const UNUSED: Readonly<Record<string, string>> = {
  temp_dir: 'nothing is written to disk',
  disable_table_cache: 'the catalog is read once in a run',
  flush_all_streams: 'each stream is loaded by itself, and states wait for the streams before them',
  persist_empty_tables: 'streams without records get their table in any case',
  state_support: 'states are written as soon as the records before them are loaded',
  disable_collection: 'no telemetry is collected',
  batch_detection_threshold: 'the rows and bytes of a batch are counted with every record',
  file_name_pattern: 'names of objects hold the run and the batch',
  part_size: 'uploads are cut into parts as S3 needs it',
  encryption: 'see s3_encryption; data is not encrypted before it is sent',
  drop_cascade: 'nothing is dropped that anything depends on',
  slices: 'the cluster is asked for its slices',
  jdbc_url_params: 'there is no JDBC here',
  raw_data_schema: 'there are no raw tables',
  disable_type_dedupe: 'there are no raw tables',
  default_column_length: 'the widths of text columns are measured',
  max_varchar_size: 'the widths of text columns are measured',
  varchar_length: 'the widths of text columns are measured',
  flattening_max_key_length: 'names are shortened where Redshift needs it',
  enable_schema_warning: 'schemas are looked up before they are created',
  iceberg_catalog_name: 'Iceberg tables are not loaded',
  iceberg_namespace: 'Iceberg tables are not loaded',
  metrics: 'no metrics are sent to StatsD; the log has the counts of each load',
  use_copy: 'every load is a COPY',
  use_bulk: 'every load is a COPY',
  direct_insert: 'every load is a COPY',
  'dialect+driver': 'there is no SQLAlchemy here',
  drivername: 'there is no SQLAlchemy here',
  client_encoding: 'the connection speaks UTF-8',
  sanitize_null_text_characters: 'NUL characters are removed from strings in any case, and counted',
  interpret_content_encoding: 'contentEncoding is obeyed in any case',
  ssl_client_certificate_enable: 'Redshift asks for no certificate of the client',
  ssl_client_certificate: 'Redshift asks for no certificate of the client',
  ssl_client_private_key: 'Redshift asks for no certificate of the client',
  ssl_storage_directory: 'certificates are not written to disk',
  adjust_column_type: 'see schema_changes',
  table_tmp: 'stages are temporary tables',
  staging_dataset_name_layout: 'stages are temporary tables',
  enable_dataset_name_normalization: 'see naming',
  isolation_level: 'each load is one transaction',
  disable_compression: 'see compression',
  header: 'the format of the objects in S3 is an affair of this program',
  delimiter: 'the format of the objects in S3 is an affair of this program',
  datetime_format: 'the format of the objects in S3 is an affair of this program',
  file_max_rows: 'objects in S3 are cut by size',
  file_max_items: 'objects in S3 are cut by size',
  buffer_max_items: 'memory_budget_mb bounds the memory',
  temporaryBatchSize: 'there is one kind of batch',
  retryBatchSize: 'a batch is tried again as a whole, see max_load_attempts',
  retryFrequency: 'see max_load_attempts',
  raise_on_max_retries: 'see max_load_attempts',
  toSameCase: 'Redshift folds names to lower case',
  maxColumnsCount: 'Redshift itself limits the columns of a table',
  syncSchedule: 'whatever starts this program decides when it runs',
  syncFrequency: 'whatever starts this program decides when it runs',
  syncStartAt: 'whatever starts this program decides when it runs',
  excludeWindow: 'whatever starts this program decides when it runs',
  dbt_job_trigger: 'start dbt when this program has ended; post_sql runs statements',
  advanced: 'it holds switches of Estuary',
};

const unusedWords = new Map(Object.entries(UNUSED).map(([name, reason]) => [bareName(name), reason]));

/** Every word of this file, as it is written there. */
export const UNUSED_WORDS: readonly string[] = Object.keys(UNUSED);

/** Why a word has no use here; undefined for other words. */
export function uselessness(name: string): string | undefined {
  return unusedWords.get(bareName(name));
}
