/** The exact SQL for names that want to break out of it. */
import { expect } from 'chai';
import type { Sql } from '../../src/sql.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';
import * as statements from '../../src/warehouse/statements.ts';
import type { CopyAccess, CopySource } from '../../src/warehouse/statements.ts';

const table = { schema: 'sch"ema', table: `t'a\\b le` };
const column = (name: string, type: ColumnType, isKey = false): Column => ({
  property: name,
  source: { kind: 'property', path: [name] },
  name,
  type,
  isKey,
});
const id = column('i"d', { kind: 'bigint' }, true);
const code = column('co de', { kind: 'varchar', bytes: 64 }, true);
const note = column(`no'te\\`, { kind: 'varchar', bytes: 256 });
const columns = [id, code, note];
const ordinal = column(statements.ORDINAL, { kind: 'bigint' });
const keys = [id, code];

const role: CopyAccess = { kind: 'role', role: 'arn:aws:iam::1:role/r' };
const source = (more: Partial<CopySource> = {}): CopySource => ({
  manifestUrl: `s3://b/p'\\m.json`,
  sentinel: 'NULL-1',
  access: role,
  region: undefined,
  ...more,
});

const TABLE = String.raw`"sch""ema"."t'a\b le"`;
const NAMES = String.raw`"i""d", "co de", "no'te\"`;
const FORMAT = `MANIFEST CSV GZIP NULL AS 'NULL-1' DATEFORMAT 'auto' TIMEFORMAT 'auto'`;
const URL_LITERAL = String.raw`'s3://b/p''\\m.json'`;
const SAME = String.raw`"t'a\b le"."i""d" = "stage"."i""d" AND "t'a\b le"."co de" = "stage"."co de" AND LEN("t'a\b le"."co de") = LEN("stage"."co de")`;

describe('statements', () => {
  const all: readonly (readonly [string, Sql, string])[] = [
    ['createSchema', statements.createSchema('a"b'), 'CREATE SCHEMA IF NOT EXISTS "a""b"'],
    [
      'schemaExists',
      statements.schemaExists(`a'\\`),
      String.raw`SELECT 1 FROM pg_namespace WHERE nspname = 'a''\\'`,
    ],
    [
      'createTable',
      statements.createTable(table, columns),
      String.raw`CREATE TABLE ${TABLE} ("i""d" BIGINT, "co de" VARCHAR(64), "no'te\" VARCHAR(256))`,
    ],
    [
      'commentOnTable',
      statements.commentOnTable(table, `{"k":"it's \\"}`),
      String.raw`COMMENT ON TABLE ${TABLE} IS '{"k":"it''s \\"}'`,
    ],
    [
      'addColumn',
      statements.addColumn(table, column('a"b', { kind: 'numeric', precision: 38, scale: 9 })),
      `ALTER TABLE ${TABLE} ADD COLUMN "a""b" NUMERIC(38,9)`,
    ],
    [
      'widenColumn',
      statements.widenColumn(table, 'a"b', 1024),
      `ALTER TABLE ${TABLE} ALTER COLUMN "a""b" TYPE VARCHAR(1024)`,
    ],
    [
      'createStage',
      statements.createStage('stage', [id, note, ordinal]),
      String.raw`CREATE TEMP TABLE "stage" ("i""d" BIGINT, "no'te\" VARCHAR(256), "_target_redshift_ordinal" BIGINT)`,
    ],
    ['dropStage', statements.dropStage('st"age'), 'DROP TABLE IF EXISTS "st""age"'],
    [
      'copyToTable',
      statements.copyToTable(table, columns, source()),
      `COPY ${TABLE} (${NAMES}) FROM ${URL_LITERAL} IAM_ROLE 'arn:aws:iam::1:role/r' ${FORMAT}`,
    ],
    [
      'copyToTable with a region and the default role',
      statements.copyToTable(
        table,
        [id],
        source({ region: "eu'1", access: { kind: 'role', role: 'default' } }),
      ),
      `COPY ${TABLE} ("i""d") FROM ${URL_LITERAL} IAM_ROLE default REGION 'eu''1' ${FORMAT}`,
    ],
    [
      'copyToStage',
      statements.copyToStage('stage', [...columns, ordinal], source({ region: 'r' })),
      `COPY "stage" (${NAMES}, "_target_redshift_ordinal") FROM ${URL_LITERAL} IAM_ROLE 'arn:aws:iam::1:role/r' REGION 'r' ${FORMAT} COMPUPDATE OFF STATUPDATE OFF`,
    ],
    ['lastCopyCount', statements.lastCopyCount(), 'SELECT pg_last_copy_count()'],
    [
      'findRepeatedKeys',
      statements.findRepeatedKeys('repeated', 'stage', keys),
      'CREATE TEMP TABLE "repeated" AS SELECT "i""d", "co de", MAX("_target_redshift_ordinal") AS "_target_redshift_ordinal" FROM "stage" GROUP BY "i""d", "co de", LEN("co de") HAVING COUNT(*) > 1',
    ],
    [
      'deleteSuperseded',
      statements.deleteSuperseded('stage', 'repeated', keys),
      'DELETE FROM "stage" USING "repeated" WHERE "stage"."i""d" = "repeated"."i""d" AND "stage"."co de" = "repeated"."co de" AND LEN("stage"."co de") = LEN("repeated"."co de") AND "stage"."_target_redshift_ordinal" < "repeated"."_target_redshift_ordinal"',
    ],
    [
      'deleteMatching',
      statements.deleteMatching(table, 'stage', keys),
      `DELETE FROM ${TABLE} USING "stage" WHERE ${SAME}`,
    ],
    [
      'insertAll',
      statements.insertAll(table, 'stage', columns),
      `INSERT INTO ${TABLE} (${NAMES}) SELECT ${NAMES} FROM "stage"`,
    ],
    [
      'updateMatching',
      statements.updateMatching(table, 'stage', [note], keys),
      String.raw`UPDATE ${TABLE} SET "no'te\" = "stage"."no'te\" FROM "stage" WHERE ${SAME}`,
    ],
    [
      'insertMissing',
      statements.insertMissing(table, 'stage', [id, code], keys),
      String.raw`INSERT INTO ${TABLE} ("i""d", "co de") SELECT "stage"."i""d", "stage"."co de" FROM "stage" LEFT JOIN ${TABLE} ON ${SAME} WHERE "t'a\b le"."i""d" IS NULL`,
    ],
    [
      'countMatching',
      statements.countMatching(table, 'stage', keys),
      `SELECT COUNT(*) FROM "stage" WHERE EXISTS (SELECT 1 FROM ${TABLE} WHERE ${SAME})`,
    ],
    [
      'createMarkers',
      statements.createMarkers('s"c'),
      'CREATE TABLE IF NOT EXISTS "s""c"."_target_redshift_commits" (run_id VARCHAR(64), batch BIGINT, committed_at TIMESTAMP)',
    ],
    [
      'insertMarker',
      statements.insertMarker('s', "r'1", 7),
      `INSERT INTO "s"."_target_redshift_commits" (run_id, batch, committed_at) VALUES ('r''1', 7, GETDATE())`,
    ],
    [
      'findMarker',
      statements.findMarker('s', 'r', 7),
      `SELECT 1 FROM "s"."_target_redshift_commits" WHERE run_id = 'r' AND batch = 7`,
    ],
    [
      'removeMarkers',
      statements.removeMarkers('s', 'r'),
      `DELETE FROM "s"."_target_redshift_commits" WHERE run_id = 'r'`,
    ],
    ['lockTable', statements.lockTable(table), `LOCK TABLE ${TABLE}`],
    ['terminateBackend', statements.terminateBackend(42), 'SELECT pg_terminate_backend(42)'],
  ];
  for (const [name, statement, text] of all) {
    it(`${name} is one statement with everything quoted`, () => {
      expect(statement.text).to.equal(text);
      expect(statement.safe).to.equal(text);
    });
  }

  it('covers every statement that there is', () => {
    const builders = Object.entries(statements).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(builders.filter((name) => !all.some(([tested]) => tested.split(' ')[0] === name))).to.deep.equal(
      [],
    );
  });

  it('puts access keys into COPY and shows them nowhere', () => {
    const access: CopyAccess = {
      kind: 'keys',
      accessKeyId: 'AKIA',
      secretAccessKey: "geheim'1\\",
      sessionToken: 'geheim2',
    };
    const statement = statements.copyToTable(table, [id], source({ access }));
    expect(statement.text).to.contain(
      String.raw` ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 'geheim''1\\' SESSION_TOKEN 'geheim2' MANIFEST `,
    );
    expect(statement.safe).to.contain(
      ` ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY '***' SESSION_TOKEN '***' MANIFEST `,
    );
    expect(statement.safe).not.to.contain('geheim');
  });

  it('leaves the session token out when there is none', () => {
    const access: CopyAccess = {
      kind: 'keys',
      accessKeyId: 'A',
      secretAccessKey: 'S',
      sessionToken: undefined,
    };
    expect(statements.copyToTable(table, [id], source({ access })).text).not.to.contain('SESSION_TOKEN');
  });

  it('compares keys with = alone, and only VARCHAR keys by length too', () => {
    const types = [
      'smallint',
      'integer',
      'bigint',
      'boolean',
      'date',
      'time',
      'timestamp',
      'timestamptz',
    ] as const;
    for (const kind of types) {
      expect(
        statements.deleteMatching(table, 'stage', [column('k', { kind }, true)]).text,
        kind,
      ).not.to.match(/LEN\(| OR | IS /);
    }
  });

  it('does not look for missing keys without a key', () => {
    expect(() => statements.insertMissing(table, 'stage', columns, [])).to.throw(RangeError);
  });
});
