/** What Redshift checks before UPDATE and MERGE write, and PostgreSQL does not ("UPDATE", "MERGE"). */

/** Idempotent statements. */
export const WRITES = `
drop function if exists pg_catalog.warehouse_check_update(text);
drop function if exists pg_catalog.warehouse_refuse_many(text);

create or replace function pg_catalog.warehouse_check_merge(target regclass, source regclass) returns void
language plpgsql stable as $$
begin
  if target = source then
    raise exception 'Source and target of Merge statement cannot be the same table.' using errcode = '0A000';
  end if;
  if exists (
    with recursive reads (relation) as (
      select source::oid
      union
      select d.refobjid from reads r join pg_catalog.pg_rewrite w on w.ev_class = r.relation
        join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass)
    select from reads where relation = target) then
    raise exception 'Source view/subquery in Merge statement cannot reference target table.' using errcode = '0A000';
  end if;
end $$;

create or replace function pg_catalog.warehouse_check_alike(target regclass, source regclass) returns void
language plpgsql stable as $$
begin
  if (select count(*) filter (where attrelid = target) <> count(*) filter (where attrelid = source) from pg_attribute
    where attrelid in (target, source) and attnum > 0 and not attisdropped) then
    raise exception 'Merge with REMOVE DUPLICATES needs as many columns in the source as in the target table.'
      using errcode = '0A000';
  end if;
end $$;
`;
