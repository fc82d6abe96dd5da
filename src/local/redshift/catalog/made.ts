/** What is done to tables and views around the statement with which PostgreSQL makes them. */

/**
 * Columns of Redshift's tables have a length or a scale, which PostgreSQL does not infer for all expressions. Redshift's
 * own inference is not imitated: a text gets 256 bytes, or as many as its longest value has.
 */
const SETTLE = `
create or replace function pg_catalog.warehouse_settle(relation regclass) returns void language plpgsql as $$
declare
  loose record;
  needed int;
begin
  for loose in select attnum, attname, atttypid from pg_attribute where attrelid = relation and attnum > 0 and atttypmod = -1
    and atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype, 'numeric'::regtype)
  loop
    if loose.atttypid = 'numeric'::regtype then
      execute format('select coalesce(max(scale(%I)), 0) from %s', loose.attname, relation) into needed;
      execute format('alter table %s alter column %I type numeric(38, %s)', relation, loose.attname, least(needed, 37));
    elsif loose.atttypid = 'name'::regtype then
      execute format('alter table %s alter column %I type varchar(128)', relation, loose.attname);
    else
      execute format('select greatest(max(octet_length(%I)), 256) from %s', loose.attname, relation) into needed;
      if needed > 65535 then
        raise exception 'Value too long for character type' using errcode = 'XX000';
      end if;
      update pg_attribute set atttypid = 'varchar'::regtype, atttypmod = needed + 4
      where attrelid = relation and attnum = loose.attnum;
    end if;
  end loop;
end $$;
`;

/** A view WITH NO SCHEMA BINDING does not keep its tables from being dropped. */
const UNBIND = `
create or replace function pg_catalog.warehouse_unbind(view regclass) returns void
language plpgsql security definer as $$
begin
  perform pg_catalog.warehouse_must_own(view);
  delete from pg_depend d using pg_rewrite r
  where r.ev_class = view and d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid <> view;
end $$;
`;

/** The parent of LIKE is a table; PostgreSQL takes a view as well. */
const PARENT = `
create or replace function pg_catalog.warehouse_check_parent(parent regclass) returns void language plpgsql stable as $$
begin
  if (select relkind <> 'r' from pg_class where oid = parent) then
    raise exception 'inherited relation "%" is not a table', (select relname from pg_class where oid = parent)
      using errcode = '42809';
  end if;
end $$;
`;

/** Idempotent statements, to be run after those of the design. */
export const MADE = `${SETTLE}${UNBIND}${PARENT}`;
