/**
 * EXTRACT and DATE_PART. The decade of the year 2000 is the 201st for both ("CENTURY, EPOCH, DECADE, and MIL notes"). They differ in
 * seconds: EXTRACT ignores what is smaller and larger than the part, DATE_PART does not.
 */

/** The numbers themselves; `part` is one of `warehouse_date_part`. */
const NUMBERS = ['timestamp', 'timestamptz', 'time', 'timetz', 'interval'].map(
  (type) => `
create or replace function pg_catalog.warehouse_field(part text, at ${type}) returns numeric
language plpgsql immutable strict as $$
begin
  ${type.startsWith('timestamp') ? `if part = 'decade' then return floor(extract(year from at) / 10) + 1; end if;` : ''}
  return pg_catalog.extract(part, at);
end $$;
create or replace function pg_catalog.warehouse_whole_field(part text, at ${type}) returns numeric
language plpgsql immutable strict as $$
declare
  value numeric := pg_catalog.warehouse_field(part, at);
begin
  return case part
    when 'milliseconds' then trunc(value) % 1000
    when 'microseconds' then value % 1000
    when 'epoch' then ${type === 'timestamptz' ? 'value' : 'floor(value)'}
    else trunc(value)
  end;
end $$;
`,
);

interface Source {
  readonly type: string;
  /** What the value is read as. */
  readonly as: string;
  /** What EXTRACT takes and gives ("EXTRACT function"); DATE_PART gives DOUBLE PRECISION, and no time zones. */
  readonly kind: 'field' | 'zoned';
  readonly whole: 'integer' | 'double precision';
}

const SOURCES: readonly Source[] = [
  { type: 'timestamp', as: 'timestamp', kind: 'field', whole: 'integer' },
  { type: 'date', as: 'timestamp', kind: 'field', whole: 'integer' },
  { type: 'text', as: 'timestamp', kind: 'field', whole: 'integer' },
  { type: 'timestamptz', as: 'timestamptz', kind: 'zoned', whole: 'double precision' },
  { type: 'time', as: 'time', kind: 'field', whole: 'integer' },
  { type: 'timetz', as: 'timetz', kind: 'zoned', whole: 'integer' },
  { type: 'interval', as: 'interval', kind: 'field', whole: 'integer' },
];

/** EXTRACT is date_part(value, part): the name of its column on Redshift, and arguments that PostgreSQL's date_part does not have. */
const FUNCTIONS = SOURCES.map(
  ({ type, as, kind, whole }) => `
create or replace function pg_catalog.date_part(at ${type}, part name) returns ${whole} language sql stable strict as
$$ select pg_catalog.warehouse_whole_field(pg_catalog.warehouse_date_part($2::text, '${kind}'), $1::${as})::${whole} $$;
create or replace function pg_catalog.pgdate_part(part text, at ${type}) returns double precision
language sql stable strict as
$$ select pg_catalog.warehouse_field(pg_catalog.warehouse_date_part($1, 'field'), $2::${as})::double precision $$;
`,
);

/** Idempotent statements; after those of `date-parts.ts`. */
export const DATE_FIELDS = [...NUMBERS, ...FUNCTIONS].join('');
