/**
 * What sets the endpoint apart from its users, whose sessions of the engine it shares. Some functions of the catalog do
 * what no user may do: they write the engine's own catalog, or users and privileges. Such a function takes the ticket of
 * the session first. Only the endpoint can make a ticket; it passes it as a parameter, so that no view shows it.
 *
 * Rules for every function with SECURITY DEFINER (test/local/redshift/catalog/definers.spec.ts):
 * - its first declaration calls `warehouse_admit(ticket)`, unless it only answers a question about the user (QUESTIONS) or belongs to
 *   a trigger (TRIGGERS);
 * - its search path is `pg_catalog, pg_temp`: without the second name PostgreSQL would search pg_temp first;
 * - it reads and writes relations of the catalog only, by qualified names, never the rows of a user's table, and runs nothing
 *   in which a user's expression is evaluated; SAVE SCHEMA and RESTORE SCHEMA, which are for superusers, copy rows as they are;
 * - it belongs to `warehouse_keeper`, who is no superuser of the engine, unless it writes the engine's own catalog.
 *
 * The functions that the endpoint calls before and after a statement (their arguments are relations) have that search path too,
 * although they run with the rights of the user: otherwise they would call functions of other users, and with these rights.
 */
import { createHash } from 'node:crypto';

/** Who owns the definers that only need the warehouse's own tables. */
export const KEEPER = 'warehouse_keeper';

/** Those that anybody may call: they answer a question about the user who asks. */
const QUESTIONS = [
  ...['warehouse_is_superuser', 'warehouse_sees_all', 'warehouse_may_assume', 'warehouse_ignores_policies'],
];

/** Functions of triggers. No client can call them; the triggers of tables depend on them. */
const TRIGGERS = ['warehouse_base_written'];

/** The ticket of the engine's session `pid`; `secret` is that of the run. */
export function ticketFor(secret: string, pid: number): string {
  return createHash('sha256').update(`${secret}:${pid}`).digest('hex');
}

/** Replaces the secret of the last run; `$1` is the new one. */
export const NEW_SECRET = `with gone as (delete from pg_catalog.warehouse_secret)
insert into pg_catalog.warehouse_secret values ($1)`;

/**
 * Idempotent statements, to be run before those of the other functions. Definers of earlier versions, which had other
 * parameters, are dropped.
 */
export const ENDPOINT = `
do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = '${KEEPER}') then create role ${KEEPER}; end if;
end $$;
create table if not exists pg_catalog.warehouse_secret (secret text not null);
grant select on pg_catalog.warehouse_secret to ${KEEPER};
do $$
declare
  each record;
begin
  for each in select p.oid::regprocedure as name from pg_catalog.pg_proc p
    where p.prosecdef and p.pronamespace = 'pg_catalog'::regnamespace and starts_with(p.proname, 'warehouse_')
      and p.proname not in (${[...QUESTIONS, ...TRIGGERS].map((name) => `'${name}'`).join(', ')}) loop
    execute format('drop function %s', each.name);
  end loop;
end $$;
create function pg_catalog.warehouse_admit(ticket text) returns boolean language plpgsql stable security definer as $$
begin
  if ticket is null or not exists (select from pg_catalog.warehouse_secret s
    where encode(sha256(convert_to(s.secret || ':' || pg_backend_pid(), 'UTF8')), 'hex') = ticket) then
    raise exception 'permission denied for a function of the endpoint' using errcode = '42501';
  end if;
  return true;
end $$;
`;

/** Idempotent statements, to be run after all functions are made. `keeperTables` are the tables that it may write. */
export function guardDefiners(
  keeperTables: readonly string[],
  superuserFunctions: readonly string[],
): string {
  const list = superuserFunctions.map((name) => `'${name}'`).join(', ');
  return `
grant select, insert, update, delete on ${keeperTables.map((name) => `pg_catalog.${name}`).join(', ')} to ${KEEPER};
do $$
declare
  each record;
begin
  for each in select p.oid::regprocedure as name, p.proname from pg_catalog.pg_proc p
    where p.prosecdef and p.pronamespace = 'pg_catalog'::regnamespace loop
    execute format('alter function %s set search_path to pg_catalog, pg_temp', each.name);
    if each.proname not in (${list}) then execute format('alter function %s owner to ${KEEPER}', each.name); end if;
  end loop;
  for each in select p.oid::regprocedure as name from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
    where l.lanname = 'plpgsql' and p.pronamespace = 'pg_catalog'::regnamespace and starts_with(p.proname, 'warehouse_')
      and 'regclass'::regtype = any (p.proargtypes::oid[]) loop
    execute format('alter function %s set search_path to pg_catalog, pg_temp', each.name);
  end loop;
end $$;
`;
}
