/** The settings of a session, by name: those that the engine shares with Redshift, and those that it does not know. */

/** Redshift reports PostgreSQL 8.0.2 as its server version. */
export const SERVER_VERSION = '8.0.2';

/** Settings that both know. */
export const SHARED: ReadonlySet<string> = new Set(
  `application_name client_encoding datestyle extra_float_digits search_path statement_timeout timezone
  session_authorization server_encoding max_connections is_superuser lc_collate lc_ctype`.split(/\s+/),
);

/** Settings of Redshift alone and their defaults ("Configuration reference"). */
export const REDSHIFT_ONLY: Readonly<Record<string, string>> = {
  activate_aqua: 'auto',
  analyze_threshold_percent: '10',
  cast_super_null_on_error: 'on',
  default_geometry_encoding: '1',
  describe_field_name_in_uppercase: 'off',
  downcase_delimited_identifier: 'on',
  enable_case_sensitive_identifier: 'off',
  enable_case_sensitive_super_attribute: 'off',
  enable_numeric_rounding: 'on',
  enable_result_cache_for_session: 'on',
  enable_vacuum_boost: 'off',
  error_on_nondeterministic_update: 'off',
  json_parse_dedup_attributes: 'off',
  json_parse_truncate_strings: 'off',
  json_serialization_enable: 'off',
  max_concurrency_scaling_clusters: '1',
  max_cursor_result_set_size: 'default',
  mv_enable_aqmv_for_session: 'on',
  navigate_super_null_on_error: 'on',
  parse_super_null_on_error: 'off',
  pg_federation_repeatable_read: 'on',
  query_group: 'unset',
  spectrum_enable_pseudo_columns: 'on',
  spectrum_query_maxerror: '-1',
  stored_proc_log_min_messages: 'LOG',
  // No statement changes the isolation, which is the database's.
  transaction_isolation: 'serializable',
  use_fips_ssl: 'off',
  wlm_query_slot_count: '1',
};
