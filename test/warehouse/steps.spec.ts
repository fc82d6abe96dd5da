/** The steps of a load: which statements, in which order, for which batches. */
import { expect } from 'chai';
import { DELETED_AT } from '../../src/table/metadata.ts';
import type { Column, ColumnType, StoredColumn } from '../../src/table/types.ts';
import { NONE_SPECIAL, stepsOf, type LoadMethod, type LoadShape } from '../../src/warehouse/steps.ts';

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
  hasStubs: method === 'upsert',
  hardDelete: false,
  special: NONE_SPECIAL,
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
const SPECIAL = { deletions: 3, stubs: 2, nullKeys: 1 };

/** The first words of each statement of the transaction, and on what. */
function heads(load: LoadShape, existing: readonly StoredColumn[]): string[] {
  return stepsOf(load, existing).transaction.map(({ sql: { safe } }) =>
    safe.replace(/^(\w+)(?:.*?)("s"\."t"|svv_columns).*/s, '$1 $2'),
  );
}

const everyLoad = (['append', 'upsert', 'insert'] as const).flatMap((method) =>
  [false, true].flatMap((hardDelete) =>
    [NONE_SPECIAL, SPECIAL].flatMap((special) =>
      [WHOLE, WIDER].map((existing) =>
        stepsOf(shape(method, { hardDelete, special, hasStubs: !hardDelete }), existing),
      ),
    ),
  ),
);

describe('the steps of a load', () => {
  it('copy an append straight into the table', () => {
    expect(stepsOf(shape('append'), WHOLE).stage).to.deep.equal([]);
    expect(heads(shape('append'), WHOLE)).to.deep.equal(['COPY "s"."t"', 'SELECT pg_last_copy_count()']);
  });

  it('delete and insert where the batch carries every column of the table', () => {
    expect(heads(shape('upsert'), WHOLE)).to.deep.equal([
      'DELETE "s"."t"',
      'SELECT svv_columns',
      'INSERT "s"."t"',
    ]);
  });

  it('update and insert where the table has more columns', () => {
    expect(heads(shape('upsert'), WIDER)).to.deep.equal([
      'UPDATE "s"."t"',
      'INSERT "s"."t"',
      'SELECT "s"."t"',
    ]);
  });

  it('write full rows first and then what stubs say of theirs', () => {
    expect(heads(shape('upsert', { special: SPECIAL }), WHOLE)).to.deep.equal([
      'DELETE "s"."t"',
      'SELECT svv_columns',
      'INSERT "s"."t"',
      'UPDATE "s"."t"',
      'INSERT "s"."t"',
      'SELECT "s"."t"',
    ]);
  });

  it('only insert where rows that are there stay', () => {
    expect(heads(shape('insert'), WIDER)).to.deep.equal(['INSERT "s"."t"', 'SELECT "s"."t"']);
  });

  it('are as few as without hard_delete for a batch that deletes nothing', () => {
    const [soft, hard] = [false, true].map((hardDelete) =>
      stepsOf(shape('upsert', { hardDelete, hasStubs: false }), WHOLE),
    );
    expect(hard).to.deep.equal(soft);
  });

  it('write the table in the first statement of every transaction, so that it queues and then sees the others', () => {
    for (const { transaction } of everyLoad) {
      expect(transaction[0]?.sql.safe).to.match(
        /^(COPY "s"."t"|DELETE FROM "s"."t"|UPDATE "s"."t"|INSERT INTO "s"."t") /,
      );
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
