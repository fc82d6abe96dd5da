import { expect } from 'chai';
import { HOSTILE, LENIENT, type Readings } from '../../../../src/local/redshift/readings.ts';
import { DEFAULT_DIALECT } from '../../../../src/local/redshift/sql/dialect.ts';
import { refuseMaterialized } from '../../../../src/local/redshift/sql/steps.ts';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';
import { refusal } from './refusal.ts';

const ALTERS = { tables: [{ schema: 's', table: 't' }], privilege: 'ALTER' };

describe('ALTER TABLE', () => {
  for (const [action, engine] of [
    ['ADD COLUMN "C" BIGINT', 'ADD COLUMN "c" bigint'],
    ['ADD c VARCHAR(9)', 'ADD COLUMN "c" character varying(9)'],
    ['ADD COLUMN c int DEFAULT 5 NOT NULL', 'ADD COLUMN "c" integer DEFAULT 5 NOT NULL'],
  ] as const) {
    it(`has ${action}`, () => {
      expect(translate(`ALTER TABLE "S".t ${action}`)).to.deep.equal([
        { verb: 'ALTER TABLE', sql: `ALTER TABLE "s"."t" ${engine}`, alters: ALTERS },
      ]);
    });
  }

  it('renames no materialized view', () => {
    expect(translate('ALTER TABLE "S".t RENAME TO "New"')).to.deep.equal([
      {
        verb: 'ALTER TABLE',
        sql: 'ALTER TABLE "s"."t" RENAME TO "new"',
        before: [refuseMaterialized([{ schema: 's', table: 't' }], 'ALTER TABLE RENAME')],
        alters: ALTERS,
      },
    ]);
  });

  it('is for owners only with OWNER TO', () => {
    expect(translate('ALTER TABLE "S".t OWNER TO "Bob"')).to.deep.equal([
      {
        verb: 'ALTER TABLE',
        sql: 'ALTER TABLE "s"."t" OWNER TO "Bob"',
        before: [refuseMaterialized([{ schema: 's', table: 't' }], 'ALTER TABLE OWNER TO')],
      },
    ]);
  });

  it('remembers the encoding of a new column, and that a column has another name', () => {
    const after = (sql: string): unknown => translate(sql)[0]?.after;
    const table = `'"t"'::pg_catalog.regclass`;
    expect(after('ALTER TABLE t ADD COLUMN c int ENCODE zstd')).to.deep.equal([
      {
        kind: 'call',
        name: 'warehouse_redesign',
        args: [table, `array['c']::pg_catalog.name[]`, `'{"encodings":{"c":"zstd"}}'::pg_catalog.jsonb`],
      },
    ]);
    expect(after('ALTER TABLE t RENAME COLUMN a TO b')).to.deep.equal([
      {
        kind: 'call',
        name: 'warehouse_renamed',
        args: [table, `'a'::pg_catalog.name`, `'b'::pg_catalog.name`],
      },
    ]);
  });

  for (const [action, more] of [
    [
      'ALTER COLUMN "C" TYPE varchar(80)',
      { outsideTransactionOnly: 'ALTER TABLE ALTER COLUMN cannot run inside a transaction block' },
    ],
    [
      'APPEND FROM s',
      {
        writes: { schema: 's', table: 't' },
        // The user must own or may alter both.
        alters: { ...ALTERS, tables: [...ALTERS.tables, { table: 's' }] },
        outsideTransactionOnly: 'ALTER TABLE APPEND cannot run inside a transaction block',
      },
    ],
  ] as const) {
    it(`runs outside transactions only with ${action}`, () => {
      const [statement] = translate(`ALTER TABLE "S".t ${action}`);
      const { sql: _sql, before, ...rest } = statement ?? { sql: '' };
      expect(rest).to.deep.equal({ verb: 'ALTER TABLE', alters: ALTERS, ...more });
      expect(before).to.have.lengthOf(1);
    });
  }

  it('alters storage inside a transaction block as far as the readings allow', () => {
    const outside = (readings: Readings): unknown =>
      translate('alter table t alter sortkey (a)', { ...DEFAULT_DIALECT, readings })[0]
        ?.outsideTransactionOnly;
    expect(outside(HOSTILE)).to.equal('ALTER TABLE ALTER cannot run inside a transaction block');
    expect(outside(LENIENT)).to.equal(undefined);
  });

  it('takes the combinations of actions that change storage', () => {
    for (const actions of [
      'alter sortkey (a), alter distkey b',
      'alter diststyle all, alter sortkey (a)',
      'alter column a encode raw, alter column b encode zstd',
    ]) {
      const calls = translate(`alter table t ${actions}`)[0]?.before?.filter(({ kind }) => kind === 'call');
      expect(calls, actions).to.have.lengthOf(2);
    }
    expect(refusal('alter table t alter diststyle even, alter sortkey (a)')).to.equal(
      '0A000 ALTER TABLE does not support several actions in one statement',
    );
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
    [
      'ADD COLUMN a int PRIMARY KEY',
      '0A000 ALTER TABLE ADD COLUMN does not support columns defined with UNIQUE or PRIMARY KEY constraints',
    ],
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
