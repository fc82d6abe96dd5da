/**
 * Users, groups and roles. A user of Redshift is a login role, a group is
 * a role named `group:x`, a role one named `role:x`: the three have names of their own there. Sources: Amazon Redshift
 * Database Developer Guide, "CREATE USER", "Default database user permissions", "Superusers".
 *
 * Superusers of Redshift are no superusers of the engine. They own what every user owns, by a role that is a member of
 * all users; they are members of it, and that circle can only be closed by a direct insert.
 */

/** Tables and the role of the superusers. Idempotent. */
export const USER_TABLES = `
do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'warehouse_superusers') then
    create role warehouse_superusers;
  end if;
  if to_regclass('pg_catalog.warehouse_assumerole') is null then
    create table pg_catalog.warehouse_assumerole (grantee oid, arn text, command text,
      primary key (grantee, arn, command));
    insert into pg_catalog.warehouse_assumerole
    select 0, '*', unnest(array['COPY', 'UNLOAD', 'EXTERNAL FUNCTION', 'CREATE MODEL']);
  end if;
end $$;
create table if not exists pg_catalog.warehouse_user (usesysid oid primary key, secret text,
  superuser boolean not null default false, syslog boolean not null default false, valid_until timestamptz);
create table if not exists pg_catalog.warehouse_role (role oid primary key, owner oid not null);
create table if not exists pg_catalog.warehouse_privilege (relation oid, grantee oid, privilege text,
  grantable boolean not null, primary key (relation, grantee, privilege));
grant create on schema public to public;
`;

const ASKING = `
create or replace function pg_catalog.warehouse_actor() returns oid language sql stable as
$$ select oid from pg_catalog.pg_roles where rolname = coalesce(nullif(current_setting('role'), 'none'), session_user) $$;

create or replace function pg_catalog.warehouse_is_superuser() returns boolean
language sql stable security definer as
$$ select coalesce((select superuser from pg_catalog.warehouse_user where usesysid = pg_catalog.warehouse_actor()), false) $$;

create or replace function pg_catalog.warehouse_sees_all() returns boolean
language sql stable security definer as
$$ select coalesce((select superuser or syslog from pg_catalog.warehouse_user where usesysid = pg_catalog.warehouse_actor()), false) $$;

create or replace function pg_catalog.warehouse_require_superuser(task text) returns void
language plpgsql stable as $$
begin
  if not pg_catalog.warehouse_is_superuser() then
    raise exception 'must be superuser to %', task using errcode = '42501';
  end if;
end $$;

create or replace function pg_catalog.warehouse_find(kind text, name text) returns oid language plpgsql stable as $$
declare
  found_oid oid;
begin
  select oid into found_oid from pg_catalog.pg_roles
  where rolname = case kind when 'user' then name else kind || ':' || name end and rolcanlogin = (kind = 'user')
    and not rolsuper;
  if found_oid is null then
    -- The endpoint takes what the engine calls a role for a user.
    raise exception '% "%" does not exist', kind, case kind when 'role' then 'role:' || name else name end using errcode = '42704';
  end if;
  return found_oid;
end $$;
`;

const USERS = `
create or replace function pg_catalog.warehouse_join(role oid, joining oid) returns void
language plpgsql as $$
begin
  insert into pg_catalog.pg_auth_members (oid, roleid, member, grantor, admin_option, inherit_option, set_option)
  select pg_nextoid('pg_catalog.pg_auth_members', 'oid', 'pg_catalog.pg_auth_members_oid_index'), role, joining, 10, false, true, true
  where not exists (select from pg_catalog.pg_auth_members where roleid = role and member = joining);
end $$;

create or replace function pg_catalog.warehouse_set_superuser(who oid, super boolean) returns void
language plpgsql as $$
declare
  supers oid := (select oid from pg_catalog.pg_roles where rolname = 'warehouse_superusers');
begin
  insert into pg_catalog.warehouse_user (usesysid, superuser) values (who, super)
  on conflict (usesysid) do update set superuser = excluded.superuser;
  perform pg_catalog.warehouse_join(who, supers);
  if super then perform pg_catalog.warehouse_join(supers, who);
  else delete from pg_catalog.pg_auth_members where roleid = supers and member = who;
  end if;
end $$;

create or replace function pg_catalog.warehouse_set_user(who oid, options jsonb) returns void
language plpgsql as $$
declare
  name text := (select rolname from pg_catalog.pg_roles where oid = who);
begin
  perform pg_catalog.warehouse_set_superuser(who,
    coalesce((options ->> 'superuser')::boolean, (select superuser from pg_catalog.warehouse_user where usesysid = who), false));
  update pg_catalog.warehouse_user set
    secret = case when options ? 'secret' then options ->> 'secret' else secret end,
    syslog = coalesce((options ->> 'syslog')::boolean, syslog),
    valid_until = case when options ? 'validUntil' then (options ->> 'validUntil')::timestamptz else valid_until end
  where usesysid = who;
  if options ? 'connectionLimit' then
    execute format('alter role %I connection limit %s', name, (options ->> 'connectionLimit')::int);
  end if;
  if options ? 'createdb' then
    execute format('alter role %I %s', name, case (options ->> 'createdb')::boolean when true then 'createdb' else 'nocreatedb' end);
  end if;
  if options ? 'sessionTimeout' then
    execute format('alter role %I set idle_session_timeout to %s', name, (options ->> 'sessionTimeout')::int * 1000);
  end if;
end $$;

create function pg_catalog.warehouse_create_user(ticket text, name text, options jsonb, groups text[]) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  each text;
begin
  perform pg_catalog.warehouse_require('create users', 'CREATE USER');
  perform pg_catalog.warehouse_spare_superusers(null, options, 'create superusers');
  if exists (select from pg_catalog.pg_roles where rolname = name) then
    raise exception 'user "%" already exists', name using errcode = '42710';
  end if;
  -- Nobody logs in to the engine by the user's own password.
  execute format('create role %I login password %L', name, 'md5' || md5(gen_random_uuid()::text));
  perform pg_catalog.warehouse_set_user(pg_catalog.warehouse_find('user', name), options);
  foreach each in array groups loop
    perform pg_catalog.warehouse_find('group', each);
    execute format('grant %I to %I', 'group:' || each, name);
  end loop;
end $$;

create function pg_catalog.warehouse_alter_user(ticket text, name text, options jsonb) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  who oid := pg_catalog.warehouse_find('user', name);
begin
  if not pg_catalog.warehouse_may('ALTER USER')
    and (who <> pg_catalog.warehouse_actor() or options - 'secret' <> '{}'::jsonb or options ->> 'secret' is null) then
    raise exception 'permission denied' using errcode = '42501';
  end if;
  if who <> pg_catalog.warehouse_actor() or options ? 'superuser' then
    perform pg_catalog.warehouse_spare_superusers(who, options, 'alter superusers');
  end if;
  perform pg_catalog.warehouse_set_user(who, options);
end $$;

create function pg_catalog.warehouse_set_default(ticket text, name text, setting text, value text) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  command text := format('alter role %I set %s from current', name, setting);
begin
  if pg_catalog.warehouse_find('user', name) <> pg_catalog.warehouse_actor() then
    perform pg_catalog.warehouse_require('alter users', 'ALTER USER');
    perform pg_catalog.warehouse_spare_superusers(pg_catalog.warehouse_find('user', name), '{}', 'alter superusers');
  end if;
  if setting !~ '^(rs[.][a-z_]+|search_path|statement_timeout|timezone|datestyle|extra_float_digits)$' then
    raise exception 'unrecognized configuration parameter "%"', setting using errcode = '42704';
  elsif value is null then
    execute format('alter role %I reset %s', name, setting);
  else
    -- From here on nothing may be looked up by its name: it would be looked for on the user's search path.
    perform pg_catalog.warehouse_set_setting(setting, value, true);
    execute command;
  end if;
end $$;

create function pg_catalog.warehouse_rename(ticket text, kind text, name text, target text) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  who oid := pg_catalog.warehouse_find(kind, name);
  prefix text := case kind when 'user' then '' else kind || ':' end;
begin
  perform pg_catalog.warehouse_require('rename ' || kind || 's', case kind when 'user' then 'ALTER USER' end);
  perform pg_catalog.warehouse_spare_superusers(who, '{}', 'rename superusers');
  if kind = 'user' and who = (select oid from pg_catalog.pg_roles where rolname = session_user) then
    raise exception 'session user may not be renamed' using errcode = '0A000';
  elsif exists (select from pg_catalog.pg_roles where rolname = prefix || target) then
    raise exception '% "%" already exists', kind, target using errcode = '42710';
  end if;
  execute format('alter role %I rename to %I', prefix || name, prefix || target);
  if kind = 'user' then
    execute format('alter role %I password %L', target, 'md5' || md5(gen_random_uuid()::text));
    -- The name is part of what is hashed.
    update pg_catalog.warehouse_user set secret = null where usesysid = who and secret like 'md5%';
  end if;
end $$;

create function pg_catalog.warehouse_drop(ticket text, kind text, name text, if_exists boolean, force boolean)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  prefix text := case kind when 'user' then '' else kind || ':' end;
  who oid;
  why text;
begin
  if kind <> 'role' then perform pg_catalog.warehouse_require('drop ' || kind || 's', case kind when 'user' then 'DROP USER' end); end if;
  if if_exists and not exists (select from pg_catalog.pg_roles where rolname = prefix || name and rolcanlogin = (kind = 'user')) then
    return;
  end if;
  who := pg_catalog.warehouse_find(kind, name);
  perform pg_catalog.warehouse_spare_superusers(who, '{}', 'drop superusers');
  if kind = 'role' and not pg_catalog.warehouse_may('DROP ROLE') then perform pg_catalog.warehouse_must_administer(who, 'drop'); end if;
  if exists (select from pg_catalog.warehouse_role r where r.owner = who) then
    raise exception 'user "%" cannot be dropped because the user owns some object', name using errcode = '55006';
  end if;
  if who = pg_catalog.warehouse_actor() then
    raise exception 'current user cannot be dropped' using errcode = '55006';
  elsif force then
    execute format('drop owned by %I', prefix || name);
  elsif exists (select from pg_catalog.warehouse_privilege p join pg_catalog.pg_class c on c.oid = p.relation where p.grantee = who) then
    raise exception '% "%" cannot be dropped because the % has a privilege on some object', kind, name, kind
      using errcode = '55006';
  end if;
  begin
    execute format('drop role %I', prefix || name);
  exception when dependent_objects_still_exist then
    get stacked diagnostics why = pg_exception_detail;
    raise exception '% "%" cannot be dropped because the % %', kind, name, kind,
      case when why like '%owner of%' then 'owns some object' else 'has a privilege on some object' end
      using errcode = '55006';
  end;
  delete from pg_catalog.warehouse_user where usesysid = who;
  delete from pg_catalog.warehouse_role where role = who;
  delete from pg_catalog.warehouse_permission where role = who;
  delete from pg_catalog.warehouse_privilege where grantee = who;
  delete from pg_catalog.warehouse_assumerole where grantee = who;
end $$;
`;

const GROUPS = `
create function pg_catalog.warehouse_create_holder(ticket text, kind text, name text) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require('create ' || kind || 's', case kind when 'role' then 'CREATE ROLE' end);
  if exists (select from pg_catalog.pg_roles where rolname = kind || ':' || name) then
    raise exception '% "%" already exists', kind, name using errcode = '42710';
  end if;
  execute format('create role %I', kind || ':' || name);
  if kind = 'role' then
    insert into pg_catalog.warehouse_role values (pg_catalog.warehouse_find('role', name), pg_catalog.warehouse_actor());
  end if;
end $$;

create or replace function pg_catalog.warehouse_must_administer(which oid, task text) returns void
language plpgsql stable set search_path to pg_catalog, pg_temp as $$
begin
  if not pg_catalog.warehouse_is_superuser() and not exists (
    select from pg_catalog.warehouse_role r where r.role = which and r.owner = pg_catalog.warehouse_actor()
    union all
    select from pg_catalog.pg_auth_members m where m.roleid = which and m.member = pg_catalog.warehouse_actor() and m.admin_option) then
    raise exception 'permission denied to % role "%"', task, substr(pg_get_userbyid(which), 6) using errcode = '42501';
  end if;
end $$;

create function pg_catalog.warehouse_member(ticket text, kind text, name text, member_kind text, member text, joins boolean, admin boolean)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  which oid;
begin
  if kind <> 'role' then perform pg_catalog.warehouse_require_superuser('alter ' || kind || 's'); end if;
  which := pg_catalog.warehouse_find(kind, name);
  if kind = 'role' then perform pg_catalog.warehouse_must_administer(which, case when joins then 'grant' else 'revoke' end); end if;
  perform pg_catalog.warehouse_find(member_kind, member);
  execute format(case when joins and admin then 'grant %I to %I with admin option' when joins then 'grant %I to %I'
      when admin then 'revoke admin option for %I from %I' else 'revoke %I from %I' end, kind || ':' || name,
    case member_kind when 'user' then member else member_kind || ':' || member end);
end $$;
`;

/**
 * Privileges to DROP and ALTER tables, which the engine does not know. A role can have them on the tables of all users, but not on what
 * belongs to the system. A user who has one becomes a member of the table's owner
 * for the time of the statement, if the user has one on each table of the statement that belongs to somebody else. The rows are
 * written and deleted in the session's own transaction, so no other session sees them. The grantor is the number of the session,
 * so that two sessions do not collide.
 */
const LOANS = `
create function pg_catalog.warehouse_lend(ticket text, relations regclass[], wanted text) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  borrower oid := pg_catalog.warehouse_actor();
  lenders oid[];
  refused name;
begin
  select array_agg(distinct c.relowner) filter (where granted), min(c.relname) filter (where not granted) into lenders, refused
  from pg_catalog.pg_class c cross join lateral (select (pg_catalog.warehouse_may(wanted || ' TABLE')
      and exists (select from pg_catalog.warehouse_user u where u.usesysid = c.relowner)) or exists (
    select from pg_catalog.warehouse_privilege p where p.relation = c.oid and p.privilege = wanted
      and (p.grantee = 0 or pg_has_role(borrower, p.grantee, 'usage')))) asked (granted)
  where c.oid = any (relations) and c.relkind = 'r' and not pg_has_role(borrower, c.relowner, 'usage');
  -- The owner of one table may own all others of the statement, and may not have granted anything on them.
  if refused is not null then
    raise exception 'must be owner of relation %', refused using errcode = '42501';
  end if;
  insert into pg_catalog.pg_auth_members (oid, roleid, member, grantor, admin_option, inherit_option, set_option)
  select pg_nextoid('pg_catalog.pg_auth_members', 'oid', 'pg_catalog.pg_auth_members_oid_index'), lender, borrower,
    pg_backend_pid(), false, true, false
  from unnest(lenders) lender;
end $$;
create function pg_catalog.warehouse_return(ticket text) returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  delete from pg_catalog.pg_auth_members where grantor = pg_backend_pid()
    and member in (pg_catalog.warehouse_actor(), (select oid from pg_catalog.pg_roles where rolname = session_user));
end $$;
`;

/** Functions that the statements about users are translated to. Each checks by itself who calls it. */
export const USER_FUNCTIONS = `${ASKING}${USERS}${GROUPS}${LOANS}`;

/** The catalogs of users and groups as Redshift shows them. */
export const USER_VIEWS = `
create or replace view pg_catalog.pg_user as
select r.rolname as usename, r.oid as usesysid, r.rolcreatedb as usecreatedb, coalesce(u.superuser, false) as usesuper,
  false as userepl, false as usebypassrls, '********'::text as passwd, u.valid_until as valuntil, s.setconfig as useconfig
from pg_catalog.pg_roles r left join pg_catalog.warehouse_user u on u.usesysid = r.oid
left join pg_catalog.pg_db_role_setting s on s.setrole = r.oid and s.setdatabase = 0
where r.rolcanlogin and not r.rolsuper;

create or replace view pg_catalog.pg_group as
select substr(r.rolname, 7)::name as groname, r.oid as grosysid,
  array(select m.member from pg_catalog.pg_auth_members m where m.roleid = r.oid) as grolist
from pg_catalog.pg_roles r where r.rolname like 'group:%';
`;
