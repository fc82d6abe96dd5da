/** The collation of the database ("ALTER DATABASE", COLLATE), which its columns have where nothing else is said. */

/** Idempotent. */
export const COLLATION_TABLE = `
create table if not exists pg_catalog.warehouse_collation (name text not null);
`;

export const COLLATION_FUNCTIONS = `
create or replace function pg_catalog.db_collation() returns text language sql stable as
$$ select coalesce((select c.name from pg_catalog.warehouse_collation c), 'case_sensitive') $$;

create function pg_catalog.warehouse_set_collation(ticket text, name text) returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_require_superuser('alter the collation of a database');
  if exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema') then
    raise exception 'The collation of a database that is not empty cannot be altered' using errcode = '0A000';
  end if;
  delete from pg_catalog.warehouse_collation;
  insert into pg_catalog.warehouse_collation values (name);
end $$;
`;
