/**
 * System tables that have no rows here: they are about plans, queues, vacuums, requests, locks that have failed, and other clusters. Columns are
 * those of the Amazon Redshift Database Developer Guide.
 */

const COLUMNS: Readonly<Record<string, string>> = {
  stl_scan: `userid int, query int, slice int, segment int, step int, starttime timestamp, endtime timestamp, tasknum int, rows bigint,
    bytes bigint, fetches bigint, type int, tbl int, is_rrscan char(1), is_delayed_scan char(1), rows_pre_filter bigint,
    rows_pre_user_filter bigint, perm_table_name char(136), is_rlf_scan char(1), is_rlf_scan_reason int, num_em_blocks int,
    checksum bigint, runtime_filtering char(1), scan_region int, num_sortkey_as_predicate int, row_fetcher_state int`,
  stl_dist: `userid int, query int, slice int, segment int, step int, starttime timestamp, endtime timestamp, tasknum int, rows bigint,
    bytes bigint, packets int`,
  stl_bcast: `userid int, query int, slice int, segment int, step int, starttime timestamp, endtime timestamp, tasknum int, rows bigint,
    bytes bigint, packets int`,
  stl_commit_stats: `xid bigint, node int, startqueue timestamp, startwork timestamp, endtime timestamp, queuelen bigint, permblocks bigint,
    newblocks bigint, dirtyblocks bigint, headers bigint, numxids int, oldestxid bigint, extwritelatency bigint, metadatawritten int,
    tombstonedblocks bigint, tossedblocks bigint, batched_by bigint`,
  stl_s3client: `userid int, query int, slice int, recordtime timestamp, pid int, http_method char(64), bucket char(64), key char(256),
    transfer_size bigint, data_size bigint, start_time bigint, end_time bigint, transfer_time bigint, compression_time bigint,
    connect_time bigint, app_connect_time bigint, retries bigint, request_id char(32), extended_request_id char(128),
    ip_address char(64), is_partial int, start_offset bigint`,
  svl_auto_worker_action: `table_id int, type char(32), status char(128), eventtime timestamp, sequence int, previous_state char(200)`,
  stl_explain: `userid int, query int, nodeid int, parentid int, plannode char(400), info char(400)`,
  stl_alert_event_log: `userid int, query int, slice int, segment int, step int, pid int, xid bigint, event char(1024),
    solution char(1024), event_time timestamp`,
  stl_vacuum: `userid int, xid bigint, table_id int, status char(30), rows bigint, sortedrows int, blocks int, max_merge_partitions int,
    eventtime timestamp, reclaimable_rows bigint, reclaimable_space_mb bigint, cutoff_xid bigint, is_recluster int`,
  stl_analyze: `userid int, xid bigint, database char(30), table_id int, status char(15), rows float8, modified_rows float8,
    threshold_percent int, is_auto char(1), starttime timestamp, endtime timestamp, prevtime timestamp, num_predicate_cols int,
    num_new_predicate_cols int, is_background char(1), auto_analyze_phase char(100), schema_name char(128), table_name char(136)`,
  stl_tr_conflict: `xact_id bigint, process_id int, xact_start_ts timestamp, abort_time timestamp, table_id bigint`,
  stl_s3client_error: `userid int, query int, sliceid int, recordtime timestamp, pid int, http_method char(64), bucket char(64),
    key char(256), error char(1024)`,
  svl_query_summary: `userid int, query int, stm int, seg int, step int, maxtime bigint, avgtime bigint, rows bigint, bytes bigint,
    rate_row float8, rate_byte float8, label text, is_diskbased char(1), workmem bigint, is_rrscan char(1), is_delayed_scan char(1),
    rows_pre_filter bigint`,
  svl_query_report: `userid int, query int, slice int, segment int, step int, start_time timestamp, end_time timestamp, elapsed_time bigint,
    rows bigint, bytes bigint, label char(256), is_diskbased char(1), workmem bigint, is_rrscan char(1), is_delayed_scan char(1),
    rows_pre_filter bigint`,
  svl_query_metrics_summary: `userid int, query int, service_class int, query_cpu_time bigint, query_blocks_read bigint,
    query_execution_time bigint, query_cpu_usage_percent numeric(38, 2), query_temp_blocks_to_disk bigint, segment_execution_time bigint,
    cpu_skew numeric(38, 2), io_skew numeric(38, 2), scan_row_count bigint, join_row_count bigint, nested_loop_join_row_count bigint,
    return_row_count bigint, spectrum_scan_row_count bigint, spectrum_scan_size_mb bigint, query_queue_time bigint,
    service_class_name char(64)`,
  stv_wlm_query_state: `xid int, task int, query int, service_class int, slot_count int, wlm_start_time timestamp, state char(16),
    queue_time bigint, exec_time bigint, query_priority char(20)`,
  stv_wlm_service_class_config: `service_class int, queueing_strategy char(32), num_query_tasks int, target_num_query_tasks int,
    evictable char(8), eviction_threshold bigint, query_working_mem int, target_query_working_mem int, min_step_mem int, name char(64),
    max_execution_time bigint, user_group_wild_card boolean, query_group_wild_card boolean, concurrency_scaling char(20),
    query_priority char(20), user_role_wild_card boolean`,
  sys_transaction_history: `user_id int, transaction_id bigint, isolation_level text, status text, transaction_start_time timestamp,
    commit_start_time timestamp, commit_end_time timestamp, blocks_committed bigint, undo_start_time timestamp, undo_transaction_id bigint`,
  sys_vacuum_history: `user_id int, transaction_id bigint, query_id bigint, database_name text, schema_name text, table_name text,
    table_id int, vacuum_type text, is_automatic boolean, status text, start_time timestamp, end_time timestamp, record_time timestamp,
    duration bigint, rows_before_vacuum bigint, size_before_vacuum int, reclaimable_rows bigint, reclaimed_rows bigint,
    reclaimed_blocks bigint, sortedrows_before_vacuum int, sortedrows_after_vacuum int`,
  sys_external_query_detail: `user_id int, query_id bigint, child_query_sequence int, transaction_id bigint, segment_id int,
    source_type char(32), start_time timestamp, end_time timestamp, duration bigint, total_partitions int, qualified_partitions int,
    scanned_files bigint, returned_rows bigint, returned_bytes bigint, file_format text, file_location text, external_query_text text,
    warning_message char(4000), table_name char(136), is_recursive char(1), is_nested char(1), s3list_time bigint, get_partition_time bigint`,
  svv_external_databases: `eskind int, databasename text, esoptions text`,
  svv_external_partitions: `schemaname text, tablename text, values text, location text, input_format text, output_format text,
    serialization_lib text, serde_parameters text, compressed int, parameters text`,
  svv_datashares: `share_name varchar(128), share_id int, share_owner int, source_database varchar(128), consumer_database varchar(128),
    share_type varchar(8), createdate timestamp, is_publicaccessible boolean, share_acl varchar(256), producer_account varchar(16),
    producer_namespace varchar(64), managed_by varchar(64)`,
  svv_datashare_objects: `share_type varchar(8), share_name varchar(128), object_type varchar(64), object_name varchar(512),
    producer_account varchar(16), producer_namespace varchar(64), include_new boolean`,
  svv_datashare_consumers: `share_name varchar(128), consumer_account varchar(16), consumer_namespace varchar(64), share_date timestamp`,
  svv_alter_table_recommendations: `type char(30), database char(128), table_id int, group_id int, ddl char(1024), auto_eligible char(1)`,
  svv_vacuum_progress: `table_name text, status text, time_remaining_estimate text`,
};

/** All views, dropped and recreated with every version. */
export const ABSENT_LOG_NAMES = Object.keys(COLUMNS);

function emptyView(name: string, columns: string): string {
  const list = columns
    .split(/,(?![^(]*\))/)
    .map((column) => column.trim().split(/ (.*)/s))
    .map(([column = '', type = '']) => `null::${type} as "${column}"`);
  return `create view pg_catalog.${name} as select ${list.join(', ')} where false;`;
}

/** Statements that make them. */
export const ABSENT_LOGS = Object.entries(COLUMNS)
  .map(([name, columns]) => emptyView(name, columns))
  .join('\n');
