/**
 * The system tables in which UNLOAD leaves its traces. Columns are those of the Amazon Redshift Database Developer Guide
 * ("STL_UNLOAD_LOG", "SYS_UNLOAD_HISTORY", "SYS_UNLOAD_DETAIL").
 */

/** What every user may read. */
export const UNLOAD_LOGS = ['stl_unload_log', 'sys_unload_history', 'sys_unload_detail'];

/** Idempotent statements. */
export const UNLOAD_LOG_TABLES = `
create table if not exists pg_catalog.stl_unload_log (
  userid int not null, query int not null, slice int not null, pid int not null, path char(1280) not null,
  start_time timestamp not null, end_time timestamp not null, line_count bigint not null, transfer_size bigint not null,
  file_format char(10) not null);
create table if not exists pg_catalog.sys_unload_history (
  user_id int not null, query_id bigint not null, transaction_id bigint not null, session_id int not null,
  database_name text not null, status text not null, start_time timestamp not null, end_time timestamp not null,
  duration bigint not null, file_format text not null, compression_type text not null, unloaded_location text not null,
  unloaded_rows bigint not null, unloaded_files_count bigint not null, unloaded_files_size bigint not null,
  error_message text not null);
create table if not exists pg_catalog.sys_unload_detail (
  user_id int not null, query_id bigint not null, session_id int not null, transaction_id bigint not null,
  file_name char(1280) not null, start_time timestamp not null, end_time timestamp not null, line_count bigint not null,
  transfer_size bigint not null, file_format char(10) not null);
`;

/** Idempotent; the endpoint sets the setting just before a statement that names the function. */
export const UNLOAD_FUNCTIONS = `
create or replace function pg_catalog.pg_last_unload_count() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.unload_count', true), ''), '0')::bigint $$;
create or replace function pg_catalog.pg_last_unload_id() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.unload_id', true), ''), '-1')::bigint $$;
`;
