/** The steps of a load: which statements, in which order, for which batches. */
import { expect } from 'chai';
import { DELETED_AT } from '../../src/table/metadata.ts';
import type { Column, ColumnType, StoredColumn } from '../../src/table/types.ts';
import type { LoadSteps } from '../../src/warehouse/step.ts';
import { stageTables } from '../../src/warehouse/stage-tables.ts';
import { stepsOf, type LoadMethod, type LoadShape } from '../../src/warehouse/steps.ts';

const column = (name: string, type: ColumnType, isKey = false): Column => ({
  property: name,
  source: { kind: 'property', path: [name] },
  name,
  type,
  isKey,
});

const columns = [
  column('id', { kind: 'bigint' }, true),
  column('name', { kind: 'varchar', bytes: 64 }),
  column(DELETED_AT, { kind: 'timestamptz' }),
];

const stored = (names: readonly string[]): StoredColumn[] =>
  names.map((name) => ({
    name,
    type: { kind: 'bigint' },
    typeText: 'bigint',
    nullable: true,
    hasDefault: false,
    comment: undefined,
  }));

const shape = (method: LoadMethod, more: Partial<LoadShape> = {}): LoadShape => ({
  target: { schema: 's', table: 't' },
  columns,
  maxBytes: [0, 3, 0],
  method,
  hardDelete: false,
  census: [10],
  narrow: [],
  nullKeys: 0,
  mayRepeatKeys: true,
  isOwn: false,
  tables: stageTables(0),
  source: {
    manifestUrl: 's3://b/m',
    format: { sentinel: 'N', compression: 'gzip' },
    access: { kind: 'role', role: 'default' },
    region: undefined,
  },
  ...more,
});

const WHOLE = stored(['id', 'name', DELETED_AT]);
const WIDER = stored(['id', 'name', DELETED_AT, 'note']);
/** Ten rows, a deletion with values, two stubs. */
const SPECIAL = { census: [10, 1, 2], nullKeys: 1 };
/** Rows of a schema that lacks a column, too. */
const NARROW = { census: [10, 0, 0, 4], narrow: [new Set(['id', DELETED_AT])] };

/** The first words of each statement of the transaction, and on what. */
function heads(load: LoadShape, existing: readonly StoredColumn[]): string[] {
  return stepsOf(load, existing).transaction.map(({ sql: { safe } }) =>
    safe.replace(/^(\w+)(?:.*?)("s"\."t"|pg_attribute).*/s, '$1 $2'),
  );
}

const everyLoad = (['append', 'upsert', 'insert'] as const).flatMap((method) =>
  [false, true].flatMap((hardDelete) =>
    [{}, SPECIAL, NARROW].flatMap((more) =>
      [WHOLE, WIDER].map((existing) => stepsOf(shape(method, { hardDelete, ...more }), existing)),
    ),
  ),
);

/** What the stage is created with after its columns. */
function layoutOfStage(existing: readonly StoredColumn[], names: readonly string[]): string {
  const batch = names.map((name) => column(name, { kind: 'bigint' }, name === 'id'));
  const [create] = stepsOf(shape('upsert', { columns: batch, maxBytes: [] }), existing).stage;
  return create?.sql.safe.replace(/^.*?\)/, '').trim() ?? 'none';
}

describe('the stage of a merge', () => {
  const [id, name, day] = stored(['id', 'name', 'day']) as [StoredColumn, StoredColumn, StoredColumn];

  it('has the distribution key and the sort key of its table', () => {
    const table = [
      { ...id, isDistkey: true, sortPosition: 2 },
      { ...name, sortPosition: 3 },
      { ...day, sortPosition: 1 },
    ];
    expect(layoutOfStage(table, ['id', 'name', 'day'])).to.equal(
      'DISTKEY("id") COMPOUND SORTKEY("day", "id", "name")',
    );
  });

  it('is sorted by the leading columns of the sort key that the batch carries', () => {
    const table = [
      { ...id, sortPosition: 1 },
      { ...name, sortPosition: 2 },
      { ...day, sortPosition: 3 },
    ];
    expect(layoutOfStage(table, ['id', 'day'])).to.equal('COMPOUND SORTKEY("id")');
    expect(layoutOfStage(table.with(0, { ...day, sortPosition: 1 }), ['id'])).to.equal('');
  });

  it('is distributed by Redshift where the batch lacks the distribution key, or the table has none', () => {
    expect(layoutOfStage([id, { ...name, isDistkey: true }], ['id'])).to.equal('');
    expect(layoutOfStage([id, name], ['id', 'name'])).to.equal('');
  });

  it('has statistics from 100,000 rows on', () => {
    const copies = [[99_999], [100_000], [50_000, 50_000]].map(
      (census) =>
        stepsOf(shape('upsert', { census }), WHOLE).stage[1]?.sql.safe.split(' ').slice(-4).join(' ') ?? '',
    );
    expect(copies).to.deep.equal([
      'COMPUPDATE OFF STATUPDATE OFF',
      'COMPUPDATE OFF STATUPDATE ON',
      'COMPUPDATE OFF STATUPDATE ON',
    ]);
  });
});

describe('the steps of a load', () => {
  it('copy an append straight into the table', () => {
    expect(stepsOf(shape('append'), WHOLE).stage).to.deep.equal([]);
    expect(heads(shape('append'), WHOLE)).to.deep.equal(['COPY "s"."t"', 'SELECT pg_last_copy_count()']);
  });

  it('delete and insert where the batch carries every column of the table', () => {
    expect(heads(shape('upsert'), WHOLE)).to.deep.equal([
      'DELETE "s"."t"',
      'EXPLAIN "s"."t"',
      'SELECT pg_attribute',
      'INSERT "s"."t"',
    ]);
  });

  it('look for repeated keys only where a key may be repeated', () => {
    for (const method of ['upsert', 'insert'] as const)
      for (const existing of [WHOLE, WIDER])
        for (const more of [{}, SPECIAL, NARROW, { hardDelete: true, ...SPECIAL }]) {
          const names = ({ stage, transaction, clean }: LoadSteps): readonly string[] =>
            [...stage, ...transaction, ...clean].map(({ sql }) => sql.safe);
          const perhaps = names(stepsOf(shape(method, more), existing));
          const never = names(stepsOf(shape(method, { ...more, mayRepeatKeys: false }), existing));
          expect(never).to.deep.equal(
            perhaps.filter((statement) => !statement.includes('_target_redshift_edges_')),
          );
          expect(never).not.to.have.length(perhaps.length);
        }
  });

  it('update and insert where the table has more columns', () => {
    expect(heads(shape('upsert'), WIDER)).to.deep.equal([
      'UPDATE "s"."t"',
      'EXPLAIN "s"."t"',
      'INSERT "s"."t"',
      'SELECT "s"."t"',
    ]);
  });

  it('write full rows first and then what stubs say of theirs', () => {
    expect(heads(shape('upsert', SPECIAL), WHOLE)).to.deep.equal([
      'DELETE "s"."t"',
      'EXPLAIN "s"."t"',
      'SELECT pg_attribute',
      'INSERT "s"."t"',
      'UPDATE "s"."t"',
      'INSERT "s"."t"',
      'SELECT "s"."t"',
    ]);
  });

  it('write full rows first and then the columns that rows of a narrower schema carry', () => {
    const { transaction } = stepsOf(shape('upsert', NARROW), WHOLE);
    expect(transaction.map(({ sql }) => sql.safe.replace(/ WHERE .*/, ''))).to.deep.equal([
      'DELETE FROM "s"."t" USING "_target_redshift_stage"',
      'EXPLAIN SELECT 1 FROM "s"."t"',
      'SELECT COUNT(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace',
      'INSERT INTO "s"."t" ("id", "name", "_sdc_deleted_at") SELECT "id", "name", "_sdc_deleted_at" FROM "_target_redshift_stage"',
      'UPDATE "s"."t" SET "_sdc_deleted_at" = "_target_redshift_stage"."_sdc_deleted_at" FROM "_target_redshift_stage"',
      'INSERT INTO "s"."t" ("id", "name", "_sdc_deleted_at") SELECT "_target_redshift_stage"."id", "_target_redshift_stage"."name", "_target_redshift_stage"."_sdc_deleted_at" FROM "_target_redshift_stage" LEFT JOIN "s"."t" ON "t"."id" = "_target_redshift_stage"."id"',
      'SELECT COUNT(*) FROM "_target_redshift_stage"',
    ]);
  });

  it('leave out stubs whose deletion no column can tell', () => {
    const unmarked = shape('upsert', { census: [10, 0, 2], columns: columns.slice(0, 2), maxBytes: [0, 3] });
    const { stage, transaction } = stepsOf(unmarked, stored(['id', 'name']));
    expect(stage.flatMap(({ counts = [] }) => counts)).to.deep.equal(['copied', 'unmarked', 'superseded']);
    expect(transaction).to.have.length(4);
  });

  it('only insert where rows that are there stay', () => {
    expect(heads(shape('insert'), WIDER)).to.deep.equal([
      'DELETE "s"."t"',
      'EXPLAIN "s"."t"',
      'INSERT "s"."t"',
      'SELECT "s"."t"',
    ]);
  });

  it('are as few as without hard_delete for a batch that deletes nothing', () => {
    const [soft, hard] = [false, true].map((hardDelete) => stepsOf(shape('upsert', { hardDelete }), WHOLE));
    expect(hard).to.deep.equal(soft);
  });

  it('take the lock that no writer shares in the first statement of every merge, which then sees the others', () => {
    for (const { transaction } of everyLoad) {
      expect(transaction[0]?.sql.safe).to.match(/^(COPY "s"."t"|DELETE FROM "s"."t"|UPDATE "s"."t") /);
    }
  });

  it('never join by anything but equality, and drop every table they make', () => {
    for (const { stage, transaction, clean } of everyLoad) {
      const texts = [...stage, ...transaction].map(({ sql }) => sql.safe);
      expect(texts.join('\n')).not.to.match(/ OR /);
      const made = texts.flatMap((text) => /^CREATE TEMP TABLE ("\w+")/.exec(text)?.[1] ?? []);
      expect(clean.map(({ sql }) => sql.safe)).to.deep.equal(
        made.map((name) => `DROP TABLE IF EXISTS ${name}`),
      );
    }
  });
});
