/** Functions of dates ("Date and time functions"). */

/** Idempotent statements. GETDATE has no fractions of a second. */
export const DATES = `
create or replace function pg_catalog.getdate() returns timestamp language sql stable as
$$ select date_trunc('second', statement_timestamp() at time zone current_setting('timezone')) $$;

create or replace function pg_catalog.warehouse_interval(part text, n bigint) returns interval
language plpgsql immutable strict as $$
begin
  return case
    when lower(part) in ('year', 'years', 'y', 'yr', 'yrs') then make_interval(years => n::int)
    when lower(part) in ('quarter', 'quarters', 'qtr', 'qtrs') then make_interval(months => 3 * n::int)
    when lower(part) in ('month', 'months', 'mon', 'mons') then make_interval(months => n::int)
    when lower(part) in ('week', 'weeks', 'w') then make_interval(days => 7 * n::int)
    when lower(part) in ('day', 'days', 'd') then make_interval(days => n::int)
    when lower(part) in ('hour', 'hours', 'h', 'hr', 'hrs') then n * interval '1 hour'
    when lower(part) in ('minute', 'minutes', 'm', 'min', 'mins') then n * interval '1 minute'
    when lower(part) in ('second', 'seconds', 's', 'sec', 'secs') then n * interval '1 second'
    when lower(part) in ('millisecond', 'milliseconds', 'ms', 'msec', 'msecs') then n * interval '1 millisecond'
    when lower(part) in ('microsecond', 'microseconds', 'us', 'usec', 'usecs') then n * interval '1 microsecond'
  end;
end $$;
create or replace function pg_catalog.dateadd(part text, n bigint, at timestamp) returns timestamp
language sql immutable strict as $$ select at + pg_catalog.warehouse_interval(part, n) $$;
create or replace function pg_catalog.dateadd(part text, n bigint, at timestamptz) returns timestamptz
language sql stable strict as $$ select at + pg_catalog.warehouse_interval(part, n) $$;
create or replace function pg_catalog.dateadd(part text, n bigint, at date) returns timestamp
language sql immutable strict as $$ select at + pg_catalog.warehouse_interval(part, n) $$;

create or replace function pg_catalog.datediff(part text, a timestamp, b timestamp) returns bigint
language plpgsql immutable strict as $$
declare
  months bigint := (extract(year from b) - extract(year from a)) * 12 + extract(month from b) - extract(month from a);
begin
  return case
    when lower(part) in ('year', 'years', 'y', 'yr', 'yrs') then extract(year from b) - extract(year from a)
    when lower(part) in ('quarter', 'quarters', 'qtr', 'qtrs') then
      (extract(year from b) - extract(year from a)) * 4 + extract(quarter from b) - extract(quarter from a)
    when lower(part) in ('month', 'months', 'mon', 'mons') then months
    when lower(part) in ('week', 'weeks', 'w') then
      (extract(epoch from date_trunc('week', b) - date_trunc('week', a)) / 604800)
    when lower(part) in ('day', 'days', 'd') then b::date - a::date
    when lower(part) in ('hour', 'hours', 'h', 'hr', 'hrs') then
      extract(epoch from date_trunc('hour', b) - date_trunc('hour', a)) / 3600
    when lower(part) in ('minute', 'minutes', 'm', 'min', 'mins') then
      extract(epoch from date_trunc('minute', b) - date_trunc('minute', a)) / 60
    when lower(part) in ('second', 'seconds', 's', 'sec', 'secs') then
      extract(epoch from date_trunc('second', b) - date_trunc('second', a))
    when lower(part) in ('millisecond', 'milliseconds', 'ms', 'msec', 'msecs') then
      extract(epoch from date_trunc('milliseconds', b) - date_trunc('milliseconds', a)) * 1000
    when lower(part) in ('microsecond', 'microseconds', 'us', 'usec', 'usecs') then extract(epoch from b - a) * 1000000
  end;
end $$;

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
create or replace function pg_catalog.trunc(at timestamp) returns date language sql immutable strict as
$$ select $1::date $$;
`;
