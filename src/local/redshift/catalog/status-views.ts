/** System views about sessions, transactions and the cluster ("SVV views", "STV tables"). */

/** All of them, dropped and recreated with every version. */
export const STATUS_VIEW_NAMES = [
  ...['pg_database_info', 'stv_db_isolation_level', 'svv_transactions', 'stv_sessions', 'stv_inflight'],
  ...['svv_redshift_databases', 'svv_all_databases'],
];

/** Whether the database `d` was set to SERIALIZABLE. */
const SERIALIZABLE = `exists (select from pg_catalog.pg_db_role_setting s where s.setdatabase = d.oid and s.setrole = 0
  and 'default_transaction_isolation=serializable' = any (s.setconfig))`;
const LEVEL = `(case when ${SERIALIZABLE} then 'Serializable' else 'Snapshot Isolation' end)`;

/** The statements that make them. Isolation: concurrency_model 1 is SNAPSHOT ("STV_DB_ISOLATION_LEVEL"). */
export const STATUS_VIEWS = `
create view pg_catalog.pg_database_info as
select d.oid as datid, d.datname, d.datdba, d.encoding, d.datistemplate, d.datallowconn, 0::oid as datlastsysoid,
  d.dattablespace, (case when ${SERIALIZABLE} then '{concurrency_model=2}' else '{concurrency_model=1}' end)::text as datconfig, d.datacl
from pg_catalog.pg_database d where d.datname not in ('postgres', 'template0', 'template1');

create view pg_catalog.stv_db_isolation_level as
select d.oid::int as db_id, d.datname::char(128) as db_name, ${LEVEL}::char(20) as isolation_level
from pg_catalog.pg_database d where d.datname not in ('postgres', 'template0', 'template1');

create view pg_catalog.svv_redshift_databases as
select d.datname::varchar(128) as database_name, d.datdba::int as database_owner, 'local'::varchar(32) as database_type,
  null::varchar(128) as database_acl, ''::varchar(128) as database_options,
  ${LEVEL}::varchar(128) as database_isolation_level
from pg_catalog.pg_database d where d.datname not in ('postgres', 'template0', 'template1');
create view pg_catalog.svv_all_databases as select * from pg_catalog.svv_redshift_databases;

create view pg_catalog.svv_transactions with (security_barrier) as
-- The lock that INSERT and COPY share has no name of its own in Redshift's documentation.
select distinct a.usename::text as txn_owner, d.datname::text as txn_db, a.backend_xid::text::bigint as xid, l.pid,
  a.xact_start at time zone 'UTC' as txn_start, (case l.mode when 'RowExclusiveLock' then 'ShareRowExclusiveLock' else l.mode end)::text as lock_mode, l.locktype::text as lockable_object_type,
  l.relation::int as relation, l.granted
from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
join pg_catalog.pg_database d on d.oid = a.datid
where a.backend_type = 'client backend' and a.usename not like 'warehouse%'
  and (a.usename = session_user or warehouse_sees_all())
  and (l.mode in ('AccessShareLock', 'ShareRowExclusiveLock', 'AccessExclusiveLock')
    or l.mode = 'RowExclusiveLock' and l.relation >= 16384);

create view pg_catalog.stv_sessions with (security_barrier) as
select a.backend_start at time zone 'UTC' as starttime, a.pid as process, a.usename::char(50) as user_name,
  a.datname::char(50) as db_name, 0 as timeout_sec
from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend' and a.usename not like 'warehouse%'
  and (a.usename = session_user or warehouse_sees_all());

create view pg_catalog.stv_inflight with (security_barrier) as
select a.usesysid::int as userid, 0 as slice, a.pid as query, 'default'::char(30) as label,
  a.backend_xid::text::bigint as xid, a.pid, a.query_start at time zone 'UTC' as starttime, a.query::char(100) as text,
  0 as suspended, 0 as insert_pristine, 0 as concurrency_scaling_status
from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend' and a.state = 'active'
  and a.usename not like 'warehouse%' and (a.usename = session_user or warehouse_sees_all());
`;
