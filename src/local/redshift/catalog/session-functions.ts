/** Functions about the session, and those without a subject of their own. */

/** Idempotent statements. Functions about the session read settings that the endpoint sets just before a statement that names them. */
export const SESSION_FUNCTIONS = `
create or replace function pg_catalog.version() returns text language sql stable as
$$ select 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.66954'::text $$;

create or replace function pg_catalog.pg_last_copy_count() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.copy_count', true), ''), '0')::bigint $$;
create or replace function pg_catalog.pg_last_copy_id() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.copy_id', true), ''), '-1')::bigint $$;
create or replace function pg_catalog.pg_last_query_id() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.query_id', true), ''), '-1')::bigint $$;

/* What Redshift has as the default of an IDENTITY column; null for any other column. */
create or replace function pg_catalog.warehouse_identity(relation oid, number int2, identity "char") returns text
language sql stable as
$$ select format('"%s"(%s, %s, ''%s,%s''::text)', case identity when 'a' then 'identity' else 'default_identity' end,
    relation, number - 1, s.seqstart, s.seqincrement)
  from pg_catalog.pg_depend d join pg_catalog.pg_sequence s on s.seqrelid = d.objid
  where identity <> '' and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
    and d.refobjid = relation and d.refobjsubid = number and d.deptype = 'i' $$;

create or replace function pg_catalog.nvl(a anyelement, b anyelement) returns anyelement language sql immutable as
$$ select coalesce(a, b) $$;
`;
