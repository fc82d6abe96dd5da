/**
 * The system views of privileges, users and roles. They show what was granted explicitly: neither what an owner may do, nor the
 * default of the engine. Columns are those of the Amazon Redshift Database Developer Guide ("SVV_RELATION_PRIVILEGES" and the like).
 */
import { isOwnSchema } from './shown.ts';

/** All views, dropped and recreated with every version. */
export const PRIVILEGE_VIEW_NAMES = [
  'warehouse_identity',
  ...['svv_relation_privileges', 'svv_schema_privileges', 'svv_database_privileges', 'svv_column_privileges'],
  ...[
    'svv_function_privileges',
    'svv_default_privileges',
    'svv_language_privileges',
    'svv_system_privileges',
  ],
  ...['svv_user_info', 'svv_roles', 'svv_user_grants', 'svv_role_grants'],
];

/** Schemas whose objects belong to the system. */
const SYSTEM_SCHEMA = `(n.nspname in ('pg_catalog', 'information_schema') or n.nspname like 'pg\\\\_%' or ${isOwnSchema('n.nspname')})`;

/**
 * Users, groups, roles and PUBLIC by number. Users see their own privileges, those of PUBLIC, and those of the groups and roles that
 * they are in.
 */
const IDENTITIES = `
create view pg_catalog.warehouse_identity as
select 0::oid as id, 'public'::text as name, 'public'::text as type, true as is_visible
union all
select r.oid, (case when r.rolcanlogin then r.rolname else substr(r.rolname, position(':' in r.rolname) + 1) end)::text,
  case when r.rolcanlogin then 'user' else split_part(r.rolname, ':', 1) end,
  warehouse_sees_all() or pg_has_role(warehouse_actor(), r.oid, 'usage')
from pg_catalog.pg_roles r where not r.rolsuper and (r.rolcanlogin or r.rolname ~ '^(group|role):');
`;

const IDENTITY = `i.id::int as identity_id, i.name as identity_name, i.type as identity_type`;
/** It is always false for roles and groups. */
const ADMIN_OPTION = `(a.is_grantable and i.type = 'user') as admin_option`;

/** The entries of a list of the engine, without those of the owner and those that the engine gives by itself. */
const granted = (list: string, owner: string): string => `
  cross join lateral (select (e.x).grantee, (case (e.x).privilege_type when 'TEMPORARY' then 'TEMP' else (e.x).privilege_type end) as privilege_type,
    (e.x).is_grantable from (select aclexplode(${list}) as x) e where (e.x).grantee <> ${owner}) a
  join pg_catalog.warehouse_identity i on i.id = a.grantee and i.is_visible`;

const RELATIONS = `
create view pg_catalog.svv_relation_privileges with (security_barrier) as
select n.nspname::text as namespace_name, warehouse_long_name(c.relname) as relation_name, a.privilege_type::text as privilege_type,
  ${IDENTITY}, ${ADMIN_OPTION}
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select (e.x).grantee, (e.x).privilege_type, (e.x).is_grantable from (select aclexplode(c.relacl) as x) e
  union all
  select p.grantee, p.privilege, p.grantable from pg_catalog.warehouse_privilege p where p.relation = c.oid) a
join pg_catalog.warehouse_identity i on i.id = a.grantee and i.is_visible
where c.relkind in ('r', 'v', 'm', 'p') and a.grantee <> c.relowner and not ${SYSTEM_SCHEMA};

create view pg_catalog.svv_column_privileges with (security_barrier) as
select n.nspname::text as namespace_name, warehouse_long_name(c.relname) as relation_name, warehouse_long_name(t.attname) as column_name,
  a.privilege_type::text as privilege_type, ${IDENTITY}
from pg_catalog.pg_attribute t join pg_catalog.pg_class c on c.oid = t.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
${granted('t.attacl', 'c.relowner')} where not t.attisdropped and not ${SYSTEM_SCHEMA};
`;

const OTHERS = `
create view pg_catalog.svv_schema_privileges with (security_barrier) as
select n.nspname::text as namespace_name, a.privilege_type::text as privilege_type, ${IDENTITY}, ${ADMIN_OPTION}, 'SCHEMA'::text as privilege_scope
from pg_catalog.pg_namespace n ${granted('n.nspacl', 'n.nspowner')} where not ${SYSTEM_SCHEMA};

create view pg_catalog.svv_database_privileges with (security_barrier) as
select d.datname::text as database_name, a.privilege_type::text as privilege_type, ${IDENTITY}, ${ADMIN_OPTION}, 'DATABASE'::text as privilege_scope
from pg_catalog.pg_database d ${granted('d.datacl', 'd.datdba')}
where d.datname not in ('postgres', 'template0', 'template1') and a.privilege_type <> 'CONNECT';

create view pg_catalog.svv_function_privileges with (security_barrier) as
select n.nspname::text as namespace_name, warehouse_long_name(p.proname) as function_name,
  (select coalesce(string_agg(warehouse_type(t.type, null), ', ' order by t.at), '') from unnest(p.proargtypes::oid[]) with ordinality t (type, at)) as argument_types,
  a.privilege_type::text as privilege_type, ${IDENTITY}, ${ADMIN_OPTION}
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace ${granted('p.proacl', 'p.proowner')} where not ${SYSTEM_SCHEMA};

create view pg_catalog.svv_language_privileges with (security_barrier) as
select l.lanname::text as language_name, a.privilege_type::text as privilege_type, ${IDENTITY}, ${ADMIN_OPTION}
from pg_catalog.pg_language l ${granted('l.lanacl', 'l.lanowner')};

create view pg_catalog.svv_system_privileges with (security_barrier) as
select a.permission as system_privilege, ${IDENTITY}
from pg_catalog.warehouse_permission a join pg_catalog.warehouse_identity i on i.id = a.role and i.is_visible;

create view pg_catalog.svv_default_privileges with (security_barrier) as
select n.nspname::text as schema_name,
  (case d.defaclobjtype when 'r' then 'RELATION' else 'FUNCTION' end)::text as object_type,
  d.defaclrole::int as owner_id, o.name as owner_name, o.type as owner_type, a.privilege_type::text as privilege_type,
  i.id::int as grantee_id, i.name as grantee_name, i.type as grantee_type, ${ADMIN_OPTION}
from pg_catalog.pg_default_acl d join pg_catalog.warehouse_identity o on o.id = d.defaclrole
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
${granted('d.defaclacl', 'd.defaclrole')}
-- Every function can be called by all, unless that is revoked.
where d.defaclobjtype in ('r', 'f') and not (d.defaclobjtype = 'f' and d.defaclnamespace = 0 and i.id = 0);
`;

const PRINCIPALS = `
create view pg_catalog.svv_user_info with (security_barrier) as
select u.usename::text as user_name, u.usesysid::int as user_id, u.usecreatedb as createdb, u.usesuper as superuser,
  u.usesuper as catalog_update,
  (case r.rolconnlimit when -1 then 'UNLIMITED' else r.rolconnlimit::text end)::text as connection_limit,
  (case when coalesce(w.syslog, false) then 'UNRESTRICTED' else 'RESTRICTED' end)::text as syslog_access,
  (select max(q.ended) from pg_catalog.warehouse_query q where q.userid = u.usesysid::int and q.type = 'DDL' and q.text ~* '^[[:space:]]*create') as last_ddl_ts,
  coalesce((select (regexp_match(s, '^idle_session_timeout=([0-9]+)'))[1]::bigint / 1000 from unnest(u.useconfig) s
    where s like 'idle_session_timeout=%'), 0)::int as session_timeout,
  null::text as external_user_id
from pg_catalog.pg_user u join pg_catalog.pg_roles r on r.oid = u.usesysid
left join pg_catalog.warehouse_user w on w.usesysid = u.usesysid
where warehouse_is_superuser() or u.usesysid = warehouse_actor();

create view pg_catalog.svv_roles with (security_barrier) as
select i.id::int as role_id, i.name as role_name, coalesce(o.rolname::text, '') as role_owner, null::text as external_id
from pg_catalog.warehouse_identity i left join pg_catalog.warehouse_role w on w.role = i.id
left join pg_catalog.pg_roles o on o.oid = w.owner
where i.type = 'role' and (i.is_visible or w.owner = warehouse_actor());

create view pg_catalog.svv_role_grants with (security_barrier) as
select i.id::int as role_id, i.name as role_name, g.id::int as granted_role_id, g.name as granted_role_name
from pg_catalog.pg_auth_members m join pg_catalog.warehouse_identity i on i.id = m.member and i.type = 'role'
join pg_catalog.warehouse_identity g on g.id = m.roleid and g.type = 'role'
where i.is_visible;

create view pg_catalog.svv_user_grants with (security_barrier) as
select i.id::int as user_id, i.name as user_name, g.id::int as role_id, g.name as role_name, m.admin_option
from pg_catalog.pg_auth_members m join pg_catalog.warehouse_identity i on i.id = m.member and i.type = 'user'
join pg_catalog.warehouse_identity g on g.id = m.roleid and g.type = 'role'
where i.is_visible;
`;

/** Statements that recreate them, to be run after those of users. */
export const PRIVILEGE_VIEWS = `${IDENTITIES}${RELATIONS}${OTHERS}${PRINCIPALS}`;
