/** What Redshift's tables have and PostgreSQL's lack: distribution, sort keys and encodings. */

/** `design` is the JSON of `TableDesign` without its keys, which are constraints of the engine; columns have its names. */
const TABLE = `
create table if not exists pg_catalog.warehouse_design (relation oid primary key, design jsonb not null);
create or replace function pg_catalog.warehouse_must_own(relation regclass) returns void
language plpgsql stable as $$
begin
  if not pg_has_role(pg_catalog.warehouse_actor(), (select relowner from pg_catalog.pg_class where oid = relation), 'usage') then
    raise exception 'must be owner of relation %', (select relname from pg_catalog.pg_class where oid = relation)
      using errcode = '42501';
  end if;
end $$;
create or replace function pg_catalog.warehouse_must_own_table(relation regclass) returns void
language plpgsql stable as $$
begin
  perform pg_catalog.warehouse_must_own(relation);
  if not exists (select from pg_catalog.pg_class where oid = relation and relkind = 'r') then
    raise exception '"%" is not a table', (select relname from pg_catalog.pg_class where oid = relation)
      using errcode = '42809';
  end if;
end $$;
create or replace function pg_catalog.warehouse_attribute(relation regclass, field name) returns pg_attribute
language plpgsql stable as $$
declare found_attribute pg_catalog.pg_attribute;
begin
  select a.* into found_attribute from pg_catalog.pg_attribute a
  where a.attrelid = relation and a.attname = field and a.attnum > 0 and not a.attisdropped;
  if not found then
    raise exception 'column "%" of relation "%" does not exist', field,
      (select relname from pg_catalog.pg_class where oid = relation) using errcode = '42703';
  end if;
  return found_attribute;
end $$;
`;

const STORAGE_KEYS = `
create or replace function pg_catalog.warehouse_check_keys(relation regclass, fields name[]) returns void
language plpgsql stable as $$
declare
  field name;
begin
  foreach field in array fields loop
    if (warehouse_attribute(relation, field)).atttypid in ('super'::regtype, 'bytea'::regtype, 'interval'::regtype) then
      raise exception 'column "%" cannot be a distribution or sort key', field using errcode = '0A000';
    end if;
  end loop;
end $$;
`;

/** After CREATE TABLE: `parent` is that of LIKE, whose storage the table has too. */
const REMEMBER = `
create function pg_catalog.warehouse_remember(ticket text, relation regclass, design jsonb, parent regclass)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  inherited jsonb := coalesce((select w.design from pg_catalog.warehouse_design w where w.relation = parent), '{}');
begin
  perform pg_catalog.warehouse_must_own_table(relation);
  perform pg_catalog.warehouse_check_encodings(relation, design -> 'encodings');
  perform pg_catalog.warehouse_check_keys(relation, array_remove(design ->> 'distKey' ||
    array(select jsonb_array_elements_text(design -> 'sortKey')), null)::name[]);
  insert into pg_catalog.warehouse_design values (relation, inherited || design || jsonb_build_object('encodings',
    coalesce(inherited -> 'encodings', '{}') || (design -> 'encodings')));
end $$;

create function pg_catalog.warehouse_redesign(ticket text, relation regclass, fields name[], change jsonb)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_must_own_table(relation);
  if change ? 'encodings' then
    perform warehouse_attribute(relation, field) from unnest(fields) field;
  else
    perform warehouse_check_keys(relation, fields);
  end if;
  perform warehouse_check_encodings(relation, change -> 'encodings');
  if (select relpersistence = 't' from pg_catalog.pg_class where oid = relation)
    and (change ? 'sortKey' or change ->> 'distStyle' in ('ALL', 'EVEN')) then
    raise exception 'ALTER SORTKEY/DISTSTYLE is not supported on temporary tables' using errcode = '0A000';
  end if;
  if exists (select from pg_catalog.warehouse_design w where w.relation = warehouse_redesign.relation and w.design ->> 'sortStyle' = 'INTERLEAVED')
    and change ?| array['distStyle', 'distKey', 'encodings'] then
    raise exception 'cannot alter the distribution or encoding of a table with an interleaved sort key' using errcode = '0A000';
  end if;
  if change ? 'sortKey' then
    change := change || '{"sortStyle": null}';
  end if;
  insert into pg_catalog.warehouse_design as w values (relation, jsonb_strip_nulls(change))
  on conflict on constraint warehouse_design_pkey do update set design = jsonb_strip_nulls(w.design || (change - 'encodings') ||
    jsonb_build_object('encodings', coalesce(w.design -> 'encodings', '{}') || coalesce(change -> 'encodings', '{}')));
end $$;

create function pg_catalog.warehouse_renamed(ticket text, relation regclass, before name, after name)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  was jsonb := to_jsonb(before::text);
  renamed jsonb := to_jsonb(after::text);
begin
  perform pg_catalog.warehouse_must_own_table(relation);
  update pg_catalog.warehouse_design w set design = w.design
    || case when w.design -> 'distKey' = was then jsonb_build_object('distKey', after) else '{}' end
    || case when w.design -> 'sortKey' @> was then jsonb_build_object('sortKey', (select jsonb_agg(
         case when k = was then renamed else k end) from jsonb_array_elements(w.design -> 'sortKey') k)) else '{}' end
    || case when w.design -> 'encodings' ? before::text then jsonb_build_object('encodings',
         (w.design -> 'encodings') - before::text || jsonb_build_object(after::text, w.design -> 'encodings' -> before::text))
       else '{}' end
  where w.relation = warehouse_renamed.relation;
end $$;
`;

/** Which types can have an encoding ("Compression encodings"); one that is not here suits all. */
const ENCODABLE: Readonly<Record<string, readonly string[]>> = {
  az64: ['int2', 'int4', 'int8', 'numeric', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval'],
  bytedict: 'int2 int4 int8 numeric float4 float8 bpchar varchar date timestamp timestamptz'.split(' '),
  delta: ['int2', 'int4', 'int8', 'numeric', 'date', 'timestamp'],
  delta32k: ['int4', 'int8', 'numeric', 'date', 'timestamp'],
  lzo: 'int2 int4 int8 numeric bpchar varchar bytea super date time timetz timestamp timestamptz'.split(' '),
  mostly8: ['int2', 'int4', 'int8', 'numeric'],
  mostly16: ['int4', 'int8', 'numeric'],
  mostly32: ['int8', 'numeric'],
  runlength: 'int2 int4 int8 numeric float4 float8 bool bpchar varchar date timestamp timestamptz'.split(' '),
  text255: ['varchar'],
  text32k: ['varchar'],
};

/** The encoding that a column has, and whether it can have one. `none` is RAW. */
const ENCODINGS = `
create or replace function pg_catalog.warehouse_encoding(relation oid, field name) returns text language sql stable as $$
select coalesce(nullif(w.design -> 'encodings' ->> field::text, 'raw'), case
    when w.design -> 'encodings' ? field::text or c.relpersistence = 't' or w.design -> 'sortKey' ? field::text
      or a.atttypid in ('bool'::regtype, 'float4'::regtype, 'float8'::regtype) then 'none'
    when a.atttypid in ('varchar'::regtype, 'bpchar'::regtype, 'bytea'::regtype) then 'lzo'
    when a.atttypid = 'pg_catalog.super'::regtype then 'zstd'
    else 'az64' end)
from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
left join pg_catalog.warehouse_design w on w.relation = c.oid
where c.oid = $1 and a.attname = field $$;

create or replace function pg_catalog.warehouse_may_encode(relation regclass, field name, encoding text) returns void
language plpgsql stable as $$
begin
  if warehouse_encoding(relation, field) = replace(encoding, 'raw', 'none') then
    raise exception 'column "%" has the encoding % already', field, upper(encoding) using errcode = '0A000';
  end if;
end $$;

create or replace function pg_catalog.warehouse_check_encodings(relation regclass, encodings jsonb) returns void
language plpgsql stable as $$
declare
  types jsonb := '${JSON.stringify(ENCODABLE)}';
  field text;
begin
  select e.key into field from jsonb_each_text(encodings) e join pg_catalog.pg_attribute a on a.attrelid = relation and a.attname = e.key
    join pg_catalog.pg_type t on t.oid = a.atttypid where types ? e.value and not types -> e.value ? t.typname::text limit 1;
  if found then
    raise exception 'invalid encoding type specified for column "%"', field using errcode = '0A000';
  end if;
end $$;
`;

/** What ALTER TABLE refuses ("ALTER TABLE", "ALTER TABLE APPEND"). */
const ALTER = `
create or replace function pg_catalog.warehouse_may_drop(relation regclass, field name) returns void
language plpgsql stable as $$
declare
  attribute pg_catalog.pg_attribute := warehouse_attribute(relation, field);
  design jsonb := (select w.design from pg_catalog.warehouse_design w where w.relation = $1);
begin
  if design ->> 'distKey' = field then
    raise exception 'cannot drop distkey column "%"', field using errcode = '0A000';
  elsif design -> 'sortKey' ? field::text then
    raise exception 'cannot drop sortkey column "%"', field using errcode = '0A000';
  elsif (select count(*) = 1 from pg_catalog.pg_attribute a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped) then
    raise exception 'cannot drop the only column of a table' using errcode = '0A000';
  end if;
end $$;

create or replace function pg_catalog.warehouse_resize(relation regclass, field name, bytes int, growing_default boolean)
returns void language plpgsql as $$
declare
  attribute pg_catalog.pg_attribute := warehouse_attribute(relation, field);
  design jsonb := (select w.design from pg_catalog.warehouse_design w where w.relation = $1);
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
  elsif exists (select from pg_catalog.pg_constraint k where k.conrelid = relation and attribute.attnum = any (k.conkey))
    or exists (select from pg_catalog.pg_constraint k where k.confrelid = relation and attribute.attnum = any (k.confkey)) then
    raise exception 'cannot alter type of a column used by a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint' using errcode = '0A000';
  elsif design -> 'encodings' ->> field in ('bytedict', 'runlength', 'text255', 'text32k') then
    raise exception 'cannot alter type of a column with encoding %', design -> 'encodings' ->> field using errcode = '0A000';
  elsif exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
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
  execute format('alter table %s alter column %I type varchar(%s) collate %s', relation, field, bytes,
    attribute.attcollation::regcollation);
end $$;
drop function if exists pg_catalog.warehouse_may_resize(regclass, name, int, boolean);

create or replace function pg_catalog.warehouse_append(target regclass, source regclass, mode text) returns void
language plpgsql as $$
declare
  target_design jsonb := (select w.design from pg_catalog.warehouse_design w where w.relation = target);
  source_design jsonb := (select w.design from pg_catalog.warehouse_design w where w.relation = source);
  compared record;
  columns text := '';
begin
  if target = source then
    raise exception 'ALTER TABLE APPEND: source and target are the same table' using errcode = '0A000';
  elsif exists (select from pg_catalog.pg_class where oid in (target, source) and (relpersistence <> 'p' or relkind <> 'r')) then
    raise exception 'ALTER TABLE APPEND is supported between permanent tables only' using errcode = '0A000';
  elsif (select bool_and(identity) from (select bool_or(attidentity = 'a') as identity from pg_attribute
    where attrelid in (target, source) and attnum > 0 and not attisdropped group by attrelid) both_tables) then
    raise exception 'ALTER TABLE APPEND is not supported between tables that both have an IDENTITY column' using errcode = '0A000';
  elsif coalesce(target_design ->> 'distStyle', 'AUTO') <> coalesce(source_design ->> 'distStyle', 'AUTO')
    or target_design ->> 'distKey' is distinct from source_design ->> 'distKey' then
    raise exception 'ALTER TABLE APPEND: the tables differ in their distribution' using errcode = '0A000';
  elsif target_design -> 'sortKey' is distinct from source_design -> 'sortKey'
    or coalesce(target_design ->> 'sortStyle', 'COMPOUND') <> coalesce(source_design ->> 'sortStyle', 'COMPOUND') then
    raise exception 'ALTER TABLE APPEND: the tables differ in their sort keys' using errcode = '0A000';
  end if;
  for compared in
    select coalesce(t.attname, s.attname) as field, t.attname is null as extra, s.attname is null as absent,
      (t.atttypid, t.atttypmod) is distinct from (s.atttypid, s.atttypmod) as other_type, t.attnotnull <> s.attnotnull as other_null,
      warehouse_encoding(target, t.attname) <> warehouse_encoding(source, s.attname) as other_encoding
    from (select * from pg_catalog.pg_attribute where attrelid = target and attnum > 0 and not attisdropped) t
    full join (select * from pg_catalog.pg_attribute where attrelid = source and attnum > 0 and not attisdropped) s using (attname)
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
export const DESIGN = `${TABLE}${ENCODINGS}${STORAGE_KEYS}${REMEMBER}${ALTER}`;
