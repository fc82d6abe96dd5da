import { expect } from 'chai';
import { LoadError } from '../../src/errors.ts';
import {
  planChanges as changesOf,
  type Change,
  type ChangeRules,
  type Needs,
} from '../../src/table/changes.ts';
import { typeSql, type Column, type ColumnType, type StoredColumn } from '../../src/table/types.ts';

const varchar = (bytes: number): ColumnType => ({ kind: 'varchar', bytes });
const numeric = (precision: number, scale: number): ColumnType => ({ kind: 'numeric', precision, scale });

const wants = (name: string, type: ColumnType, isKey = false): Column => ({
  property: name,
  source: { kind: 'property', path: [name] },
  name,
  type,
  isKey,
});
const stores = (
  name: string,
  type: ColumnType | undefined,
  more: Partial<StoredColumn> = {},
): StoredColumn => ({
  name,
  type,
  typeText: type ? typeSql(type).toLowerCase() : 'character(10)',
  nullable: true,
  hasDefault: false,
  comment: undefined,
  ...more,
});

/** A batch whose widest values are so wide, or whose columns hold NULLs. */
function planChanges(
  columns: readonly Column[],
  maxBytes: readonly number[],
  existing: readonly StoredColumn[] | undefined,
  more: { nulls?: Needs['nulls'] } & Partial<ChangeRules> = {},
): readonly Change[] {
  const needs = { maxBytes, nulls: more.nulls ?? [] };
  const rows = { target: { schema: 's', table: 't' }, columns };
  return changesOf(rows, needs, existing, { retype: 'evolve', discards: false, ...more });
}

describe('planChanges', () => {
  const columns = [
    wants('id', { kind: 'bigint' }, true),
    wants('name', varchar(0)),
    wants('note', varchar(1024)),
  ];

  it('creates a table that does not exist, with the declared width or room for twice the widest value', () => {
    expect(planChanges(columns, [0, 200, 600], undefined)).to.deep.equal([
      {
        kind: 'create-table',
        columns: [
          { name: 'id', type: { kind: 'bigint' } },
          { name: 'name', type: varchar(1024) },
          { name: 'note', type: varchar(1024) },
        ],
      },
    ]);
  });

  it('creates a declared width as it is, and room for twice the widest value when it is not enough', () => {
    const widthFor = (measured: number): unknown =>
      planChanges([wants('name', varchar(100))], [measured], undefined).flatMap((change) =>
        change.kind === 'create-table' ? change.columns : [],
      );
    expect(widthFor(100)).to.deep.equal([{ name: 'name', type: varchar(100) }]);
    expect(widthFor(101)).to.deep.equal([{ name: 'name', type: varchar(256) }]);
  });

  it('creates the smallest width for texts of which nothing is known', () => {
    const [change] = planChanges([wants('name', varchar(0))], [], undefined);
    expect(change).to.deep.equal({ kind: 'create-table', columns: [{ name: 'name', type: varchar(64) }] });
  });

  it('never plans more than 65,535 bytes', () => {
    const [change] = planChanges([wants('name', varchar(0))], [65_535], undefined);
    expect(change).to.deep.equal({
      kind: 'create-table',
      columns: [{ name: 'name', type: varchar(65_535) }],
    });
  });

  it('changes nothing when everything fits', () => {
    const existing = [
      stores('NAME', undefined),
      stores('id', { kind: 'bigint' }),
      stores('name', varchar(10)),
      stores('note', varchar(64)),
    ];
    expect(planChanges(columns, [0, 10, 64], existing)).to.deep.equal([]);
  });

  it('adds missing columns and widens narrow ones, one change each, in the order of the columns', () => {
    const existing = [stores('note', varchar(64)), stores('id', { kind: 'bigint' })];
    expect(planChanges(columns, [0, 70, 65], existing)).to.deep.equal([
      { kind: 'add-column', column: { name: 'name', type: varchar(256) } },
      { kind: 'widen', column: 'note', bytes: 256 },
    ]);
  });

  it('never makes a column narrower', () => {
    expect(planChanges([wants('a', varchar(0))], [100], [stores('a', varchar(300))])).to.deep.equal([]);
    expect(planChanges([wants('a', varchar(0))], [301], [stores('a', varchar(300))])).to.deep.equal([
      { kind: 'widen', column: 'a', bytes: 1024 },
    ]);
  });

  it('leaves columns alone that the batch does not carry', () => {
    expect(
      planChanges(
        [wants('a', { kind: 'date' })],
        [0],
        [stores('a', { kind: 'date' }), stores('b', varchar(1))],
      ),
    ).to.deep.equal([]);
  });

  const retype = (column: string, from: ColumnType, to: ColumnType, comment?: string): Change => ({
    kind: 'retype',
    column,
    from,
    to,
    comment,
  });

  it('changes the type of a column where the new one holds every value, with room for text', () => {
    const columns = [wants('a', varchar(0)), wants('b', { kind: 'timestamptz' }), wants('c', numeric(38, 9))];
    const existing = [
      stores('a', { kind: 'bigint' }),
      stores('b', { kind: 'date' }),
      stores('c', numeric(10, 2)),
    ];
    expect(planChanges(columns, [100, 0, 0], existing)).to.deep.equal([
      retype('a', { kind: 'bigint' }, varchar(256)),
      retype('b', { kind: 'date' }, { kind: 'timestamptz' }, '[formerly DATE]'),
      // Rows for 9 digits behind the point may not fit 2.
      retype('c', numeric(10, 2), numeric(38, 9), '[formerly NUMERIC(10,2)]'),
    ]);
  });

  it('keeps the comment of a column that gets another type, and notes there what its text depends on', () => {
    const existing = [
      stores('a', { kind: 'date' }, { comment: 'born' }),
      stores('b', { kind: 'timestamptz' }, { comment: 'seen [formerly DATE]' }),
    ];
    const columns = [wants('a', varchar(0)), wants('b', varchar(0))];
    expect(planChanges(columns, [10, 10], existing)).to.deep.equal([
      retype('a', { kind: 'date' }, varchar(64), 'born'),
      retype('b', { kind: 'timestamptz' }, varchar(64), 'seen [formerly DATE, TIMESTAMPTZ]'),
    ]);
  });

  it('leaves a column alone that another run has given more room meanwhile', () => {
    const columns = [wants('a', { kind: 'integer' }), wants('b', numeric(10, 2))];
    expect(
      planChanges(columns, [0, 0], [stores('a', { kind: 'bigint' }), stores('b', numeric(38, 2))]),
    ).to.deep.equal([]);
  });

  it('refuses a type that the rows were not encoded for', () => {
    for (const [encoded, now] of [
      [{ kind: 'bigint' }, varchar(64)],
      [{ kind: 'timestamptz' }, { kind: 'timestamp' }],
      [numeric(38, 9), { kind: 'double' }],
    ] as const) {
      expect(() => planChanges([wants('a', encoded)], [0], [stores('a', now)])).to.throw(
        LoadError,
        'its column "a" became',
      );
    }
  });

  it('refuses a change of type that the policy does not allow', () => {
    expect(() =>
      planChanges([wants('a', varchar(0))], [1], [stores('a', { kind: 'date' })], { retype: 'ignore' }),
    ).to.throw(LoadError, 'its column "a" became date during the run');
  });

  it('takes NOT NULL away where the batch holds a NULL, and not before', () => {
    const columns = [wants('a', { kind: 'date' }), wants('b', varchar(0))];
    const existing = [
      stores('a', { kind: 'date' }, { nullable: false }),
      stores('b', varchar(10), { nullable: false }),
    ];
    expect(planChanges(columns, [0, 5], existing, { nulls: [false, false] })).to.deep.equal([]);
    expect(planChanges(columns, [0, 200], existing, { nulls: [true, true] })).to.deep.equal([
      retype('a', { kind: 'date' }, { kind: 'date' }),
      retype('b', varchar(10), varchar(1024)),
    ]);
  });

  it('takes NOT NULL away from a column that every row leaves empty, unless a DEFAULT fills it', () => {
    const existing = [
      stores('a', { kind: 'date' }),
      stores('b', varchar(10), { nullable: false }),
      stores('c', varchar(10), { nullable: false, hasDefault: true }),
    ];
    const columns = [wants('a', { kind: 'date' })];
    expect(planChanges(columns, [0], existing, { nulls: [false] })).to.deep.equal([
      retype('b', varchar(10), varchar(10)),
    ]);
    expect(planChanges(columns, [], existing)).to.deep.equal([]);
  });
});
