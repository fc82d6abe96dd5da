/**
 * Aggregates for window functions in forms that PostgreSQL does not have; `sql/windows.ts` writes their calls. A first argument more
 * tells those with IGNORE NULLS from PostgreSQL's of the same names, so that columns keep the names that Redshift gives them.
 */

/**
 * The place of the value is counted with the values that are not NULL. The state of LAG is the last `n` of them, with NULL where there are
 * fewer; that of LEAD and NTH_VALUE ends with the first `n`, once its own first is not NULL.
 */
const NULLS_IGNORED = `
create or replace function pg_catalog.warehouse_first_step(anyelement, boolean, anyelement) returns anyelement
language sql immutable as $$ select coalesce($1, $3) $$;
create or replace function pg_catalog.warehouse_last_step(anyelement, boolean, anyelement) returns anyelement
language sql immutable as $$ select coalesce($3, $1) $$;
create or replace aggregate pg_catalog.first_value(boolean, anyelement) (sfunc = warehouse_first_step, stype = anyelement);
create or replace aggregate pg_catalog.last_value(boolean, anyelement) (sfunc = warehouse_last_step, stype = anyelement);
create or replace function pg_catalog.warehouse_lag_step(anyarray, boolean, anyelement, int) returns anyarray
language sql immutable as
$$ select case when $3 is null then coalesce($1, array_fill($3, array[$4]))
  else (coalesce($1, array_fill(nullif($3, $3), array[$4])) || $3)[2:] end $$;
create or replace function pg_catalog.warehouse_lead_step(anyarray, boolean, anyelement, int) returns anyarray
language sql immutable as
$$ select case when $1[1] is not null then $1 else pg_catalog.warehouse_lag_step($1, $2, $3, $4) end $$;
create or replace function pg_catalog.warehouse_lag_result(anyarray) returns anyelement language sql immutable as $$ select $1[1] $$;
create or replace function pg_catalog.warehouse_lead_result(anyarray) returns anyelement language sql immutable as
$$ select case when $1[1] is not null then $1[cardinality($1)] end $$;
create or replace aggregate pg_catalog.lag(boolean, anyelement, int) (sfunc = warehouse_lag_step, stype = anyarray,
  finalfunc = warehouse_lag_result);
create or replace aggregate pg_catalog.lead(boolean, anyelement, int) (sfunc = warehouse_lead_step, stype = anyarray,
  finalfunc = warehouse_lead_result);
create or replace aggregate pg_catalog.nth_value(boolean, anyelement, int) (sfunc = warehouse_lead_step, stype = anyarray,
  finalfunc = warehouse_lead_result);
`;

/** "RATIO_TO_REPORT window function": a FLOAT8. */
const RATIO = `
create or replace function pg_catalog.ratio_to_report(value float8, total float8) returns float8 language sql immutable strict as
$$ select $1 / $2 $$;
`;

/** The values of a window are sorted once for each window. */
const PERCENTILES = `
create or replace function pg_catalog.warehouse_sort(anycompatiblearray) returns anycompatiblearray language sql immutable as
$$ select array(select v from unnest($1) v order by v) $$;
create or replace aggregate pg_catalog.warehouse_sorted(anycompatible) (sfunc = array_append, stype = anycompatiblearray,
  finalfunc = warehouse_sort);
create or replace function pg_catalog.warehouse_check_share(share float8) returns float8 language plpgsql immutable strict as $$
begin
  if not share between 0 and 1 then
    raise exception 'percentile value % is not between 0 and 1', share using errcode = '22003';
  end if;
  return share;
end $$;
create or replace function pg_catalog.percentile_cont(share float8, sorted float8[], descends boolean) returns float8
language sql immutable strict as
$$ select sorted[floor(p)::int] + (sorted[ceil(p)::int] - sorted[floor(p)::int]) * (p - floor(p))
  from (select 1 + pg_catalog.warehouse_check_share(case when descends then 1 - share else share end) * (cardinality(sorted) - 1)) a (p) $$;
create or replace function pg_catalog.median(sorted float8[]) returns float8 language sql immutable strict as
$$ select pg_catalog.percentile_cont(0.5, sorted, false) $$;
create or replace function pg_catalog.median(middle float8) returns float8 language sql immutable strict as $$ select $1 $$;
create or replace function pg_catalog.percentile_disc(share float8, sorted anyarray, descends boolean) returns anyelement
language sql immutable strict as
$$ select sorted[case when descends then cardinality(sorted) + 1 - n else n end]
  from (select greatest(ceil(pg_catalog.warehouse_check_share(share) * cardinality(sorted))::int, 1)) a (n) $$;
`;

/** Idempotent statements. */
export const WINDOWS = `${NULLS_IGNORED}${RATIO}${PERCENTILES}`;
