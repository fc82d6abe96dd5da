/** ROUND and TRUNC to a place, of every type of number; PostgreSQL has them for DECIMAL only. */

const TYPES = ['smallint', 'int', 'bigint', 'double precision'];

function toPlaces(name: string, type: string): string {
  return `create or replace function pg_catalog.${name}(${type}, int) returns ${type} language sql immutable strict as
$$ select pg_catalog.${name}($1::numeric, $2)::${type} $$;`;
}

/** "ROUND function" and "TRUNC function" return the type of their argument; REAL becomes DOUBLE PRECISION. */
export const NUMBERS = ['round', 'trunc']
  .flatMap((name) => TYPES.map((type) => toPlaces(name, type)))
  .join('\n');
