/** Configurations of other loaders, translated: every option has a counterpart, a reason why it is not needed, or an advice. */
import { expect } from 'chai';
import { checkConfig } from '../../src/config/config.ts';
import { migrationOf } from '../../src/config/migration.ts';
import type { Tool } from '../../src/config/tools.ts';
import type { Input } from '../../src/config/translations.ts';

/** All options of each loader, with a value that asks for something. */
const ALL: Readonly<Record<Exclude<Tool, 'other'>, Input>> = {
  pipelinewise: {
    ...{ host: 'h', port: 5439, user: 'u', password: 'p', dbname: 'd', aws_profile: 'work' },
    ...{ aws_redshift_copy_role_arn: 'default', s3_acl: 'private', s3_bucket: 'b', s3_key_prefix: 'p/' },
    ...{ copy_options: 'TRIMBLANKS', batch_size_rows: 10, flush_all_streams: true, parallelism: 2 },
    ...{ default_target_schema: 's', default_target_schema_select_permissions: 'g' },
    ...{ schema_mapping: { a: { target_schema: 'b' } }, disable_table_cache: true, hard_delete: true },
    ...{ add_metadata_columns: true, data_flattening_max_level: 2, primary_key_required: false },
    ...{ validate_records: true, skip_updates: true, compression: 'bzip2', slices: 2, temp_dir: '/t' },
    ...{ cleanup_s3_files: true, iceberg_enabled: true, iceberg_catalog_name: 'c', iceberg_namespace: 'n' },
    ...{ metrics: { statsd_host: 'h' }, s3_region: 'eu-west-1', detect_deletions: true },
  },
  ticketswap: {
    ...{ host: 'h', port: '5439', enable_iam_authentication: false, user: 'u', password: 'p', dbname: 'd' },
    ...{ aws_redshift_copy_role_arn: 'default', s3_bucket: 'b', s3_region: 'eu-west-1', s3_key_prefix: 'p/' },
    ...{ remove_s3_files: true, temp_dir: '/t', default_target_schema: 's', activate_version: true },
    ...{ hard_delete: true, add_record_metadata: true, ssl_enable: true, ssl_mode: 'require', grants: ['a'] },
    ...{
      enable_schema_warning: true,
      load_method: 'append-only',
      batch_size_rows: 5,
      validate_records: false,
    },
    ...{
      stream_maps: { a: 1 },
      stream_map_config: { a: 1 },
      faker_config: { seed: 1 },
      flattening_enabled: true,
    },
    ...{
      flattening_max_depth: 2,
      flattening_max_key_length: 9,
      flattening_separator: '_',
      batch_config: { a: 1 },
    },
    process_activate_version_messages: true,
  },
  datamill: {
    ...{ redshift_host: 'h', redshift_port: 5439, redshift_database: 'd', redshift_username: 'u' },
    ...{
      redshift_password: 'p',
      redshift_schema: 's',
      invalid_records_detect: true,
      disable_collection: true,
    },
    ...{ invalid_records_threshold: 3, logging_level: 'DEBUG', max_batch_rows: 5, max_buffer_size: 1048576 },
    ...{
      batch_detection_threshold: 5,
      persist_empty_tables: true,
      default_column_length: 9,
      state_support: true,
    },
    ...{ target_s3: { aws_access_key_id: 'k', aws_secret_access_key: 's', bucket: 'b', key_prefix: 'p' } },
    ...{
      before_run_sql: 'SELECT 1',
      after_run_sql: 'SELECT 2',
      before_run_sql_file: 'f',
      after_run_sql_file: 'f',
    },
  },
  airbyte: {
    ...{
      host: 'h',
      port: 5439,
      username: 'u',
      password: 'p',
      database: 'd',
      schema: 's',
      jdbc_url_params: 'a=b',
    },
    ...{ drop_cascade: true, raw_data_schema: 'r', disable_type_dedupe: true },
    uploading_method: {
      ...{ method: 'S3 Staging', s3_bucket_name: 'b', s3_bucket_path: 'p', s3_bucket_region: 'eu-west-1' },
      ...{ access_key_id: 'k', secret_access_key: 's', file_name_pattern: 'x', purge_staging_data: true },
    },
    tunnel_method: {
      ...{ tunnel_method: 'SSH_PASSWORD_AUTH', tunnel_host: 't', tunnel_port: 22, tunnel_user: 'u' },
      tunnel_user_password: 'p',
    },
  },
};

/** The options that this program does not have and that change what is loaded. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  pipelinewise: ['detect_deletions', 'iceberg_enabled'],
  ticketswap: ['batch_config', 'faker_config', 'stream_map_config', 'stream_maps'],
  datamill: ['after_run_sql_file', 'before_run_sql_file'],
  airbyte: [],
};

describe('the migration of a configuration', () => {
  for (const [tool, options] of Object.entries(ALL) as [Tool, Input][]) {
    it(`of ${tool} knows each of its options`, () => {
      const { missing, unused } = migrationOf(options, tool);
      expect(missing.map((sentence) => /"([\w.]+)"/.exec(sentence)?.[1]).sort()).to.deep.equal(MISSING[tool]);
      expect(unused.filter((sentence) => sentence.startsWith('there is no option'))).to.deep.equal([]);
    });

    it(`of ${tool} is a configuration of this program, without a warning`, () => {
      const { options: ours } = migrationOf(options, tool);
      const filled = JSON.parse(JSON.stringify(ours).replaceAll(/\$\{\w+\}/g, 'Filled1n')) as Input;
      const ssh = tool === 'airbyte' ? { ssh_host_key_check: false } : {};
      expect(checkConfig({ ...filled, ...ssh }).warnings).to.deep.equal([]);
    });
  }

  it('keeps no secret: each is a variable, except those that are variables already', () => {
    const secrets = {
      password: 'hunter2',
      aws_secret_access_key: '${MINE}',
      mask_salt: 'a salt of many letters',
    };
    const { options, variables } = migrationOf(secrets, 'other');
    expect(options).to.deep.equal({
      password: '${TARGET_REDSHIFT_PASSWORD}',
      aws_secret_access_key: '${MINE}',
      mask_salt: '${TARGET_REDSHIFT_MASK_SALT}',
    });
    expect(variables).to.deep.equal(['TARGET_REDSHIFT_PASSWORD', 'TARGET_REDSHIFT_MASK_SALT']);
  });

  it('writes down what the loader does by default, unless the configuration says otherwise', () => {
    const added = (tool: Tool, options: Input): Input => migrationOf(options, tool).options;
    expect(added('pipelinewise', {})).to.deep.equal({ table_names: 'last-part', require_keys: true });
    expect(added('pipelinewise', { primary_key_required: false, hard_delete: true })).to.deep.equal({
      ...{ table_names: 'last-part', require_keys: false, hard_delete: true, add_record_metadata: true },
    });
    expect(added('ticketswap', { load_method: 'overwrite', validate_records: false })).to.deep.equal({
      ...{ table_names: 'last-part', validate_records: false, naming: 'snake_case' },
    });
    expect(added('datamill', {})).to.deep.equal({ naming: 'safe', validate_records: true });
    expect(added('airbyte', {})).to.deep.equal({});
    expect(added('other', { hard_delete: true })).to.deep.equal({ hard_delete: true });
  });
});
