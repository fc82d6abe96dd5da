/**
 * The lists of SHOW TABLES, SHOW COLUMNS and the like. Each function has the columns of the command's page and a pattern of names, which is
 * null without LIKE. Users see what they own and what they have privileges on.
 */

const ACL = `
create or replace function pg_catalog.warehouse_acl(list aclitem[]) returns text language sql stable as
$$ select regexp_replace(string_agg(i::text, '~'), '\\m(warehouse_admin|pg_database_owner)\\M', 'rdsdb', 'g') from unnest(list) i $$;
-- The numbers of the engine's own roles; the owner of a cluster's system has the number 1.
create or replace function pg_catalog.warehouse_owner(owner oid) returns int language sql stable as
$$ select case when owner < 16384 then 1 else owner::int end $$;
create or replace function pg_catalog.warehouse_owner_name(owner oid) returns text language sql stable as
$$ select case when owner < 16384 then 'rdsdb' else pg_get_userbyid(owner) end $$;
`;

/** A function that lists rows in the order of some columns, the first of which LIKE compares. */
function listing(
  name: string,
  [parameters, columns]: readonly [string, string],
  query: string,
  order: string,
): string {
  const list = parameters === '' ? 'pattern text' : `${parameters}, pattern text`;
  const [first = '', ...others] = order.split(', ');
  return `
drop function if exists pg_catalog.warehouse_show_${name} cascade;
create function pg_catalog.warehouse_show_${name}(${list}) returns table (${columns}) language sql stable as $$
select l.* from (${query}) l where pattern is null or l.${first} like pattern order by ${[first, ...others].map((column) => `l.${column}`).join(', ')} $$;
`;
}

const SYSTEM = `('pg_toast', 'warehouse_catalog', 'warehouse_psql')`;
const BY_NAME = `s.nspname = warehouse_short_name(schema)`;
/** Relations that the user owns, or has SELECT on, at least on a column. */
const READABLE = `(pg_has_role(warehouse_actor(), c.relowner, 'usage') or has_table_privilege(warehouse_actor(), c.oid, 'select')
  or has_any_column_privilege(warehouse_actor(), c.oid, 'select'))`;
const SUBTYPE = `(case when c.relkind = 'r' then 'REGULAR TABLE'
  when exists (select from pg_catalog.warehouse_mv m where m.view = c.oid) then 'MATERIALIZED VIEW'
  when exists (select from pg_catalog.warehouse_late_view v where v.view = c.oid) and c.relnatts = 0 then 'LATE BINDING VIEW' else 'REGULAR VIEW' end)`;
const DIST_STYLE = `(case when c.relkind <> 'r' then null when w.design ->> 'distKey' is not null then 'KEY(' || (w.design ->> 'distKey') || ')'
  when w.design ->> 'distStyle' in ('ALL', 'EVEN') then w.design ->> 'distStyle' else 'AUTO (EVEN)' end)`;

const TABLES = listing(
  'tables',
  [
    'schema text',
    `database_name text, schema_name text, table_name text, table_type text, table_acl text, remarks text, owner text,
  last_altered_time timestamp, last_modified_time timestamp, dist_style text, table_subtype text`,
  ],
  `select current_database()::text as database_name, s.nspname::text as schema_name, warehouse_long_name(c.relname) as table_name,
    (case c.relkind when 'r' then 'TABLE' else 'VIEW' end) as table_type, warehouse_acl(c.relacl) as table_acl, obj_description(c.oid, 'pg_class') as remarks,
    warehouse_owner_name(c.relowner) as owner, null::timestamp as last_altered_time, null::timestamp as last_modified_time,
    ${DIST_STYLE} as dist_style, ${SUBTYPE} as table_subtype
  from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace left join pg_catalog.warehouse_design w on w.relation = c.oid
  where warehouse_must_find_schema(schema) and ${BY_NAME} and c.relkind in ('r', 'v') and ${READABLE}`,
  'table_name',
);

const COLUMNS = listing(
  'columns',
  [
    'wanted regclass',
    `database_name text, schema_name text, table_name text, column_name text, ordinal_position int, column_default text, is_nullable text,
  data_type text, character_maximum_length int, numeric_precision int, numeric_scale int, remarks text, sort_key_type text,
  sort_key_order int, dist_key int, encoding text, collation_name text`,
  ],
  `select current_database()::text as database_name, s.nspname::text as schema_name, warehouse_long_name(c.relname) as table_name,
    warehouse_long_name(a.attname) as column_name, (select count(*) from pg_catalog.pg_attribute b where b.attrelid = a.attrelid and b.attnum between 1 and a.attnum and not b.attisdropped)::int
      as ordinal_position,
    coalesce(pg_get_expr(d.adbin, d.adrelid), warehouse_identity(a.attrelid, a.attnum, a.attidentity))::text as column_default,
    (case when a.attnotnull then 'NO' else 'YES' end) as is_nullable, warehouse_type(a.atttypid, null) as data_type,
    information_schema._pg_char_max_length(a.atttypid, a.atttypmod)::int as character_maximum_length,
    information_schema._pg_numeric_precision(a.atttypid, a.atttypmod)::int as numeric_precision,
    information_schema._pg_numeric_scale(a.atttypid, a.atttypmod)::int as numeric_scale, col_description(c.oid, a.attnum) as remarks,
    (case when w.design -> 'sortKey' ? a.attname::text then coalesce(w.design ->> 'sortStyle', 'COMPOUND') end) as sort_key_type,
    nullif(abs(warehouse_sort_key(w.design, a.attname)), 0) as sort_key_order,
    (case when w.design ->> 'distKey' = a.attname then 1 end) as dist_key,
    (case when c.relkind = 'r' then warehouse_encoding(c.oid, a.attname) end) as encoding, null::text as collation_name
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace s on s.oid = c.relnamespace
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_catalog.warehouse_design w on w.relation = c.oid
  where a.attrelid = wanted and a.attnum > 0 and not a.attisdropped and (pg_has_role(warehouse_actor(), c.relowner, 'usage')
    or has_table_privilege(warehouse_actor(), c.oid, 'select') or has_column_privilege(warehouse_actor(), c.oid, a.attnum, 'select'))`,
  'column_name',
).replace('order by l.column_name', 'order by l.ordinal_position');

const PLACES = `${listing(
  'databases',
  [
    '',
    `database_name text, database_owner int, database_type text, database_acl text, parameters text, database_isolation_level text`,
  ],
  `select d.database_name::text, d.database_owner, d.database_type::text, (select warehouse_acl(p.datacl) from pg_catalog.pg_database p
    where p.datname = d.database_name) as database_acl, null::text as parameters, d.database_isolation_level::text
  from pg_catalog.svv_redshift_databases d`,
  'database_name',
)}${listing(
  'datashares',
  [
    '',
    `share_name text, share_owner text, source_database text, consumer_database text, share_type text, createdate timestamp,
  is_publicaccessible boolean, share_acl text, producer_account text, producer_namespace text`,
  ],
  `select null::text as share_name, null::text, null::text, null::text, null::text, null::timestamp, null::boolean, null::text, null::text, null::text where false`,
  'share_name',
)}${listing(
  'schemas',
  [
    '',
    `database_name text, schema_name text, schema_owner int, schema_type text, schema_acl text, source_database text, schema_option text`,
  ],
  `select current_database()::text as database_name, s.nspname::text as schema_name, warehouse_owner(s.nspowner) as schema_owner, 'local' as schema_type,
    warehouse_acl(s.nspacl) as schema_acl, null::text as source_database, null::text as schema_option
  from pg_catalog.pg_namespace s where s.nspname not in ${SYSTEM} and s.nspname !~ '^pg_(toast_)?temp_'
    and (pg_has_role(warehouse_actor(), s.nspowner, 'usage') or has_schema_privilege(warehouse_actor(), s.oid, 'usage, create'))`,
  'schema_name',
)}`;

const routines = (name: string, kinds: string): string =>
  listing(
    `${name}s`,
    [
      'schema text',
      `database_name text, schema_name text, ${name}_name text, number_of_arguments int, argument_list text, return_type text, remarks text`,
    ],
    `select current_database()::text as database_name, s.nspname::text as schema_name, warehouse_long_name(p.proname) as ${name}_name,
      p.pronargs::int as number_of_arguments, (select coalesce(string_agg(warehouse_type(t.type, null), ', ' order by t.at), '')
        from unnest(p.proargtypes::oid[]) with ordinality t (type, at)) as argument_list,
      (case when p.prokind = 'p' then (select coalesce(string_agg(warehouse_type(t.type, null), ', ' order by t.at), '')
        from unnest(p.proallargtypes, p.proargmodes) with ordinality t (type, mode, at) where t.mode in ('o', 'b')) else warehouse_type(p.prorettype, null) end) as return_type,
      obj_description(p.oid, 'pg_proc') as remarks
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace s on s.oid = p.pronamespace
    where warehouse_must_find_schema(schema) and ${BY_NAME} and p.prokind in (${kinds}) and not (s.nspname = 'pg_catalog' and p.proname ~ '^_?(warehouse_|super_)')
      and (pg_has_role(warehouse_actor(), p.proowner, 'usage') or has_function_privilege(warehouse_actor(), p.oid, 'execute'))`,
    `${name}_name, argument_list`,
  );

const parameters = (name: string, kinds: string): string =>
  listing(
    `${name}_parameters`,
    [
      'routine regprocedure',
      `database_name text, schema_name text, ${name}_name text, parameter_name text, ordinal_position int, parameter_type text, data_type text,
    character_maximum_length int, numeric_precision int, numeric_scale int`,
    ],
    `select current_database()::text as database_name, s.nspname::text as schema_name, warehouse_long_name(p.proname) as ${name}_name,
      coalesce(p.proargnames[t.at], '') as parameter_name, t.at::int as ordinal_position,
      (case t.mode when 'o' then 'OUT' when 'b' then 'INOUT' else 'IN' end) as parameter_type, warehouse_type(t.type, null) as data_type,
      information_schema._pg_char_max_length(t.type, -1)::int as character_maximum_length,
      information_schema._pg_numeric_precision(t.type, -1)::int as numeric_precision, information_schema._pg_numeric_scale(t.type, -1)::int as numeric_scale
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace s on s.oid = p.pronamespace
    cross join lateral unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes) with ordinality t (type, mode, at)
    where p.oid = routine and p.prokind in (${kinds})
      and (pg_has_role(warehouse_actor(), p.proowner, 'usage') or has_function_privilege(warehouse_actor(), p.oid, 'execute'))`,
    'parameter_name',
  ).replace('order by l.parameter_name', 'order by l.ordinal_position');

const KEYS = `${listing(
  'primary_keys',
  [
    'wanted regclass',
    `database_name text, schema_name text, table_name text, column_name text, key_seq int, pk_name text`,
  ],
  `select current_database()::text as database_name, s.nspname::text as schema_name, warehouse_long_name(c.relname) as table_name,
    warehouse_long_name(a.attname) as column_name, t.at::int as key_seq, warehouse_long_name(k.conname) as pk_name
  from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace s on s.oid = c.relnamespace
  cross join lateral unnest(k.conkey) with ordinality t (attnum, at) join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = t.attnum
  where k.conrelid = wanted and k.contype = 'p' and ${READABLE}`,
  'column_name',
).replace('order by l.column_name', 'order by l.key_seq')}${listing(
  'foreign_keys',
  [
    'wanted regclass, exported boolean',
    `pk_database_name text, pk_schema_name text, pk_table_name text, pk_column_name text, fk_database_name text, fk_schema_name text,
  fk_table_name text, fk_column_name text, key_seq int, fk_name text, pk_name text, update_rule int, delete_rule int, deferrability int`,
  ],
  `select current_database()::text as pk_database_name, ps.nspname::text as pk_schema_name, warehouse_long_name(p.relname) as pk_table_name,
    warehouse_long_name(pa.attname) as pk_column_name, current_database()::text as fk_database_name, s.nspname::text as fk_schema_name,
    warehouse_long_name(c.relname) as fk_table_name, warehouse_long_name(a.attname) as fk_column_name, t.at::int as key_seq,
    warehouse_long_name(k.conname) as fk_name, (select warehouse_long_name(u.conname) from pg_catalog.pg_constraint u where u.conrelid = p.oid and u.contype = 'p') as pk_name,
    3 as update_rule, 3 as delete_rule, 7 as deferrability
  from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace s on s.oid = c.relnamespace
  join pg_catalog.pg_class p on p.oid = k.confrelid join pg_catalog.pg_namespace ps on ps.oid = p.relnamespace
  cross join lateral unnest(k.conkey, k.confkey) with ordinality t (attnum, refnum, at)
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = t.attnum
  join pg_catalog.pg_attribute pa on pa.attrelid = p.oid and pa.attnum = t.refnum
  where (case when exported then k.confrelid else k.conrelid end) = wanted and k.contype = 'f' and ${READABLE}`,
  'fk_table_name, fk_name, key_seq',
)}`;

/** All of one object, or all of one identity if `kind` is null. The number of a database is null. */
const GRANTS = listing(
  'grants',
  [
    'kind text, object oid, identity_kind text, identity text',
    `database_name text, schema_name text, object_name text, object_type text, privilege_type text, identity_id int, identity_name text,
  identity_type text, admin_option boolean, privilege_scope text, grantor_name text`,
  ],
  `select current_database()::text as database_name, g.* from (
    select r.namespace_name as schema_name, r.relation_name as object_name, (case c.relkind when 'r' then 'TABLE' else 'VIEW' end) as object_type,
      r.privilege_type, r.identity_id, r.identity_name, r.identity_type, r.admin_option, 'TABLE' as privilege_scope, warehouse_owner_name(c.relowner) as grantor_name
    from pg_catalog.svv_relation_privileges r join pg_catalog.pg_namespace n on n.nspname = r.namespace_name
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = warehouse_short_name(r.relation_name)
    where kind is null or (kind = 'TABLE' and c.oid = object)
    union all
    select r.namespace_name, null, 'SCHEMA', r.privilege_type, r.identity_id, r.identity_name, r.identity_type, r.admin_option, r.privilege_scope,
      warehouse_owner_name(n.nspowner)
    from pg_catalog.svv_schema_privileges r join pg_catalog.pg_namespace n on n.nspname = r.namespace_name
    where kind is null or (kind = 'SCHEMA' and n.oid = object)
    union all
    select null, null, 'DATABASE', r.privilege_type, r.identity_id, r.identity_name, r.identity_type, r.admin_option, r.privilege_scope,
      warehouse_owner_name(d.datdba)
    from pg_catalog.svv_database_privileges r join pg_catalog.pg_database d on d.datname = r.database_name where kind is null or kind = 'DATABASE'
    union all
    select r.namespace_name, r.function_name || '(' || r.argument_types || ')', 'FUNCTION', r.privilege_type, r.identity_id, r.identity_name, r.identity_type,
      r.admin_option, 'FUNCTION', warehouse_owner_name(p.proowner)
    from pg_catalog.svv_function_privileges r join pg_catalog.pg_namespace n on n.nspname = r.namespace_name
    join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = warehouse_short_name(r.function_name)
      and r.argument_types = (select coalesce(string_agg(warehouse_type(t.type, null), ', ' order by t.at), '') from unnest(p.proargtypes::oid[]) with ordinality t (type, at))
    where kind is null or (kind = 'FUNCTION' and p.oid = object)
    union all
    select null, u.role_name, 'ROLE', 'USAGE', u.user_id, u.user_name, 'user', u.admin_option, 'ROLE', null
    from pg_catalog.svv_user_grants u where kind is null) g
  where identity is null or (g.identity_type = identity_kind and g.identity_name = identity
    and (kind is not null or warehouse_may_show(identity_kind, identity)))`,
  'object_name, schema_name, privilege_type, identity_name',
);

/** Idempotent statements, to be run after the system views. */
export const SHOW_LISTS = `${ACL}
create or replace function pg_catalog.warehouse_short_name(name text) returns name language sql stable as
$$ select coalesce((select n.engine from pg_catalog.warehouse_name n where n.name = $1), $1)::name $$;
create or replace function pg_catalog.warehouse_must_find_schema(schema text) returns boolean language plpgsql stable as $$
begin
  if not exists (select from pg_catalog.pg_namespace s where s.nspname = warehouse_short_name(schema)) then
    raise exception 'schema "%" does not exist', schema using errcode = '3F000';
  end if;
  return true;
end $$;
create or replace function pg_catalog.warehouse_may_show(kind text, name text) returns boolean language plpgsql stable as $$
declare
  who oid := case when kind <> 'public' then pg_catalog.warehouse_find(kind, name) end;
begin
  if kind <> 'public' and not pg_catalog.warehouse_is_superuser() and not pg_has_role(pg_catalog.warehouse_actor(), who, 'usage')
    and not exists (select from pg_catalog.svv_roles r where kind = 'role' and r.role_name = name) then
    raise exception 'permission denied to show the grants of % "%"', kind, name using errcode = '42501';
  end if;
  return true;
end $$;
${TABLES}${COLUMNS}${PLACES}${routines('function', `'f', 'a', 'w'`)}${routines('procedure', `'p'`)}
${parameters('function', `'f', 'a', 'w'`)}${parameters('procedure', `'p'`)}${KEYS}${GRANTS}`;
