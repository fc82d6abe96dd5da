/** The standard's catalog where PostgreSQL's differs from Redshift's: names of types, and no NOT NULL among constraints. */

/** Statements that recreate its views, based on the definitions of the engine. */
export const INFORMATION_SCHEMA = `
create or replace view information_schema.table_constraints as
select current_database()::information_schema.sql_identifier as constraint_catalog,
  n.nspname::information_schema.sql_identifier as constraint_schema, k.conname::information_schema.sql_identifier as constraint_name,
  current_database()::information_schema.sql_identifier as table_catalog,
  n.nspname::information_schema.sql_identifier as table_schema, c.relname::information_schema.sql_identifier as table_name,
  (case k.contype when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' else 'FOREIGN KEY' end)::information_schema.character_data as constraint_type,
  'NO'::information_schema.yes_or_no as is_deferrable, 'NO'::information_schema.yes_or_no as initially_deferred,
  'YES'::information_schema.yes_or_no as enforced, null::information_schema.yes_or_no as nulls_distinct
from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'f') and pg_has_role(c.relowner, 'usage');
do $$
declare
  definition text := pg_get_viewdef('information_schema.columns'::regclass);
begin
  if definition not like '%warehouse_type%' then
    -- The third branch of the type's name is that of types outside the standard.
    execute 'create or replace view information_schema.columns as ' ||
      regexp_replace(rtrim(definition, ';'), $f$WHEN \\(nt\\.nspname = 'pg_catalog'::name\\) THEN (pg_catalog\\.)?format_type\\(a\\.atttypid, NULL::integer\\)$f$,
        $f$WHEN (nt.nspname = 'pg_catalog'::name) THEN pg_catalog.warehouse_type(a.atttypid, NULL::integer)$f$);
  end if;
  -- The domain with which values of SUPER are compared. Users cannot create domains.
  definition := pg_get_viewdef('information_schema.domains'::regclass);
  if definition not like '%warehouse%' then
    execute 'create or replace view information_schema.domains as select d.* from (' || rtrim(definition, ';') ||
      $f$) d where d.domain_name::text not like 'warehouse%'$f$;
  end if;
end $$;
`;
