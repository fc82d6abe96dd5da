/**
 * System tables about storage, sessions and locks. A table counts as stored in one block for each column and slice. Columns are those of
 * the Amazon Redshift Database Developer Guide.
 */
import { isOwnSchema } from './shown.ts';

/** Those that `History` writes. */
export const SESSION_LOG_NAMES = [
  'stl_connection_log',
  'sys_connection_log',
  'stl_sessions',
  'sys_session_history',
];

/** All views, dropped and recreated with every version. */
export const STORAGE_VIEW_NAMES = [
  ...[
    'stv_tbl_perm',
    'stv_blocklist',
    'svv_diskusage',
    'stv_partitions',
    'stv_node_storage_capacity',
    'stv_locks',
  ],
  ...SESSION_LOG_NAMES,
  'svv_schema_quota_state',
];

/** For superusers, and those whom they grant SELECT. */
export const STORAGE_SUPERUSER_VIEWS = [
  ...['stv_tbl_perm', 'stv_blocklist', 'svv_diskusage', 'stv_partitions', 'stv_node_storage_capacity'],
  ...['stl_connection_log', 'sys_connection_log', 'svv_schema_quota_state'],
];

/** Idempotent; `History` writes the first one. */
export const STORAGE_TABLES = `
create table if not exists pg_catalog.warehouse_session (pid int not null, userid int not null, username text not null, application text not null,
  remote_host text not null, remote_port text not null, started timestamp not null, ended timestamp);
create table if not exists pg_catalog.warehouse_quota (schema oid primary key, megabytes int not null);
`;

/** Idempotent statements, to be run after those of the design. */
export const STORAGE_FUNCTIONS = `
create or replace function pg_catalog.warehouse_shown_rows(relation oid, tuples real) returns bigint language sql stable as
$$ select greatest(tuples, pg_stat_get_live_tuples(relation), 0)::bigint $$;
create or replace function pg_catalog.warehouse_analyze_compression(relation regclass, columns name[])
returns table ("Table" text, "Column" text, "Encoding" text, "Est_reduction_pct" text) language plpgsql stable as $$
declare
  field name;
begin
  if relation is not null then perform pg_catalog.warehouse_must_own_table(relation); end if;
  foreach field in array columns loop
    perform pg_catalog.warehouse_attribute(relation, field);
  end loop;
  return query select warehouse_long_name(c.relname), warehouse_long_name(a.attname),
    (case when a.atttypid in ('varchar'::regtype, 'bpchar'::regtype, 'bytea'::regtype, 'pg_catalog.super'::regtype) then 'zstd'
      when a.atttypid in ('bool'::regtype, 'float4'::regtype, 'float8'::regtype) then 'raw' else 'az64' end), '0.00'::text
  from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
  where c.relkind = 'r' and c.oid >= 16384 and a.attnum > 0 and not a.attisdropped and (c.oid = relation or relation is null)
    and (columns = '{}' or a.attname = any (columns)) and pg_has_role(pg_catalog.warehouse_actor(), c.relowner, 'usage')
    and c.relnamespace <> 'pg_catalog'::regnamespace
  order by c.relname, a.attnum;
end $$;
/* The columns of a table or view, for a query that names them. */
create or replace function pg_catalog.pg_get_cols(name text) returns setof record language sql stable as
$$ select s.nspname, c.relname, a.attname, warehouse_type(a.atttypid, a.atttypmod)::varchar, a.attnum::int
   from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace join pg_catalog.pg_attribute a on a.attrelid = c.oid
   where c.oid = name::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum $$;
create function pg_catalog.warehouse_set_quota(ticket text, name text, megabytes int) returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  found_schema oid := name::regnamespace;
begin
  perform pg_catalog.warehouse_require_superuser('set the quota of a schema');
  delete from pg_catalog.warehouse_quota q where q.schema = found_schema;
  if megabytes is not null then insert into pg_catalog.warehouse_quota values (found_schema, megabytes); end if;
end $$;
`;

const TABLES = `from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
left join pg_catalog.warehouse_design w on w.relation = c.oid
cross join generate_series(0, 1) slice
where c.relkind = 'r' and s.nspname not in ('pg_catalog', 'information_schema') and s.nspname !~ '^pg_toast' and not ${isOwnSchema('s.nspname')}`;
const DATABASE = `(select d.oid::int from pg_catalog.pg_database d where d.datname = current_database())`;
/** The part of the rows of a table that is on the slice. */
const ROWS = `(warehouse_shown_rows(c.oid, c.reltuples) / 2 + case slice when 0 then warehouse_shown_rows(c.oid, c.reltuples) % 2 else 0 end)`;
const CONNECTIONS = `
from pg_catalog.warehouse_session s cross join lateral (values ('initiating session', s.started), ('authenticated', s.started),
  ('disconnecting session', s.ended)) e (event, at) where e.at is not null`;
const SECONDS = `(case e.event when 'disconnecting session' then extract(epoch from s.ended - s.started) * 1000000 else 0 end)`;
const MEGABYTES = `(select coalesce(sum(pg_relation_size(c.oid)) / 1048576, 0) from pg_catalog.pg_class c where c.relnamespace = s.oid and c.relkind = 'r')`;

/** The statements that make them. */
export const STORAGE_VIEWS = `
create view pg_catalog.stv_tbl_perm as
select slice, c.oid::int as id, c.relname::char(72) as name, ${ROWS} as rows, ${ROWS} as sorted_rows, (c.relpersistence = 't')::int as temp, ${DATABASE} as db_id,
  0 as insert_pristine, 0 as delete_pristine, (coalesce(w.design ->> 'backup', 'YES') = 'YES')::int as backup,
  (case when w.design ->> 'distKey' is not null then 1 when w.design ->> 'distStyle' = 'ALL' then 8 when w.design ->> 'distStyle' = 'EVEN' then 0 else 10 end) as dist_style,
  (case when ${ROWS} > 0 then c.relnatts + 3 else 0 end)::int as block_count
${TABLES};

create view pg_catalog.stv_blocklist as
select slice, k.col::int as col, c.oid::int as tbl, 0 as blocknum, c.rows::int as num_values, null::bigint as extended_limits, 0::bigint as minvalue, 0::bigint as maxvalue,
  0 as sb_pos, 0 as pinned, 1 as on_disk, 0 as modified, 0 as hdr_modified, 0 as unsorted, 0 as tombstone, 0 as preferred_diskno, (c.relpersistence = 't')::int as temporary,
  0 as newblock, 0 as num_readers, 0 as flags
from (select c.oid, c.relpersistence, c.relnatts, slice, ${ROWS} as rows ${TABLES}) c
cross join lateral generate_series(0, c.relnatts + 2) k (col) where c.rows > 0;

create view pg_catalog.svv_diskusage as
select ${DATABASE} as db_id, p.name, b.slice, b.col, b.tbl, b.blocknum, b.num_values, b.minvalue, b.maxvalue, b.sb_pos, b.pinned, b.on_disk, b.modified,
  b.hdr_modified, b.unsorted, b.tombstone, b.preferred_diskno, b.temporary, b.newblock
from pg_catalog.stv_blocklist b join pg_catalog.stv_tbl_perm p on p.id = b.tbl and p.slice = b.slice;

create view pg_catalog.stv_partitions as
select 0 as owner, 0 as host, 0 as diskno, 0::bigint as part_begin, 0::bigint as part_end, (pg_database_size(current_database()) / 1048576)::int as used, 0 as tossed,
  1000000 as capacity, 0::bigint as reads, 0::bigint as writes, 0 as seek_forward, 0 as seek_back, 0 as is_san, 0 as failed, 0 as mbps, ''::char(256) as mount;
create view pg_catalog.stv_node_storage_capacity as
select 0 as node, (pg_database_size(current_database()) / 1048576)::int as used, 1000000 as capacity;

create view pg_catalog.stv_locks with (security_barrier) as
select distinct l.relation::int as table_id, null::timestamp as last_commit, null::timestamp as last_update, a.backend_xid::text::bigint as lock_owner,
  l.pid::bigint as lock_owner_pid, a.xact_start at time zone 'UTC' as lock_owner_start_ts, null::timestamp as lock_owner_end_ts,
  (case when l.granted then 'Holding write lock' else 'Waiting for write lock' end)::char(22) as lock_status
from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.relation >= 16384 and a.backend_type = 'client backend' and a.usename not like 'warehouse%'
  and (a.usename = session_user or warehouse_sees_all()) and l.mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'AccessExclusiveLock');

create view pg_catalog.stl_connection_log as
select e.event::char(50) as event, e.at as recordtime, s.remote_host::char(45) as remotehost, s.remote_port::char(32) as remoteport, s.pid,
  current_database()::char(50) as dbname, s.username::char(50) as username, 'password'::char(32) as authmethod, ${SECONDS}::bigint as duration,
  'TLSv1.3'::char(50) as sslversion, ''::char(128) as sslcipher, 0 as mtu, ''::char(64) as sslcompression, ''::char(64) as sslexpansion,
  ''::char(36) as iamauthguid, s.application::char(250) as application_name, ''::char(64) as os_version, ''::char(64) as driver_version,
  ''::char(32) as plugin_name, 0 as protocol_version, ''::char(36) as sessionid, ''::char(8) as compression
${CONNECTIONS};
create view pg_catalog.sys_connection_log as
select event::text as event, recordtime as record_time, remotehost::text as remote_host, remoteport::text as remote_port, pid as session_id, dbname::text as database_name,
  username::text as user_name, authmethod::text as auth_method, duration, sslversion::text as ssl_version, sslcipher::text as ssl_cipher, mtu,
  sslcompression::text as ssl_compression, sslexpansion::text as ssl_expansion, iamauthguid::text as iam_auth_guid, application_name::text as application_name,
  driver_version::text as driver_version, os_version::text as os_version, plugin_name::text as plugin_name, protocol_version, sessionid::text as global_session_id
from pg_catalog.stl_connection_log;

create view pg_catalog.stl_sessions with (security_barrier) as
select s.userid, s.started as starttime, coalesce(s.ended, s.started) as endtime, s.pid as process, s.username::char(50) as user_name, current_database()::char(50) as db_name,
  0 as timeout_sec, 0 as timed_out
from pg_catalog.warehouse_session s where s.ended is not null and (warehouse_sees_all() or s.userid::oid = warehouse_actor());
create view pg_catalog.sys_session_history with (security_barrier) as
select s.userid as user_id, s.pid as session_id, current_database()::text as database_name, (case when s.ended is null then 'active' else 'closed' end)::text as status,
  s.started as start_time, s.ended as end_time
from pg_catalog.warehouse_session s where warehouse_sees_all() or s.userid::oid = warehouse_actor();

create view pg_catalog.svv_schema_quota_state as
select s.oid::int as schema_id, s.nspname::char(128) as schema_name, pg_get_userbyid(s.nspowner)::char(128) as schema_owner, q.megabytes as quota,
  ${MEGABYTES}::int as disk_usage, round(${MEGABYTES} * 100 / greatest(q.megabytes, 1), 2)::float8 as disk_usage_pct
from pg_catalog.warehouse_quota q join pg_catalog.pg_namespace s on s.oid = q.schema;
`;
