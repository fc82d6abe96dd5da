/**
 * Kinds of objects that Redshift has and the local warehouse does not have. Clients that look for them, as dbt does before
 * each model, find none. Columns are those of the Amazon Redshift Database Developer Guide.
 */

/** All views, dropped and recreated with every version. */
export const ABSENT_VIEW_NAMES = ['svv_external_schemas', 'svv_external_tables', 'svv_external_columns'];

/**
 * Functions are idempotent. Late-binding views are made as ordinary views, whose columns the other catalogs show
 * ("PG_GET_LATE_BINDING_VIEW_COLS"); the caller names and types the columns of the result.
 */
export const ABSENT = `
create or replace function pg_catalog.pg_get_late_binding_view_cols() returns setof record language sql stable as
$$ select ''::name, ''::name, ''::name, ''::varchar, 0 where false $$;

create view pg_catalog.svv_external_schemas as
select 0::oid as esoid, 0::smallint as eskind, ''::name as schemaname, 0 as esowner, ''::text as databasename,
  ''::text as esoptions where false;

create view pg_catalog.svv_external_tables as
select ''::text as redshift_database_name, ''::text as schemaname, ''::text as tablename, ''::text as tabletype,
  ''::text as location, ''::text as input_format, ''::text as output_format, ''::text as serialization_lib,
  ''::text as serde_parameters, 0 as compressed, ''::text as parameters where false;

create view pg_catalog.svv_external_columns as
select ''::text as redshift_database_name, ''::text as schemaname, ''::text as tablename, ''::text as columnname,
  ''::text as external_type, 0 as columnnum, 0 as part_key, ''::text as is_nullable where false;
`;
