/**
 * What belongs to the warehouse itself in the engine, and is no part of a cluster: its schemas, and relations and functions of its
 * own among the engine's. The views of the engine that list such objects, those of information_schema and others such as pg_stats, are
 * defined again over catalogs that leave them out.
 */

/** For every client. */
export const STRICT_SCHEMA = 'warehouse_catalog';
/** For psql's own queries, which ask for what the engine's version has. */
export const FULL_SCHEMA = 'warehouse_psql';

/** The views of a session that stand for late-binding views; see session/late-views.ts. */
export const LATE_PREFIX = 'warehouse_late_';

const OWN_SCHEMAS = `'${STRICT_SCHEMA}', '${FULL_SCHEMA}'`;

/** Whether the schema of this name is the warehouse's own. */
export const isOwnSchema = (name: string): string => `${name} in (${OWN_SCHEMAS})`;

/**
 * Whether the object of this name in the schema with the number `schema` is the warehouse's own. Users may have objects whose names begin as
 * the warehouse's do.
 */
export const isOwnObject = (name: string, schema: string): string => `(
  (${schema} = 'pg_catalog'::pg_catalog.regnamespace and ${name} ~ '^_?(warehouse_|super_)')
  or ${schema} in (select own.oid from pg_catalog.pg_namespace own where ${isOwnSchema('own.nspname')}
    or (${name} ~ '^${LATE_PREFIX}[0-9]+$' and own.nspname like 'pg\\_temp\\_%')))`;

/** The engine's superuser is shown under the name that the owner of a cluster's catalogs has. */
const SYSTEM_OWNER = 'rdsdb';

/** The name of a role as users see it. */
export const shownRole = (name: string): string =>
  `(case ${name} when 'warehouse_admin' then '${SYSTEM_OWNER}' else ${name} end)::name`;

/** The catalogs in the place of the engine's, by the name of theirs. */
const SHOWN: Readonly<Record<string, string>> = {
  pg_namespace: `select n.*, n.tableoid from pg_catalog.pg_namespace n where not ${isOwnSchema('n.nspname')}`,
  pg_class: `select c.*, c.tableoid from pg_catalog.pg_class c where not ${isOwnObject('c.relname', 'c.relnamespace')}`,
  pg_proc: `select p.*, p.tableoid from pg_catalog.pg_proc p where not ${isOwnObject('p.proname', 'p.pronamespace')}`,
  pg_type: `select t.*, t.tableoid from pg_catalog.pg_type t where not ${isOwnObject('t.typname', 't.typnamespace')}`,
  pg_authid: `select r.oid, ${shownRole('r.rolname')} as rolname, r.rolsuper from pg_catalog.pg_authid r
    where r.rolname not in ('warehouse_keeper', 'warehouse_superusers')`,
};

const viewOf = (catalog: string): string => `warehouse_shown_${catalog.slice('pg_'.length)}`;

/**
 * Idempotent statements, to be run after all views are made. Views of the engine have numbers below 16384. Those of roles are left
 * as they are: the catalog itself reads them.
 */
export const SHOWN_CATALOGS = `
${Object.entries(SHOWN)
  .map(([name, query]) => `create or replace view pg_catalog.${viewOf(name)} as ${query};`)
  .join('\n')}
do $$
declare
  each record;
  place constant text := '(FROM |JOIN |[(]|,[[:space:]]+)pg_';
  roles text;
  definition text;
  shown text;
begin
  for each in select c.oid::regclass as name, c.oid, n.nspname, array_to_string(c.reloptions, ', ') as options
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and c.oid < 16384 and n.nspname in ('pg_catalog', 'information_schema') loop
    roles := case each.nspname when 'information_schema' then '|authid' else '' end;
    definition := pg_get_viewdef(each.oid);
    -- With an alias, and without one. Functions of the engine take whole rows of pg_type, which has an alias there.
    shown := regexp_replace(definition, place || '(namespace|class|proc' || roles || ')(?= [a-z_0-9]+)',
      $p$\\1pg_catalog.warehouse_shown_\\2$p$, 'g');
    shown := regexp_replace(shown, place || '(namespace|class|proc|type' || roles || ')(?=[)]|[[:space:]]+(UNION|WHERE))',
      $p$\\1pg_catalog.warehouse_shown_\\2 pg_\\2$p$, 'g');
    -- The definitions of late-binding views: see late-views.ts.
    shown := replace(shown, 'warehouse_viewdef(', 'pg_get_viewdef(');
    continue when shown = definition;
    execute format('create or replace view %s %s as %s', each.name, 'with (' || each.options || ')', shown);
  end loop;
end $$;
`;
