/**
 * TO_DATE ("TO_DATE function"): a day or month out of range goes on into the next month or year unless `is_strict` is true.
 * PostgreSQL's function is always strict, so what it rejects is read again: day and month are taken out of the string, and added to
 * the first of January.
 */

/** What the templates of a format match. Formats with other letters have no values out of range here. */
const TEMPLATES = {
  YYYY: '[0-9]{1,4}',
  YY: '[0-9]{1,2}',
  MONTH: '[A-Za-z]+ *',
  MON: '[A-Za-z]{3}',
  MM: '[0-9]{1,2}',
  DAY: '[A-Za-z]+ *',
  DY: '[A-Za-z]{3}',
  DD: '[0-9]{1,2}',
  HH24: '[0-9]{1,2}',
  HH12: '[0-9]{1,2}',
  HH: '[0-9]{1,2}',
  MI: '[0-9]{1,2}',
  SS: '[0-9]{1,2}',
};

const PATTERNS = Object.entries(TEMPLATES)
  .map(([template, pattern]) => `when '${template}' then '${pattern}'`)
  .join('\n      ');

/** Idempotent statements. */
export const TO_DATE = `
create or replace function pg_catalog.warehouse_pg_to_date(text, text) returns date
language internal stable strict as 'to_date';
create or replace function pg_catalog.warehouse_to_date(value text, format text, strictly boolean) returns date
language plpgsql stable strict as $$
declare
  template text;
  templates text[] := '{}';
  pattern text := '^ *';
  parts text[];
  first_of_january text := '';
  month int := 1;
  day int := 1;
  base date;
begin
  begin
    return pg_catalog.warehouse_pg_to_date(value, format);
  exception when datetime_field_overflow then
    null;
  end;
  for template in
    select m[1] from pg_catalog.regexp_matches(upper(format), '(${Object.keys(TEMPLATES).join('|')}|FM|FX|.)', 'g') m
  loop
    continue when template in ('FM', 'FX');
    templates := templates || template;
    pattern := pattern || '(' || case template
      ${PATTERNS}
      else case when template ~ '[A-Z]' then '!' else '.?' end
    end || ')';
  end loop;
  parts := pg_catalog.regexp_match(value, pattern);
  if parts is null then
    raise exception 'date/time field value out of range: "%"', value using errcode = '22008';
  end if;
  for n in 1 .. cardinality(templates) loop
    if templates[n] = 'MM' then month := parts[n]::int; end if;
    if templates[n] = 'DD' then day := parts[n]::int; end if;
    first_of_january := first_of_january || case when templates[n] in ('MM', 'DD') then '01' else parts[n] end;
  end loop;
  base := pg_catalog.warehouse_pg_to_date(first_of_january, format);
  if strictly then
    raise exception 'date/time field date value out of range: %-%-%', extract(year from base),
      case when 'MM' = any (templates) then month else extract(month from base) end, day using errcode = '22008';
  end if;
  return (base + make_interval(months => month - 1))::date + day - 1;
end $$;
create or replace function pg_catalog.to_date(text, text, boolean) returns date language sql stable strict as
$$ select pg_catalog.warehouse_to_date($1, $2, $3) $$;
create or replace function pg_catalog.to_date(text, text) returns date language sql stable strict as
$$ select pg_catalog.warehouse_to_date($1, $2, false) $$;
`;
