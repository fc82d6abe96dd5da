/** Keys of tables as Redshift has them: shown by catalogs, never enforced. */

/**
 * Keys are informational ("Define table constraints"), yet catalogs show them. A key is a constraint of the engine on
 * an index that is made empty and never filled: it is neither unique nor ready nor valid, so that nothing is checked
 * and no plan relies on it. PostgreSQL would not make such a constraint, so its rows are written here. Being called
 * deferrable, the key is no ground for GROUP BY to omit columns.
 */
const KEYS_WITHOUT_EFFECT = `
create function pg_catalog.warehouse_add_key(ticket text, relation regclass, kind text, wanted name, fields name[])
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  home oid := (select relnamespace from pg_catalog.pg_class where oid = relation);
  stem text := left(coalesce(wanted, (select relname from pg_catalog.pg_class where oid = relation) ||
    case when kind = 'PRIMARY KEY' then '_pkey' else '_' || array_to_string(fields, '_') || '_key' end), 50);
  title name := coalesce(wanted, stem);
  index_name name := title;
  index_id oid;
  constraint_id oid := pg_nextoid('pg_catalog.pg_constraint', 'oid', 'pg_catalog.pg_constraint_oid_index');
  attempt int := 0;
begin
  perform pg_catalog.warehouse_must_own_table(relation);
  if wanted is not null and exists (select from pg_catalog.pg_constraint where conrelid = relation and conname = wanted) then
    raise exception 'constraint "%" for relation "%" already exists', wanted,
      (select relname from pg_catalog.pg_class where oid = relation) using errcode = '42710';
  end if;
  if kind = 'PRIMARY KEY' and exists (select from pg_catalog.pg_constraint where conrelid = relation and contype = 'p') then
    raise exception 'multiple primary keys for table "%" are not allowed',
      (select relname from pg_catalog.pg_class where oid = relation) using errcode = '42P16';
  end if;
  while exists (select from pg_catalog.pg_class where relnamespace = home and relname = index_name) loop
    attempt := attempt + 1;
    index_name := stem || attempt;
  end loop;
  execute format('create index %I on %s (%s) where false', index_name, relation,
    (select string_agg(quote_ident(f), ', ' order by n) from unnest(fields) with ordinality u (f, n)));
  index_id := (select oid from pg_catalog.pg_class where relnamespace = home and relname = index_name);
  update pg_catalog.pg_index set indpred = null, indisprimary = (kind = 'PRIMARY KEY'), indisready = false, indisvalid = false
  where indexrelid = index_id;
  insert into pg_catalog.pg_constraint (oid, conname, connamespace, contype, condeferrable, condeferred, convalidated, conrelid,
    contypid, conindid, conparentid, confrelid, confupdtype, confdeltype, confmatchtype, conislocal, coninhcount,
    connoinherit, conkey)
  values (constraint_id, coalesce(wanted::name, index_name), home, case kind when 'UNIQUE' then 'u' else 'p' end, true,
    false, true, relation, 0, index_id, 0, 0, ' ', ' ', ' ', true, 0, true,
    (select array_agg((warehouse_attribute(relation, f)).attnum order by n) from unnest(fields) with ordinality u (f, n)));
  insert into pg_catalog.pg_depend values
    ('pg_catalog.pg_class'::regclass, index_id, 0, 'pg_catalog.pg_constraint'::regclass, constraint_id, 0, 'i'),
    ('pg_catalog.pg_constraint'::regclass, constraint_id, 0, 'pg_catalog.pg_class'::regclass, relation, 0, 'a');
end $$;

create or replace function pg_catalog.warehouse_definition(oid) returns text
language internal stable strict as 'pg_get_constraintdef';
create or replace function pg_catalog.warehouse_definition(oid, boolean) returns text
language internal stable strict as 'pg_get_constraintdef_ext';
create or replace function pg_catalog.pg_get_constraintdef(oid) returns text language sql stable strict as
$$ select replace(pg_catalog.warehouse_definition($1), ' DEFERRABLE', '') $$;
create or replace function pg_catalog.pg_get_constraintdef(oid, boolean) returns text language sql stable strict as
$$ select replace(pg_catalog.warehouse_definition($1, $2), ' DEFERRABLE', '') $$;
`;

/**
 * A foreign key is a row of the catalog with its dependencies, and has no trigger that would check it. The columns it
 * refers to have to be a key of their table.
 */
const FOREIGN_KEYS = `
create or replace function pg_catalog.warehouse_numbers(relation regclass, fields name[]) returns int2[]
language sql stable as
$$ select coalesce(array_agg((pg_catalog.warehouse_attribute(relation, f)).attnum order by n), '{}')
  from unnest(fields) with ordinality u (f, n) $$;

create function pg_catalog.warehouse_add_foreign_key(
  ticket text, relation regclass, wanted name, fields name[], target regclass, target_fields name[])
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  numbers int2[] := warehouse_numbers(relation, fields);
  target_numbers int2[] := warehouse_numbers(target, target_fields);
  referenced pg_catalog.pg_constraint;
  constraint_id oid := pg_nextoid('pg_catalog.pg_constraint', 'oid', 'pg_catalog.pg_constraint_oid_index');
  stem text := left((select relname from pg_catalog.pg_class where oid = relation) || '_' || fields[1], 55) || '_fkey';
  title name := coalesce(wanted, stem);
  attempt int := 0;
  equality oid[] := array_fill('pg_catalog.=(text,text)'::regoperator::oid, array[cardinality(numbers)]);
begin
  perform pg_catalog.warehouse_must_own_table(relation);
  -- The owner may have lent its membership for the first table. It says nothing about the other.
  delete from pg_catalog.pg_auth_members where grantor = pg_backend_pid() and member = pg_catalog.warehouse_actor();
  if not has_table_privilege(pg_catalog.warehouse_actor(), target, 'references') then
    raise exception 'permission denied for relation %', (select relname from pg_catalog.pg_class where oid = target)
      using errcode = '42501';
  end if;
  select k.* into referenced from pg_catalog.pg_constraint k where k.conrelid = target and k.contype in ('p', 'u')
    and case when target_numbers = '{}' then k.contype = 'p'
      else k.conkey @> target_numbers and k.conkey <@ target_numbers end;
  if not found and target_numbers = '{}' then
    raise exception 'there is no primary key for referenced table "%"',
      (select relname from pg_catalog.pg_class where oid = target) using errcode = '42704';
  elsif not found then
    raise exception 'there is no unique constraint matching given keys for referenced table "%"',
      (select relname from pg_catalog.pg_class where oid = target) using errcode = '42830';
  end if;
  if target_numbers = '{}' then target_numbers := referenced.conkey; end if;
  if cardinality(numbers) <> cardinality(target_numbers) then
    raise exception 'number of referencing and referenced columns for foreign key disagree' using errcode = '42830';
  end if;
  while exists (select from pg_catalog.pg_constraint where conrelid = relation and conname = title) loop
    if wanted is not null then
      raise exception 'constraint "%" for relation "%" already exists', wanted,
        (select relname from pg_catalog.pg_class where oid = relation) using errcode = '42710';
    end if;
    attempt := attempt + 1;
    title := stem || attempt;
  end loop;
  insert into pg_catalog.pg_constraint (oid, conname, connamespace, contype, condeferrable, condeferred, convalidated, conrelid,
    contypid, conindid, conparentid, confrelid, confupdtype, confdeltype, confmatchtype, conislocal, coninhcount,
    connoinherit, conkey, confkey, conpfeqop, conppeqop, conffeqop)
  select constraint_id, title, c.relnamespace, 'f', false, false, true, relation, 0, referenced.conindid, 0, target, 'a',
    'a', 's', true, 0, true, numbers, target_numbers, equality, equality, equality
  from pg_catalog.pg_class c where c.oid = relation;
  insert into pg_catalog.pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
  select 'pg_catalog.pg_constraint'::regclass, constraint_id, 0, 'pg_catalog.pg_class'::regclass, refers.id, refers.number, refers.kind
  from (select relation::oid as id, n::int as number, 'a'::"char" as kind from unnest(numbers) n
    union all select target, n, 'n' from unnest(target_numbers) n
    union all select referenced.conindid, 0, 'n') refers;
end $$;
`;

/** ALTER TABLE ADD: only columns that have always been NOT NULL become a primary key ("ALTER TABLE"). */
const ADDING = `
create or replace function pg_catalog.warehouse_check_primary_key(relation regclass, fields name[]) returns void
language plpgsql stable as $$
declare
  field name;
begin
  foreach field in array fields loop
    if not (pg_catalog.warehouse_attribute(relation, field)).attnotnull then
      raise exception 'column "%" of a primary key is not defined NOT NULL', field using errcode = '0A000';
    end if;
  end loop;
end $$;
`;

/** Idempotent statements, to be run after those of the design. */
export const KEYS = `${KEYS_WITHOUT_EFFECT}${FOREIGN_KEYS}${ADDING}`;
