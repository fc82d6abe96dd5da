/** Where PostgreSQL itself must behave as Redshift does: changes of its own catalog, made once for each database. */

/**
 * Blanks at the end of a VARCHAR mean nothing in a comparison ("Character types", "Significance of trailing blanks").
 * PostgreSQL has that rule for CHAR, so its comparison and hash functions become those of text as well. Functions of
 * the value alone (LENGTH, LIKE, ||) go on to see the blanks.
 */
const TRAILING_BLANKS = `
update pg_catalog.pg_operator o set oprcode = b.oprcode from pg_catalog.pg_operator b
where o.oprleft = 'text'::regtype and o.oprright = 'text'::regtype
  and b.oprleft = 'bpchar'::regtype and b.oprright = 'bpchar'::regtype
  and o.oprname = b.oprname and o.oprname in ('=', '<>', '<', '<=', '>', '>=');
update pg_catalog.pg_amproc p set amproc = b.amproc
from pg_catalog.pg_amproc b, pg_catalog.pg_opfamily f, pg_catalog.pg_opfamily g, pg_catalog.pg_am m
where f.oid = p.amprocfamily and g.oid = b.amprocfamily and m.oid = f.opfmethod and m.amname in ('btree', 'hash')
  and f.opfname = 'text_ops' and g.opfname = 'bpchar_ops' and g.opfmethod = f.opfmethod
  and p.amprocnum = b.amprocnum and p.amproclefttype = 'text'::regtype and p.amprocrighttype = 'text'::regtype;
`;

/**
 * The cast that holds VARCHAR(n) to its length counts bytes: a value assigned may be too long by blanks only, a value
 * cast is cut where a character ends. CHAR(n) takes ASCII. The functions called first are expressions that PostgreSQL
 * puts in place of the call, so that a value that fits costs little; where the new length is no shorter it leaves the call
 * out, so that ALTER TABLE does not rewrite the table. COPY does not cast: its rows are checked before.
 */
const LENGTHS = `
create or replace function pg_catalog.warehouse_cut(value text, bytes int) returns text
language plpgsql immutable strict as $$
declare
  content bytea := convert_to(value, 'UTF8');
  at int := bytes;
begin
  while at < length(content) and (get_byte(content, at) & 192) = 128 loop at := at - 1; end loop;
  return convert_from(substring(content from 1 for at), 'UTF8');
end $$;
create or replace function pg_catalog.warehouse_long_varchar(value varchar, modifier int, explicit boolean)
returns varchar language plpgsql immutable strict as $$
begin
  if not explicit and octet_length(rtrim(value, ' ')) > modifier - 4 then
    raise exception 'value too long for type character varying(%)', modifier - 4 using errcode = '22001';
  end if;
  return warehouse_cut(value, modifier - 4);
end $$;
create or replace function pg_catalog.warehouse_varchar(varchar, int, boolean) returns varchar
language sql immutable as $$
  select case when octet_length($1) <= $2 - 4 then $1 else pg_catalog.warehouse_long_varchar($1, $2, $3) end $$;
alter function pg_catalog.warehouse_varchar(varchar, int, boolean) support varchar_support;
update pg_catalog.pg_cast set castfunc = 'pg_catalog.warehouse_varchar(varchar, int, boolean)'::regprocedure
where castsource = 'varchar'::regtype and casttarget = 'varchar'::regtype;

create or replace function pg_catalog.warehouse_not_ascii(value bpchar) returns bpchar
language plpgsql immutable strict as $$
begin
  raise exception 'CHAR string contains invalid ASCII character' using errcode = 'XX000';
end $$;
create or replace function pg_catalog.warehouse_char(bpchar, int, boolean) returns bpchar
language sql immutable as $$
  select pg_catalog.bpchar(case when octet_length($1::text) = char_length($1::text) then $1
    else pg_catalog.warehouse_not_ascii($1) end, $2, $3) $$;
update pg_catalog.pg_cast set castfunc = 'pg_catalog.warehouse_char(bpchar, int, boolean)'::regprocedure
where castsource = 'bpchar'::regtype and casttarget = 'bpchar'::regtype;
`;

/** VARBYTE(n) is bytea with a length, which PostgreSQL does not have. */
const BINARY_LENGTHS = `
update pg_catalog.pg_type set typmodin = 'varchartypmodin'::regproc, typmodout = 'varchartypmodout'::regproc
where oid = 'bytea'::regtype;
create or replace function pg_catalog.warehouse_long_varbyte(value bytea, modifier int, explicit boolean)
returns bytea language plpgsql immutable strict as $$
begin
  if not explicit then
    raise exception 'value too long for type binary varying(%)', modifier - 4 using errcode = '22001';
  end if;
  return substring(value from 1 for modifier - 4);
end $$;
create or replace function pg_catalog.warehouse_varbyte(bytea, int, boolean) returns bytea
language sql immutable as $$
  select case when octet_length($1) <= $2 - 4 then $1 else pg_catalog.warehouse_long_varbyte($1, $2, $3) end $$;
do $$ begin
  if not exists (select from pg_catalog.pg_cast where castsource = 'bytea'::regtype and casttarget = 'bytea'::regtype) then
    create cast (bytea as bytea) with function pg_catalog.warehouse_varbyte(bytea, int, boolean) as implicit;
  end if;
end $$;
`;

/** How a stored body calls numeric(numeric, int). 0 follows for a call that is written as such, 1 for a cast. */
const NUMERIC_CALL = ':funcid 1703 :funcresulttype 1700 :funcretset false :funcvariadic false :funcformat';

/**
 * DECIMAL(19,s) is held in 64 bits and ends at 9223372036854775807, and no DECIMAL holds NaN ("Numeric types").
 * PostgreSQL puts the body of this cast in its place, and would lose the precision of the result: so the call in the body is
 * marked as a cast itself. A quotient has the scale that `sql/query/` computes for it: `shift` is ten to the power of it, `unit` its last digit.
 */
const DECIMALS = `
create or replace function pg_catalog.warehouse_decimal_overflow(value numeric) returns numeric
language plpgsql immutable strict as $$
begin
  raise exception 'numeric field overflow' using errcode = '22003';
end $$;
create or replace function pg_catalog.warehouse_decimal(numeric, int) returns numeric
language sql immutable return pg_catalog.numeric(case
    when $1 = 'NaN' then pg_catalog.warehouse_decimal_overflow($1)
    when (($2 - 4) >> 16) & 65535 <> 19 then $1
    when abs(round($1, ($2 - 4) & 2047)) * power(10::numeric, ($2 - 4) & 2047) <= 9223372036854775807 then $1
    else pg_catalog.warehouse_decimal_overflow($1) end, $2);
create cast (text as pg_node_tree) without function;
update pg_catalog.pg_proc set prosqlbody = replace(prosqlbody::text, '${NUMERIC_CALL} 0', '${NUMERIC_CALL} 1')::pg_node_tree
where oid = 'pg_catalog.warehouse_decimal(numeric, int)'::regprocedure;
drop cast (text as pg_node_tree);
update pg_catalog.pg_cast set castfunc = 'pg_catalog.warehouse_decimal(numeric, int)'::regprocedure
where castsource = 'numeric'::regtype and casttarget = 'numeric'::regtype;
create or replace function pg_catalog.warehouse_quotient(numeric, numeric, shift numeric, unit numeric) returns numeric
language sql immutable as
$$ select pg_catalog.div($1 * $3, $2) * $4 $$;
`;

/**
 * BOOLEAN has no cast to a string ("Boolean type"); without an entry PostgreSQL would make one of the types' texts.
 * An integer stands for one by itself: sqlalchemy-redshift asks real clusters for `where 1 and ...`.
 */
const CASTS = `
create or replace function pg_catalog.warehouse_no_cast(boolean) returns text language plpgsql immutable strict as $$
begin
  raise exception 'cannot cast type boolean to character varying' using errcode = '42846';
end $$;
update pg_catalog.pg_cast set castfunc = 'pg_catalog.warehouse_no_cast(boolean)'::regprocedure
where castsource = 'boolean'::regtype and casttarget in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype);
update pg_catalog.pg_cast set castcontext = 'i' where castsource = 'int'::regtype and casttarget = 'boolean'::regtype;
`;

/**
 * Functions of PostgreSQL that do something else on Redshift: QUOTE_LITERAL knows no E'', REGEXP_REPLACE replaces every
 * match, CONCAT of NULL is NULL. TO_TIMESTAMP takes no number. PostgreSQL puts the bodies in place of the calls; of what is immutable it would call its own instead.
 */
const FUNCTIONS = `
update pg_catalog.pg_proc set proname = 'warehouse_to_timestamp' where oid = 1158;
create or replace function pg_catalog.quote_literal(text) returns text language sql stable strict as
$$ select chr(39) || replace(replace($1, chr(92), chr(92) || chr(92)), chr(39), chr(39) || chr(39)) || chr(39) $$;
create or replace function pg_catalog.regexp_replace(text, text, text) returns text language sql stable strict as
$$ select pg_catalog.regexp_replace($1, $2, $3, 'g') $$;
create or replace function pg_catalog.concat(text, text) returns text language sql stable strict as
$$ select $1 || $2 $$;
`;

/**
 * AVG of whole numbers is a BIGINT, cut to a whole number, and AVG of a DECIMAL has the scale of its argument ("AVG function"), cut
 * toward zero as clusters were seen to do. PostgreSQL's four aggregates stay under another name for the views that were made
 * with them.
 */
const AVERAGES = `
create or replace function pg_catalog.warehouse_average(bigint[]) returns bigint language sql immutable strict as
$$ select $1[2] / nullif($1[1], 0) $$;
create or replace function pg_catalog.warehouse_average(numeric[]) returns bigint language sql immutable strict as
$$ select div($1[2], nullif($1[1], 0))::bigint $$;
create or replace function pg_catalog.warehouse_average_step(numeric[], bigint) returns numeric[]
language sql immutable strict as
$$ select array[$1[1] + 1, $1[2] + $2] $$;
update pg_catalog.pg_proc set proname = 'warehouse_decimal_average' where oid in (2100, 2101, 2102, 2103);
create or replace aggregate pg_catalog.avg(smallint) (sfunc = int2_avg_accum, stype = bigint[], initcond = '{0,0}',
  finalfunc = warehouse_average, msfunc = int2_avg_accum, minvfunc = int2_avg_accum_inv, mstype = bigint[],
  minitcond = '{0,0}', mfinalfunc = warehouse_average);
create or replace aggregate pg_catalog.avg(integer) (sfunc = int4_avg_accum, stype = bigint[], initcond = '{0,0}',
  finalfunc = warehouse_average, msfunc = int4_avg_accum, minvfunc = int4_avg_accum_inv, mstype = bigint[],
  minitcond = '{0,0}', mfinalfunc = warehouse_average);
create or replace aggregate pg_catalog.avg(bigint) (sfunc = warehouse_average_step, stype = numeric[],
  initcond = '{0,0}', finalfunc = warehouse_average);
create or replace function pg_catalog.warehouse_scaled_step(numeric[], numeric) returns numeric[]
language sql immutable strict as
$$ select array[$1[1] + 1, $1[2] + $2, greatest($1[3], scale($2))] $$;
create or replace function pg_catalog.warehouse_scaled_average(numeric[]) returns numeric
language sql immutable strict as
$$ select trunc(div($1[2] * 10 ^ $1[3], nullif($1[1], 0)) / 10 ^ $1[3], $1[3]::int) $$;
create or replace aggregate pg_catalog.avg(numeric) (sfunc = warehouse_scaled_step, stype = numeric[],
  initcond = '{0,0,0}', finalfunc = warehouse_scaled_average);
`;

/**
 * Collations ("Database collation"). A string of one is not compared with one of the other; the engine says so where both are
 * named. Columns without a word on it have the engine's default in a database that minds case, and are compared with either.
 */
const COLLATIONS = `
create collation if not exists pg_catalog.case_sensitive (provider = libc, locale = 'C');
create collation if not exists pg_catalog.case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
`;

/** Idempotent statements of the superuser. */
export const ENGINE = `${TRAILING_BLANKS}${LENGTHS}${BINARY_LENGTHS}${DECIMALS}${CASTS}${FUNCTIONS}${AVERAGES}${COLLATIONS}`;
