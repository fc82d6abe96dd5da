/** What is kept of materialized views, and the system views that show it ("SVV_MV_INFO", "STV_MV_INFO", "SVL_MV_REFRESH_STATUS"). */

/** Tables that everybody may read: the queries of views are public, as in PG_VIEWS. */
export const MATERIALIZED_VIEW_TABLE_NAMES = [
  ...[
    'warehouse_mv',
    'warehouse_mv_base',
    'warehouse_mv_change',
    'warehouse_mv_refresh',
    'warehouse_mv_event',
  ],
];

/**
 * Idempotent statements. A view has the number of its table: `view` is null until the view has been made. `written` is what holds the
 * rows of a base relation, which is another number if that is a materialized view too.
 */
export const MATERIALIZED_VIEW_TABLES = `
create table if not exists pg_catalog.warehouse_mv (backing oid primary key, view oid unique, definition text not null, query text not null,
  auto_refresh boolean not null, is_incremental boolean not null, is_mutable boolean not null);
create table if not exists pg_catalog.warehouse_mv_base (mv oid not null, relation oid not null, written oid not null, shape jsonb not null,
  primary key (mv, relation));
create table if not exists pg_catalog.warehouse_mv_change (mv oid not null, base oid not null, is_truncate boolean not null);
create table if not exists pg_catalog.warehouse_mv_refresh (userid int not null, pid int not null, xid bigint not null, mv oid not null,
  started timestamp not null, ended timestamp not null, kind text not null);
create table if not exists pg_catalog.warehouse_mv_event (userid int not null, at timestamp not null, xid bigint not null, event text not null,
  mv oid not null, base oid not null, state text not null);
`;

/** All views, dropped and recreated with every version. */
export const MATERIALIZED_VIEW_VIEW_NAMES = [
  ...['svv_mv_info', 'stv_mv_info', 'svv_mv_dependency', 'stl_mv_state', 'sys_mv_state'],
  ...['svl_mv_refresh_status', 'sys_mv_refresh_history'],
];

const SOURCE = `
from pg_catalog.warehouse_mv m join pg_catalog.pg_class c on c.oid = m.view join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;
/** Users see views of their own. */
const OWN = `(warehouse_is_superuser() or c.relowner = warehouse_actor())`;
const STALE = `(case when m.is_mutable or exists (select from pg_catalog.warehouse_mv_change k where k.mv = m.backing) then 't' else 'f' end)::char(1)`;
const AUTO = `(case when m.auto_refresh then 't' else 'f' end)::char(1)`;
/** Queries are never rewritten to read a materialized view. */
const REWRITE = `'f'::char(1)`;
const STATUS = `(case r.kind when 'current' then 'MV was already updated' when 'updated' then 'Refresh successfully updated MV incrementally'
  else 'Refresh successfully recomputed MV from scratch' end)`;

/** The statements that make them. */
export const MATERIALIZED_VIEW_VIEWS = `
create view pg_catalog.svv_mv_info with (security_barrier) as
select current_database()::char(128) as database_name, n.nspname::char(128) as schema_name, pg_get_userbyid(c.relowner)::char(128) as user_name,
  warehouse_long_name(c.relname)::char(128) as name, ${STALE} as is_stale, warehouse_mv_state(m.backing) as state, ${REWRITE} as autorewrite, ${AUTO} as autorefresh
${SOURCE} where ${OWN};

create view pg_catalog.stv_mv_info with (security_barrier) as
select current_database()::char(128) as db_name, n.nspname::char(128) as schema, warehouse_long_name(c.relname)::char(128) as name,
  coalesce((select max(r.xid) from pg_catalog.warehouse_mv_refresh r where r.mv = m.backing), 0) as updated_upto_xid, ${STALE} as is_stale,
  pg_get_userbyid(c.relowner)::char(128) as owner_user_name, warehouse_mv_state(m.backing) as state, ${REWRITE} as autorewrite, ${AUTO} as autorefresh
${SOURCE} where ${OWN};

create view pg_catalog.svv_mv_dependency with (security_barrier) as
select current_database()::char(128) as database_name, n.nspname::char(128) as schema_name, warehouse_long_name(c.relname)::char(128) as name,
  current_database()::char(128) as dependent_database_name, dn.nspname::char(128) as dependent_schema_name, warehouse_long_name(d.relname)::char(128) as dependent_name
from pg_catalog.warehouse_mv_base b join pg_catalog.warehouse_mv base on base.view = b.relation
join pg_catalog.pg_class c on c.oid = base.view join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.warehouse_mv dm on dm.backing = b.mv join pg_catalog.pg_class d on d.oid = dm.view join pg_catalog.pg_namespace dn on dn.oid = d.relnamespace
where ${OWN};

create view pg_catalog.stl_mv_state with (security_barrier) as
select e.userid::bigint as userid, e.at as starttime, e.xid, e.event::char(500) as event_desc, current_database()::char(128) as db_name,
  bn.nspname::char(128) as base_table_schema, warehouse_long_name(b.relname)::char(128) as base_table_name, n.nspname::char(128) as mv_schema,
  warehouse_long_name(c.relname)::char(128) as mv_name, e.state::char(32) as state
${SOURCE} join pg_catalog.warehouse_mv_event e on e.mv = m.backing
left join pg_catalog.pg_class b on b.oid = e.base left join pg_catalog.pg_namespace bn on bn.oid = b.relnamespace
where warehouse_sees_all() or e.userid::oid = warehouse_actor();

create view pg_catalog.sys_mv_state as
select userid as user_id, xid as transaction_id, db_name as database_name, event_desc, starttime as start_time, db_name as base_table_database_name,
  base_table_schema, base_table_name, mv_schema, mv_name, state from pg_catalog.stl_mv_state;

create view pg_catalog.svl_mv_refresh_status with (security_barrier) as
select current_database()::char(128) as db_name, r.userid::bigint as userid, n.nspname::char(128) as schema_name, warehouse_long_name(c.relname)::char(128) as mv_name,
  r.xid, r.started as starttime, r.ended as endtime, ${STATUS}::text as status, 'Manual'::char(32) as refresh_type
${SOURCE} join pg_catalog.warehouse_mv_refresh r on r.mv = m.backing
where warehouse_sees_all() or r.userid::oid = warehouse_actor();

create view pg_catalog.sys_mv_refresh_history with (security_barrier) as
select r.userid as user_id, r.pid as session_id, r.xid as transaction_id, current_database()::char(128) as database_name, n.nspname::char(128) as schema_name,
  m.view::bigint as mv_id, warehouse_long_name(c.relname)::char(128) as mv_name, 'Manual'::char(32) as refresh_type, ${STATUS}::text as status,
  r.started as start_time, r.ended as end_time, (extract(epoch from r.ended - r.started) * 1000000)::bigint as duration
${SOURCE} join pg_catalog.warehouse_mv_refresh r on r.mv = m.backing
where warehouse_sees_all() or r.userid::oid = warehouse_actor();
`;
