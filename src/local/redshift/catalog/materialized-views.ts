/**
 * Materialized views ("CREATE MATERIALIZED VIEW"). As on a cluster, each is a view over a table `mv_tbl__NAME__0`, which has its rows and
 * its distribution and sort keys. Triggers on the base tables note that they have changed; nothing refreshes a view by itself.
 */

/** Questions about a relation, with the rights of the user. */
const CHECKS = `
create or replace function pg_catalog.warehouse_must_be_materialized(relation oid) returns void language plpgsql stable
set search_path to pg_catalog, pg_temp as $$
begin
  if relation is not null and not exists (select from pg_catalog.warehouse_mv m where m.view = relation) then
    raise exception '"%" is not a materialized view', (select relname from pg_catalog.pg_class where oid = relation)
      using errcode = '42809';
  end if;
end $$;

create or replace function pg_catalog.warehouse_refuse_materialized(relations oid[], what text) returns void language plpgsql stable
set search_path to pg_catalog, pg_temp as $$
declare
  found_name name := (select c.relname from pg_catalog.warehouse_mv m join pg_catalog.pg_class c on c.oid in (m.view, m.backing)
    where c.oid = any (relations) limit 1);
begin
  if found_name is not null then
    raise exception '% is not supported on the materialized view "%"', what, found_name using errcode = '0A000';
  end if;
end $$;

create or replace function pg_catalog.warehouse_check_bases(relations oid[]) returns void language plpgsql stable
set search_path to pg_catalog, pg_temp as $$
declare
  base record;
begin
  for base in select c.oid, c.relname, c.relkind, c.relpersistence, n.nspname, exists (select from pg_catalog.warehouse_mv m where m.view = c.oid) as is_materialized
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = any (relations) loop
    if base.nspname in ('pg_catalog', 'information_schema') then
      raise exception 'A materialized view cannot read the system table or view "%"', base.relname using errcode = '0A000';
    elsif base.relkind = 'v' and not base.is_materialized then
      raise exception 'A materialized view cannot read the view "%"', base.relname using errcode = '0A000';
    elsif base.relpersistence = 't' then
      raise exception 'A materialized view cannot read the temporary table "%"', base.relname using errcode = '0A000';
    elsif not has_table_privilege(pg_catalog.warehouse_actor(), base.oid, 'select') then
      raise exception 'permission denied for relation %', base.relname using errcode = '42501';
    end if;
  end loop;
end $$;

create or replace function pg_catalog.warehouse_check_functions(relation regclass) returns void language plpgsql stable as $$
declare
  called name := (select p.proname from pg_catalog.pg_rewrite w join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
      and d.refclassid = 'pg_proc'::regclass join pg_catalog.pg_proc p on p.oid = d.refobjid and p.pronamespace <> 'pg_catalog'::regnamespace
    where w.ev_class = relation limit 1);
begin
  if called is not null then
    raise exception 'A materialized view cannot call the user-defined function "%"', called using errcode = '0A000';
  end if;
end $$;
`;

/**
 * The steps of CREATE. The view is first made of the query itself, so that the engine tells what it reads: `warehouse_note_materialized`
 * keeps that under the number of the table. `warehouse_finish_materialized` is called when the view reads the table instead. It has the
 * engine drop the view along with a base table, and the table along with the view. Strings get the greatest length, because the rows of
 * later refreshes can be longer than the first ones.
 */
const CREATION = `
create or replace function pg_catalog.warehouse_widen(relation regclass) returns void language plpgsql as $$
declare
  loose record;
begin
  for loose in select attname, attcollation::regcollation as collation from pg_catalog.pg_attribute where attrelid = relation and attnum > 0
    and not attisdropped and atttypmod = -1 and atttypid in ('text'::regtype, 'varchar'::regtype) loop
    execute format('alter table %s alter column %I type varchar(65535) collate %s', relation, loose.attname, loose.collation);
  end loop;
end $$;

create or replace function pg_catalog.warehouse_shape(relation oid) returns jsonb language sql stable as $$
select jsonb_build_object('schema', n.nspname, 'name', c.relname, 'columns', (select jsonb_object_agg(a.attnum, jsonb_build_array(a.attname,
    format_type(a.atttypid, a.atttypmod))) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = relation $$;

create function pg_catalog.warehouse_note_materialized(ticket text, relation regclass, holder regclass, definition text, options jsonb)
returns void language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_must_own(relation), pg_catalog.warehouse_must_own(holder);
  insert into pg_catalog.warehouse_mv (backing, definition, query, auto_refresh, is_incremental, is_mutable)
  values (holder, definition, pg_catalog.warehouse_viewdef(relation), (options ->> 'autoRefresh')::boolean,
    (options ->> 'isIncremental')::boolean, (options ->> 'isMutable')::boolean);
  insert into pg_catalog.warehouse_mv_base
  select distinct holder::oid, d.refobjid, coalesce(m.backing, d.refobjid), pg_catalog.warehouse_shape(d.refobjid)
  from pg_catalog.pg_rewrite w join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
  left join pg_catalog.warehouse_mv m on m.view = d.refobjid
  where w.ev_class = relation;
end $$;

create function pg_catalog.warehouse_finish_materialized(ticket text, relation regclass, holder regclass) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  base record;
begin
  perform pg_catalog.warehouse_must_own(relation), pg_catalog.warehouse_must_own(holder);
  update pg_catalog.warehouse_mv m set view = relation where m.backing = holder;
  insert into pg_catalog.pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
  values ('pg_class'::regclass, holder, 0, 'pg_class'::regclass, relation, 0, 'a');
  for base in select b.* from pg_catalog.warehouse_mv_base b where b.mv = holder loop
    insert into pg_catalog.pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
    select 'pg_rewrite'::regclass, w.oid, 0, 'pg_class'::regclass, base.relation, 0, 'n' from pg_catalog.pg_rewrite w where w.ev_class = relation;
    if not exists (select from pg_catalog.pg_trigger t where t.tgrelid = base.written and t.tgname = 'warehouse_written') then
      execute format('create trigger warehouse_written after insert or update or delete or truncate on %s '
        || 'for each statement execute function pg_catalog.warehouse_base_written()', base.written::regclass);
      update pg_catalog.pg_trigger t set tgisinternal = true where t.tgrelid = base.written and t.tgname = 'warehouse_written';
    end if;
  end loop;
end $$;

create or replace function pg_catalog.warehouse_base_written() returns trigger language plpgsql security definer as $$
begin
  insert into pg_catalog.warehouse_mv_change
  select b.mv, b.written, tg_op = 'TRUNCATE' from pg_catalog.warehouse_mv_base b where b.written = tg_relid
    -- Under SERIALIZABLE, what is read here could fail the transaction.
    and (current_setting('transaction_isolation') = 'serializable' or not exists (select from pg_catalog.warehouse_mv_change c where c.mv = b.mv and c.base = b.written and c.is_truncate = (tg_op = 'TRUNCATE')));
  if tg_op = 'TRUNCATE' then
    insert into pg_catalog.warehouse_mv_event
    select pg_catalog.warehouse_actor()::int, clock_timestamp() at time zone 'UTC', pg_current_xact_id()::text::bigint, 'TRUNCATE', b.mv, b.relation, 'Recompute'
    from pg_catalog.warehouse_mv_base b join pg_catalog.warehouse_mv m on m.backing = b.mv and m.is_incremental
    where b.written = tg_relid and exists (select from pg_catalog.pg_class c where c.oid = m.view);
  end if;
  return null;
end $$;
`;

/**
 * What state a view is in ("STV_MV_INFO"): 0 recomputed, 1 incremental, above 100 a base table has changed so that it cannot be
 * refreshed.
 */
const STATE = `
create or replace function pg_catalog.warehouse_mv_state(backing oid) returns int language sql stable as $$
select coalesce((select min(state) from (
  select case
    when b.shape ->> 'schema' <> s.now ->> 'schema' then 105
    when b.shape ->> 'name' <> s.now ->> 'name' then 103
    when exists (select from jsonb_each(b.shape -> 'columns') o where not s.now -> 'columns' ? o.key) then 101
    when exists (select from jsonb_each(b.shape -> 'columns') o where s.now -> 'columns' -> o.key ->> 1 <> o.value ->> 1) then 102
    when exists (select from jsonb_each(b.shape -> 'columns') o where s.now -> 'columns' -> o.key ->> 0 <> o.value ->> 0) then 104
    end as state
  from pg_catalog.warehouse_mv_base b cross join lateral (select pg_catalog.warehouse_shape(b.relation) as now) s where b.mv = $1) changed),
  (select is_incremental::int from pg_catalog.warehouse_mv m where m.backing = $1)) $$;
`;

const REFRESH = `
create or replace function pg_catalog.warehouse_refresh_kind(mv oid) returns text language sql stable as $$
select case when m.is_mutable or exists (select from pg_catalog.warehouse_mv_change c where c.mv = $1 and c.is_truncate) then 'recomputed'
  when not exists (select from pg_catalog.warehouse_mv_change c where c.mv = $1) then 'current'
  when m.is_incremental then 'updated' else 'recomputed' end
from pg_catalog.warehouse_mv m where m.backing = $1 $$;

create or replace function pg_catalog.warehouse_refresh(relation regclass, cascades boolean) returns void language plpgsql as $$
declare
  view_name name := (select c.relname from pg_catalog.pg_class c where c.oid = relation);
  owner name := (select pg_get_userbyid(c.relowner) from pg_catalog.pg_class c where c.oid = relation);
  acting text := current_setting('role');
  mv pg_catalog.warehouse_mv;
  base record;
  kind text;
begin
  perform pg_catalog.warehouse_must_be_materialized(relation), pg_catalog.warehouse_must_own(relation);
  select m.* into mv from pg_catalog.warehouse_mv m where m.view = relation;
  if cascades then
    for base in select m.view from pg_catalog.warehouse_mv_base b join pg_catalog.warehouse_mv m on m.view = b.relation where b.mv = mv.backing loop
      perform pg_catalog.warehouse_refresh(base.view, true);
    end loop;
  end if;
  if pg_catalog.warehouse_mv_state(mv.backing) > 100 then
    raise exception 'Materialized view % could not be refreshed because %', view_name, (case pg_catalog.warehouse_mv_state(mv.backing)
      when 101 then 'a column of a base table was dropped' when 102 then 'the type of a column of a base table was changed'
      when 103 then 'a base table was renamed' when 104 then 'a column of a base table was renamed'
      else 'the schema of a base table was renamed' end) using errcode = '0A000';
  end if;
  kind := pg_catalog.warehouse_refresh_kind(mv.backing);
  if kind <> 'current' then
    execute format('set local role %I', owner);
    execute format('delete from %s', mv.backing::regclass);
    execute format('insert into %s %s', mv.backing::regclass, rtrim(mv.query, ';'));
    execute format('set local role %I', acting);
  end if;
  raise info '%', (case kind when 'current' then format('Materialized view %s is already up to date.', view_name)
    when 'updated' then format('Materialized view %s was incrementally updated successfully.', view_name)
    else format('Materialized view %s was recomputed successfully.', view_name) end);
end $$;

create function pg_catalog.warehouse_refreshed(ticket text, relation regclass, cascades boolean) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  mv pg_catalog.warehouse_mv;
  base record;
begin
  perform pg_catalog.warehouse_must_own(relation);
  select m.* into mv from pg_catalog.warehouse_mv m where m.view = relation;
  if cascades then
    for base in select m.view from pg_catalog.warehouse_mv_base b join pg_catalog.warehouse_mv m on m.view = b.relation where b.mv = mv.backing loop
      perform pg_catalog.warehouse_refreshed(ticket, base.view, true);
    end loop;
  end if;
  insert into pg_catalog.warehouse_mv_refresh values (pg_catalog.warehouse_actor()::int, pg_backend_pid(), pg_current_xact_id()::text::bigint, mv.backing,
    transaction_timestamp() at time zone 'UTC', clock_timestamp() at time zone 'UTC', pg_catalog.warehouse_refresh_kind(mv.backing));
  delete from pg_catalog.warehouse_mv_change c where c.mv = mv.backing;
end $$;

create function pg_catalog.warehouse_set_auto_refresh(ticket text, relation regclass, refreshes boolean) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_must_own(relation);
  if refreshes and (select m.is_mutable from pg_catalog.warehouse_mv m where m.view = relation) then
    raise exception 'A materialized view whose query calls mutable functions cannot be refreshed automatically' using errcode = '0A000';
  end if;
  update pg_catalog.warehouse_mv m set auto_refresh = refreshes where m.view = relation;
end $$;
`;

/** Idempotent statements, to be run after those of late-binding views. */
export const MATERIALIZED_VIEWS = `${CHECKS}${CREATION}${STATE}${REFRESH}`;
