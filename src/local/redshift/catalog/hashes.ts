/** Hashes and sounds: FNV_HASH, MURMUR3_32_HASH, CRC32, SOUNDEX and DIFFERENCE. */

/** What FNV_HASH hashes of a value: the bytes of the type, the lowest first ("FNV_HASH function"). */
const BYTES: Readonly<Record<string, string>> = {
  smallint: 'pg_catalog.warehouse_reversed(int2send($1))',
  integer: 'pg_catalog.warehouse_reversed(int4send($1))',
  bigint: 'pg_catalog.warehouse_reversed(int8send($1))',
  real: 'pg_catalog.warehouse_reversed(float4send($1))',
  'double precision': 'pg_catalog.warehouse_reversed(float8send($1))',
  boolean: 'pg_catalog.warehouse_reversed(boolsend($1))',
  text: `convert_to($1, 'UTF8')`,
  bytea: '$1',
};

/** The offset of FNV-1a with 64 bits, as a BIGINT. */
const OFFSET = '-3750763034362895579';

const FNV_HASHES = Object.entries(BYTES).map(
  ([type, bytes]) => `
create or replace function pg_catalog.fnv_hash(value ${type}, seed bigint) returns bigint language sql immutable strict as
$$ select pg_catalog.warehouse_fnv(${bytes}, $2) $$;
create or replace function pg_catalog.fnv_hash(value ${type}) returns bigint language sql immutable strict as
$$ select pg_catalog.warehouse_fnv(${bytes}, ${OFFSET}) $$;`,
);

/** Bytes in the other order, and FNV-1a. Its product has 64 bits, and is made of halves since PostgreSQL refuses what overflows. */
const FNV = `
create or replace function pg_catalog.warehouse_reversed(value bytea) returns bytea language sql immutable strict as
$$ select string_agg(substring($1 from n for 1), ''::bytea order by n desc) from generate_series(1, octet_length($1)) n $$;
create or replace function pg_catalog.warehouse_fnv(value bytea, seed bigint) returns bigint
language plpgsql immutable strict as $$
declare
  half bigint := 4294967295;
  high bigint := (seed >> 32) & half;
  low bigint := seed & half;
  product bigint;
begin
  for n in 0 .. octet_length(value) - 1 loop
    low := low # get_byte(value, n);
    product := low * 435;
    high := (high * 435 + (low << 8) + (product >> 32)) & half;
    low := product & half;
  end loop;
  return (high << 32) | low;
end $$;
${FNV_HASHES.join('')}
`;

/** How a DECIMAL is hashed is not documented, and the engine would hash it as a DOUBLE PRECISION. */
const NO_DECIMAL = ['value numeric, seed bigint', 'value numeric']
  .map(
    (parameters) => `
create or replace function pg_catalog.fnv_hash(${parameters}) returns bigint language plpgsql immutable strict as $$
begin
  raise exception 'The local warehouse does not serve FNV_HASH of a DECIMAL' using errcode = '0A000';
end $$;`,
  )
  .join('');

/** The bytes that Apache Iceberg's hash takes of a value: whole numbers and dates as eight, the lowest first ("MURMUR3_32_HASH"). */
const ICEBERG_BYTES: Readonly<Record<string, string>> = {
  smallint: 'pg_catalog.warehouse_reversed(int8send($1))',
  integer: 'pg_catalog.warehouse_reversed(int8send($1))',
  bigint: 'pg_catalog.warehouse_reversed(int8send($1))',
  date: "pg_catalog.warehouse_reversed(int8send($1 - date '1970-01-01'))",
  text: `convert_to($1, 'UTF8')`,
  bytea: '$1',
};

const MURMUR_HASHES = Object.entries(ICEBERG_BYTES).map(
  ([type, bytes]) => `
create or replace function pg_catalog.murmur3_32_hash(value ${type}) returns int language sql immutable strict as
$$ select pg_catalog.warehouse_murmur(${bytes}) $$;
create or replace function pg_catalog.murmur3_32_hash(value ${type}, seed int) returns int language plpgsql immutable strict as $$
begin
  raise exception 'The local warehouse does not serve MURMUR3_32_HASH with a seed' using errcode = '0A000';
end $$;`,
);

/** Murmur3 for 32 bits; the page's example with a seed is not what its algorithm gives. A product of 32 bits is made of halves, since PostgreSQL refuses what overflows 64. */
const MURMUR = `
create or replace function pg_catalog.warehouse_times(bigint, bigint) returns bigint language sql immutable strict as
$$ select ((($1 * ($2 >> 16)) & 65535) * 65536 + $1 * ($2 & 65535)) & 4294967295 $$;
create or replace function pg_catalog.warehouse_rotated(bigint, int) returns bigint language sql immutable strict as
$$ select (($1 << $2) | ($1 >> (32 - $2))) & 4294967295 $$;
create or replace function pg_catalog.warehouse_murmur(value bytea) returns int language plpgsql immutable strict as $$
declare
  hash bigint := 0;
  size int := octet_length(value);
  part bigint;
begin
  for n in 0 .. (size + 3) / 4 - 1 loop
    part := 0;
    for place in reverse least(3, size - n * 4 - 1) .. 0 loop
      part := part * 256 + get_byte(value, n * 4 + place);
    end loop;
    part := pg_catalog.warehouse_times(pg_catalog.warehouse_rotated(pg_catalog.warehouse_times(part, 3432918353), 15), 461845907);
    hash := hash # part;
    if n * 4 + 4 <= size then
      hash := (pg_catalog.warehouse_rotated(hash, 13) * 5 + 3864292196) & 4294967295;
    end if;
  end loop;
  hash := hash # size;
  hash := pg_catalog.warehouse_times(hash # (hash >> 16), 2246822507);
  hash := pg_catalog.warehouse_times(hash # (hash >> 13), 3266489909);
  hash := hash # (hash >> 16);
  return (case when hash > 2147483647 then hash - 4294967296 else hash end)::int;
end $$;
${MURMUR_HASHES.join('')}
`;

/** CRC-32C, as eight hexadecimal digits ("CRC32 function"). */
const CRC = `
create or replace function pg_catalog.crc32(value text) returns text language plpgsql immutable strict as $$
declare
  content bytea := convert_to(value, 'UTF8');
  crc bigint := 4294967295;
begin
  for n in 0 .. octet_length(content) - 1 loop
    crc := crc # get_byte(content, n);
    for bit in 1 .. 8 loop
      crc := case when crc & 1 = 1 then (crc >> 1) # 2197175160 else crc >> 1 end;
    end loop;
  end loop;
  return lpad(to_hex(crc # 4294967295), 8, '0');
end $$;
`;

/** American Soundex of the letters A to Z ("SOUNDEX function", "DIFFERENCE function"). */
const SOUNDS = `
create or replace function pg_catalog.soundex(value text) returns text language plpgsql immutable strict as $$
declare
  letters text := upper(regexp_replace(value, '[^A-Za-z]', '', 'g'));
  codes text := translate(left(letters, 1) || translate(substr(letters, 2), 'HW', ''),
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230120022455012623010202');
begin
  if letters = '' then return ''; end if;
  for code in 0 .. 6 loop
    codes := regexp_replace(codes, code || '+', code::text, 'g');
  end loop;
  return left(left(letters, 1) || replace(substr(codes, 2), '0', '') || '000', 4);
end $$;
create or replace function pg_catalog.difference(a text, b text) returns integer language plpgsql immutable strict as $$
declare
  one text := pg_catalog.soundex(a);
  other text := pg_catalog.soundex(b);
begin
  if one = '' or other = '' then return case when one = other then 1 else 0 end; end if;
  return (select count(*) from generate_series(1, 4) n where substr(one, n, 1) = substr(other, n, 1));
end $$;
`;

/** Idempotent statements. */
export const HASHES = `${FNV}${NO_DECIMAL}${MURMUR}${CRC}${SOUNDS}`;
