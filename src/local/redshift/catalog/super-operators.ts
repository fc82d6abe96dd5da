/**
 * Comparisons and arithmetic of SUPER, by the types that the values have ("Querying semistructured data", Dynamic typing; "Operators and
 * functions" of SUPER). The comparison of a SUPER and a SUPER takes a domain on its right, and the type has no arrays for the engine: so
 * that it reads a bare literal beside a SUPER as a string, and never as the text of a SUPER, in IN too.
 */

const TYPES = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'text', 'bool'] as const;

const COMPARISONS = [
  { operator: '=', name: 'eq', isEquality: true },
  { operator: '<>', name: 'ne', isEquality: true },
  { operator: '<', name: 'lt', isEquality: false },
  { operator: '<=', name: 'le', isEquality: false },
  { operator: '>', name: 'gt', isEquality: false },
  { operator: '>=', name: 'ge', isEquality: false },
] as const;

/** Equality of types that differ is false, as the page says; an order of such values is NULL. */
const VALUES = `
create or replace function pg_catalog.super_number(super) returns numeric language sql immutable strict as
$$ select case when $1::json::text ~ '^[-0-9]' then ($1::json::text)::numeric end $$;
create or replace function pg_catalog.super_string(super) returns text language sql immutable strict as
$$ select case when $1::json::text ~ '^"' then $1::json #>> '{}' end $$;
create or replace function pg_catalog.super_same(super, super) returns boolean language internal immutable strict as 'byteaeq';
create or replace function pg_catalog.super_bytes(super, super) returns int language internal immutable strict as 'byteacmp';
create or replace function pg_catalog.super_eq(super, super) returns boolean language sql immutable strict as
$$ select pg_catalog.super_same($1, $2) or coalesce(pg_catalog.super_number($1) = pg_catalog.super_number($2), false)
  or coalesce(pg_catalog.super_string($1) = pg_catalog.super_string($2), false) $$;
create or replace function pg_catalog.super_ne(super, super) returns boolean language sql immutable strict as
$$ select not pg_catalog.super_eq($1, $2) $$;
create or replace function pg_catalog.super_hash(super) returns int language sql immutable strict as
$$ select hashtext(coalesce(trim_scale(pg_catalog.super_number($1))::text, rtrim(pg_catalog.super_string($1), ' '),
  $1::json::text) collate "C") $$;
create or replace function pg_catalog.super_cmp(super, super) returns int language plpgsql immutable strict as $$
declare
  -- The engine compares each value many times when it sorts and when it gathers statistics, so that this has to be fast.
  a text := $1::json::text;
  b text := $2::json::text;
begin
  if a = b then return 0; end if;
  if left(a, 1) in ('-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9') and left(b, 1) in ('-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9') then
    return case when a::numeric < b::numeric then -1 when a::numeric > b::numeric then 1 else 0 end;
  end if;
  if left(a, 1) = '"' and left(b, 1) = '"' then
    a := $1::json #>> '{}';
    b := $2::json #>> '{}';
    return case when a < b then -1 when a > b then 1 else 0 end;
  end if;
  return pg_catalog.super_bytes($1, $2);
end $$;
create or replace function pg_catalog.super_order(super, super) returns int language sql immutable strict as
$$ select case when json_typeof($1::json) = json_typeof($2::json) and json_typeof($1::json) in ('number', 'string', 'boolean')
  then pg_catalog.super_cmp($1, $2) end $$;
${[
  ['lt', '< 0'],
  ['le', '<= 0'],
  ['gt', '> 0'],
  ['ge', '>= 0'],
]
  .map(
    ([name, test]) => `
create or replace function pg_catalog.super_${name}(super, super) returns boolean language sql immutable strict as
$$ select pg_catalog.super_cmp($1, $2) ${test} $$;`,
  )
  .join('')}
`;

/** The operators by which the engine sorts and groups get names that no query has. */
const RENAMED = `
update pg_catalog.pg_operator set oprname = '#' || oprname || '#'
where oprleft = 'super'::regtype and oprright = 'super'::regtype and oprname in ('=', '<>', '<', '<=', '>', '>=');
update pg_catalog.pg_type set typarray = 0 where oid = 'pg_catalog.super'::regtype;
do $$ begin
  if to_regtype('pg_catalog.warehouse_super') is null then
    create domain pg_catalog.warehouse_super as super;
    update pg_catalog.pg_type set typarray = 0 where oid = 'pg_catalog.warehouse_super'::regtype;
  end if;
end $$;
revoke usage on type pg_catalog.warehouse_super from public;
`;

/** Scalars of SQL as SUPER; BOOLEAN has no cast to it, but may be compared and be an element. */
const ITEMS = `
create or replace function pg_catalog.warehouse_item(super) returns super language sql immutable as $$ select $1 $$;
${TYPES.map(
  (type) => `
create or replace function pg_catalog.warehouse_item(${type}) returns super language sql immutable as
$$ select to_json($1)::pg_catalog.super $$;`,
).join('')}
`;

const COMPARE = COMPARISONS.map(({ operator, name, isEquality }) => {
  const compared = (left: string, right: string): string =>
    isEquality
      ? `pg_catalog.super_${name}(${left}, ${right})`
      : `pg_catalog.super_order(${left}, ${right}) ${operator} 0`;
  const define = (left: string, right: string): string => {
    const call = `warehouse_${name}(${left}, ${right})`;
    const values = [left, right].map((type, n) =>
      type === 'super' || type === 'warehouse_super'
        ? `$${n + 1}::super`
        : `pg_catalog.warehouse_item($${n + 1})`,
    );
    return `
create or replace function pg_catalog.${call} returns boolean language sql immutable strict as
$$ select ${compared(values[0] ?? '', values[1] ?? '')} $$;
do $$ begin
  if to_regoperator('pg_catalog.${operator}(${left}, ${right})') is null then
    create operator pg_catalog.${operator} (leftarg = ${left}, rightarg = ${right}, function = pg_catalog.warehouse_${name});
  end if;
end $$;`;
  };
  const scalars = TYPES.map((type) => define('super', type) + define(type, 'super'));
  return define('super', 'warehouse_super') + scalars.join('');
}).join('');

/**
 * Quotients and remainders of whole numbers. Which scale those of others have is not documented: the numbers in a SUPER have no
 * precision that the rules for DECIMAL could take.
 */
const DIVISION = `
create or replace function pg_catalog.warehouse_divide(numeric, numeric, is_remainder boolean) returns super language plpgsql immutable strict as $$
begin
  if scale(trim_scale($1)) > 0 or scale(trim_scale($2)) > 0 then
    raise exception 'The local warehouse divides only whole numbers of type SUPER; cast them to a type' using errcode = '0A000';
  end if;
  return to_json(case when is_remainder then mod($1, $2) else div($1, $2) end)::super;
end $$;
`;

/** The result is a SUPER; NULL where an operand is no number. Two strings are put together by `+`. */
const ARITHMETIC = ['+', '-', '*', '/', '%']
  .map((operator) => {
    const name = { '+': 'plus', '-': 'minus', '*': 'times', '/': 'over', '%': 'modulo' }[operator] ?? '';
    const define = (left: string, right: string): string => {
      const [a = '', b = ''] = [left, right].map((type, n) =>
        type === 'super' || type === 'warehouse_super'
          ? `$${n + 1}::super`
          : `pg_catalog.warehouse_item($${n + 1})`,
      );
      const numbers = [a, b].map((value) => `pg_catalog.super_number(${value})`);
      const isDivision = operator === '/' || operator === '%';
      const number = isDivision
        ? `pg_catalog.warehouse_divide(${numbers.join(', ')}, ${operator === '%'})`
        : `to_json(${numbers.join(` ${operator} `)})::super`;
      const string = `to_json(pg_catalog.super_string(${a}) || pg_catalog.super_string(${b}))::super`;
      return `
create or replace function pg_catalog.warehouse_${name}(${left}, ${right}) returns super language sql immutable strict as
$$ select ${operator === '+' ? `coalesce(${number}, ${string})` : number} $$;
do $$ begin
  if to_regoperator('pg_catalog.${operator}(${left}, ${right})') is null then
    create operator pg_catalog.${operator} (leftarg = ${left}, rightarg = ${right}, function = pg_catalog.warehouse_${name});
  end if;
end $$;`;
    };
    // With an operand of another type the engine would read a bare literal beside a string as a SUPER.
    const operands = TYPES.filter((type) => type !== 'bool' && (operator === '+' || type !== 'text'));
    return (
      define('super', 'warehouse_super') +
      operands.map((type) => define('super', type) + define(type, 'super')).join('')
    );
  })
  .join('');

/** Idempotent statements, to be run after those of `super.ts`. */
export const SUPER_OPERATORS = `${VALUES}${RENAMED}${ITEMS}${COMPARE}${DIVISION}${ARITHMETIC}`;
