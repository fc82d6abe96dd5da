/** Functions of SUPER over its JSON ("JSON_PARSE function", "JSON_TYPEOF function", "Limitations"). */

/**
 * Idempotent statements. JSON_PARSE refuses a key that occurs twice in an object and strings of more than 65,535 bytes
 * inside, unless the session has them taken out or cut; which value of such a key stays is open: here the last.
 */
export const JSON_FUNCTIONS = `
create or replace function pg_catalog.warehouse_compact_json(value text) returns text
language sql immutable strict as
$$ select regexp_replace(value, '("([^"\\\\\\\\]|\\\\\\\\.)*")|[ \\t\\r\\n]+', '\\\\1', 'g') $$;
create or replace function pg_catalog.warehouse_cut_strings(value jsonb, bytes int) returns jsonb
language plpgsql immutable strict as $$
begin
  return case jsonb_typeof(value)
    when 'string' then to_jsonb(warehouse_cut(value #>> '{}', bytes))
    when 'array' then (select coalesce(jsonb_agg(warehouse_cut_strings(e, bytes) order by n), '[]')
      from jsonb_array_elements(value) with ordinality a (e, n))
    when 'object' then (select coalesce(jsonb_object_agg(k, warehouse_cut_strings(v, bytes)), '{}')
      from jsonb_each(value) o (k, v))
    else value end;
end $$;
drop function if exists pg_catalog.json_parse(text);
create function pg_catalog.json_parse(input text) returns super language plpgsql stable strict as $$
declare
  value text := input;
begin
  if octet_length(value) > 16777216 then
    raise exception 'JSON parsing error' using errcode = 'XX000', detail = 'The value is larger than 16 MB.';
  end if;
  perform value::json;
  if value is not json with unique keys then
    if current_setting('rs.json_parse_dedup_attributes', true) is distinct from 'on' then
      raise exception 'JSON parsing error' using errcode = 'XX000', detail = 'An object has a key twice.';
    end if;
    value := value::jsonb::text;
  end if;
  if octet_length(value) > 65535 and exists (select from jsonb_path_query(value::jsonb, 'strict $.**') part
    where jsonb_typeof(part) = 'string' and octet_length(part #>> '{}') > 65535) then
    if current_setting('rs.json_parse_truncate_strings', true) is distinct from 'on' then
      raise exception 'JSON parsing error' using errcode = 'XX000', detail = 'A string is longer than 65535 bytes.';
    end if;
    value := warehouse_cut_strings(value::jsonb, 65535)::text;
  end if;
  return warehouse_compact_json(value)::json::super;
exception when invalid_text_representation or untranslatable_character then
  raise exception 'JSON parsing error' using errcode = 'XX000';
end $$;
create or replace function pg_catalog.json_serialize(value super) returns text
language sql immutable strict as $$ select value::json::text $$;
create or replace function pg_catalog.json_typeof(value super) returns varchar
language sql immutable strict as $$ select json_typeof(value::json)::varchar $$;
create or replace function pg_catalog.is_array(value super) returns boolean
language sql immutable strict as $$ select json_typeof(value::json) = 'array' $$;
create or replace function pg_catalog.is_object(value super) returns boolean
language sql immutable strict as $$ select json_typeof(value::json) = 'object' $$;
create or replace function pg_catalog.is_scalar(value super) returns boolean
language sql immutable strict as $$ select json_typeof(value::json) in ('string', 'number', 'boolean') $$;
create or replace function pg_catalog.is_varchar(value super) returns boolean
language sql immutable strict as $$ select json_typeof(value::json) = 'string' $$;
create or replace function pg_catalog.can_json_parse(value text) returns boolean
language sql immutable strict as $$ select pg_input_is_valid(value, 'json') $$;
create or replace function pg_catalog.is_valid_json(value text) returns boolean
language sql immutable strict as $$ select pg_input_is_valid(value, 'json') $$;
`;
