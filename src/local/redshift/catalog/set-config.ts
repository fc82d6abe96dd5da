/**
 * SET_CONFIG changes the settings that SET knows, and no other of the engine's ("SET_CONFIG"). CURRENT_SETTING reads what SET
 * and SET_CONFIG have set ("CURRENT_SETTING").
 */
import { REDSHIFT_ONLY, SERVER_VERSION, SHARED } from '../sql/setting-names.ts';

const quoted = (names: Iterable<string>) => [...names].map((name) => `'${name}'`).join(', ');

const BOOLEANS = Object.keys(REDSHIFT_ONLY).filter((name) => /^o(?:n|ff)$/.test(REDSHIFT_ONLY[name] ?? ''));

const DEFAULTS = `'${JSON.stringify(REDSHIFT_ONLY)}'::jsonb`;

/**
 * Idempotent statements. The engine's own functions keep working under other names, for the catalog alone. With its SET_CONFIG, a user
 * could change how the engine reads strings, and so what the dialect has understood of a statement.
 */
export const SET_CONFIG = `
update pg_catalog.pg_proc set proname = 'warehouse_set_setting' where oid = 2078;
create or replace function pg_catalog.set_config(setting text, value text, is_local boolean) returns text
language plpgsql security definer as $$
declare
  title text := lower(setting);
begin
  if title in (${quoted(BOOLEANS)}) then
    value := case when lower(value) in ('on', 'true', 'yes', '1', 't', 'y') then 'on'
      when lower(value) in ('off', 'false', 'no', '0', 'f', 'n') then 'off' end;
    if value is null then
      raise exception 'parameter "%" requires a Boolean value', title using errcode = '22023';
    end if;
  end if;
  if title = 'client_encoding' and upper(value) not in ('UTF8', 'UTF-8', 'UNICODE') then
    raise exception 'invalid value for parameter "client_encoding": "%"', value using errcode = '22023';
  elsif title in (${quoted(Object.keys(REDSHIFT_ONLY))}) then
    return pg_catalog.warehouse_set_setting('rs.' || title, value, is_local);
  elsif title in (${quoted(SHARED)}) and title <> 'session_authorization' then
    return pg_catalog.warehouse_set_setting(title, value, is_local);
  end if;
  raise exception 'unrecognized configuration parameter "%"', title using errcode = '42704';
end $$;

update pg_catalog.pg_proc set proname = 'warehouse_current_setting' where oid = 2077;
create or replace function pg_catalog.current_setting(setting text) returns text language sql stable strict as
$$ select case
  when lower($1) = 'server_version' then '${SERVER_VERSION}'
  when ${DEFAULTS} ? lower($1)
    then coalesce(nullif(pg_catalog.current_setting('rs.' || lower($1), true), ''), ${DEFAULTS} ->> lower($1))
  else pg_catalog.warehouse_current_setting($1) end $$;
`;
