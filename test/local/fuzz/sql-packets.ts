/** Messages of clients of the SQL endpoint, valid and changed at random. */
import { encode, int32 } from '../../../src/local/redshift/wire/message.ts';
import type { Random } from '../../rows/walk/hostile.ts';
import { startup, wire } from '../redshift/wire.ts';
import { mutate } from './mutate.ts';

/** Each kind of statement that the dialect knows, and some that it does not; for the schema of the fuzzer's user. */
const STATEMENTS = `
SELECT 1; SELECT $1::int, 'a\\'b', "Q" FROM t; SELECT * FROM t WHERE a = 1 AND b LIKE 'x%' ORDER BY a LIMIT 3
SELECT nvl2(a, decode(b, 'x', 1, 2), 3), listagg(b, ',') WITHIN GROUP (ORDER BY a) FROM t GROUP BY a, b
SELECT dateadd(day, 1, '2026-01-31'::date), datediff('month', getdate(), sysdate), convert(int, '1'), x'1f', b'01'
SELECT json_extract_path_text('{"a":{"b":1}}', 'a', 'b'), json_parse('[1,2]'), sha2('x', 256), strtol('ff', 16)
SELECT relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE 1 AND relname = $1
SELECT * FROM svv_columns LIMIT 1; SELECT * FROM stl_load_errors LIMIT 1; SELECT * FROM pg_table_def LIMIT 1
WITH x AS (SELECT a FROM t) SELECT count(*) FROM x; SELECT TOP 2 a FROM t; SELECT a INTO TEMP u FROM t; DROP TABLE IF EXISTS u
INSERT INTO t VALUES (1, 'x'), (2, NULL); INSERT INTO t (a) SELECT 3; INSERT INTO t DEFAULT VALUES
UPDATE t SET b = s.b FROM t s WHERE t.a = s.a; DELETE FROM t USING t s WHERE t.a = s.a AND s.a > 100; TRUNCATE t
MERGE INTO t USING t2 ON t.a = t2.a WHEN MATCHED THEN UPDATE SET b = t2.b WHEN NOT MATCHED THEN INSERT VALUES (t2.a, t2.b)
MERGE INTO t USING t2 ON t.a = t2.a REMOVE DUPLICATES
CREATE TABLE IF NOT EXISTS t2 (a INT NOT NULL ENCODE az64 DISTKEY, b VARCHAR(20) DEFAULT 'x', c SUPER, PRIMARY KEY (a), UNIQUE (b)) SORTKEY (a)
CREATE TEMP TABLE #s (LIKE t INCLUDING DEFAULTS); CREATE TABLE u AS SELECT a, b || 'x' AS c FROM t; ALTER TABLE t ADD COLUMN z DECIMAL(10,2) ENCODE zstd
ALTER TABLE t DROP COLUMN z; ALTER TABLE t RENAME COLUMN b TO "B"; ALTER TABLE t ALTER COLUMN b TYPE VARCHAR(30); ALTER TABLE t ALTER SORTKEY (a)
ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES t2 (a); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM fuzz.t WITH NO SCHEMA BINDING
CREATE OR REPLACE FUNCTION f(int, varchar) RETURNS varchar STABLE AS $$ SELECT $2 || $1::varchar $$ LANGUAGE sql; SELECT f(1, 'x'); DROP FUNCTION f(int, varchar)
COPY t FROM 's3://local-bucket/none' IAM_ROLE 'arn:aws:iam::000000000000:role/local-copy' CSV GZIP MANIFEST NULL AS '@N' MAXERROR 3 TIMEFORMAT 'auto'
COPY t (a, b) FROM 's3://local-bucket/rows' CREDENTIALS 'aws_access_key_id=A;aws_secret_access_key=B' DELIMITER '|' ESCAPE
GRANT SELECT, DROP ON t TO PUBLIC; REVOKE ALL ON t FROM GROUP g; GRANT USAGE ON SCHEMA fuzz TO ROLE r; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC
BEGIN; START TRANSACTION READ WRITE; COMMIT; ROLLBACK; END; ABORT; LOCK t; ANALYZE t; VACUUM t TO 99 PERCENT; COMMENT ON TABLE t IS 'x'
SET search_path TO fuzz; SET query_group TO 'x'; SET enable_case_sensitive_identifier TO off; RESET query_group; SHOW search_path; SHOW TABLE t
DECLARE c CURSOR FOR SELECT a FROM t; FETCH FORWARD 2 FROM c; CLOSE c; PREPARE p (int) AS SELECT $1; EXECUTE p (1); DEALLOCATE p; EXPLAIN SELECT 1
CREATE USER x PASSWORD 'Abcd1234'; CREATE GROUP g; DROP USER IF EXISTS x; CREATE SCHEMA s; DROP SCHEMA s CASCADE; CALL x(); UNLOAD ('x') TO 's3://b/k'
CREATE INDEX i ON t (a); DO $$ BEGIN END $$; SELECT 1; SELECT 2; SELECT now() FROM t; SELECT pg_last_copy_id(), pg_last_query_id(); CANCEL 1`
  .split(/\n|;(?= )/)
  .map((text) => text.trim())
  .filter((text) => text !== '');

const TOKENS = [...new Set(STATEMENTS.join(' ').match(/\w+|\$\$|'[^']*'|[^\s\w]/g) ?? [])];

/** A statement: as it is, with tokens exchanged, or of tokens only. */
function statement(random: Random): string {
  const text = random.of(STATEMENTS);
  if (random.chance(0.3)) return text;
  if (random.chance(0.1)) return random.times(1 + random.below(30), () => random.of(TOKENS)).join(' ');
  const tokens = text.match(/\w+|\s+|[^\s\w]/g) ?? [];
  for (let n = 1 + random.below(3); n > 0; n -= 1) {
    const at = random.below(tokens.length + 1);
    const by = random.chance(0.5)
      ? [random.of(TOKENS)]
      : tokens.slice(random.below(tokens.length), random.below(tokens.length + 1));
    tokens.splice(at, random.below(3), ...by);
  }
  return tokens.join('');
}

/** A message of a session that has logged in, valid in itself. */
function message(random: Random): Buffer {
  const name = random.of(['', '', 'a', 'b', 'warehouse own']);
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return wire.query(statement(random));
    case 4:
      return wire.parse(statement(random), name);
    case 5:
      return wire.bind(
        random.times(random.below(3), () => random.of(['1', 'x', ''])),
        { name, portal: random.of(['', 'p']) },
      );
    case 6:
      return wire.describe(random.of(['S', 'P']), name);
    case 7:
      return wire.execute(random.below(3), random.of(['', 'p']));
    case 8:
      return wire.close(random.of(['S', 'P']), name);
    case 9:
      return wire.flush;
    case 10:
      return random.of([encode('d', 'x'), encode('c'), encode('f', 'x\0'), wire.sync, wire.sync]);
    default:
      return random.chance(0.05)
        ? random.of([encode('X'), encode('F', 'x'), encode('p', 'x\0'), encode('z')])
        : wire.sync;
  }
}

/** A message of a session: every third is changed in its bytes. */
export function sessionPacket(random: Random): Buffer {
  const bytes = message(random);
  if (!random.chance(0.3)) return bytes;
  if (random.chance(0.5)) return mutate(bytes, random);
  // The length stays right, so that the body is read.
  return encode(bytes.toString('latin1', 0, 1), mutate(bytes.subarray(5), random));
}

/** What a client sends before it has logged in. */
export function loginPacket(random: Random): Buffer {
  const packet = random.of([
    Buffer.concat([int32(8), int32(80877103)]),
    Buffer.concat([int32(8), int32(80877104)]),
    Buffer.concat([int32(16), int32(80877102), int32(random.below(100_000)), int32(random.below(2 ** 31))]),
    startup({
      user: 'fuzz',
      database: 'dev',
      options: '-c search_path=fuzz --timezone=UTC',
      application_name: 'x',
    }),
    startup({ user: 'fuzz', database: 'dev', client_protocol_version: '2', extra_float_digits: '2' }),
    encode('p', 'md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0'),
  ]);
  return random.chance(0.7) ? mutate(packet, random) : packet;
}
