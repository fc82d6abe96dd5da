/** Checks before, and corrections after, CREATE TABLE, VIEW and FUNCTION. */

/**
 * Columns of Redshift's tables have a length or a scale, which PostgreSQL does not infer for all expressions. Redshift's
 * own inference is not imitated: a text gets 256 bytes, or as many as its longest value has.
 */
const SETTLE = `
create or replace function pg_catalog.warehouse_settle(relation regclass) returns void language plpgsql as $$
declare
  loose record;
  needed int;
  type text;
  changes text[] := '{}';
begin
  for loose in select attname, atttypid, attcollation::regcollation as collation from pg_catalog.pg_attribute where attrelid = relation and attnum > 0 and atttypmod = -1
    and atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype, 'numeric'::regtype)
  loop
    if loose.atttypid = 'numeric'::regtype then
      execute format('select coalesce(max(scale(%I)), 0) from %s', loose.attname, relation) into needed;
      type := format('numeric(38, %s)', least(needed, 37));
    elsif loose.atttypid = 'name'::regtype then
      type := 'varchar(128)';
    else
      execute format('select greatest(max(octet_length(%I)), 256) from %s', loose.attname, relation) into needed;
      if needed > 65535 then
        raise exception 'Value too long for character type' using errcode = 'XX000';
      end if;
      type := format('varchar(%s) collate %s', needed, loose.collation);
      -- The cast of a CHAR would drop the blanks at its end.
      if loose.atttypid = 'bpchar'::regtype then
        type := type || format(' using case when %1$I is not null then pg_catalog.format(''%%s'', %1$I) end', loose.attname);
      end if;
    end if;
    changes := changes || format('alter column %I type %s', loose.attname, type);
  end loop;
  if changes <> '{}' then execute format('alter table %s %s', relation, array_to_string(changes, ', ')); end if;
end $$;
drop function if exists pg_catalog.warehouse_resolved(jsonb);
`;

/** The parent of LIKE is a table; PostgreSQL takes a view as well. */
const PARENT = `
create or replace function pg_catalog.warehouse_check_parent(parent regclass) returns void language plpgsql stable as $$
begin
  if (select relkind <> 'r' from pg_catalog.pg_class where oid = parent) then
    raise exception 'inherited relation "%" is not a table', (select relname from pg_catalog.pg_class where oid = parent)
      using errcode = '42809';
  end if;
end $$;
`;

/**
 * No function of a user has the name of one in the catalog. PostgreSQL prefers the function whose arguments fit best, in whichever
 * schema of the search path it is: such a function would run in the place of the other within functions of the catalog, with
 * the rights of their callers.
 */
const FUNCTION_NAMES = `
create or replace function pg_catalog.warehouse_check_function(name name) returns void language plpgsql stable as $$
begin
  if exists (select from pg_catalog.pg_proc p where p.proname operator(pg_catalog.=) name
    and p.pronamespace operator(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace) then
    raise exception 'The local warehouse does not serve user-defined functions with the name of a built-in function: %', name
      using errcode = '0A000';
  end if;
end $$;
`;

/** Idempotent statements, to be run after those of the design. */
export const MADE = `${SETTLE}${PARENT}${FUNCTION_NAMES}`;
