/**
 * The statements that ran. Columns are those of the Amazon Redshift Database Developer Guide ("SYS_QUERY_HISTORY",
 * "STL_QUERY").
 */

/** All views, dropped and recreated with every version. */
export const HISTORY_VIEW_NAMES = ['sys_query_history', 'stl_query'];

/** Idempotent; `History` writes the table. */
export const HISTORY_TABLES = `
create table if not exists pg_catalog.warehouse_query (userid int not null, query bigint not null, pid int not null,
  database text not null, type text not null, succeeded boolean not null, text text not null, started timestamp not null,
  ended timestamp not null);
alter table pg_catalog.warehouse_query add column if not exists tbl int;
alter table pg_catalog.warehouse_query add column if not exists rows bigint;
alter table pg_catalog.warehouse_query add column if not exists error text;
alter table pg_catalog.warehouse_query add column if not exists label text not null default 'default';
`;

const MICROSECONDS = '(extract(epoch from ended - started) * 1000000)::bigint';
/**
 * A user sees rows of the own name; superusers and those with SYSLOG ACCESS UNRESTRICTED see all. The views are barriers: without,
 * a condition of the query could be evaluated first, and its error would show a row of another user.
 */
export const VISIBLE_QUERIES = `from pg_catalog.warehouse_query
where pg_catalog.warehouse_sees_all() or userid::oid = pg_catalog.warehouse_actor()`;

export const HISTORY_VIEWS = `
create view pg_catalog.sys_query_history with (security_barrier) as
select userid as user_id, query as query_id, label::char(320) as query_label, query as transaction_id,
  pid as session_id, database::char(128) as database_name, type::char(32) as query_type,
  (case when succeeded then 'success' else 'failed' end)::char(10) as status, false as result_cache_hit,
  started as start_time, ended as end_time, ${MICROSECONDS} as elapsed_time, 0::bigint as queue_time,
  ${MICROSECONDS} as execution_time, coalesce(error, '')::char(512) as error_message,
  (case type when 'SELECT' then coalesce(rows, 0) else 0 end)::bigint as returned_rows,
  0::bigint as returned_bytes, text::char(4000) as query_text, ''::char(256) as redshift_version
${VISIBLE_QUERIES};

create view pg_catalog.stl_query with (security_barrier) as
select userid, query::int as query, label::char(320) as label, query as xid, pid, database::char(32) as database,
  text::char(4000) as querytxt, started as starttime, ended as endtime, (not succeeded)::int as aborted,
  0 as insert_pristine, 0 as concurrency_scaling_status
${VISIBLE_QUERIES};
`;
