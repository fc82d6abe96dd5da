/** DATEADD, DATEDIFF and DATE_TRUNC, which have the names of Redshift's own functions and columns: date_add, date_diff. */

/**
 * A year later than February 29 is March 1, but twelve months later is February 28 ("DATEADD function"). `part` is one of
 * `warehouse_date_part`.
 */
const ADDING = `
create or replace function pg_catalog.warehouse_interval(part text, n bigint) returns interval
language plpgsql immutable strict as $$
begin
  return case part
    when 'millennium' then make_interval(years => (1000 * n)::int)
    when 'century' then make_interval(years => (100 * n)::int)
    when 'decade' then make_interval(years => (10 * n)::int)
    when 'year' then make_interval(years => n::int)
    when 'quarter' then make_interval(months => (3 * n)::int)
    when 'month' then make_interval(months => n::int)
    when 'week' then make_interval(days => (7 * n)::int)
    when 'day' then make_interval(days => n::int)
    when 'hour' then n * interval '1 hour'
    when 'minute' then n * interval '1 minute'
    when 'second' then n * interval '1 second'
    when 'milliseconds' then n * interval '1 millisecond'
    when 'microseconds' then n * interval '1 microsecond'
  end;
end $$;
create or replace function pg_catalog.warehouse_date_add(part text, n bigint, at timestamp) returns timestamp
language plpgsql immutable strict as $$
declare
  sum timestamp := at + pg_catalog.warehouse_interval(part, n);
begin
  if part in ('millennium', 'century', 'decade', 'year')
    and extract(day from at) = 29 and extract(day from sum) = 28 then
    return sum + interval '1 day';
  end if;
  return sum;
end $$;
create or replace function pg_catalog.date_add(part text, n bigint, at timestamp) returns timestamp
language sql immutable strict as
$$ select pg_catalog.warehouse_date_add(pg_catalog.warehouse_date_part($1, 'unit'), $2, $3) $$;
create or replace function pg_catalog.date_add(part text, n bigint, at date) returns timestamp
language sql immutable strict as
$$ select pg_catalog.warehouse_date_add(pg_catalog.warehouse_date_part($1, 'unit'), $2, $3::timestamp) $$;
create or replace function pg_catalog.date_add(part text, n bigint, at text) returns timestamp
language sql stable strict as
$$ select pg_catalog.warehouse_date_add(pg_catalog.warehouse_date_part($1, 'unit'), $2, $3::timestamp) $$;
create or replace function pg_catalog.date_add(part text, n bigint, at timestamptz) returns timestamptz
language plpgsql stable strict as $$
declare
  unit text := pg_catalog.warehouse_date_part(part, 'unit');
  zone text := current_setting('timezone');
begin
  if unit = any (array['millennium', 'century', 'decade', 'year']) then
    return pg_catalog.warehouse_date_add(unit, n, at at time zone zone) at time zone zone;
  end if;
  return at + pg_catalog.warehouse_interval(unit, n);
end $$;
create or replace function pg_catalog.date_add(part text, n bigint, at time) returns time
language sql immutable strict as
$$ select $3 + pg_catalog.warehouse_interval(pg_catalog.warehouse_date_part($1, 'time'), $2) $$;
create or replace function pg_catalog.date_add(part text, n bigint, at timetz) returns timetz
language sql immutable strict as
$$ select $3 at time zone 'UTC' + pg_catalog.warehouse_interval(pg_catalog.warehouse_date_part($1, 'time'), $2) $$;
`;

/** Boundaries between two values. There is none for TIMESTAMPTZ: clusters say that the function does not exist. */
const DIFFERENCES = `
create or replace function pg_catalog.warehouse_date_diff(part text, a timestamp, b timestamp) returns bigint
language plpgsql immutable strict as $$
declare
  years bigint := extract(year from b) - extract(year from a);
begin
  return case part
    when 'millennium' then extract(millennium from b) - extract(millennium from a)
    when 'century' then extract(century from b) - extract(century from a)
    when 'decade' then extract(decade from b) - extract(decade from a)
    when 'year' then years
    when 'quarter' then years * 4 + extract(quarter from b) - extract(quarter from a)
    when 'month' then years * 12 + extract(month from b) - extract(month from a)
    when 'week' then extract(epoch from date_trunc('week', b) - date_trunc('week', a)) / 604800
    when 'day' then b::date - a::date
    when 'hour' then extract(epoch from date_trunc('hour', b) - date_trunc('hour', a)) / 3600
    when 'minute' then extract(epoch from date_trunc('minute', b) - date_trunc('minute', a)) / 60
    when 'second' then extract(epoch from date_trunc('second', b) - date_trunc('second', a))
    when 'milliseconds' then
      extract(epoch from date_trunc('milliseconds', b) - date_trunc('milliseconds', a)) * 1000
    when 'microseconds' then extract(epoch from b - a) * 1000000
  end;
end $$;
${[
  ['timestamp', 'timestamp'],
  ['date', 'date'],
  ['text', 'text'],
  ['text', 'timestamp'],
  ['timestamp', 'text'],
]
  .map(
    ([a = '', b = '']) => `
create or replace function pg_catalog.date_diff(part text, a ${a}, b ${b}) returns bigint
language sql ${[a, b].includes('text') ? 'stable' : 'immutable'} strict as
$$ select pg_catalog.warehouse_date_diff(pg_catalog.warehouse_date_part($1, 'unit'), $2::timestamp, $3::timestamp) $$;`,
  )
  .join('')}
create or replace function pg_catalog.date_diff(part text, a time, b time) returns bigint
language sql immutable strict as
$$ select pg_catalog.warehouse_date_diff(pg_catalog.warehouse_date_part($1, 'time'), date '1970-01-01' + $2,
  date '1970-01-01' + $3) $$;
create or replace function pg_catalog.date_diff(part text, a timetz, b timetz) returns bigint
language sql immutable strict as
$$ select pg_catalog.date_diff($1, ($2 at time zone 'UTC')::time, ($3 at time zone 'UTC')::time) $$;
`;

/**
 * PostgreSQL's DATE_TRUNC lacks some abbreviations and makes a TIMESTAMPTZ of a date. Its functions stay under other names. What
 * is immutable PostgreSQL would take from its own table of functions, and not from here.
 */
const TRUNCATION = `
create or replace function pg_catalog.warehouse_date_trunc(text, timestamp) returns timestamp
language internal immutable strict as 'timestamp_trunc';
create or replace function pg_catalog.warehouse_date_trunc(text, timestamptz) returns timestamptz
language internal stable strict as 'timestamptz_trunc';
create or replace function pg_catalog.date_trunc(text, timestamp) returns timestamp language sql stable strict as
$$ select pg_catalog.warehouse_date_trunc(pg_catalog.warehouse_date_part($1, 'unit'), $2) $$;
create or replace function pg_catalog.date_trunc(text, timestamptz) returns timestamptz language sql stable strict as
$$ select pg_catalog.warehouse_date_trunc(pg_catalog.warehouse_date_part($1, 'unit'), $2) $$;
create or replace function pg_catalog.date_trunc(text, date) returns timestamp language sql stable strict as
$$ select pg_catalog.warehouse_date_trunc(pg_catalog.warehouse_date_part($1, 'unit'), $2::timestamp) $$;
create or replace function pg_catalog.date_trunc(text, text) returns timestamp language sql stable strict as
$$ select pg_catalog.warehouse_date_trunc(pg_catalog.warehouse_date_part($1, 'unit'), $2::timestamp) $$;
`;

/** Idempotent statements; after those of `date-parts.ts`. */
export const DATE_ARITHMETIC = `${ADDING}${DIFFERENCES}${TRUNCATION}`;
