/**
 * Kinds of objects that Redshift has and the local warehouse does not have. Clients that look for them, as dbt does before
 * each model, find none. Columns are those of the Amazon Redshift Database Developer Guide.
 */

/** All views, dropped and recreated with every version. */
export const ABSENT_VIEW_NAMES = ['svv_external_schemas', 'svv_external_tables', 'svv_external_columns'];

/** Statements that recreate them. */
export const ABSENT = `
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
