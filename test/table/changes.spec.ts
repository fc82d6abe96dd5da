import { expect } from 'chai';
import { LoadError } from '../../src/errors.ts';
import { planChanges, resolveColumns } from '../../src/table/changes.ts';
import { typeSql, type Column, type ColumnType, type StoredColumn } from '../../src/table/types.ts';

const kinds = [
  'smallint',
  'integer',
  'bigint',
  'real',
  'double',
  'boolean',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'super',
] as const;
const varchar = (bytes: number): ColumnType => ({ kind: 'varchar', bytes });
const numeric = (precision: number, scale: number): ColumnType => ({ kind: 'numeric', precision, scale });
const everyType: readonly ColumnType[] = [
  ...kinds.map((kind) => ({ kind })),
  varchar(256),
  { kind: 'varbyte', bytes: 64_000 },
  numeric(18, 2),
];

const wants = (name: string, type: ColumnType, isKey = false): Column => ({
  property: name,
  source: { kind: 'property', path: [name] },
  name,
  type,
  isKey,
});
const stores = (name: string, type: ColumnType | undefined): StoredColumn => ({
  name,
  type,
  typeText: type ? typeSql(type).toLowerCase() : 'character(10)',
  nullable: true,
});

const holds = (wanted: ColumnType, existing: ColumnType | undefined, isKey = false): boolean => {
  try {
    resolveColumns('t', [wants('a', wanted, isKey)], [stores('a', existing)]);
    return true;
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return false;
  }
};

describe('resolveColumns', () => {
  it('leaves the wanted types when there is no table', () => {
    const columns = [wants('a', { kind: 'bigint' }), wants('b', varchar(0))];
    expect(resolveColumns('t', columns, undefined)).to.deep.equal(columns);
  });

  it('takes the type of the existing column and leaves what is new', () => {
    const columns = [wants('a', { kind: 'bigint' }, true), wants('new', { kind: 'date' })];
    const existing = [stores('other', undefined), stores('a', { kind: 'integer' })];
    expect(resolveColumns('t', columns, existing)).to.deep.equal([
      wants('a', { kind: 'integer' }, true),
      wants('new', { kind: 'date' }),
    ]);
  });

  const exact: Readonly<Record<string, readonly string[]>> = {
    BIGINT: ['SMALLINT', 'INTEGER', 'BIGINT', 'SUPER', 'VARCHAR(256)', 'NUMERIC(18,2)'],
    'NUMERIC(18,2)': ['SUPER', 'VARCHAR(256)', 'NUMERIC(18,2)'],
    'DOUBLE PRECISION': ['DOUBLE PRECISION', 'SUPER', 'VARCHAR(256)'],
    BOOLEAN: ['BOOLEAN', 'SUPER', 'VARCHAR(256)'],
    'VARCHAR(256)': ['SUPER', 'VARCHAR(256)'],
    DATE: ['DATE', 'SUPER', 'VARCHAR(256)'],
    TIME: ['TIME', 'TIMETZ', 'SUPER', 'VARCHAR(256)'],
    TIMETZ: ['TIME', 'TIMETZ', 'SUPER', 'VARCHAR(256)'],
    'VARBYTE(64000)': ['SUPER', 'VARCHAR(256)', 'VARBYTE(64000)'],
    TIMESTAMPTZ: ['TIMESTAMP', 'TIMESTAMPTZ', 'SUPER', 'VARCHAR(256)'],
    SUPER: ['SUPER', 'VARCHAR(256)'],
  };
  for (const [wanted, existing] of Object.entries(exact)) {
    it(`stores ${wanted} in columns of ${existing.join(', ')} only`, () => {
      const type = everyType.find((one) => typeSql(one) === wanted)!;
      expect(everyType.filter((one) => holds(type, one)).map(typeSql)).to.deep.equal(existing);
    });
  }

  it('refuses a column of a type that this program does not write', () => {
    expect(holds(varchar(0), undefined)).to.equal(false);
  });

  it('refuses a key whose existing column cannot identify rows', () => {
    for (const kind of ['super', 'double', 'real', 'timetz'] as const) {
      const existing = { kind };
      for (const wanted of everyType) expect(holds(wanted, existing, true), typeSql(wanted)).to.equal(false);
    }
  });

  it('names table, column and both types', () => {
    expect(() => resolveColumns('t', [wants('a', varchar(64))], [stores('a', { kind: 'bigint' })])).to.throw(
      LoadError,
      'Cannot load into table "t": its column "a" is bigint, the stream declares VARCHAR',
    );
  });

  it('does not name a width of 0 bytes when the stream gave none', () => {
    expect(() =>
      resolveColumns('t', [wants('a', varchar(0))], [stores('a', { kind: 'bigint' })]),
    ).not.to.throw(/VARCHAR\(0\)/);
  });
});

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
});
