import { expect } from 'chai';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';
import { engineSql, refusal } from './refusal.ts';

describe('ALTER TABLE', () => {
  for (const [action, engine] of [
    ['ADD COLUMN "C" BIGINT ENCODE az64', 'ADD COLUMN "c" bigint'],
    [
      'ADD c VARCHAR(9)',
      'ADD COLUMN "c" character varying(9) CONSTRAINT "rs_bytes_c" CHECK (octet_length("c") <= 9)',
    ],
    ['ADD COLUMN c int DEFAULT 5 NOT NULL', 'ADD COLUMN "c" integer DEFAULT 5 NOT NULL'],
    ['DROP COLUMN "C"', 'DROP COLUMN "c" RESTRICT'],
    ['DROP c CASCADE', 'DROP COLUMN "c" CASCADE'],
    ['RENAME TO "New"', 'RENAME TO "new"'],
    ['OWNER TO "Bob"', 'OWNER TO "Bob"'],
    ['ALTER COLUMN "C" ENCODE zstd', 'ALTER COLUMN "c" SET STATISTICS -1'],
    ['ALTER DISTSTYLE KEY DISTKEY c', 'RESET (fillfactor)'],
    ['ALTER SORTKEY (a, b)', 'RESET (fillfactor)'],
    ['ADD CONSTRAINT k PRIMARY KEY (a, b)', 'ALTER COLUMN "a" SET NOT NULL, ALTER COLUMN "b" SET NOT NULL'],
    ['ADD UNIQUE (a)', 'RESET (fillfactor)'],
    ['DROP CONSTRAINT k', 'RESET (fillfactor)'],
  ] as const) {
    it(`has ${action}`, () => {
      expect(translate(`ALTER TABLE "S".t ${action}`)).to.deep.equal([
        { verb: 'ALTER TABLE', sql: `ALTER TABLE "s"."t" ${engine}` },
      ]);
    });
  }

  it('alters the length of a VARCHAR column and its constraint, outside transactions only', () => {
    const [statement] = translate('alter table s.t alter column "C" type varchar(80)');
    expect(statement?.verb).to.equal('ALTER TABLE');
    expect(statement?.outsideTransactionOnly).to.equal(
      'ALTER TABLE ALTER COLUMN cannot run inside a transaction block',
    );
    expect(statement?.sql).to.match(/^DO 'DECLARE /);
    expect(statement?.sql).to.contain(
      'ALTER TABLE "s"."t" DROP CONSTRAINT IF EXISTS "rs_bytes_c", ALTER COLUMN "c" TYPE character varying(80),',
    );
    expect(statement?.sql).to.contain('ADD CONSTRAINT "rs_bytes_c" CHECK (octet_length("c") <= 80);');
  });

  it('renames a column together with its length constraint', () => {
    const sql = engineSql('alter table t rename column "A" to b');
    expect(sql).to.contain('ALTER TABLE "t" RENAME COLUMN "a" TO "b";');
    expect(sql).to.contain('ALTER TABLE "t" RENAME CONSTRAINT "rs_bytes_a" TO "rs_bytes_b";');
  });

  it('moves rows with APPEND, outside transactions only', () => {
    expect(translate('alter table t append from s')).to.deep.equal([
      {
        verb: 'ALTER TABLE',
        sql: 'WITH rs_moved AS (DELETE FROM "s" RETURNING *) INSERT INTO "t" SELECT * FROM rs_moved',
        writes: { table: 't' },
        outsideTransactionOnly: 'ALTER TABLE APPEND cannot run inside a transaction block',
      },
    ]);
  });

  for (const [action, error] of [
    ['ADD COLUMN IF NOT EXISTS c int', '42601 syntax error at or near "IF"'],
    [
      'ADD COLUMN a int, ADD COLUMN b int',
      '0A000 ALTER TABLE does not support several actions in one statement',
    ],
    [
      'ADD COLUMN a int NOT NULL',
      '0A000 ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression',
    ],
    [
      'ADD COLUMN a int NOT NULL DEFAULT null',
      '0A000 ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression',
    ],
    ['ADD COLUMN a int PRIMARY KEY', '0A000 ALTER TABLE ADD COLUMN does not support PRIMARY KEY'],
    ['ADD COLUMN a int IDENTITY(1,1)', '0A000 ALTER TABLE ADD COLUMN does not support IDENTITY'],
    ['DROP COLUMN IF EXISTS a', '42601 syntax error at or near "IF"'],
    ['DROP COLUMN a, DROP COLUMN b', '0A000 ALTER TABLE does not support several actions in one statement'],
    ['ALTER COLUMN a SET NOT NULL', '0A000 ALTER COLUMN SET NOT NULL is not supported'],
    ['ALTER COLUMN a DROP NOT NULL', '0A000 ALTER COLUMN DROP NOT NULL is not supported'],
    ['ALTER COLUMN a SET DEFAULT 1', '0A000 ALTER COLUMN SET/DROP DEFAULT is not supported'],
    [
      'ALTER COLUMN a TYPE varchar(5) USING a::varchar',
      '0A000 ALTER TABLE ALTER COLUMN does not support USING expression',
    ],
    [
      'ALTER COLUMN a TYPE bigint',
      '0A000 ALTER COLUMN TYPE to bigint is not supported: only the size of a VARCHAR column can be altered',
    ],
    ['ALTER COLUMN a SET DATA TYPE varchar(5)', '42601 syntax error at or near "DATA"'],
    ['SET SCHEMA x', '0A000 ALTER TABLE SET SCHEMA is not supported'],
    ['RENAME TO "#x"', '42602 a table cannot be renamed to a name that begins with #'],
  ] as const) {
    it(`refuses ${action}`, () => {
      expect(refusal(`ALTER TABLE t ${action}`)).to.equal(error);
    });
  }
});
