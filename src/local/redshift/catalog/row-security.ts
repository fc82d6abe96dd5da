/**
 * Row-level security. A policy of Redshift filters SELECT, UPDATE and DELETE, and neither INSERT nor COPY ("Considerations using RLS
 * policies"); a table with RLS on shows nothing to users without a policy. Superusers and those with IGNORE RLS see all rows, the
 * owner of the table does not. The policies of a table become those of the engine, which know none for INSERT but one that is
 * always true. COPY of the engine refuses such a table: see `copy/copy.ts`.
 */

/** Idempotent. */
export const SECURITY_TABLES = `
create table if not exists pg_catalog.warehouse_policy (name text primary key, condition text not null);
create table if not exists pg_catalog.warehouse_attached (relation oid, policy text, grantee oid,
  primary key (relation, policy, grantee));
create table if not exists pg_catalog.warehouse_secured (relation oid primary key, conjunction text not null);
create table if not exists pg_catalog.warehouse_ignoring (grantee oid primary key);
`;

/** What the definers write. */
export const SECURITY_TABLE_NAMES = [
  ...['warehouse_policy', 'warehouse_attached', 'warehouse_secured', 'warehouse_ignoring'],
];

const QUESTIONS = `
create or replace function pg_catalog.warehouse_is_for_user(grantee oid) returns boolean language sql stable as
$$ select grantee = 0 or pg_has_role(pg_catalog.warehouse_actor(), grantee, 'usage') $$;

create or replace function pg_catalog.warehouse_ignores_policies() returns boolean language sql stable security definer as
$$ select pg_catalog.warehouse_is_superuser()
     or exists (select from pg_catalog.warehouse_ignoring i where pg_catalog.warehouse_is_for_user(i.grantee)) $$;
`;

const POLICIES = `
create function pg_catalog.warehouse_create_policy(ticket text, policy text, condition text) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('create RLS policies');
  if exists (select from pg_catalog.warehouse_policy p where p.name = policy) then
    raise exception 'RLS policy "%" already exists', policy using errcode = '42710';
  end if;
  insert into pg_catalog.warehouse_policy values (policy, condition);
end $$;

create function pg_catalog.warehouse_drop_policy(ticket text, policy text, if_exists boolean, cascades boolean) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('drop RLS policies');
  if exists (select from pg_catalog.warehouse_attached a join pg_catalog.pg_class c on c.oid = a.relation where a.policy = $2) then
    raise exception '%', case when cascades then 'The local warehouse detaches no RLS policies with CASCADE.'
      else format('cannot drop RLS policy "%s" because it is attached to a relation', policy) end
      using errcode = case when cascades then '0A000' else '2BP01' end;
  end if;
  delete from pg_catalog.warehouse_policy p where p.name = $2;
  if not found and not if_exists then
    raise exception 'RLS policy "%" does not exist', policy using errcode = '42704';
  end if;
end $$;

create function pg_catalog.warehouse_attach_policy(ticket text, policy text, relation regclass, grantees text[], attaches boolean)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('attach or detach RLS policies');
  if not exists (select from pg_catalog.warehouse_policy p where p.name = policy) then
    raise exception 'RLS policy "%" does not exist', policy using errcode = '42704';
  elsif not exists (select from pg_catalog.pg_class c where c.oid = $3 and c.relkind = 'r' and c.relpersistence = 'p') then
    raise exception 'The local warehouse attaches RLS policies to permanent tables only' using errcode = '0A000';
  end if;
  if attaches then
    insert into pg_catalog.warehouse_attached select $3, $2, pg_catalog.warehouse_grantee(g) from unnest(grantees) g
    on conflict do nothing;
  else
    delete from pg_catalog.warehouse_attached a where a.relation = $3 and a.policy = $2
      and a.grantee in (select pg_catalog.warehouse_grantee(g) from unnest(grantees) g);
  end if;
end $$;

create function pg_catalog.warehouse_set_security(ticket text, relation regclass, conjunction text) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('alter row level security');
  insert into pg_catalog.warehouse_secured as s values ($2, coalesce(nullif($3, ''), 'and'))
  on conflict on constraint warehouse_secured_pkey do update set conjunction = coalesce(nullif($3, ''), s.conjunction);
end $$;

create function pg_catalog.warehouse_ignore_policies(ticket text, grantee text, gives boolean) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('grant or revoke IGNORE RLS');
  if gives then
    insert into pg_catalog.warehouse_ignoring values (pg_catalog.warehouse_grantee($2)) on conflict do nothing;
  else
    delete from pg_catalog.warehouse_ignoring i where i.grantee = pg_catalog.warehouse_grantee($2);
  end if;
end $$;
`;

/** Makes the policies of the engine, with the rights of the user: a superuser of Redshift owns every table. */
const SECURE = `
create or replace function pg_catalog.warehouse_secure(relation regclass, turns_on boolean default null) returns void
language plpgsql as $$
declare
  conjunction text := coalesce((select s.conjunction from pg_catalog.warehouse_secured s where s.relation = $1), 'and');
  mine text := '';
  conditions text := '';
  shown text;
  attached record;
  command text;
begin
  for attached in
    select p.condition, string_agg(format('pg_catalog.warehouse_is_for_user(%s)', a.grantee), ' or ') as applies
    from pg_catalog.warehouse_attached a join pg_catalog.warehouse_policy p on p.name = a.policy
    where a.relation = $1 group by p.name order by p.name
  loop
    mine := mine || case when mine = '' then '' else ' or ' end || attached.applies;
    conditions := conditions || case when conditions = '' then '' else format(' %s ', conjunction) end
      || format(case conjunction when 'and' then '(not (%s) or (%s))' else '((%s) and (%s))' end, attached.applies, attached.condition);
  end loop;
  shown := case when mine = '' then 'false' else format('((%s) and (%s))', mine, conditions) end;
  foreach command in array array['select', 'update', 'delete', 'insert'] loop
    execute format('drop policy if exists warehouse_%s on %s', command, $1);
    execute format('create policy warehouse_%1$s on %2$s for %1$s %3$s', command, $1, case command
      when 'insert' then 'with check (true)'
      else format('using ((select pg_catalog.warehouse_ignores_policies()) or %s)', shown)
        || case command when 'update' then ' with check (true)' else '' end end);
  end loop;
  if turns_on then
    execute format('alter table %s enable row level security, force row level security', $1);
  elsif not turns_on then
    execute format('alter table %s disable row level security, no force row level security', $1);
  end if;
end $$;
`;

/** Functions that the statements about policies are translated to. */
export const SECURITY_FUNCTIONS = `${QUESTIONS}${POLICIES}${SECURE}`;

/** "SVV_RLS_RELATION": superusers see all rows, other users those of relations that they may access. */
export const SECURITY_VIEW_NAMES = ['svv_rls_relation'];
export const SECURITY_VIEWS = `
create view pg_catalog.svv_rls_relation as
select current_database()::text as datname, n.nspname::text as relschema, warehouse_full_name(c.relname) as relname,
  'table'::text as relkind, c.relrowsecurity as is_rls_on, false as is_rls_datashare_on,
  coalesce((select s.conjunction from pg_catalog.warehouse_secured s where s.relation = c.oid), 'and')::char(3) as rls_conjunction_type,
  'and'::char(3) as rls_datashare_conjunction_type
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relrowsecurity and c.relkind = 'r' and n.nspname <> 'pg_catalog'
  and (pg_has_role(pg_catalog.warehouse_actor(), c.relowner, 'usage')
    or has_table_privilege(pg_catalog.warehouse_actor(), c.oid, 'select, insert, update, delete'));
`;
