/** Functions of JSON texts and of SUPER ("JSON functions", "SUPER type information functions"). */
import { MAX_LARGE_STRING_BYTES, MAX_STRING_BYTES } from '../rows/json-cursor.ts';

/** The parameter of the cluster that raises the limit of inner strings; the warehouse sets it for its database. */
export const LARGE_STRINGS = 'enable_large_strings_opt_in';

/** The most levels and the size of a SUPER, in bytes ("Limitations" of SUPER). */
const MAX_DEPTH = 1000;
const MAX_BYTES = 16 * 1024 * 1024;

const PARSING = `
create or replace function pg_catalog.warehouse_json_setting(name text) returns boolean language sql stable as
$$ select coalesce(nullif(current_setting('rs.' || $1, true), ''), 'off') = 'on' $$;
create or replace function pg_catalog.is_large_string_enabled() returns boolean language sql stable as
$$ select pg_catalog.warehouse_json_setting('${LARGE_STRINGS}') $$;
create or replace function pg_catalog.warehouse_compact_json(value text) returns text
language sql immutable strict as
$$ select regexp_replace(value, '("([^"\\\\\\\\]|\\\\\\\\.)*")|[ \\t\\r\\n]+', '\\\\1', 'g') $$;
create or replace function pg_catalog.json_parse(input text) returns super
language plpgsql stable strict as $$
declare
  value text := input;
  most int := case when is_large_string_enabled() then ${MAX_LARGE_STRING_BYTES} else ${MAX_STRING_BYTES} end;
begin
  if octet_length(value) > ${MAX_BYTES} then
    raise exception 'JSON parsing error' using errcode = 'XX000', detail = 'The value is larger than 16 MB.';
  end if;
  perform value::json;
  if value is not json with unique keys then
    if not warehouse_json_setting('json_parse_dedup_attributes') then
      raise exception 'JSON parsing error' using errcode = 'XX000', detail = 'An object has a key twice.';
    end if;
    value := value::jsonb::text;
  end if;
  if octet_length(value) > ${MAX_DEPTH} and jsonb_path_exists(value::jsonb, 'strict $.**{${MAX_DEPTH}}') then
    raise exception 'JSON parsing error' using errcode = 'XX000', detail = 'The value has more than ${MAX_DEPTH} levels.';
  end if;
  if octet_length(value) > most and exists (select from jsonb_path_query(value::jsonb, 'strict $.**') v
    where jsonb_typeof(v) = 'string' and octet_length(v #>> '{}') > most) then
    if not warehouse_json_setting('json_parse_truncate_strings') then
      raise exception 'JSON parsing error' using errcode = 'XX000', detail = 'A string is longer than ' || most || ' bytes.';
    end if;
    value := warehouse_cut_strings(value::jsonb, most)::text;
  end if;
  return warehouse_compact_json(value)::json::super;
exception when invalid_text_representation or untranslatable_character then
  raise exception 'JSON parsing error' using errcode = 'XX000';
end $$;
drop function if exists pg_catalog.warehouse_cut_strings(jsonb);
create or replace function pg_catalog.warehouse_cut_strings(value jsonb, most int) returns jsonb
language sql immutable strict as
$$ select case jsonb_typeof(value)
  when 'string' then to_jsonb(pg_catalog.warehouse_cut(value #>> '{}', most))
  when 'array' then coalesce((select jsonb_agg(pg_catalog.warehouse_cut_strings(v, most) order by n)
    from jsonb_array_elements(value) with ordinality e (v, n)), '[]')
  when 'object' then coalesce((select jsonb_object_agg(k, pg_catalog.warehouse_cut_strings(v, most)) from jsonb_each(value) e (k, v)), '{}')
  else value end $$;
create or replace function pg_catalog.json_serialize(value super) returns text
language sql immutable strict as $$ select $1::json::text $$;
`;

const TYPES = `
create or replace function pg_catalog.json_typeof(value super) returns varchar language sql immutable strict as
$$ select json_typeof($1::json)::varchar $$;
create or replace function pg_catalog.json_size(value super) returns bigint language sql immutable strict as
$$ select octet_length($1::json::text)::bigint $$;
${[
  ['is_array', `= 'array'`],
  ['is_object', `= 'object'`],
  ['is_varchar', `= 'string'`],
  ['is_char', `= 'string'`],
  ['is_boolean', `= 'boolean'`],
  ['is_scalar', `in ('string', 'number', 'boolean')`],
]
  .map(
    ([name, test]) => `create or replace function pg_catalog.${name}(value super) returns boolean
language sql immutable strict as $$ select json_typeof($1::json) ${test} $$;`,
  )
  .join('\n')}
${[
  ['is_smallint', 15],
  ['is_integer', 31],
  ['is_bigint', 63],
]
  .map(
    ([name, bits]) => `create or replace function pg_catalog.${name}(value super) returns boolean
language sql immutable strict as $$ select coalesce(case when $1::json::text ~ '^-?[0-9]+$'
  then $1::json::text::numeric between -(2::numeric ^ ${bits}) and 2::numeric ^ ${bits} - 1 end, false) $$;`,
  )
  .join('\n')}
create or replace function pg_catalog.get_array_length(value super) returns bigint language sql immutable strict as
$$ select case when json_typeof($1::json) = 'array' then json_array_length($1::json)::bigint end $$;
`;

/** They read texts; `null_if_invalid` makes NULL of what is no JSON, which is an error otherwise. */
const TEXTS = `
create or replace function pg_catalog.is_valid_json(value text) returns boolean
language sql immutable strict as $$ select $1 is json object $$;
create or replace function pg_catalog.is_valid_json_array(value text) returns boolean
language sql immutable strict as $$ select $1 is json array $$;
create or replace function pg_catalog.can_json_parse(value text) returns boolean
language sql immutable strict as $$ select $1 is json $$;
create or replace function pg_catalog.warehouse_json(value text, null_if_invalid boolean) returns json
language plpgsql immutable strict as $$
begin
  if value is json then return value::json; end if;
  if null_if_invalid then return null; end if;
  raise exception 'JSON parsing error' using errcode = 'XX000';
end $$;
create or replace function pg_catalog.json_array_length(value text, null_if_invalid boolean default false)
returns integer language sql immutable strict as
$$ select json_array_length(pg_catalog.warehouse_json($1, $2)) $$;
create or replace function pg_catalog.json_extract_array_element_text(value text, at integer, null_if_invalid boolean default false)
returns text language sql immutable strict as $$ select pg_catalog.warehouse_json($1, $3) ->> $2 $$;
create or replace function pg_catalog.json_extract_path_text(value text, variadic path text[])
returns text language sql immutable strict as $$ select coalesce(pg_catalog.warehouse_json($1, false) #>> $2, '') $$;
create or replace function pg_catalog.json_extract_path_text(null_if_invalid boolean, value text, variadic path text[])
returns text language sql immutable strict as
$$ select case when $2 is json or not $1 then coalesce(pg_catalog.warehouse_json($2, $1) #>> $3, '') end $$;
`;

/** Idempotent statements. */
export const JSON_FUNCTIONS = `${PARSING}${TYPES}${TEXTS}`;
