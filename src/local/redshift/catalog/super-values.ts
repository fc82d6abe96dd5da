/** What is in a SUPER: paths, the elements of arrays, the attributes of objects, and the functions that make and take apart such values. */

/** A step of a path: NULL where there is nothing, or an error in strict mode ("SUPER configurations", Lax and strict modes). */
const PATHS = `
create or replace function pg_catalog.warehouse_nowhere(place text) returns super language plpgsql stable as $$
begin
  if coalesce(nullif(current_setting('rs.navigate_super_null_on_error', true), ''), 'on') = 'off' then
    raise exception 'The value of type SUPER has no "%"', place using errcode = 'XX000';
  end if;
  return null;
end $$;
create or replace function pg_catalog.warehouse_at(super, text) returns super language sql stable strict as
$$ select coalesce(($1::json -> $2)::super, pg_catalog.warehouse_nowhere($2)) $$;
create or replace function pg_catalog.warehouse_at(super, int) returns super language sql stable strict as
$$ select coalesce(($1::json -> $2)::super, pg_catalog.warehouse_nowhere($2::text)) $$;
`;

/** The rows that FROM makes of a SUPER. What a value that is no array or object gives is not documented. */
const ROWS = `
create or replace function pg_catalog.warehouse_must_be(value super, type text) returns json language plpgsql immutable strict as $$
begin
  if json_typeof(value::json) <> type then
    raise exception 'The local warehouse makes rows of an % of type SUPER only, not of %', type, value using errcode = '0A000';
  end if;
  return value::json;
end $$;
create or replace function pg_catalog.warehouse_elements(super) returns table (value super, place bigint) language sql immutable strict
rows 10 as
$$ select v::super, n - 1 from json_array_elements(pg_catalog.warehouse_must_be($1, 'array')) with ordinality e (v, n) $$;
create or replace function pg_catalog.warehouse_attributes(super) returns table (value super, place varchar) language sql immutable strict
rows 10 as
$$ select v::super, k::varchar from json_each(pg_catalog.warehouse_must_be($1, 'object')) e (k, v) $$;
`;

/** A value of a type that is no SUPER ("ARRAY function", "OBJECT function"). */
const NO_ITEMS = ['date', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval', 'bytea']
  .map(
    (type) => `
create or replace function pg_catalog.warehouse_item(${type}) returns super language plpgsql immutable as $$
begin
  raise exception 'could not convert type ${type} to super' using errcode = '42846';
end $$;`,
  )
  .join('');

/** `sql/calls.ts` writes the arguments of ARRAY and OBJECT as SUPER, and these as their JSON. */
const MAKERS = `
create or replace function pg_catalog.warehouse_json_of(super) returns text language sql immutable as
$$ select coalesce($1::json::text, 'null') $$;
create or replace function pg_catalog."array"(items text[]) returns super language sql immutable as
$$ select ('[' || array_to_string($1, ',') || ']')::json::super $$;
create or replace function pg_catalog.object(keys text[], items text[]) returns super language plpgsql immutable as $$
begin
  if array_position(keys, null) is not null then
    raise exception 'OBJECT does not take a key that is NULL' using errcode = '22004';
  end if;
  if cardinality(keys) <> (select count(distinct k) from unnest(keys) k) then
    raise exception 'The local warehouse makes no OBJECT with a key twice' using errcode = '0A000';
  end if;
  return ('{' || coalesce((select string_agg(to_json(k)::text || ':' || v, ',' order by n)
    from unnest(keys, items) with ordinality e (k, v, n)), '') || '}')::json::super;
end $$;
`;

const ARRAYS = `
create or replace function pg_catalog.warehouse_elements_of(value super, what text) returns json language plpgsql immutable strict as $$
begin
  if json_typeof(value::json) <> 'array' then
    raise exception '% takes an array of type SUPER', what using errcode = '22023';
  end if;
  return value::json;
end $$;
create or replace function pg_catalog.array_concat(super, super) returns super language sql immutable strict as
$$ select pg_catalog."array"(coalesce((select array_agg(v::text order by part, n) from (
  select 1 as part, v, n from json_array_elements(pg_catalog.warehouse_elements_of($1, 'ARRAY_CONCAT')) with ordinality e (v, n)
  union all select 2, v, n from json_array_elements(pg_catalog.warehouse_elements_of($2, 'ARRAY_CONCAT')) with ordinality e (v, n)) a), '{}')) $$;
create or replace function pg_catalog.array_flatten(super) returns super language sql immutable strict as
$$ select pg_catalog."array"(coalesce((select array_agg(w::text order by n, m)
  from json_array_elements(pg_catalog.warehouse_elements_of($1, 'ARRAY_FLATTEN')) with ordinality e (v, n)
  cross join lateral json_array_elements(case when json_typeof(v) = 'array' then v else json_build_array(v) end) with ordinality f (w, m)), '{}')) $$;
create or replace function pg_catalog.subarray(super, start int, length int) returns super language sql immutable strict as
$$ select pg_catalog."array"(coalesce((select array_agg(v::text order by n)
  from json_array_elements(pg_catalog.warehouse_elements_of($1, 'SUBARRAY')) with ordinality e (v, n)
  where n > $2 and n <= $2 + $3), '{}')) where $2 >= 0 and $3 >= 0 $$;
create or replace function pg_catalog.subarray(super, start int) returns super language sql immutable strict as
$$ select pg_catalog.subarray($1, $2, json_array_length(pg_catalog.warehouse_elements_of($1, 'SUBARRAY'))) $$;
create or replace function pg_catalog.split_to_array(value text, delimiter text = ',') returns super language sql immutable strict as
$$ select to_json(string_to_array($1, $2))::super $$;
`;

/** Idempotent statements, to be run after those of `super-operators.ts`. */
export const SUPER_VALUES = `${PATHS}${ROWS}${NO_ITEMS}${MAKERS}${ARRAYS}`;
