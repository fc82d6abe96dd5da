/** Functions of Redshift that PostgreSQL lacks, made in pg_catalog so that they resolve on every search path. */

/**
 * Idempotent statements. `super` holds JSON as text. GETDATE has no fractions of a second; session functions read
 * settings that the endpoint puts there just before a statement that names them.
 */
export const FUNCTIONS = `
create or replace function pg_catalog.version() returns text language sql stable as
$$ select 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.66954'::text $$;

create or replace function pg_catalog.pg_last_copy_count() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.copy_count', true), ''), '0')::bigint $$;
create or replace function pg_catalog.pg_last_copy_id() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.copy_id', true), ''), '-1')::bigint $$;
create or replace function pg_catalog.pg_last_query_id() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('warehouse.query_id', true), ''), '-1')::bigint $$;

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

/* What Redshift has as the default of an IDENTITY column; null for any other column. */
create or replace function pg_catalog.warehouse_identity(relation oid, number int2, identity "char") returns text
language sql stable as
$$ select format('"%s"(%s, %s, ''%s,%s''::text)', case identity when 'a' then 'identity' else 'default_identity' end,
    relation, number - 1, s.seqstart, s.seqincrement)
  from pg_catalog.pg_depend d join pg_catalog.pg_sequence s on s.seqrelid = d.objid
  where identity <> '' and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
    and d.refobjid = relation and d.refobjsubid = number and d.deptype = 'i' $$;

create or replace function pg_catalog.len(value text) returns integer language sql immutable strict as
$$ select char_length(value) $$;
create or replace function pg_catalog.nvl(a anyelement, b anyelement) returns anyelement language sql immutable as
$$ select coalesce(a, b) $$;
create or replace function pg_catalog.convert_timezone(zone text, at timestamp) returns timestamp
language sql immutable strict as $$ select at at time zone 'UTC' at time zone zone $$;
create or replace function pg_catalog.convert_timezone(source text, target text, at timestamp) returns timestamp
language sql immutable strict as $$ select at at time zone source at time zone target $$;
`;
