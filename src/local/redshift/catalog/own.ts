/** What the endpoint itself remembers in the database: runs, long names, and the design of tables. */

/** Idempotent statements. */
export const OWN_TABLES = `
create table if not exists pg_catalog.warehouse_run (run int generated always as identity);
create table if not exists pg_catalog.warehouse_name (engine text primary key, name text not null);
create table if not exists pg_catalog.warehouse_design (relation oid primary key, design jsonb not null);

`;

/** Functions over them. */
export const HELPERS = `
create or replace function pg_catalog.warehouse_full_name(engine name) returns text language sql stable as
$$ select coalesce((select n.name from pg_catalog.warehouse_name n where n.engine = $1::text), $1::text) $$;

create or replace function pg_catalog.warehouse_type(type oid, modifier int) returns text language sql stable as
$$ select case when type = 'pg_catalog.super'::regtype then 'super'
  when type = 'bytea'::regtype then 'binary varying'
  else format_type(type, modifier) end $$;

create or replace function pg_catalog.warehouse_remember(relation regclass, design jsonb, parent regclass)
returns void language plpgsql security definer as $$
begin
  if not pg_has_role(session_user, (select relowner from pg_class where oid = relation), 'usage') then
    raise exception 'must be owner of relation %', relation using errcode = '42501';
  end if;
  insert into pg_catalog.warehouse_design
  values (relation, coalesce((select w.design from pg_catalog.warehouse_design w where w.relation = parent), design))
  on conflict do nothing;
end $$;
`;
