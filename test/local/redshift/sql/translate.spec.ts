import { expect } from 'chai';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';
import { LENIENT } from '../../../../src/local/redshift/readings.ts';
import { DEFAULT_DIALECT } from '../../../../src/local/redshift/sql/dialect.ts';
import { engineSql, refusal } from './refusal.ts';

const SNAPSHOT = `ALTER DATABASE "dev" SET default_transaction_isolation TO 'repeatable read'`;

describe('a message of statements', () => {
  it('is split, and empty statements are dropped', () => {
    expect(translate(`BEGIN; ; select ';' ;commit work;`)).to.deep.equal([
      { verb: 'BEGIN', sql: 'BEGIN' },
      { verb: 'SELECT', sql: `select ';'` },
      { verb: 'COMMIT', sql: 'COMMIT' },
    ]);
    expect(translate(' -- nothing\n')).to.deep.equal([]);
  });

  for (const [sql, engine] of [
    ['SELECT "Id", É FROM "S"."T" WHERE x = $1', 'SELECT "id", É FROM "s"."t" WHERE x = $1'],
    [`select sysdate, t.sysdate, nvl(a, 'b\\'')`, `select getdate(), t.sysdate, COALESCE(a, 'b\\'')`],
    [
      'select dateadd(day, 1, x), datediff("Hour", a, b)',
      `select pg_catalog.date_add('day', 1, x), pg_catalog.date_diff('hour', a, b)`,
    ],
    ['select date_part(year, x)', `select pg_catalog.pgdate_part('year', x)`],
    ['select extract("Year" from a + b)', `select pg_catalog.date_part(a + b, 'year'::name)`],
    ['select 1 minus select 2', 'select 1 EXCEPT select 2'],
    ['select top 5 a from t order by a', 'select a from t order by a LIMIT 5'],
    [
      'select a::decimal, cast(b as varchar(max)) as "C"',
      'select a::numeric(18,0), cast(b AS character varying(65535)) as "c"',
    ],
    [
      `select x::text, 't'::regclass, (select 1 as y)`,
      `select x::character varying(256), 't'::regclass, (select 1 as y)`,
    ],
    ['select relname::text from pg_class', 'select relname::text from warehouse_catalog.pg_class'],
    ['select t.tag, 1 as percent, "open" from t', 'select t.tag, 1 as percent, "open" from t'],
    [
      `select listagg(a, ',') within group (order by b desc) from t`,
      `select string_agg((a)::text, ',' order by b desc) from t`,
    ],
    [
      `select listagg(distinct a, ',') within group (order by a) from t`,
      `select string_agg(DISTINCT (a)::text, ',' ORDER BY (a)::text) from t`,
    ],
    ['with recursive "X" as (select 1) select * from x', 'with recursive "x" as (select 1) select * from x'],
    ['LOCK t, "S".u', 'LOCK TABLE "t", "s"."u" IN ACCESS EXCLUSIVE MODE'],
    ['drop table if exists "A", b cascade', 'DROP TABLE IF EXISTS "a", "b" CASCADE'],
    [
      'create schema if not exists "S" authorization "Bob" quota 10 GB',
      'CREATE SCHEMA IF NOT EXISTS "s" AUTHORIZATION "Bob"',
    ],
    ['comment on table t is $note$it\'s "x" \\ $note$', 'COMMENT ON TABLE t IS $note$it\'s "x" \\ $note$'],
    [`comment on column s."T".c is 'it\\'s'`, `COMMENT ON COLUMN s."t".c IS 'it\\'s'`],
    ['grant select on "T" to "Bob", group "Staff"', 'GRANT SELECT ON TABLE "t" TO "Bob", "group:Staff"'],
    ['revoke all on schema "S" from "Bob"', 'REVOKE ALL PRIVILEGES ON SCHEMA "s" FROM "Bob"'],
    ['create view "V" as select 1 with no schema binding', 'CREATE VIEW "v" AS SELECT'],
    ['analyze "T" (a) predicate columns', 'ANALYZE "t" ("a")'],
    ['begin isolation level serializable, read write', 'BEGIN READ WRITE'],
    ['start transaction read only', 'START TRANSACTION READ ONLY'],
    ['explain select "A" from t', 'EXPLAIN VERBOSE select "a" from t'],
    ['prepare P (text) as select $1', 'PREPARE "p" (character varying(256)) AS select $1'],
    ['execute "P" (getdate(), sysdate)', 'EXECUTE "p" (getdate(), getdate())'],
    ['deallocate prepare p', 'DEALLOCATE "p"'],
    ['declare c cursor for select 1', 'DECLARE "c" NO SCROLL CURSOR FOR select 1'],
    ['fetch forward from c', 'FETCH FROM "c"'],
    ['set transaction read only, isolation level serializable', 'SET TRANSACTION READ ONLY'],
    ['alter database dev isolation level snapshot', SNAPSHOT],
  ] as const) {
    it(`becomes the engine's: ${sql}`, () => {
      expect(engineSql(sql)).to.equal(engine);
    });
  }

  it('makes arrays of columns of the catalog', () => {
    expect(engineSql('select array[c.oid] from pg_class c')).to.match(/^select array\[c\.oid\] from /i);
  });

  it('names the table that a statement writes', () => {
    const writes = (sql: string): unknown => translate(sql).map((statement) => statement.writes);
    expect(writes('insert into s.t values (1)')).to.deep.equal([{ schema: 's', table: 't' }]);
    expect(writes('update "T" set a = 1')).to.deep.equal([{ table: 't' }]);
    expect(writes('delete from t')).to.deep.equal([{ table: 't' }]);
    expect(writes('with x as (select 1 a) delete from t using x where x.a = t.a')).to.deep.equal([
      { table: 't' },
    ]);
    expect(writes('select 1')).to.deep.equal([undefined]);
  });

  it('commits with TRUNCATE, of one table', () => {
    expect(translate('truncate "T"')).to.deep.equal([
      { verb: 'TRUNCATE', sql: 'TRUNCATE TABLE "t"', commits: true },
    ]);
    expect(refusal('truncate a, b')).to.equal('42601 syntax error at or near ","');
    expect(refusal('truncate a cascade')).to.equal('42601 syntax error at or near "cascade"');
  });

  it('vacuums outside transactions only', () => {
    expect(translate('vacuum full "T" to 99 percent boost')).to.deep.equal([
      {
        verb: 'VACUUM',
        sql: 'VACUUM "t"',
        outsideTransactionOnly: 'VACUUM cannot run inside a transaction block',
      },
    ]);
  });

  for (const [sql, error] of [
    [`insert into t values (1) on conflict do nothing`, '42601 syntax error at or near "on"'],
    [`insert into t values (1) returning a`, '42601 syntax error at or near "returning"'],
    [`insert into t as x values (1)`, '42601 syntax error at or near "as"'],
    ['update t x set a = 1', '42601 syntax error at or near "x"'],
    ['update t set (a, b) = (1, 2)', '42601 syntax error at or near "("'],
    ['delete from t as x', '42601 syntax error at or near "as"'],
    ['delete from t x using u', '42601 syntax error at or near "x"'],
    ['with x as (delete from t) select 1', '0A000 Statements that write are not supported in WITH'],
    ['select * from t for update', '0A000 SELECT FOR UPDATE/SHARE is not supported'],
    ['select a is distinct from b', '42601 syntax error at or near "distinct"'],
    ['select a is not distinct from b', '42601 syntax error at or near "distinct"'],
    ['select count(*) filter (where a) from t', '42601 syntax error at or near "filter"'],
    ['select distinct on (a) a from t', '0A000 SELECT DISTINCT ON is not supported'],
    ['select array[1, 2]', '0A000 Arrays are not supported'],
    ['select a = any($1)', '0A000 Arrays are not supported'],
    [`select string_agg(a, ',') from t`, '42883 function string_agg(...) does not exist'],
    ['select * from (values (1), (2)) v', '42601 syntax error at or near "values"'],
    ['values (1)', '42601 syntax error at or near "values"'],
    ['select a::jsonb', '0A000 Column "?column?" has unsupported type "jsonb".'],
    [
      'insert into t select now() from u',
      '0A000 Specified types or functions (one per INFO message) not supported on Amazon Redshift tables.',
    ],
    ['lock t in share mode', '42601 syntax error at or near "in"'],
    ['savepoint a', '0A000 SAVEPOINT is not supported'],
    ['rollback to savepoint a', '0A000 ROLLBACK TO SAVEPOINT is not supported'],
    [`comment on schema s is 'x'`, '0A000 COMMENT ON SCHEMA is not supported'],
    ['create index i on t (a)', '0A000 CREATE INDEX is not supported'],
    ['create unique index i on t (a)', '0A000 CREATE UNIQUE is not supported'],
    ['create sequence s', '0A000 CREATE SEQUENCE is not supported'],
    ['create type x as enum ()', '0A000 CREATE TYPE is not supported'],
    ['create extension hstore', '0A000 CREATE EXTENSION is not supported'],
    ['do $$ begin end $$', '0A000 DO is not supported'],
    ['listen x', '0A000 LISTEN is not supported'],
    [`prepare transaction 'x'`, '0A000 Two-phase commit is not supported'],
    [
      'create procedure p() as $$ $$ language plpgsql',
      '0A000 The local warehouse does not serve CREATE PROCEDURE.',
    ],
    [
      'create function f() returns int stable as $$ return 1 $$ language plpythonu',
      '0A000 The local warehouse serves functions of LANGUAGE sql only.',
    ],
    ...['savepoint s', 'listen n', 'notify n', 'do $$ begin end $$', 'discard all', 'reindex table t'].map(
      (sql) => [sql, `0A000 ${sql.split(' ')[0]?.toUpperCase()} is not supported`] as [string, string],
    ),
    ...[
      'index i on t (a)',
      'sequence s',
      'type e as enum ()',
      'domain d as int',
      'extension x',
      'trigger g',
      'rule r',
    ].map(
      (object) =>
        [`create ${object}`, `0A000 CREATE ${object.split(' ')[0]?.toUpperCase()} is not supported`] as [
          string,
          string,
        ],
    ),
    [
      'alter database d rename to e',
      '0A000 The local warehouse has one database and does not serve ALTER DATABASE.',
    ],
    ['selekt 1', '42601 syntax error at or near "selekt"'],
    ['select tag from t', '42601 syntax error at or near "tag"'],
    ['select 1 tag', '42601 syntax error at or near "tag"'],
    ['select a from t order by percent', '42601 syntax error at or near "percent"'],
    ['update t set "open" = open', '42601 syntax error at or near "open"'],
    ['select "a\u0007"', '42602 a delimited identifier can only hold printable characters'],
    [`select E'x'`, '42704 type "e" does not exist'],
  ] as const) {
    it(`is refused: ${sql}`, () => {
      expect(refusal(sql)).to.equal(error);
    });
  }

  it('allows functions of the leader node where no user table is read', () => {
    expect(engineSql('select now(), current_schema()')).to.equal('select now(), current_schema()');
    expect(engineSql('select now() from pg_class')).to.equal('select now() from warehouse_catalog.pg_class');
    expect(engineSql('insert into t values (now())')).to.equal('INSERT INTO "t" values (now())');
  });

  it('translates a megabyte without delay', () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => `(${index}, 'abc', "Xy")`).join(', ');
    const started = process.hrtime.bigint();
    expect(engineSql(`insert into t values ${rows}`)).to.have.length(
      rows.length + 'INSERT INTO "t" values '.length,
    );
    const aliases = Array.from({ length: 40_000 }, (_, index) => `cast(a as int) as b${index}`).join(', ');
    engineSql(`select ${aliases}`);
    expect(Number(process.hrtime.bigint() - started) / 1e9).to.be.below(10);
  });
});

describe('MERGE', () => {
  it('has one clause for matching and one for other rows', () => {
    expect(
      translate(
        'merge into "S".t using stage as x on t.id = x."ID" and (t.k = x.k) when matched then update set "A" = x.a, b = ' +
          'case when x.b is null then 0 else x.b end when not matched then insert ("A", b) values (x.a, x.b)',
      ),
    ).to.deep.equal([
      {
        verb: 'MERGE',
        sql:
          'MERGE INTO "s"."t" USING "stage" AS "x" ON t.id = x."id" and (t.k = x.k) WHEN MATCHED THEN UPDATE SET "a" = x.a, "b" = ' +
          'case when x.b is null then 0 else x.b end WHEN NOT MATCHED THEN INSERT ("a", "b") VALUES (x.a, x.b)',
        writes: { schema: 's', table: 't' },
        onComputeNodes: true,
        before: [
          {
            kind: 'run',
            sql: `SELECT pg_catalog.warehouse_check_merge('"s"."t"'::pg_catalog.regclass, '"stage"'::pg_catalog.regclass)`,
          },
        ],
      },
    ]);
  });

  it('replaces matching rows with REMOVE DUPLICATES', () => {
    expect(engineSql('merge into t using s on t.id = s.id remove duplicates')).to.equal(
      'WITH rs_removed AS (DELETE FROM "t" USING "s" WHERE t.id = s.id) INSERT INTO "t" SELECT "s".* FROM "s"',
    );
  });

  const insert = 'when not matched then insert values (s.a)';
  for (const [sql, error] of [
    [
      `merge into t x using s on x.a = s.a when matched then delete ${insert}`,
      '42601 syntax error at or near "x"',
    ],
    [`merge into t using s on t.a = s.a when matched then delete`, '42601 syntax error at end of input'],
    [`merge into t using s on t.a = s.a ${insert}`, '42601 syntax error at or near "not"'],
    [
      `merge into t using s on t.a = s.a when matched and s.b then delete ${insert}`,
      '42601 syntax error at or near "and"',
    ],
    [
      `merge into t using s on t.a = s.a when matched then update set t.a = 1 ${insert}`,
      '42601 syntax error at or near "."',
    ],
    [
      `merge into t using s on t.a = s.a and t.b > 5 when matched then delete ${insert}`,
      '0A000 Merge statement supports equality predicates in the ON condition only.',
    ],
    [
      `merge into t using (select * from t) s on t.a = s.a when matched then delete ${insert}`,
      '0A000 Source view/subquery in Merge statement cannot reference target table.',
    ],
  ] as const) {
    it(`refuses ${sql}`, () => {
      expect(refusal(sql)).to.equal(error);
    });
  }
});

describe('the target of UPDATE', () => {
  it('has an alias under the lenient reading only', () => {
    expect(refusal('update t as x set a = 1')).to.equal('42601 syntax error at or near "as"');
    const lenient = { ...DEFAULT_DIALECT, readings: LENIENT };
    expect(translate('update t x set a = 1', lenient)[0]?.sql).to.equal('UPDATE "t" AS "x" SET a = 1');
  });
});

describe('settings', () => {
  for (const [sql, engine] of [
    ['set statement_timeout to 5000', 'SET statement_timeout TO 5000'],
    ['set search_path = "S", public', 'SET search_path TO "s",public'],
    [`set query_group to 'load'`, `SET rs.query_group TO 'load'`],
    ['set wlm_query_slot_count to 3', `SET rs.wlm_query_slot_count TO '3'`],
    ['set enable_case_sensitive_identifier to false', `SET rs.enable_case_sensitive_identifier TO 'off'`],
    ['set json_parse_truncate_strings = on', `SET rs.json_parse_truncate_strings TO 'on'`],
    ['reset query_group', 'RESET rs.query_group'],
    ['reset all', 'RESET ALL'],
    ['show search_path', 'SHOW search_path'],
    [
      'show server_version',
      `SELECT '8.0.2'::text AS "server_version" FROM pg_catalog.warehouse_require_superuser('examine "server_version"')`,
    ],
    [
      'show enable_case_sensitive_identifier',
      `SELECT coalesce(nullif(current_setting('rs.enable_case_sensitive_identifier', true), ''), 'off') AS "enable_case_sensitive_identifier"`,
    ],
    [`set time zone 'UTC'`, `SET TIME ZONE 'UTC'`],
  ] as const) {
    it(`become the engine's: ${sql}`, () => {
      expect(engineSql(sql)).to.equal(engine);
    });
  }

  it('that Redshift does not have are refused', () => {
    for (const name of [
      'lock_timeout',
      'idle_in_transaction_session_timeout',
      'client_min_messages',
      'bogus',
    ]) {
      expect(refusal(`set ${name} = 1`)).to.equal(`42704 unrecognized configuration parameter "${name}"`);
    }
    expect(refusal('set extra_float_digits to 3')).to.equal(
      '22023 3 is outside the valid range for parameter "extra_float_digits" (-15 .. 2)',
    );
  });
});
