/**
 * System permissions of roles: what a user who has the role may do although it is no superuser ("GRANT", system permissions for RBAC).
 * Superusers stay out of reach: only superusers make, change and drop them.
 */

export const PERMISSION_TABLES = `
create table if not exists pg_catalog.warehouse_permission (role oid, permission text, primary key (role, permission));
`;

/** Each is called by functions that know who asks, or checks it by itself. */
export const PERMISSION_FUNCTIONS = `
create or replace function pg_catalog.warehouse_may(wanted text) returns boolean language sql stable set search_path to pg_catalog, pg_temp as
$$ select pg_catalog.warehouse_is_superuser() or exists (select from pg_catalog.warehouse_permission p
     where p.permission = wanted and pg_has_role(pg_catalog.warehouse_actor(), p.role, 'usage')) $$;

create or replace function pg_catalog.warehouse_require(task text, wanted text) returns void
language plpgsql stable set search_path to pg_catalog, pg_temp as $$
begin
  if not pg_catalog.warehouse_may(wanted) then perform pg_catalog.warehouse_require_superuser(task); end if;
end $$;

create or replace function pg_catalog.warehouse_spare_superusers(who oid, options jsonb, task text) returns void
language plpgsql stable set search_path to pg_catalog, pg_temp as $$
begin
  if (options ->> 'superuser')::boolean or exists (select from pg_catalog.warehouse_user u where u.usesysid = who and u.superuser) then
    perform pg_catalog.warehouse_require_superuser(task);
  end if;
end $$;

create function pg_catalog.warehouse_permit(ticket text, permissions text[], roles text[], gives boolean) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('grant or revoke system permissions');
  if gives then
    insert into pg_catalog.warehouse_permission select pg_catalog.warehouse_find('role', r), p
    from unnest(roles) r, unnest(permissions) p on conflict do nothing;
  else
    delete from pg_catalog.warehouse_permission where permission = any (permissions)
      and role in (select pg_catalog.warehouse_find('role', r) from unnest(roles) r);
  end if;
end $$;
`;
