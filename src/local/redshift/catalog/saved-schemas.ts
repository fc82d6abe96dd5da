/**
 * SAVE SCHEMA and RESTORE SCHEMA, which only the local warehouse has: tests bring a schema back to what it was within milliseconds. The
 * copies of its tables are in a schema of the warehouse's own, where no client reaches them.
 */
import { FULL_SCHEMA } from './shown.ts';

/** Tables of the endpoint, written by a function with rights of its own. */
export const SAVED_TABLES = `
create table if not exists pg_catalog.warehouse_saved (schema oid not null, relation oid not null, copy name, shape jsonb not null, sequences jsonb not null);
-- The copies of an earlier version are gone.
delete from pg_catalog.warehouse_saved;
`;

const OBJECTS = `select c.oid, c.relname, c.relkind from pg_catalog.pg_class c where c.relnamespace = found_schema and c.relkind in ('r', 'v')`;

/** Idempotent statements, to be run after those of materialized views. */
export const SAVED_FUNCTIONS = `
create or replace function pg_catalog.warehouse_check_saved(schema_name text) returns oid language plpgsql stable set search_path to pg_catalog, pg_temp as $$
declare
  found_schema oid := schema_name::regnamespace;
begin
  if not pg_has_role(pg_catalog.warehouse_actor(), (select n.nspowner from pg_catalog.pg_namespace n where n.oid = found_schema), 'usage') then
    raise exception 'must be owner of schema %', schema_name using errcode = '42501';
  end if;
  return found_schema;
end $$;

create function pg_catalog.warehouse_save_schema(ticket text, schema_name text) returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  found_schema constant oid := pg_catalog.warehouse_check_saved(schema_name);
  each record;
  stored name;
begin
  perform pg_catalog.warehouse_require_superuser('save a schema');
  for each in select s.copy from pg_catalog.warehouse_saved s where s.schema = found_schema and s.copy is not null loop
    execute format('drop table if exists ${FULL_SCHEMA}.%I', each.copy);
  end loop;
  delete from pg_catalog.warehouse_saved s where s.schema = found_schema;
  -- The schema itself, which may have no tables.
  insert into pg_catalog.warehouse_saved values (found_schema, 0, null, '{}', '{}');
  for each in ${OBJECTS} loop
    stored := case each.relkind when 'r' then 'saved_' || each.oid end;
    if stored is not null then execute format('create unlogged table ${FULL_SCHEMA}.%I as table %s', stored, each.oid::regclass); end if;
    insert into pg_catalog.warehouse_saved values (found_schema, each.oid, stored, pg_catalog.warehouse_shape(each.oid),
      coalesce((select jsonb_object_agg(d.objid, coalesce(pg_sequence_last_value(d.objid), 0)) from pg_catalog.pg_depend d
        where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = each.oid and d.deptype = 'i'
          and exists (select from pg_catalog.pg_sequence q where q.seqrelid = d.objid)), '{}'));
  end loop;
end $$;

create function pg_catalog.warehouse_restore_schema(ticket text, schema_name text) returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  found_schema constant oid := pg_catalog.warehouse_check_saved(schema_name);
  each record;
  sequence record;
begin
  perform pg_catalog.warehouse_require_superuser('restore a schema');
  if not exists (select from pg_catalog.warehouse_saved s where s.schema = found_schema) then
    raise exception 'schema % was not saved', schema_name using errcode = '55000';
  end if;
  for each in ${OBJECTS} and not exists (select from pg_catalog.warehouse_saved s where s.relation = c.oid) loop
    if exists (select from pg_catalog.pg_class c where c.oid = each.oid) then
      execute format('drop %s %s cascade', case each.relkind when 'r' then 'table' else 'view' end, each.oid::regclass);
    end if;
  end loop;
  for each in select s.* from pg_catalog.warehouse_saved s where s.schema = found_schema and s.relation <> 0 loop
    if pg_catalog.warehouse_shape(each.relation) is distinct from each.shape then
      raise exception 'schema % cannot be restored: % was dropped or altered', schema_name, each.shape ->> 'name' using errcode = '55000';
    end if;
    continue when each.copy is null;
    execute format('truncate table %s', each.relation::regclass);
    execute format('insert into %s overriding system value select * from ${FULL_SCHEMA}.%I', each.relation::regclass, each.copy);
    for sequence in select k.key::oid as number, k.value::bigint as last from jsonb_each_text(each.sequences) k loop
      if sequence.last = 0 then execute format('alter sequence %s restart', sequence.number::regclass);
      else perform setval(sequence.number::regclass, sequence.last);
      end if;
    end loop;
  end loop;
end $$;
`;
