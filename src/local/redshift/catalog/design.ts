/** What Redshift's tables have and PostgreSQL's lack: distribution, sort keys, encodings and keys that nobody enforces. */

/**
 * `design` is the JSON of `TableDesign`, with the engine's names of columns. Foreign keys are in it alone; the other
 * keys are constraints of the engine whose index takes no entries (see `warehouse_add_key`).
 */
const TABLE = `
create table if not exists pg_catalog.warehouse_design (relation oid primary key, design jsonb not null);
create or replace function pg_catalog.warehouse_must_own(relation regclass) returns void
language plpgsql stable as $$
begin
  if not pg_has_role(session_user, (select relowner from pg_class where oid = relation), 'usage') then
    raise exception 'must be owner of relation %', (select relname from pg_class where oid = relation)
      using errcode = '42501';
  end if;
end $$;
create or replace function pg_catalog.warehouse_attribute(relation regclass, field name) returns pg_attribute
language plpgsql stable as $$
declare found_attribute pg_attribute;
begin
  select a.* into found_attribute from pg_attribute a
  where a.attrelid = relation and a.attname = field and a.attnum > 0 and not a.attisdropped;
  if not found then
    raise exception 'column "%" of relation "%" does not exist', field,
      (select relname from pg_class where oid = relation) using errcode = '42703';
  end if;
  return found_attribute;
end $$;
`;

/**
 * Keys are informational ("Define table constraints"), yet catalogs show them. A key is a constraint of the engine on
 * an index that is made empty and never filled: it is neither unique nor ready nor valid, so that nothing is checked
 * and no plan relies on it. PostgreSQL would not make such a constraint, so its rows are written here. Being called
 * deferrable, the key is no ground for GROUP BY to omit columns.
 */
const KEYS = `
create or replace function pg_catalog.warehouse_add_key(relation regclass, kind text, wanted text, fields name[])
returns void language plpgsql security definer as $$
declare
  home oid := (select relnamespace from pg_class where oid = relation);
  stem text := left(coalesce(wanted, (select relname from pg_class where oid = relation) ||
    case when kind = 'PRIMARY KEY' then '_pkey' else '_' || array_to_string(fields, '_') || '_key' end), 50);
  title name := coalesce(wanted, stem);
  index_name name := title;
  index_id oid;
  constraint_id oid := pg_nextoid('pg_constraint', 'oid', 'pg_constraint_oid_index');
  attempt int := 0;
begin
  perform warehouse_must_own(relation);
  if wanted is not null and exists (select from pg_constraint where conrelid = relation and conname = wanted) then
    raise exception 'constraint "%" for relation "%" already exists', wanted,
      (select relname from pg_class where oid = relation) using errcode = '42710';
  end if;
  if kind = 'PRIMARY KEY' and exists (select from pg_constraint where conrelid = relation and contype = 'p') then
    raise exception 'multiple primary keys for table "%" are not allowed',
      (select relname from pg_class where oid = relation) using errcode = '42P16';
  end if;
  while exists (select from pg_class where relnamespace = home and relname = index_name) loop
    attempt := attempt + 1;
    index_name := stem || attempt;
  end loop;
  execute format('create index %I on %s (%s) where false', index_name, relation,
    (select string_agg(quote_ident(f), ', ' order by n) from unnest(fields) with ordinality u (f, n)));
  index_id := (select oid from pg_class where relnamespace = home and relname = index_name);
  update pg_index set indpred = null, indisprimary = (kind = 'PRIMARY KEY'), indisready = false, indisvalid = false
  where indexrelid = index_id;
  insert into pg_constraint (oid, conname, connamespace, contype, condeferrable, condeferred, convalidated, conrelid,
    contypid, conindid, conparentid, confrelid, confupdtype, confdeltype, confmatchtype, conislocal, coninhcount,
    connoinherit, conkey)
  values (constraint_id, coalesce(wanted::name, index_name), home, case kind when 'UNIQUE' then 'u' else 'p' end, true,
    false, true, relation, 0, index_id, 0, 0, ' ', ' ', ' ', true, 0, true,
    (select array_agg((warehouse_attribute(relation, f)).attnum order by n) from unnest(fields) with ordinality u (f, n)));
  insert into pg_depend values
    ('pg_class'::regclass, index_id, 0, 'pg_constraint'::regclass, constraint_id, 0, 'i'),
    ('pg_constraint'::regclass, constraint_id, 0, 'pg_class'::regclass, relation, 0, 'a');
end $$;

create or replace function pg_catalog.warehouse_definition(oid) returns text
language internal stable strict as 'pg_get_constraintdef';
create or replace function pg_catalog.warehouse_definition(oid, boolean) returns text
language internal stable strict as 'pg_get_constraintdef_ext';
create or replace function pg_catalog.pg_get_constraintdef(oid) returns text language sql stable strict as
$$ select replace(pg_catalog.warehouse_definition($1), ' DEFERRABLE', '') $$;
create or replace function pg_catalog.pg_get_constraintdef(oid, boolean) returns text language sql stable strict as
$$ select replace(pg_catalog.warehouse_definition($1, $2), ' DEFERRABLE', '') $$;

create or replace function pg_catalog.warehouse_add_constraint(relation regclass, kind text, wanted text, fields name[], reference text)
returns void language plpgsql security definer as $$
declare
  field name;
begin
  perform warehouse_must_own(relation);
  foreach field in array fields loop
    if not (warehouse_attribute(relation, field)).attnotnull and kind = 'PRIMARY KEY' then
      raise exception 'column "%" of a primary key is not defined NOT NULL', field using errcode = '0A000';
    end if;
  end loop;
  if kind <> 'FOREIGN KEY' then
    perform warehouse_add_key(relation, kind, wanted, fields);
  else
    perform reference::regclass;
    insert into warehouse_design as w values (relation, jsonb_build_object('foreignKeys', jsonb_build_array(
      jsonb_build_object('name', wanted, 'columns', fields, 'references', reference))))
    on conflict on constraint warehouse_design_pkey do update set design = w.design || jsonb_build_object('foreignKeys',
      coalesce(w.design -> 'foreignKeys', '[]') || (excluded.design -> 'foreignKeys'));
  end if;
end $$;
create or replace function pg_catalog.warehouse_drop_constraint(relation regclass, wanted name, behaviour text)
returns void language plpgsql security definer as $$
declare
  held jsonb := (select w.design -> 'foreignKeys' from warehouse_design w where w.relation = $1);
begin
  perform warehouse_must_own(relation);
  if exists (select from jsonb_array_elements(held) k where k ->> 'name' = wanted) then
    update warehouse_design w set design = jsonb_set(w.design, '{foreignKeys}',
      coalesce((select jsonb_agg(k) from jsonb_array_elements(held) k where k ->> 'name' <> wanted), '[]'))
    where w.relation = $1;
  else
    execute format('alter table %s drop constraint %I %s', relation, wanted, behaviour);
  end if;
end $$;
`;

/** After CREATE TABLE: `parent` is that of LIKE, whose storage the table has too. */
const REMEMBER = `
create or replace function pg_catalog.warehouse_remember(relation regclass, design jsonb, parent regclass)
returns void language plpgsql security definer as $$
declare
  inherited jsonb := coalesce((select w.design - 'foreignKeys' from warehouse_design w where w.relation = parent), '{}');
  key record;
begin
  -- CREATE TABLE IF NOT EXISTS may have found a table.
  if exists (select from warehouse_design w where w.relation = $1) then return; end if;
  perform warehouse_must_own(relation);
  insert into warehouse_design values (relation, inherited || (design - 'keys') || jsonb_build_object('encodings',
    coalesce(inherited -> 'encodings', '{}') || (design -> 'encodings')));
  -- The columns of a query have a length as well.
  update pg_attribute set atttypid = 'varchar'::regtype, atttypmod = 65539
  where attrelid = relation and attnum > 0 and atttypmod = -1 and atttypid in ('text'::regtype, 'varchar'::regtype);
  for key in select * from jsonb_to_recordset(coalesce(design -> 'keys', '[]')) k (kind text, name text, columns name[]) loop
    perform warehouse_add_key(relation, key.kind, key.name, key.columns);
  end loop;
end $$;

create or replace function pg_catalog.warehouse_redesign(relation regclass, fields name[], change jsonb)
returns void language plpgsql security definer as $$
declare
  field name;
begin
  perform warehouse_must_own(relation);
  foreach field in array fields loop
    if (warehouse_attribute(relation, field)).atttypid in ('super'::regtype, 'bytea'::regtype) and not change ? 'encodings' then
      raise exception 'column "%" cannot be a distribution or sort key', field using errcode = '0A000';
    end if;
  end loop;
  if change ? 'sortKey' and (select relpersistence = 't' from pg_class where oid = relation) then
    raise exception 'ALTER SORTKEY is not supported on temporary tables' using errcode = '0A000';
  end if;
  if exists (select from warehouse_design w where w.relation = $1 and w.design ->> 'sortStyle' = 'INTERLEAVED')
    and (change ? 'sortKey' or change ? 'distStyle') then
    raise exception 'cannot alter a table with an interleaved sort key' using errcode = '0A000';
  end if;
  insert into warehouse_design as w values (relation, jsonb_strip_nulls(change))
  on conflict on constraint warehouse_design_pkey do update set design = jsonb_strip_nulls(w.design || (change - 'encodings') ||
    jsonb_build_object('encodings', coalesce(w.design -> 'encodings', '{}') || coalesce(change -> 'encodings', '{}')));
end $$;

create or replace function pg_catalog.warehouse_renamed(relation regclass, before name, after name)
returns void language plpgsql security definer as $$
declare
  was jsonb := to_jsonb(before::text);
  renamed jsonb := to_jsonb(after::text);
begin
  perform warehouse_must_own(relation);
  update warehouse_design w set design = w.design
    || case when w.design -> 'distKey' = was then jsonb_build_object('distKey', after) else '{}' end
    || case when w.design -> 'sortKey' @> was then jsonb_build_object('sortKey', (select jsonb_agg(
         case when k = was then renamed else k end) from jsonb_array_elements(w.design -> 'sortKey') k)) else '{}' end
    || case when w.design -> 'encodings' ? before::text then jsonb_build_object('encodings',
         (w.design -> 'encodings') - before::text || jsonb_build_object(after::text, w.design -> 'encodings' -> before::text))
       else '{}' end
  where w.relation = $1;
end $$;
`;

/** What ALTER TABLE refuses ("ALTER TABLE", "ALTER TABLE APPEND"). */
const ALTER = `
create or replace function pg_catalog.warehouse_may_drop(relation regclass, field name) returns void
language plpgsql stable as $$
declare
  attribute pg_attribute := warehouse_attribute(relation, field);
  design jsonb := (select w.design from warehouse_design w where w.relation = $1);
begin
  if design ->> 'distKey' = field then
    raise exception 'cannot drop distkey column "%"', field using errcode = '0A000';
  elsif design -> 'sortKey' ? field::text then
    raise exception 'cannot drop sortkey column "%"', field using errcode = '0A000';
  elsif (select count(*) = 1 from pg_attribute a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped) then
    raise exception 'cannot drop the only column of a table' using errcode = '0A000';
  end if;
end $$;

create or replace function pg_catalog.warehouse_alter_length(relation regclass, field name, bytes int, growing_default boolean)
returns void language plpgsql security definer as $$
declare
  attribute pg_attribute := warehouse_attribute(relation, field);
  design jsonb := (select w.design from warehouse_design w where w.relation = $1);
  longest int;
begin
  perform warehouse_must_own(relation);
  if attribute.atttypid <> 'varchar'::regtype then
    raise exception 'ALTER COLUMN TYPE is supported for VARCHAR columns only' using errcode = '0A000';
  elsif attribute.atttypmod = bytes + 4 then
    raise exception 'target column size should be different' using errcode = '0A000';
  elsif attribute.atthasdef and bytes + 4 < attribute.atttypmod then
    raise exception 'cannot decrease a VARCHAR column size with default value' using errcode = '0A000';
  elsif attribute.atthasdef and not growing_default then
    raise exception 'cannot alter the size of a VARCHAR column with default value' using errcode = '0A000';
  elsif exists (select from pg_constraint k where k.conrelid = relation and attribute.attnum = any (k.conkey))
    or exists (select from jsonb_array_elements(design -> 'foreignKeys') k where k -> 'columns' ? field::text) then
    raise exception 'cannot alter type of a column used by a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint' using errcode = '0A000';
  elsif design -> 'encodings' ->> field in ('bytedict', 'runlength', 'text255', 'text32k') then
    raise exception 'cannot alter type of a column with encoding %', design -> 'encodings' ->> field using errcode = '0A000';
  elsif exists (select from pg_depend d where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
    and d.refobjid = relation and d.refobjsubid = attribute.attnum) then
    raise exception 'cannot alter type of a column used by a view or rule' using errcode = '0A000';
  end if;
  execute format('lock table %s in access exclusive mode', relation);
  if bytes + 4 < attribute.atttypmod then
    execute format('select max(octet_length(%I)) from %s', field, relation) into longest;
    if longest > bytes then
      raise exception 'target column size should be greater or equal to current maximum column size' using errcode = '0A000';
    end if;
  end if;
  -- ALTER TABLE would write the table anew, as the engine can not know what the cast of lengths does.
  update pg_attribute set atttypmod = bytes + 4 where attrelid = relation and attnum = attribute.attnum;
end $$;

create or replace function pg_catalog.warehouse_append(target regclass, source regclass, mode text) returns void
language plpgsql as $$
declare
  target_design jsonb := (select w.design from warehouse_design w where w.relation = target);
  source_design jsonb := (select w.design from warehouse_design w where w.relation = source);
  compared record;
  columns text := '';
begin
  if target = source then
    raise exception 'ALTER TABLE APPEND: source and target are the same table' using errcode = '0A000';
  elsif exists (select from pg_class where oid in (target, source) and (relpersistence <> 'p' or relkind <> 'r')) then
    raise exception 'ALTER TABLE APPEND is supported between permanent tables only' using errcode = '0A000';
  elsif (select bool_and(identity) from (select bool_or(attidentity = 'a') as identity from pg_attribute
    where attrelid in (target, source) and attnum > 0 and not attisdropped group by attrelid) both_tables) then
    raise exception 'ALTER TABLE APPEND is not supported between tables that both have an IDENTITY column' using errcode = '0A000';
  elsif coalesce(target_design ->> 'distStyle', 'AUTO') <> coalesce(source_design ->> 'distStyle', 'AUTO')
    or target_design ->> 'distKey' is distinct from source_design ->> 'distKey' then
    raise exception 'ALTER TABLE APPEND: the tables differ in their distribution' using errcode = '0A000';
  elsif target_design -> 'sortKey' is distinct from source_design -> 'sortKey'
    or target_design -> 'sortStyle' is distinct from source_design -> 'sortStyle' then
    raise exception 'ALTER TABLE APPEND: the tables differ in their sort keys' using errcode = '0A000';
  end if;
  for compared in
    select coalesce(t.attname, s.attname) as field, t.attname is null as extra, s.attname is null as absent,
      (t.atttypid, t.atttypmod) is distinct from (s.atttypid, s.atttypmod) as other_type, t.attnotnull <> s.attnotnull as other_null,
      target_design -> 'encodings' ->> t.attname is distinct from source_design -> 'encodings' ->> s.attname as other_encoding
    from (select * from pg_attribute where attrelid = target and attnum > 0 and not attisdropped) t
    full join (select * from pg_attribute where attrelid = source and attnum > 0 and not attisdropped) s using (attname)
    order by t.attnum, s.attnum
  loop
    if compared.extra and mode = 'IGNOREEXTRA' or compared.absent and mode = 'FILLTARGET' then continue; end if;
    if compared.extra or compared.absent then
      raise exception 'ALTER TABLE APPEND: column "%" is in one of the tables only', compared.field using errcode = '0A000';
    elsif compared.other_type then
      raise exception 'ALTER TABLE APPEND: column "%" differs in its type', compared.field using errcode = '0A000';
    elsif compared.other_null then
      raise exception 'ALTER TABLE APPEND: column "%" differs in NOT NULL', compared.field using errcode = '0A000';
    elsif compared.other_encoding then
      raise exception 'ALTER TABLE APPEND: column "%" differs in its encoding', compared.field using errcode = '0A000';
    end if;
    columns := columns || case when columns = '' then '' else ', ' end || quote_ident(compared.field);
  end loop;
  execute format('with moved as (delete from %s returning %s) insert into %s (%2$s) overriding system value select * from moved',
    source, columns, target);
end $$;
`;

/** Idempotent statements. */
export const DESIGN = `${TABLE}${KEYS}${REMEMBER}${ALTER}`;
