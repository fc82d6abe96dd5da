/** What the endpoint itself remembers in the database: its runs and the long names. */

/** Idempotent statements. */
export const OWN_TABLES = `
create table if not exists pg_catalog.warehouse_run (run int generated always as identity);
create table if not exists pg_catalog.warehouse_name (engine text primary key, name text not null);
`;

/** Functions over them. */
export const HELPERS = `
create or replace function pg_catalog.warehouse_full_name(engine name) returns text language sql immutable as
$$ select engine::text $$;
create or replace function pg_catalog.warehouse_long_name(engine name) returns text language sql stable as
$$ select coalesce((select n.name from pg_catalog.warehouse_name n where n.engine = $1::text), $1::text) $$;

create or replace function pg_catalog.warehouse_type(type oid, modifier int) returns text language sql stable as
$$ select case when type = 'bytea'::regtype then replace(pg_catalog.format_type(type, modifier), 'bytea', 'binary varying')
  when type = 'text'::regtype then 'character varying'
  else pg_catalog.format_type(type, modifier) end $$;
`;
