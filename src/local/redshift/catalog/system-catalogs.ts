/**
 * The PG_ catalogs as a client of Redshift sees them: types under Redshift's numbers, and the columns of PostgreSQL 8.0 and Redshift only. The
 * dialect puts these views in the place of PostgreSQL's own tables (`sql/catalogs.ts`).
 */

import { FULL_SCHEMA, isOwnObject, isOwnSchema, shownRole, STRICT_SCHEMA } from './shown.ts';

/** Numbers of types on Redshift's wire. */
export const SUPER_OID = 4000;
export const VARBYTE_OID = 6551;

const TYPE_NUMBER = (type: string) =>
  `(case ${type} when 'super'::regtype then ${SUPER_OID} when 'bytea'::regtype then ${VARBYTE_OID} else ${type} end)::oid`;

/** The only function of the catalogs that has to know of those numbers. */
const FUNCTIONS = `
create or replace function ${FULL_SCHEMA}.format_type(type oid, modifier int) returns text language sql stable as
$$ select warehouse_type(case $1 when ${SUPER_OID} then 'super'::regtype when ${VARBYTE_OID} then 'bytea'::regtype
  else $1 end, $2) $$;
`;

/** `changes` are expressions in place of columns; the others are those of the table, whichever the engine has. */
const HELPER = `
create or replace function ${FULL_SCHEMA}.columns(relation regclass, source text, changes jsonb) returns text
language sql stable as
$$ select string_agg(coalesce(changes ->> attname, source || '.' || quote_ident(attname)) || ' as ' || quote_ident(attname),
  ', ' order by attnum) || ', ' || relation::oid || '::oid as tableoid' from pg_attribute where attrelid = relation and attnum > 0 and not attisdropped $$;
`;

interface Part {
  /** The catalog's rows under this alias; expressions in `changes` may name whatever `from` has. */
  readonly alias: string;
  readonly from: string;
  readonly changes: Readonly<Record<string, string>>;
}

const FULL_VIEWS: Readonly<Record<string, Part>> = {
  pg_namespace: {
    alias: 'n',
    from: `pg_catalog.pg_namespace n where not ${isOwnSchema('n.nspname')}`,
    changes: {},
  },
  // Redshift has no sequences; those of the engine count IDENTITY columns.
  pg_class: {
    alias: 'c',
    from: `pg_catalog.pg_class c where c.relkind <> 'S' and not ${isOwnObject('c.relname', 'c.relnamespace')}`,
    changes: {},
  },
  pg_attribute: {
    alias: 'a',
    from: 'pg_catalog.pg_attribute a where a.attnum > 0',
    changes: { atttypid: TYPE_NUMBER('a.atttypid') },
  },
  pg_type: {
    alias: 't',
    from: `pg_catalog.pg_type t where not ${isOwnObject('t.typname', 't.typnamespace')}`,
    changes: {
      oid: TYPE_NUMBER('t.oid'),
      typname: `(case t.typname when 'bytea' then 'varbyte' else t.typname end)::name`,
    },
  },
  pg_constraint: {
    alias: 'k',
    from: 'pg_catalog.pg_constraint k',
    changes: { condeferrable: 'false' },
  },
  pg_index: {
    alias: 'i',
    from: `pg_catalog.pg_index i left join pg_catalog.pg_constraint k on k.conindid = i.indexrelid
      and k.contype in ('p', 'u')`,
    changes: {
      indisunique: 'i.indisunique or k.oid is not null',
      ...{ indisvalid: 'true', indisready: 'true', indimmediate: 'true' },
    },
  },
  pg_roles: {
    alias: 'r',
    from: `pg_catalog.pg_roles r where r.rolname !~ '^(pg_|warehouse_)'`,
    changes: {},
  },
  pg_database: { alias: 'd', from: `pg_catalog.pg_database d where d.datname <> 'postgres'`, changes: {} },
  // The table of a materialized view depends on its view, so that it is dropped with it; clients would find a circle.
  pg_depend: {
    alias: 'd',
    from: `pg_catalog.pg_depend d where not exists (select from pg_catalog.warehouse_mv m
      where m.backing = d.objid and m.view = d.refobjid and d.deptype = 'a')`,
    changes: {},
  },
  pg_proc: {
    alias: 'p',
    from: `pg_catalog.pg_proc p where not ${isOwnObject('p.proname', 'p.pronamespace')}`,
    changes: {},
  },
};

function fullView(name: string, { alias, from, changes }: Part): string {
  return `do $v$ begin execute 'create view ${FULL_SCHEMA}.${name} as select ' ||
    ${FULL_SCHEMA}.columns('pg_catalog.${name}', '${alias}', $j$${JSON.stringify(changes)}$j$) || $f$ from ${from}$f$; end $v$;`;
}

/** Columns of the strict views over the full ones: those of PostgreSQL 8.0 and of Redshift. */
const STRICT_VIEWS: Readonly<Record<string, string>> = {
  pg_namespace: `select oid, nspname, nspowner, warehouse_acls(nspacl) as nspacl from ${FULL_SCHEMA}.pg_namespace`,
  pg_class: `select c.oid, c.relname, c.relnamespace, c.reltype, c.relowner, c.relam, c.relfilenode, c.reltablespace,
    c.relpages, c.reltuples, c.reltoastrelid, 0::oid as reltoastidxid, c.relhasindex, c.relisshared, c.relkind, c.relnatts,
    0::oid as relexternid, false as relisreplicated, false as relispinned,
    (case w.design ->> 'distStyle' when 'EVEN' then 0 when 'KEY' then 1 when 'ALL' then 8 else 9 end)::int2 as reldiststyle,
    0::oid as relprojbaseid, c.relchecks, 0::int2 as reltriggers, 0::int2 as relukeys, 0::int2 as relfkeys, 0::int2 as relrefs,
    false as relhasoids, exists (select from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'p') as relhaspkey, c.relhasrules, c.relhassubclass, warehouse_acls(c.relacl) as relacl
    from ${FULL_SCHEMA}.pg_class c left join pg_catalog.warehouse_design w on w.relation = c.oid`,
  pg_attribute: `select a.attrelid, a.attname, a.atttypid, a.attstattarget, a.attlen, a.attnum, a.attndims, a.attcacheoff,
    a.atttypmod, a.attbyval, a.attstorage, a.attalign, a.attnotnull, a.atthasdef or a.attidentity <> '' as atthasdef,
    a.attisdropped, a.attislocal,
    a.attinhcount, coalesce(w.design ->> 'distKey' = a.attname, false) as attisdistkey, false as attispreloaded,
    warehouse_sort_key(w.design, a.attname) as attsortkeyord,
    warehouse_encoding_number(warehouse_encoding(w.design, a.attname, a.atttypid)) as attencodingtype,
    0::int2 as attencrypttype
    from ${FULL_SCHEMA}.pg_attribute a left join pg_catalog.warehouse_design w on w.relation = a.attrelid`,
  pg_type: `select oid, typname, typnamespace, typowner, typlen, typbyval, typtype, typisdefined, typdelim, typrelid, typelem,
    typinput, typoutput, typreceive, typsend, typanalyze, typalign, typstorage, typnotnull, typbasetype, typtypmod, typndims,
    typdefaultbin, typdefault from ${FULL_SCHEMA}.pg_type`,
  pg_constraint: `select oid, conname, connamespace, contype, condeferrable, condeferred, conrelid, contypid, confrelid,
    confupdtype, confdeltype, confmatchtype, conkey, confkey, conbin, null::text as consrc from ${FULL_SCHEMA}.pg_constraint`,
  pg_index: `select indexrelid, indrelid, indkey, indclass, indnatts, indisunique, indisprimary, indisclustered, indexprs, indpred
    from ${FULL_SCHEMA}.pg_index`,
  pg_attrdef: `select oid, adrelid, adnum, adbin, pg_get_expr(adbin, adrelid) as adsrc from pg_catalog.pg_attrdef
    union all
    select 0::oid, attrelid, attnum, null, warehouse_identity(attrelid, attnum, attidentity)
    from pg_catalog.pg_attribute where attidentity <> ''`,
  pg_database: `select oid, datname, datdba, encoding, datistemplate, datallowconn, 0::oid as datlastsysoid, dattablespace,
    null::text[] as datconfig, warehouse_acls(datacl) as datacl from ${FULL_SCHEMA}.pg_database`,
  pg_proc: `select oid, proname, pronamespace, proowner, prolang, prokind = 'a' as proisagg, prosecdef, proisstrict, proretset,
    provolatile, pronargs, prorettype, proargtypes, proargnames, prosrc, probin, warehouse_acls(proacl) as proacl from ${FULL_SCHEMA}.pg_proc`,
  pg_proc_info: `select oid as prooid, proname, pronamespace, proowner, prolang, prokind = 'a' as proisagg, prosecdef, proisstrict,
    proretset, provolatile, pronargs, prorettype, proargtypes, proargnames, prosrc, probin, warehouse_acls(proacl) as proacl,
    proallargtypes, proargmodes, prokind from ${FULL_SCHEMA}.pg_proc`,
  pg_depend: `select classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype from ${FULL_SCHEMA}.pg_depend`,
  pg_default_acl: `select oid, defaclrole as defacluser, defaclnamespace, defaclobjtype, warehouse_acls(defaclacl) as defaclacl
    from pg_catalog.pg_default_acl`,
  pg_tables: `select n.nspname as schemaname, c.relname as tablename, ${shownRole('u.rolname')} as tableowner, null::name as tablespace,
    c.relhasindex as hasindexes, c.relhasrules as hasrules, false as hastriggers
    from ${FULL_SCHEMA}.pg_class c join ${FULL_SCHEMA}.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_roles u on u.oid = c.relowner where c.relkind in ('r', 'p')`,
  pg_views: `select n.nspname as schemaname, c.relname as viewname, ${shownRole('u.rolname')} as viewowner,
    pg_get_viewdef(c.oid) as definition
    from ${FULL_SCHEMA}.pg_class c join ${FULL_SCHEMA}.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_roles u on u.oid = c.relowner where c.relkind = 'v'`,
  pg_class_info: `select c.*, null::timestamp as relcreationtime,
    (case when w.design ->> 'distKey' is not null then 1 when w.design ->> 'distStyle' = 'ALL' then 8 when w.design ->> 'distStyle' = 'EVEN' then 0
      else 10 end)::int2 as releffectivediststyle
    from ${STRICT_SCHEMA}.pg_class c left join pg_catalog.warehouse_design w on w.relation = c.oid`,
  pg_attribute_info: `select a.*, warehouse_acls(p.attacl) as attacl from ${STRICT_SCHEMA}.pg_attribute a
    join pg_catalog.pg_attribute p on p.attrelid = a.attrelid and p.attnum = a.attnum`,
  pg_user_info: `select u.usename, u.usesysid, u.usecreatedb, u.usesuper, u.usesuper as usecatupd, u.passwd, u.valuntil, u.useconfig, r.rolconnlimit as useconnlimit,
    (case when coalesce(w.syslog, false) then 'UNRESTRICTED' else 'RESTRICTED' end)::text as syslogaccess, null::timestamp as last_ddl_ts,
    0 as sessiontimeout, null::text as externalid
    from pg_catalog.pg_user u join pg_catalog.pg_roles r on r.oid = u.usesysid left join pg_catalog.warehouse_user w on w.usesysid = u.usesysid`,
  pg_external_schema: `select 0::oid as esoid, 0::int2 as eskind, ''::text as esdbname, ''::text as esoptions where false`,
  pg_library: `select ''::name as name, 0::oid as language_oid, 0 as file_store_id, 0 as owner where false`,
  // The names of PostgreSQL 8.0: procpid and current_query.
  pg_stat_activity: `select a.datid, a.datname, a.pid as procpid, a.usesysid, a.usename,
    (case when a.usename <> session_user and not warehouse_sees_all() then '<insufficient privilege>'
      when a.state = 'active' then a.query when a.state = 'idle' then '<IDLE>' else '<IDLE> in transaction' end)::text as current_query,
    a.query_start
    from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend' and a.usename not like 'warehouse%'`,
};

/** What the dialect replaces, by schema. */
export const SHADOWED: Readonly<Record<string, ReadonlySet<string>>> = {
  [STRICT_SCHEMA]: new Set(Object.keys(STRICT_VIEWS)),
  [FULL_SCHEMA]: new Set(Object.keys(FULL_VIEWS)),
};

/** Functions of the catalogs that have to know of it. */
export const SHADOWED_FUNCTIONS: ReadonlySet<string> = new Set(['format_type']);

/**
 * The privileges in a catalog, with the words of an 8.0 server for a group, which is a role of the engine here, and the name of the
 * cluster's own user.
 */
const ACL_FUNCTION = `
create or replace function pg_catalog.warehouse_acls(list aclitem[]) returns text[] language sql stable as
$$ select array_agg(regexp_replace(regexp_replace(i::text, '^"group:([^"]*)"=', E'group \\\\1='), E'\\\\m(warehouse_admin|pg_database_owner)\\\\M', 'rdsdb', 'g') order by n)
  from unnest(list) with ordinality a (i, n) $$;
`;

/** How columns are stored, as far as the design says so; else the defaults of "CREATE TABLE". */
const DESIGN_FUNCTIONS = `
create or replace function pg_catalog.warehouse_encoding(design jsonb, name text, type oid) returns text
language sql stable as
$$ select coalesce(nullif(design -> 'encodings' ->> name, 'raw'), case
  when design -> 'encodings' ->> name = 'raw' or design -> 'sortKey' ? name
    or type in (16, 700, 701, ${SUPER_OID}, 'super'::regtype) then case when type in (${SUPER_OID}, 'super'::regtype) then 'zstd' else 'none' end
  when type in (1043, 1042, 25, 17, ${VARBYTE_OID}) then 'lzo' else 'az64' end) $$;
create or replace function pg_catalog.warehouse_sort_key(design jsonb, name text) returns int language sql stable as
$$ select coalesce((select (case when design ->> 'sortStyle' = 'INTERLEAVED' and k.at % 2 = 0 then -k.at else k.at end)::int from jsonb_array_elements_text(design -> 'sortKey') with ordinality k (column_name, at)
  where k.column_name = name), 0) $$;
create or replace function pg_catalog.warehouse_encoding_number(encoding text) returns int2 language sql immutable as
$$ select (array_position(array['none', 'bytedict', 'delta', 'delta32k', 'lzo', 'mostly8', 'mostly16', 'mostly32',
  'runlength', 'text255', 'text32k', 'zstd', 'az64'], encoding) - 1)::int2 $$;
create or replace function pg_catalog.format_encoding(encoding int) returns text language sql immutable as
$$ select (array['none', 'bytedict', 'delta', 'delta32k', 'lzo', 'mostly8', 'mostly16', 'mostly32',
  'runlength', 'text255', 'text32k', 'zstd', 'az64'])[encoding + 1] $$;
`;

/** Columns of the engine's catalogs that hold names. */
export const NAME_COLUMNS: readonly string[] = [
  'relname',
  'attname',
  'nspname',
  'proname',
  'conname',
  'typname',
];

/** A function that gives a name in full; a cast of it has the name of the column, as one of the column has. See `sql/long-names.ts`. */
const nameInFull = (column: string): string => `
create function ${STRICT_SCHEMA}.${column}(engine name) returns text language sql stable as
$$ select pg_catalog.warehouse_long_name(engine) $$;`;

/** Statements that recreate the views. */
export const SYSTEM_CATALOGS = `
drop schema if exists ${STRICT_SCHEMA} cascade;
drop schema if exists ${FULL_SCHEMA} cascade;
create schema ${FULL_SCHEMA};
${ACL_FUNCTION}create schema ${STRICT_SCHEMA};
grant usage on schema ${FULL_SCHEMA}, ${STRICT_SCHEMA} to public;
${HELPER}${DESIGN_FUNCTIONS}${FUNCTIONS}
${Object.entries(FULL_VIEWS)
  .map(([name, part]) => fullView(name, part))
  .join('\n')}
${Object.entries(STRICT_VIEWS)
  .map(([name, query]) => `create view ${STRICT_SCHEMA}.${name} as ${query};`)
  .join('\n')}
${NAME_COLUMNS.map((name) => nameInFull(name)).join('')}
grant select on all tables in schema ${FULL_SCHEMA}, ${STRICT_SCHEMA} to public;
`;
