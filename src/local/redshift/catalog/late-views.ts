/**
 * Views WITH NO SCHEMA BINDING, which name their relations when they are read ("CREATE VIEW"). The engine has a view without columns in the
 * place of each, for its name, owner and privileges; the endpoint puts the query in its place (session/late-views.ts). An
 * ordinary view that reads such a view is kept in the same way, but has its columns.
 */

/** Idempotent statements. */
export const LATE_VIEW_TABLE = `
create table if not exists pg_catalog.warehouse_late_view (view oid primary key, definition text not null, query text not null);
`;

/**
 * Functions of the endpoint. `warehouse_lend_view` makes the user of the session a member of the view's owner, so that the endpoint can make
 * a temporary view that has the owner's rights, until `warehouse_return`; the user must have SELECT on the view.
 * PG_GET_VIEWDEF of the engine keeps working under another name.
 */
export const LATE_VIEW_FUNCTIONS = `
create function pg_catalog.warehouse_keep_view(ticket text, relation regclass, text_of_view text, query_of_view text) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_must_own(relation);
  insert into pg_catalog.warehouse_late_view values (relation, text_of_view, query_of_view)
  on conflict (view) do update set definition = excluded.definition, query = excluded.query;
end $$;
create function pg_catalog.warehouse_forget_view(ticket text, relation regclass) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
begin
  perform pg_catalog.warehouse_must_own(relation);
  delete from pg_catalog.warehouse_late_view v where v.view = relation;
end $$;
create function pg_catalog.warehouse_lend_view(ticket text, relation regclass) returns name
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  lender oid := (select relowner from pg_catalog.pg_class where oid = relation);
  borrower oid := (select oid from pg_catalog.pg_roles where rolname = session_user);
begin
  if not has_table_privilege(pg_catalog.warehouse_actor(), relation, 'select') then
    raise exception 'permission denied for relation %', (select relname from pg_catalog.pg_class where oid = relation)
      using errcode = '42501';
  end if;
  insert into pg_catalog.pg_auth_members (oid, roleid, member, grantor, admin_option, inherit_option, set_option)
  select pg_nextoid('pg_catalog.pg_auth_members', 'oid', 'pg_catalog.pg_auth_members_oid_index'), lender, borrower,
    pg_backend_pid(), false, false, true
  where not exists (select from pg_catalog.pg_auth_members m where m.roleid = lender and m.member = borrower and m.grantor = pg_backend_pid()::oid);
  return pg_get_userbyid(lender);
end $$;
create function pg_catalog.warehouse_drop_late(ticket text, views oid[]) returns void
language plpgsql security definer as $$
declare
  admitted constant boolean := pg_catalog.warehouse_admit(ticket);
  each oid;
begin
  foreach each in array views loop
    execute format('drop view if exists pg_temp.warehouse_late_%s cascade', each);
  end loop;
end $$;
update pg_catalog.pg_proc set proname = 'warehouse_viewdef' where oid in (1641, 2506);
create or replace function pg_catalog.pg_get_viewdef(relation oid) returns text language sql stable strict as
$$ select coalesce((select v.definition from pg_catalog.warehouse_late_view v where v.view = $1),
  (select m.definition from pg_catalog.warehouse_mv m where m.view = $1), pg_catalog.warehouse_viewdef($1)) $$;
create or replace function pg_catalog.pg_get_viewdef(relation oid, pretty boolean) returns text language sql stable strict as
$$ select coalesce((select v.definition from pg_catalog.warehouse_late_view v where v.view = $1),
  (select m.definition from pg_catalog.warehouse_mv m where m.view = $1), pg_catalog.warehouse_viewdef($1, $2)) $$;

/* The columns of each view at the time of the statement, which the endpoint has found out just before. */
create or replace function pg_catalog.pg_get_late_binding_view_cols() returns setof record language sql stable as
$$ select (c ->> 0)::name, (c ->> 1)::name, (c ->> 2)::name, (c ->> 3)::varchar, (c ->> 4)::int
   from jsonb_array_elements(coalesce(nullif(current_setting('warehouse.late_columns', true), ''), '[]')::jsonb) c $$;
`;
