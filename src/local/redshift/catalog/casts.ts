/** TRY_CAST: NULL where a value cannot be converted; where no value of its type can, it is an error as with CAST ("TRY_CAST function"). */

const BODY = `
begin
  -- A name of a type and nothing else.
  if pg_catalog.to_regtype(type) is null then
    raise exception 'type "%" does not exist', type using errcode = '42704';
  end if;
  execute 'select cast($1 as ' || type || ')' into sample using value;
  return sample;
exception when data_exception then
  return null;
end`;

/** Idempotent statements. `sql/calls.ts` writes the type a second time, as the string that is run. */
export const CASTS = `
create or replace function pg_catalog.try_cast(value anyelement, sample anycompatible, type text) returns anycompatible
language plpgsql stable as $$ ${BODY} $$;
create or replace function pg_catalog.try_cast(value text, sample anycompatible, type text) returns anycompatible
language plpgsql stable as $$ ${BODY} $$;
`;
