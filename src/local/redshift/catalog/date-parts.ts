/** Names and abbreviations of date parts ("Date parts for date or timestamp functions"), and which functions take them. */

/** Each part as PostgreSQL's functions know it, with all its names on Redshift. */
const NAMES: Readonly<Record<string, string>> = {
  millennium: 'millennium millennia mil mils',
  century: 'century centuries c cent cents',
  decade: 'decade decades dec decs',
  year: 'year years y yr yrs',
  quarter: 'quarter quarters qtr qtrs',
  month: 'month months mon mons',
  week: 'week weeks w',
  day: 'day days d',
  hour: 'hour hours h hr hrs',
  minute: 'minute minutes m min mins',
  second: 'second seconds s sec secs',
  milliseconds: 'millisecond milliseconds ms msec msecs msecond mseconds millisec millisecs millisecon',
  microseconds: 'microsecond microseconds us usec usecs usecond useconds microsec microsecs',
  dow: 'dow dayofweek dw weekday',
  doy: 'doy dayofyear dy yearday',
  epoch: 'epoch',
  timezone: 'timezone',
  timezone_hour: 'timezone_hour',
  timezone_minute: 'timezone_minute',
};

const ALL = Object.keys(NAMES);
const UNITS = ALL.slice(0, ALL.indexOf('dow'));

/** What a function takes: `unit` is a length of time, `field` a number in a date, `zoned` one in a value with a time zone. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  unit: UNITS,
  time: UNITS.slice(UNITS.indexOf('hour')),
  field: ALL.slice(0, ALL.indexOf('timezone')),
  zoned: ALL,
};

const CASES = ALL.map((part) => `when ${inList(NAMES[part]?.split(' ') ?? [])} then '${part}'`).join(
  '\n    ',
);
const ALLOWED = Object.entries(KINDS)
  .map(([kind, parts]) => `when '${kind}' then array[${parts.map((part) => `'${part}'`).join(', ')}]`)
  .join('\n    ');

function inList(names: readonly string[]): string {
  return `lower(part) in (${names.map((name) => `'${name}'`).join(', ')})`;
}

/**
 * Idempotent statements. `warehouse_date_part(part, kind)` is the part by PostgreSQL's name; it fails with the words of an 8.0
 * server: 22023 for a part that does not exist, 0A000 for one that the function does not take.
 */
export const DATE_PARTS = `
create or replace function pg_catalog.warehouse_date_part(part text, kind text) returns text
language plpgsql immutable strict as $$
declare
  found text := case
    ${CASES}
  end;
begin
  if found is null then
    raise exception 'timestamp units "%" not recognized', part using errcode = '22023';
  end if;
  if not found = any (case kind
    ${ALLOWED}
  end) then
    raise exception 'timestamp units "%" not supported', part using errcode = '0A000';
  end if;
  return found;
end $$;
`;
