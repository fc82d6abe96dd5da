/**
 * Functions of regular expressions ("REGEXP_REPLACE function" and its neighbors). They take `parameters`: c and i for the case, e for
 * the first subexpression, p for Perl's dialect, whose lookahead PostgreSQL's expressions have too. PostgreSQL's flags of these
 * letters mean other things, and its REGEXP_REPLACE replaces one match. A first argument, which `sql/calls.ts` writes, tells these
 * functions from PostgreSQL's of the same names, so that columns keep the names that Redshift gives them.
 */

const SOURCE = 'redshift boolean, source text, pattern text';

/** Idempotent statements. */
export const PATTERNS = `
create or replace function pg_catalog.warehouse_pattern_flags(parameters text) returns text
language plpgsql immutable strict as $$
begin
  if parameters ~ '[^ciep]' then
    raise exception 'invalid regular expression parameters: %', parameters using errcode = '22023';
  end if;
  return translate(parameters, 'ep', '');
end $$;
create or replace function pg_catalog.warehouse_subexpression(pattern text, parameters text) returns integer
language sql immutable strict as
$$ select case when strpos($2, 'e') > 0 and $1 ~ '[(](?![?])' then 1 else 0 end $$;

create or replace function pg_catalog.regexp_replace(${SOURCE}, by text = '', start integer = 1, parameters text = '')
returns text language sql immutable strict as
$$ select pg_catalog.regexp_replace($2, $3, $4, greatest($5, 1), 0, pg_catalog.warehouse_pattern_flags($6)) $$;

create or replace function pg_catalog.regexp_substr(${SOURCE}, start integer = 1) returns text
language sql immutable strict as $$ select coalesce(pg_catalog.regexp_substr($2, $3, greatest($4, 1)), '') $$;
create or replace function pg_catalog.regexp_substr(${SOURCE}, start integer, n integer, parameters text = '')
returns text language sql immutable strict as
$$ select case when $5 between 1 and char_length($2) then coalesce(pg_catalog.regexp_substr($2, $3, greatest($4, 1), $5,
  pg_catalog.warehouse_pattern_flags($6), pg_catalog.warehouse_subexpression($3, $6)), '') end $$;

create or replace function pg_catalog.regexp_instr(${SOURCE}, start integer = 1, n integer = 1, after integer = 0,
  parameters text = '') returns integer language sql immutable strict as
$$ select case when $5 between 1 and char_length($2) then pg_catalog.regexp_instr($2, $3, greatest($4, 1), $5,
  least(abs($6), 1), pg_catalog.warehouse_pattern_flags($7), pg_catalog.warehouse_subexpression($3, $7)) else 0 end $$;

create or replace function pg_catalog.regexp_count(${SOURCE}, start integer = 1, parameters text = '')
returns integer language sql immutable strict as
$$ select pg_catalog.regexp_count($2, $3, greatest($4, 1), pg_catalog.warehouse_pattern_flags($5)) $$;
`;
