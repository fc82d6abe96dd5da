/**
 * Privileges that PostgreSQL has no place for, and what no user may access. Source: Amazon Redshift Database Developer Guide,
 * "GRANT".
 */

/** Functions that GRANT and REVOKE are translated to. Each checks by itself who calls it. */
export const PRIVILEGE_FUNCTIONS = `
drop function if exists pg_catalog.warehouse_may_assume(text, boolean);
create or replace function pg_catalog.warehouse_may_assume(role text, is_default boolean, verb text) returns boolean
language sql stable security definer as
$$ select exists (select from pg_catalog.warehouse_assumerole a
     where (a.arn in ('*', role) or (is_default and a.arn = 'default')) and a.command = verb
       and (a.grantee = 0 or pg_has_role(pg_catalog.warehouse_actor(), a.grantee, 'usage'))) $$;
create function pg_catalog.warehouse_assume(ticket text, arns text[], commands text[], grantees text[], gives boolean)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('grant or revoke ASSUMEROLE');
  if gives then
    insert into pg_catalog.warehouse_assumerole select pg_catalog.warehouse_grantee(g), a, c
    from unnest(arns) a, unnest(commands) c, unnest(grantees) g on conflict do nothing;
  else
    delete from pg_catalog.warehouse_assumerole where command = any (commands) and ('*' = any (arns) or arn = any (arns))
      and grantee in (select pg_catalog.warehouse_grantee(g) from unnest(grantees) g);
  end if;
end $$;

create or replace function pg_catalog.warehouse_grantee(name text) returns oid language plpgsql stable as $$
begin
  return case when name = '' then 0 when name like 'group:%' then pg_catalog.warehouse_find('group', substr(name, 7))
    when name like 'role:%' then pg_catalog.warehouse_find('role', substr(name, 6))
    else pg_catalog.warehouse_find('user', name) end;
end $$;

create or replace function pg_catalog.warehouse_tables_in(schemas text[]) returns oid[] language sql stable as
$$ select coalesce(array_agg(c.oid), '{}') from pg_catalog.pg_class c
   where c.relnamespace = any (schemas::regnamespace[]) and c.relkind in ('r', 'v', 'm', 'p') $$;

create function pg_catalog.warehouse_grant(ticket text, relations oid[], privileges text[], grantees text[], gives boolean,
  with_option boolean) returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  each record;
begin
  for each in select c.oid, c.relname, c.relowner from pg_catalog.pg_class c where c.oid = any (relations) loop
    if not pg_has_role(pg_catalog.warehouse_actor(), each.relowner, 'usage') and exists (
      select from unnest(privileges) wanted where not exists (select from pg_catalog.warehouse_privilege p
        where p.relation = each.oid and p.privilege = wanted and p.grantable
          and (p.grantee = 0 or pg_has_role(pg_catalog.warehouse_actor(), p.grantee, 'usage')))) then
      raise exception 'permission denied for relation %', each.relname using errcode = '42501';
    end if;
  end loop;
  if gives then
    insert into pg_catalog.warehouse_privilege select r, pg_catalog.warehouse_grantee(g), p, with_option
    from unnest(relations) r, unnest(privileges) p, unnest(grantees) g
    on conflict (relation, grantee, privilege) do update set grantable = excluded.grantable or warehouse_privilege.grantable;
  elsif with_option then
    update pg_catalog.warehouse_privilege set grantable = false where relation = any (relations) and privilege = any (privileges)
      and grantee in (select pg_catalog.warehouse_grantee(g) from unnest(grantees) g);
  else
    delete from pg_catalog.warehouse_privilege where relation = any (relations) and privilege = any (privileges)
      and grantee in (select pg_catalog.warehouse_grantee(g) from unnest(grantees) g);
  end if;
end $$;
`;

/** Those that check nothing: they are called by functions that do. */
const INTERNAL = [
  'warehouse_join(oid, oid)',
  'warehouse_set_superuser(oid, boolean)',
  'warehouse_set_user(oid, jsonb)',
  'warehouse_set_setting(text, text, boolean)',
];

/**
 * What a user of Redshift must not reach of the engine: large objects, files, other programs, locks and signals, and what
 * runs a string as a statement, which the dialect did not read.
 */
const CLOSED = `p.proname ~ ('^(lo_|loread|lowrite|pg_advisory|pg_try_advisory|pg_read_|pg_ls_|pg_stat_file|pg_notify'
  || '|pg_logical_|pg_replication_|query_to_xml|table_to_xml|schema_to_xml|database_to_xml|cursor_to_xml|ts_stat|ts_rewrite)')`;

/**
 * Who may see and call what; to be run after all else. `superuserOnly` are relations for superusers and those whom they
 * grant SELECT; of `logs`, which must have a column userid or user_id, a user sees the rows of its own.
 */
export function protect(superuserOnly: readonly string[], logs: readonly string[]): string {
  const names = (list: readonly string[]) => `array[${list.map((name) => `'${name}'`).join(', ')}]::text[]`;
  return `
do $$
declare
  each record;
begin
  for each in select p.oid::regprocedure as name from pg_catalog.pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace and ${CLOSED}
    and (p.proacl is null or exists (select from aclexplode(p.proacl) where grantee = 0)) loop
    execute format('revoke execute on function %s from public', each.name);
  end loop;
  for each in select oid::regclass as name from pg_class
    where relnamespace = 'pg_catalog'::regnamespace and relname = any (${names(superuserOnly)}) loop
    execute format('revoke select on %s from public', each.name);
    execute format('grant select on %s to warehouse_superusers with grant option', each.name);
  end loop;
  for each in select c.oid::regclass as name, c.oid, a.attname from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and c.relname = any (${names(logs)})
      and a.attname in ('userid', 'user_id') loop
    execute format('alter table %s enable row level security', each.name);
    execute format('drop policy if exists own_rows on %s', each.name);
    execute format('create policy own_rows on %s for select using ((select pg_catalog.warehouse_sees_all()) '
      || 'or %I = (select pg_catalog.warehouse_actor()::bigint))', each.name, each.attname);
  end loop;
end $$;
${INTERNAL.map((name) => `revoke execute on function pg_catalog.${name} from public;`).join('\n')}
`;
}
