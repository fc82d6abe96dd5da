/**
 * The system views of Redshift that clients read, over PostgreSQL's own catalog. Columns are those of the Amazon
 * Redshift Database Developer Guide, "System tables and views reference".
 */
import { FULL_SCHEMA, STRICT_SCHEMA } from './shown.ts';

/** All views, dropped and recreated with every version. */
export const VIEW_NAMES = [
  ...['stv_slices', 'stv_recents', 'pg_table_def', 'svv_table_info'],
  ...['svv_columns', 'svv_redshift_columns', 'svv_all_columns'],
  ...['svv_tables', 'svv_redshift_tables', 'svv_all_tables'],
  ...['svv_redshift_schemas', 'svv_all_schemas'],
];

/** Schemas that a cluster does not list, two of which only the local warehouse has. */
const OWN_SCHEMAS = ['pg_catalog', 'information_schema', STRICT_SCHEMA, FULL_SCHEMA]
  .map((name) => `'${name}'`)
  .join(', ');

const USER_TABLES = `
  from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and s.nspname not in (${OWN_SCHEMAS}) and s.nspname not like 'pg_toast%'`;

const COLUMN_SOURCE = `
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
  join pg_catalog.pg_namespace s on s.oid = c.relnamespace
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and s.nspname not in (${OWN_SCHEMAS}) and s.nspname not like 'pg_toast%'`;

const COLUMN_VIEWS = `
create view pg_catalog.svv_columns as
select current_database()::varchar as table_catalog, s.nspname::varchar as table_schema,
  warehouse_full_name(c.relname)::varchar as table_name, warehouse_full_name(a.attname)::varchar as column_name,
  -- Partitioned by columns of the view, so that a condition on them is checked before the columns of every table are counted.
  (row_number() over (partition by s.nspname::varchar, warehouse_full_name(c.relname)::varchar order by a.attnum))::int
    as ordinal_position,
  coalesce(pg_get_expr(d.adbin, d.adrelid), warehouse_identity(a.attrelid, a.attnum, a.attidentity))::varchar as column_default,
  (case when a.attnotnull then 'NO' else 'YES' end)::varchar as is_nullable,
  warehouse_type(a.atttypid, null)::varchar as data_type,
  information_schema._pg_char_max_length(a.atttypid, a.atttypmod)::int as character_maximum_length,
  information_schema._pg_numeric_precision(a.atttypid, a.atttypmod)::int as numeric_precision,
  information_schema._pg_numeric_precision_radix(a.atttypid, a.atttypmod)::int as numeric_precision_radix,
  information_schema._pg_numeric_scale(a.atttypid, a.atttypmod)::int as numeric_scale,
  information_schema._pg_datetime_precision(a.atttypid, a.atttypmod)::int as datetime_precision,
  null::varchar as interval_type, null::varchar as interval_precision,
  null::varchar as character_set_catalog, null::varchar as character_set_schema, null::varchar as character_set_name,
  null::varchar as collation_catalog, null::varchar as collation_schema, null::varchar as collation_name,
  null::varchar as domain_name, col_description(c.oid, a.attnum)::varchar as remarks
${COLUMN_SOURCE};

create view pg_catalog.svv_redshift_columns as
select current_database()::varchar as database_name, table_schema as schema_name, table_name, column_name,
  ordinal_position, (data_type || case
    when character_maximum_length is not null then '(' || character_maximum_length || ')'
    when data_type = 'numeric' then '(' || numeric_precision || ',' || numeric_scale || ')' else '' end
  )::varchar(128) as data_type, column_default, is_nullable, null::varchar(128) as encoding, null::boolean as distkey,
  null::int as sortkey, null::varchar(128) as column_acl, remarks
from pg_catalog.svv_columns;

create view pg_catalog.svv_all_columns as
select current_database()::varchar as database_name, table_schema as schema_name, table_name, column_name,
  ordinal_position, column_default, is_nullable, data_type, character_maximum_length, numeric_precision,
  numeric_scale, remarks
from pg_catalog.svv_columns;

create view pg_catalog.pg_table_def as
select s.nspname as schemaname, warehouse_full_name(c.relname) as tablename, warehouse_full_name(a.attname) as "column",
  warehouse_type(a.atttypid, a.atttypmod) as type,
  warehouse_encoding(c.oid, a.attname) as encoding,
  coalesce(w.design ->> 'distKey' = warehouse_full_name(a.attname), false) as distkey,
  warehouse_sort_key(w.design, warehouse_full_name(a.attname)) as sortkey,
  a.attnotnull as "notnull"
from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace s on s.oid = c.relnamespace
left join pg_catalog.warehouse_design w on w.relation = c.oid
where a.attnum > 0 and not a.attisdropped and c.relkind = 'r' and s.nspname = any (current_schemas(false));
`;

const TABLE_VIEWS = `
create view pg_catalog.svv_tables as
select current_database()::varchar as table_catalog, s.nspname::varchar as table_schema,
  warehouse_full_name(c.relname)::varchar as table_name,
  (case when c.relkind in ('v', 'm') then 'VIEW' when c.relpersistence = 't' then 'LOCAL TEMPORARY'
    else 'BASE TABLE' end)::varchar as table_type,
  obj_description(c.oid, 'pg_class')::varchar as remarks
${USER_TABLES};

create view pg_catalog.svv_redshift_tables as
select table_catalog as database_name, table_schema as schema_name, table_name,
  (case when table_type = 'VIEW' then 'VIEW' else 'TABLE' end)::varchar as table_type, null::varchar as table_acl,
  remarks, null::varchar as table_owner
from pg_catalog.svv_tables;

create view pg_catalog.svv_all_tables as
select database_name, schema_name, table_name, table_acl, table_type, remarks from pg_catalog.svv_redshift_tables;

create view pg_catalog.svv_redshift_schemas as
select current_database()::varchar as database_name, s.nspname::varchar as schema_name, s.nspowner::int as schema_owner,
  'local'::varchar as schema_type, null::varchar as schema_acl, null::varchar as schema_option
from pg_catalog.pg_namespace s
where s.nspname not in (${OWN_SCHEMAS}) and s.nspname not like 'pg\\\\_%';

create view pg_catalog.svv_all_schemas as
select database_name, schema_name, schema_owner, schema_type, schema_acl, null::varchar as source_database,
  schema_option from pg_catalog.svv_redshift_schemas;

create view pg_catalog.svv_table_info as
select current_database()::text as database, s.nspname::text as schema, c.oid::int as table_id,
  coalesce((select v.relname::text from pg_catalog.warehouse_mv m join pg_catalog.pg_class v on v.oid = m.view where m.backing = c.oid),
    warehouse_full_name(c.relname)) as "table", 'Y'::text as encoded,
  (case when w.design ->> 'distKey' is not null then 'KEY(' || (w.design ->> 'distKey') || ')'
    when w.design ->> 'distStyle' in ('ALL', 'EVEN') then w.design ->> 'distStyle' else 'AUTO(EVEN)' end) as diststyle,
  -- Adapters look for this word on clusters.
  (case when w.design ->> 'sortStyle' = 'INTERLEAVED' then 'INTERLEAVED'
    else coalesce(w.design -> 'sortKey' ->> 0, 'AUTO(SORTKEY)') end) as sortkey1,
  (select max(information_schema._pg_char_max_length(a.atttypid, a.atttypmod))::int from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as max_varchar,
  (case when jsonb_array_length(w.design -> 'sortKey') > 0 then
    coalesce(w.design -> 'encodings' ->> (w.design -> 'sortKey' ->> 0), 'none') end)::char(32) as sortkey1_enc,
  coalesce(jsonb_array_length(w.design -> 'sortKey'), 0) as sortkey_num,
  (pg_relation_size(c.oid) / 1048576 + 1) as size, 0::numeric(10, 4) as pct_used, 0::bigint as empty,
  0::numeric(5, 2) as unsorted, 0::numeric(5, 2) as stats_off, warehouse_rows.count as tbl_rows,
  null::numeric(19, 2) as skew_sortkey1, null::numeric(19, 2) as skew_rows,
  warehouse_rows.count as estimated_visible_rows, null::text as risk_event,
  null::numeric(12, 2) as vacuum_sort_benefit, null::timestamp as create_time
from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
left join pg_catalog.warehouse_design w on w.relation = c.oid
-- Redshift counts without ANALYZE.
cross join lateral (select greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::numeric(38, 0) as count) as warehouse_rows
where c.relkind = 'r' and c.relpersistence = 'p' and s.nspname not in (${OWN_SCHEMAS})
  and pg_relation_size(c.oid) > 0;

create view pg_catalog.stv_slices as
select 0 as node, slice, slice as localslice, 'D'::char(1) as type from generate_series(0, 1) slice;

create view pg_catalog.stv_recents with (security_barrier) as
select usesysid::int as userid, (case when state = 'idle' then 'Done' else 'Running' end)::char(20) as status,
  query_start at time zone 'UTC' as starttime,
  (extract(epoch from clock_timestamp() - query_start) * 1000000)::int as duration,
  usename::char(50) as user_name, datname::char(50) as db_name, query::char(600) as query,
  (case when state = 'idle' then -1 else pid end) as pid
from pg_catalog.pg_stat_activity where backend_type = 'client backend' and usename = session_user;
`;

/** The statements that make them. */
export const VIEWS = `${COLUMN_VIEWS}${TABLE_VIEWS}`;
