/**
 * System tables about the statements that ran, beside those of query-history.ts. Columns are those of the Amazon Redshift Database
 * Developer Guide. A query has one step: that which writes its table.
 */
import { VISIBLE_QUERIES } from './query-history.ts';

/** All views, dropped and recreated with every version. */
export const QUERY_LOG_NAMES = [
  ...[
    'sys_query_text',
    'sys_query_detail',
    'stl_querytext',
    'stl_ddltext',
    'stl_utilitytext',
    'svl_statementtext',
  ],
  ...['svl_qlog', 'stl_insert', 'stl_delete', 'stl_wlm_query', 'stl_error'],
];

const BARRIER = 'with (security_barrier)';
/** The parts of 200 or 4000 characters that a text is shown in, numbered from 0. */
const parts = (length: number): string =>
  `cross join lateral (select n as sequence, substr(text, n * ${length} + 1, ${length}) as part
    from generate_series(0, greatest((length(text) - 1) / ${length}, 0)) n) p`;
const queries = (more = ''): string => `from (select * ${VISIBLE_QUERIES}) q ${more}`;
const QUERY_TYPES = `('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY')`;
const KIND = `(case when type in ${QUERY_TYPES} then 'QUERY' else type end)`;
const MICROSECONDS = '(extract(epoch from ended - started) * 1000000)::bigint';
/** The steps of a statement that write; an UPDATE deletes and inserts. */
const STEPS = `cross join lateral unnest(case type when 'UPDATE' then array['delete', 'insert'] when 'MERGE' then array['delete', 'insert']
  when 'DELETE' then array['delete'] else array['insert'] end) with ordinality s (step, n)`;

/** The statements that make them. */
export const QUERY_LOGS = `
create view pg_catalog.sys_query_text ${BARRIER} as
select userid as user_id, query as query_id, query as transaction_id, pid as session_id, started as start_time, sequence::int as sequence,
  part::char(4000) as text ${queries(parts(4000))};

create view pg_catalog.stl_querytext ${BARRIER} as
select userid, query as xid, pid, query::int as query, sequence::int as sequence, part::char(200) as text
${queries(parts(200))} where type in ${QUERY_TYPES};

create view pg_catalog.stl_ddltext ${BARRIER} as
select userid, query as xid, pid, label::char(320) as label, started as starttime, ended as endtime, sequence::int as sequence, part::char(200) as text
${queries(parts(200))} where type = 'DDL';

create view pg_catalog.stl_utilitytext ${BARRIER} as
select userid, query as xid, pid, label::char(320) as label, started as starttime, ended as endtime, sequence::int as sequence, part::char(200) as text
${queries(parts(200))} where type = 'UTILITY';

create view pg_catalog.svl_statementtext ${BARRIER} as
select userid, query as xid, pid, label::char(320) as label, started as starttime, ended as endtime, sequence::int as sequence,
  ${KIND}::varchar(10) as type, part::char(200) as text ${queries(parts(200))};

create view pg_catalog.svl_qlog ${BARRIER} as
select userid, query::int as query, query as xid, pid, started as starttime, ended as endtime, ${MICROSECONDS} as elapsed, (not succeeded)::int as aborted,
  label::char(320) as label, text::char(60) as substring, null::int as source_query, 'Main cluster'::text as concurrency_scaling_status_txt,
  null::int as from_sp_call ${queries()} where type in ${QUERY_TYPES};

create view pg_catalog.sys_query_detail ${BARRIER} as
select userid as user_id, query as query_id, 1 as child_query_sequence, 0 as stream_id, 0 as segment_id, n::int as step_id, step::text as step_name,
  tbl as table_id, (select current_database() || '.' || s.nspname || '.' || c.relname from pg_catalog.pg_class c
    join pg_catalog.pg_namespace s on s.oid = c.relnamespace where c.oid = tbl::oid)::char(136) as table_name,
  'f'::char(1) as is_rrscan, started as start_time, ended as end_time, ${MICROSECONDS} as duration, ''::text as alert, 0::bigint as input_bytes,
  coalesce(rows, 0) as input_rows, 0::bigint as output_bytes, coalesce(rows, 0) as output_rows, 0::bigint as blocks_read, 0::bigint as blocks_write,
  0::bigint as local_read_io, 0::bigint as remote_read_io, ''::text as source, 0 as data_skewness, 0 as time_skewness, 'f'::char(1) as is_active,
  0::bigint as spilled_block_local_disk, 0::bigint as spilled_block_remote_disk, ''::char(64) as step_attribute
${queries(STEPS)} where tbl is not null and succeeded;

create view pg_catalog.stl_insert ${BARRIER} as
select userid, query::int as query, 0 as slice, 0 as segment, n::int as step, started as starttime, ended as endtime, 0 as tasknum,
  coalesce(rows, 0) as rows, tbl, 'f'::char(1) as inserted_mega_value, 'f'::char(1) as use_staging_table
${queries(STEPS)} where tbl is not null and succeeded and step = 'insert';

create view pg_catalog.stl_delete ${BARRIER} as
select userid, query::int as query, 0 as slice, 0 as segment, n::int as step, started as starttime, ended as endtime, 0 as tasknum,
  coalesce(rows, 0) as rows, tbl
${queries(STEPS)} where tbl is not null and succeeded and step = 'delete';

create view pg_catalog.stl_wlm_query ${BARRIER} as
select userid, query::int as xid, query::int as task, query::int as query, 100 as service_class, 1 as slot_count, started as service_class_start_time,
  started as queue_start_time, started as queue_end_time, 0::bigint as total_queue_time, started as exec_start_time, ended as exec_end_time,
  ${MICROSECONDS} as total_exec_time, ended as service_class_end_time, 'Completed'::char(16) as final_state, 0::bigint as est_peak_mem,
  'Normal'::char(20) as query_priority, 'Default queue'::char(64) as service_class_name
${queries()} where type in ${QUERY_TYPES};

create view pg_catalog.stl_error ${BARRIER} as
select userid, 'query'::char(12) as process, ended as recordtime, pid, 8001 as errcode, ''::char(90) as file, 0 as linenum, text::char(100) as context,
  error::char(512) as error ${queries()} where error is not null;
`;
