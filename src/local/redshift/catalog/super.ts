/** SUPER: a type of its own that holds compact JSON, with the casts that Redshift allows ("SUPER type", "Limitations"). */

/**
 * The type borrows the representation of PostgreSQL's text and json, so that COPY and JSON functions need no conversion.
 */
const TYPE = `
do $$ begin
  if to_regtype('pg_catalog.super') is null then
    create type pg_catalog.super;
    create function pg_catalog.super_in(cstring) returns pg_catalog.super language internal immutable strict as 'textin';
    create function pg_catalog.super_out(pg_catalog.super) returns cstring language internal immutable strict as 'textout';
    create function pg_catalog.super_recv(internal) returns pg_catalog.super language internal stable strict as 'textrecv';
    create function pg_catalog.super_send(pg_catalog.super) returns bytea language internal stable strict as 'textsend';
    create type pg_catalog.super (input = pg_catalog.super_in, output = pg_catalog.super_out,
      receive = pg_catalog.super_recv, send = pg_catalog.super_send, like = text, category = 'U');
    create cast (pg_catalog.super as json) without function;
    create cast (json as pg_catalog.super) without function;
  end if;
end $$;
`;

/**
 * The operators by which the engine sorts and groups: `super-operators.ts` has their functions and gives them names of their own. The type
 * has no collation.
 */
const COMPARISON = `
do $$ begin
  if not exists (select from pg_catalog.pg_opclass where opcname = 'super_ops') then
    create function pg_catalog.super_eq(super, super) returns boolean language internal immutable strict as 'byteaeq';
    create function pg_catalog.super_ne(super, super) returns boolean language internal immutable strict as 'byteane';
    create function pg_catalog.super_lt(super, super) returns boolean language internal immutable strict as 'bytealt';
    create function pg_catalog.super_le(super, super) returns boolean language internal immutable strict as 'byteale';
    create function pg_catalog.super_gt(super, super) returns boolean language internal immutable strict as 'byteagt';
    create function pg_catalog.super_ge(super, super) returns boolean language internal immutable strict as 'byteage';
    create function pg_catalog.super_cmp(super, super) returns int language internal immutable strict as 'byteacmp';
    create function pg_catalog.super_hash(super) returns int language internal immutable strict as 'hashvarlena';
    create operator pg_catalog.= (leftarg = super, rightarg = super, function = super_eq, commutator = =,
      negator = <>, restrict = eqsel, join = eqjoinsel, hashes, merges);
    create operator pg_catalog.<> (leftarg = super, rightarg = super, function = super_ne, commutator = <>, negator = =);
    create operator pg_catalog.< (leftarg = super, rightarg = super, function = super_lt, commutator = >, negator = >=);
    create operator pg_catalog.<= (leftarg = super, rightarg = super, function = super_le, commutator = >=, negator = >);
    create operator pg_catalog.> (leftarg = super, rightarg = super, function = super_gt, commutator = <, negator = <=);
    create operator pg_catalog.>= (leftarg = super, rightarg = super, function = super_ge, commutator = <=, negator = <);
    create operator class pg_catalog.super_ops default for type super using btree as operator 1 <, operator 2 <=,
      operator 3 =, operator 4 >=, operator 5 >, function 1 super_cmp(super, super);
    create operator class pg_catalog.super_ops default for type super using hash as operator 1 =,
      function 1 super_hash(super);
  end if;
end $$;
`;

/** Scalars of SQL become scalars of JSON; those that Redshift does not take (BOOLEAN, dates) have no cast. */
const NUMBERS = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'];

const NUMBER_CASTS = NUMBERS.map(
  (type) => `
create or replace function pg_catalog.super_of(${type}) returns super language sql immutable strict as
$$ select to_json($1)::pg_catalog.super $$;
create or replace function pg_catalog.super_${type}(super) returns ${type} language sql immutable strict as
$$ select case when json_typeof($1::json) = 'number' then ($1::json #>> '{}')::numeric::${type} end $$;
do $$ begin
  if not exists (select from pg_catalog.pg_cast where castsource = '${type}'::regtype and casttarget = 'super'::regtype) then
    create cast (${type} as super) with function pg_catalog.super_of(${type}) as assignment;
    create cast (super as ${type}) with function pg_catalog.super_${type}(super) as assignment;
  end if;
end $$;`,
).join('');

/** A text becomes a JSON string, never an object; objects and arrays become NULL (cast_super_null_on_error). */
const STRING_CASTS = ['text', 'varchar', 'bpchar']
  .map(
    (type) => `
create or replace function pg_catalog.super_of(${type}) returns super language sql immutable strict as
$$ select to_json($1::text)::pg_catalog.super $$;
create or replace function pg_catalog.super_${type}(super) returns ${type} language sql immutable strict as
$$ select case when json_typeof($1::json) in ('object', 'array') then null else ($1::json #>> '{}')::${type} end $$;
do $$ begin
  if not exists (select from pg_catalog.pg_cast where castsource = '${type}'::regtype and casttarget = 'super'::regtype) then
    create cast (${type} as super) with function pg_catalog.super_of(${type}) as assignment;
    create cast (super as ${type}) with function pg_catalog.super_${type}(super) as assignment;
  end if;
end $$;`,
  )
  .join('');

const BOOLEAN_CAST = `
create or replace function pg_catalog.super_bool(super) returns boolean language sql immutable strict as
$$ select case when json_typeof($1::json) = 'boolean' then ($1::json #>> '{}')::boolean end $$;
do $$ begin
  if not exists (select from pg_catalog.pg_cast where castsource = 'super'::regtype and casttarget = 'bool'::regtype) then
    create cast (super as boolean) with function pg_catalog.super_bool(super) as assignment;
  end if;
end $$;
`;

/** Idempotent statements. */
export const SUPER = `${TYPE}${COMPARISON}${NUMBER_CASTS}${STRING_CASTS}${BOOLEAN_CAST}`;
