/** Functions of strings, hashes and bytes ("String functions", "Hash functions", "VARBYTE operators"). */

/** Idempotent statements. */
export const STRINGS = `
create or replace function pg_catalog.len(value text) returns integer language sql immutable strict as
$$ select char_length(value) $$;
create or replace function pg_catalog.charindex(part text, whole text) returns integer language sql immutable strict as
$$ select strpos($2, $1) $$;
create or replace function pg_catalog.strtol(digits text, base integer) returns bigint
language plpgsql immutable strict as $$
declare
  value numeric := 0;
  digit int;
  sign int := case when left(digits, 1) = '-' then -1 else 1 end;
  each text;
begin
  if base < 2 or base > 36 then
    raise exception 'STRTOL: the base must be between 2 and 36' using errcode = '22023';
  end if;
  foreach each in array regexp_split_to_array(lower(regexp_replace(ltrim(digits, '+-'),
    case when base = 16 then '^0[xX]' else '^$' end, '')), '') loop
    digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', each) - 1;
    if each = '' or digit < 0 or digit >= base then
      raise exception 'The input % is not valid to be converted to base %', digits, base using errcode = '22P02';
    end if;
    value := value * base + digit;
  end loop;
  return sign * value;
end $$;
create or replace function pg_catalog.warehouse_sha1(content bytea) returns text language plpgsql immutable strict as $$
declare
  padded bytea := content || '\\\\x80'::bytea || decode(repeat('00', (119 - length(content) % 64) % 64), 'hex')
    || int8send(length(content)::bigint * 8);
  mask bigint := 4294967295;
  h bigint[] := array[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
  w bigint[];
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; t bigint;
begin
  for block in 0 .. length(padded) / 64 - 1 loop
    for i in 0 .. 15 loop
      w[i] := (get_byte(padded, block * 64 + i * 4)::bigint << 24) + (get_byte(padded, block * 64 + i * 4 + 1) << 16)
        + (get_byte(padded, block * 64 + i * 4 + 2) << 8) + get_byte(padded, block * 64 + i * 4 + 3);
    end loop;
    for i in 16 .. 79 loop
      t := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
      w[i] := ((t << 1) | (t >> 31)) & mask;
    end loop;
    a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
    for i in 0 .. 79 loop
      if i < 20 then f := (b & c) | (~b & mask & d); k := 1518500249;
      elsif i < 40 then f := b # c # d; k := 1859775393;
      elsif i < 60 then f := (b & c) | (b & d) | (c & d); k := 2400959708;
      else f := b # c # d; k := 3395469782;
      end if;
      t := ((((a << 5) | (a >> 27)) & mask) + f + e + k + w[i]) & mask;
      e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := t;
    end loop;
    h := array[(h[1] + a) & mask, (h[2] + b) & mask, (h[3] + c) & mask, (h[4] + d) & mask, (h[5] + e) & mask];
  end loop;
  return lpad(to_hex(h[1]), 8, '0') || lpad(to_hex(h[2]), 8, '0') || lpad(to_hex(h[3]), 8, '0')
    || lpad(to_hex(h[4]), 8, '0') || lpad(to_hex(h[5]), 8, '0');
end $$;
create or replace function pg_catalog.sha1(value text) returns text language sql immutable strict as
$$ select pg_catalog.warehouse_sha1(convert_to($1, 'UTF8')) $$;
create or replace function pg_catalog.sha(value text) returns text language sql immutable strict as
$$ select pg_catalog.sha1($1) $$;
create or replace function pg_catalog.func_sha1(value text) returns text language sql immutable strict as
$$ select pg_catalog.sha1($1) $$;
create or replace function pg_catalog.sha2(value text, bits integer) returns text language sql immutable strict as
$$ select encode(case $2 when 0 then sha256(convert_to($1, 'UTF8')) when 256 then sha256(convert_to($1, 'UTF8'))
  when 224 then sha224(convert_to($1, 'UTF8')) when 384 then sha384(convert_to($1, 'UTF8'))
  when 512 then sha512(convert_to($1, 'UTF8')) end, 'hex') $$;
create or replace function pg_catalog.to_varbyte(value text, format text) returns bytea
language sql immutable strict as
$$ select case lower($2) when 'hex' then decode($1, 'hex') when 'base64' then decode($1, 'base64')
  when 'utf8' then convert_to($1, 'UTF8') when 'utf-8' then convert_to($1, 'UTF8') end $$;
create or replace function pg_catalog.from_varbyte(value bytea, format text) returns text
language sql immutable strict as
$$ select case lower($2) when 'hex' then encode($1, 'hex') when 'base64' then encode($1, 'base64')
  when 'utf8' then convert_from($1, 'UTF8') when 'utf-8' then convert_from($1, 'UTF8') end $$;
create or replace function pg_catalog.to_hex(value bytea) returns text language sql immutable strict as
$$ select encode($1, 'hex') $$;
create or replace function pg_catalog.from_hex(value text) returns bytea language sql immutable strict as
$$ select decode($1, 'hex') $$;
create or replace function pg_catalog.getbit(value bytea, n integer) returns integer language sql immutable strict as
$$ select (get_byte($1, octet_length($1) - 1 - $2 / 8) >> ($2 % 8)) & 1 $$;
create or replace function pg_catalog.replicate(value text, n integer) returns text language sql immutable strict as
$$ select repeat($1, $2) $$;
create or replace function pg_catalog.warehouse_join(text, text) returns text language sql immutable strict as
$$ select $1 || $2 $$;
do $$ begin
  if to_regoperator('pg_catalog.+(text, text)') is null then
    create operator pg_catalog.+ (leftarg = text, rightarg = text, function = pg_catalog.warehouse_join);
  end if;
end $$;
create or replace function pg_catalog.octetindex(part text, whole text) returns integer language sql immutable strict as
$$ select position(convert_to($1, 'UTF8') in convert_to($2, 'UTF8')) $$;
`;
