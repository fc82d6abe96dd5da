/** Functions of dates ("Date and time functions"). */

import { DATE_ARITHMETIC } from './date-arithmetic.ts';
import { DATE_FIELDS } from './date-fields.ts';
import { DATE_PARTS } from './date-parts.ts';
import { TO_DATE } from './to-date.ts';

/** Idempotent statements. GETDATE has no fractions of a second. */
export const DATES = `
create or replace function pg_catalog.getdate() returns timestamp language sql stable as
$$ select date_trunc('second', statement_timestamp() at time zone current_setting('timezone')) $$;

${DATE_PARTS}${DATE_ARITHMETIC}${DATE_FIELDS}${TO_DATE}
create or replace function pg_catalog.convert_timezone(zone text, at timestamp) returns timestamp
language sql immutable strict as $$ select at at time zone 'UTC' at time zone zone $$;
create or replace function pg_catalog.convert_timezone(source text, target text, at timestamp) returns timestamp
language sql immutable strict as $$ select at at time zone source at time zone target $$;
create or replace function pg_catalog.last_day(at timestamp) returns date language sql immutable strict as
$$ select (date_trunc('month', $1) + interval '1 month - 1 day')::date $$;
create or replace function pg_catalog.add_months(at timestamp, n bigint) returns timestamp
language sql immutable strict as
$$ select case when $1::date = pg_catalog.last_day($1)
  then pg_catalog.last_day($1 + make_interval(months => $2::int)) + $1::time
  else $1 + make_interval(months => $2::int) end $$;
create or replace function pg_catalog.months_between(a timestamp, b timestamp) returns double precision
language sql immutable strict as
$$ select ((extract(year from $1) - extract(year from $2)) * 12 + extract(month from $1) - extract(month from $2)
  + case when extract(day from $1) = extract(day from $2)
      or ($1::date = pg_catalog.last_day($1) and $2::date = pg_catalog.last_day($2)) then 0
    else (extract(day from $1) - extract(day from $2)) / 31 end)::double precision $$;
create or replace function pg_catalog.next_day(at date, day text) returns date language plpgsql immutable strict as $$
declare
  wanted int := case
    when lower(day) in ('su', 'sun', 'sunday') then 0
    when lower(day) in ('m', 'mo', 'mon', 'monday') then 1
    when lower(day) in ('tu', 'tue', 'tues', 'tuesday') then 2
    when lower(day) in ('w', 'we', 'wed', 'wednesday') then 3
    when lower(day) in ('th', 'thu', 'thurs', 'thursday') then 4
    when lower(day) in ('f', 'fr', 'fri', 'friday') then 5
    when lower(day) in ('sa', 'sat', 'saturday') then 6
  end;
begin
  if wanted is null then
    raise exception 'Invalid day of the week: %', day using errcode = '22023';
  end if;
  return at + 1 + (wanted - extract(dow from at + 1)::int + 7) % 7;
end $$;
create or replace function pg_catalog.next_day(at timestamp, day text) returns date language sql immutable strict as
$$ select pg_catalog.next_day($1::date, $2) $$;
create or replace function pg_catalog.next_day(at text, day text) returns date language sql stable strict as
$$ select pg_catalog.next_day($1::timestamp::date, $2) $$;
create or replace function pg_catalog.trunc(at timestamp) returns date language sql immutable strict as
$$ select $1::date $$;
`;
