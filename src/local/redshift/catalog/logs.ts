/** The system tables in which COPY leaves its traces. Columns are those of the Amazon Redshift Database Developer Guide. */

/** What every user may read. */
export const LOGS = [
  ...['stl_load_errors', 'stl_loaderror_detail', 'stl_load_commits', 'stl_replacements'],
  ...['sys_load_error_detail', 'sys_load_history', 'sys_load_detail'],
];

/** Idempotent statements. */
export const LOG_TABLES = `
create table if not exists pg_catalog.stl_load_errors (
  userid int not null, slice int not null, tbl int not null, starttime timestamp not null, session int not null,
  query int not null, filename char(256) not null, line_number bigint not null, colname char(127) not null,
  type char(10) not null, col_length char(10) not null, position int not null, raw_line char(1024) not null,
  raw_field_value char(1024) not null, err_code int not null, err_reason char(100) not null,
  is_partial int not null, start_offset bigint not null, copy_job_id bigint not null);
create table if not exists pg_catalog.stl_loaderror_detail (
  userid int not null, slice int not null, session int not null, query int not null, filename char(256) not null,
  line_number bigint not null, field int not null, colname char(1024) not null, value char(1024) not null,
  is_null int not null, type char(10) not null, col_length char(10) not null);
create table if not exists pg_catalog.stl_load_commits (
  userid int not null, query int not null, slice int not null, name char(256) not null, filename char(256) not null,
  byte_offset int not null, lines_scanned int not null, errors int not null, curtime timestamp not null,
  status int not null, file_format char(16) not null, is_partial int not null, start_offset bigint not null,
  copy_job_id bigint not null);
create table if not exists pg_catalog.stl_replacements (
  userid int not null, query int not null, slice int not null, tbl int not null, starttime timestamp not null,
  session int not null, filename char(256) not null, line_number bigint not null, colname char(127) not null,
  raw_line char(1024) not null);
create table if not exists pg_catalog.sys_load_error_detail (
  user_id int not null, query_id bigint not null, transaction_id bigint not null, session_id int not null,
  database_name char(64) not null, table_id int not null, start_time timestamp not null, file_name char(256) not null,
  line_number bigint not null, column_name char(127) not null, column_type char(10) not null,
  column_length char(10) not null, position int not null, error_code int not null, error_message char(512) not null);
create table if not exists pg_catalog.sys_load_history (
  user_id int not null, query_id bigint not null, transaction_id bigint not null, session_id int not null,
  database_name text not null, status text not null, table_name text not null, start_time timestamp not null,
  end_time timestamp not null, duration bigint not null, data_source text not null, file_format text not null,
  loaded_rows bigint not null, loaded_bytes bigint not null, source_file_count int not null,
  source_file_bytes bigint not null, file_count_scanned int not null, file_bytes_scanned bigint not null,
  error_count bigint not null, copy_job_id bigint not null);
create table if not exists pg_catalog.sys_load_detail (
  user_id int not null, query_id bigint not null, file_name char(256) not null, bytes_scanned bigint not null,
  lines_scanned bigint not null, record_time timestamp not null, splits_scanned int not null,
  start_time timestamp not null, end_time timestamp not null);
`;
