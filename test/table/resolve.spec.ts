import { expect } from 'chai';
import { InputError, LoadError } from '../../src/errors.ts';
import { resolveColumns as resolve, type Resolution } from '../../src/table/resolve.ts';
import { CHANGE_KINDS, type ChangeKind, type ChangePolicy } from '../../src/table/settings.ts';
import { typeSql, type Column, type ColumnType, type StoredColumn } from '../../src/table/types.ts';

const varchar = (bytes: number): ColumnType => ({ kind: 'varchar', bytes });
const numeric = (precision: number, scale: number): ColumnType => ({ kind: 'numeric', precision, scale });
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
const empty = (property: string, name: string, type: ColumnType): Column => ({
  property,
  source: { kind: 'nothing' },
  name,
  type,
  isKey: false,
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

/** A table whose values stay and fit every type, and none of which ever overflowed. */
const FATE = {
  isDiscarded: (): boolean => false,
  canBecome: (_column: string, _type: ColumnType): boolean => true,
  overflowing: new Set<string>(),
};

function resolveColumns(
  wanted: readonly Column[],
  existing: readonly StoredColumn[] | undefined,
  policies: Partial<Record<ChangeKind, ChangePolicy>> = {},
  fate: Partial<typeof FATE> = {},
): Resolution {
  const all = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, policies[kind] ?? 'evolve']));
  return resolve(
    { stream: 's', table: 't', policies: all as Record<ChangeKind, ChangePolicy>, ...FATE, ...fate },
    wanted,
    existing,
  );
}

/** What becomes of a column of one type when the stream wants another: kept, changed, split, or refused. */
function fate(wanted: ColumnType, existing: ColumnType | undefined, isKey = false): string {
  try {
    const [column] = resolveColumns([wants('a', wanted, isKey)], [stores('a', existing)]).columns;
    if (column?.source.kind === 'nothing' || column?.name !== 'a') return 'split';
    return typeSql(column.type) === typeSql(existing!) ? 'kept' : 'changed';
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return 'refused';
  }
}

describe('resolveColumns', () => {
  it('names what to do about a column of a type that it does not write', () => {
    expect(() => resolveColumns([wants('a', varchar(0))], [stores('a', undefined)])).to.throw(
      LoadError,
      'Cannot load stream "s" into table "t": its column "a" is character(10), a type that this program does not write; rename or ' +
        'drop the column, or give property "a" another one (streams.s.columns.a.name), or load into another table (streams.s.table)',
    );
    const metadata: Column = {
      ...wants('_sdc_sequence', { kind: 'bigint' }),
      source: { kind: 'metadata', field: '_sdc_sequence' },
    };
    expect(() =>
      resolveColumns([metadata], [stores('_sdc_sequence', undefined, { typeText: 'geometry' })]),
    ).to.throw(
      LoadError,
      'its column "_sdc_sequence" is geometry, a type that this program does not write; rename or drop the column, or load into ' +
        'another table (streams.s.table)',
    );
  });

  it('names what to do about a column of such a type that is NOT NULL and not in the stream', () => {
    const existing = [stores('a', varchar(64)), stores('b', undefined, { nullable: false })];
    expect(() => resolveColumns([wants('a', varchar(0))], existing)).to.throw(
      LoadError,
      'Cannot load stream "s" into table "t": its column "b" is NOT NULL without a DEFAULT, the stream does not have it, and it ' +
        'cannot be changed because it is character(10), a type that this program does not write; drop the column, or load into ' +
        'another table (streams.s.table)',
    );
    expect(
      resolveColumns(
        [wants('a', varchar(0))],
        [stores('a', varchar(64)), stores('b', undefined, { nullable: false, hasDefault: true })],
      ).notes,
    ).to.deep.equal([]);
  });

  it('leaves the wanted types when there is no table', () => {
    const columns = [wants('a', { kind: 'bigint' }), wants('b', varchar(0))];
    expect(resolveColumns(columns, undefined)).to.deep.equal({ columns, ignored: [], notes: [] });
  });

  it('takes the type of the existing column and leaves what is new', () => {
    const columns = [wants('a', { kind: 'timestamptz' }, true), wants('new', { kind: 'date' })];
    const existing = [stores('other', undefined), stores('a', { kind: 'timestamp' })];
    expect(resolveColumns(columns, existing)).to.deep.equal({
      columns: [wants('a', { kind: 'timestamp' }, true), wants('new', { kind: 'date' })],
      ignored: [],
      notes: [],
    });
  });

  const textual = everyType.map(typeSql).filter((type) => !/^(SUPER|VARCHAR|VARBYTE)/.test(type));

  /** By the wanted type: the existing types that stay, and those that become the wanted one; all others are split. */
  const table: Readonly<Record<string, { kept: readonly string[]; changed: readonly string[] }>> = {
    BIGINT: {
      kept: ['SMALLINT', 'INTEGER', 'BIGINT', 'DOUBLE PRECISION', 'SUPER', 'VARCHAR(256)', 'NUMERIC(18,2)'],
      changed: [],
    },
    'NUMERIC(18,2)': { kept: ['SUPER', 'VARCHAR(256)', 'NUMERIC(18,2)'], changed: ['SMALLINT', 'INTEGER'] },
    'DOUBLE PRECISION': {
      kept: ['DOUBLE PRECISION', 'SUPER', 'VARCHAR(256)'],
      changed: ['SMALLINT', 'INTEGER', 'BIGINT', 'REAL'],
    },
    BOOLEAN: { kept: ['BOOLEAN', 'SUPER', 'VARCHAR(256)'], changed: [] },
    'VARCHAR(256)': {
      kept: ['SUPER', 'VARCHAR(256)'],
      changed: textual,
    },
    DATE: { kept: ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'SUPER', 'VARCHAR(256)'], changed: [] },
    TIME: { kept: ['TIME', 'TIMETZ', 'SUPER', 'VARCHAR(256)'], changed: [] },
    TIMETZ: { kept: ['TIME', 'TIMETZ', 'SUPER', 'VARCHAR(256)'], changed: [] },
    'VARBYTE(64000)': { kept: ['SUPER', 'VARCHAR(256)', 'VARBYTE(64000)'], changed: [] },
    TIMESTAMPTZ: { kept: ['TIMESTAMP', 'TIMESTAMPTZ', 'SUPER', 'VARCHAR(256)'], changed: ['DATE'] },
    SUPER: {
      kept: ['SUPER', 'VARCHAR(256)'],
      changed: textual,
    },
  };
  for (const [wanted, { kept, changed }] of Object.entries(table)) {
    it(`for ${wanted} keeps ${kept.join(', ')}, changes ${changed.join(', ') || 'nothing'} and splits the rest`, () => {
      const type = everyType.find((one) => typeSql(one) === wanted)!;
      const fates = everyType.map((one) => [typeSql(one), fate(type, one)] as const);
      const typesThatAre = (what: string): string[] =>
        fates.flatMap(([name, is]) => (is === what ? [name] : []));
      expect(typesThatAre('kept')).to.deep.equal(kept);
      expect(typesThatAre('changed')).to.deep.equal(changed);
      expect(typesThatAre('refused')).to.deep.equal([]);
    });
  }

  it('refuses a column of a type that this program does not write', () => {
    expect(fate(varchar(0), undefined)).to.equal('refused');
  });

  it('refuses a key whose existing column cannot identify rows', () => {
    for (const existing of [
      { kind: 'super' },
      { kind: 'double' },
      { kind: 'real' },
      { kind: 'timetz' },
    ] as const) {
      for (const wanted of everyType.filter(({ kind }) => kind !== 'varchar')) {
        expect(fate(wanted, existing, true), typeSql(wanted)).not.to.equal('kept');
      }
    }
    expect(fate({ kind: 'bigint' }, { kind: 'super' }, true)).to.equal('refused');
  });

  it('never spreads a key over two columns', () => {
    expect(() =>
      resolveColumns([wants('a', { kind: 'bigint' }, true)], [stores('a', { kind: 'date' })]),
    ).to.throw(
      LoadError,
      'its column "a" is date, but the stream declares BIGINT, and a key cannot be split over two columns',
    );
  });

  describe('numbers that outgrow their column', () => {
    const grows = (wanted: ColumnType, existing: ColumnType): ColumnType | undefined =>
      resolveColumns([wants('a', wanted)], [stores('a', existing)]).columns[0]?.growsTo;

    it('get the type that holds both', () => {
      expect(grows({ kind: 'bigint' }, { kind: 'integer' })).to.deep.equal({ kind: 'bigint' });
      expect(grows({ kind: 'bigint' }, numeric(10, 2))).to.deep.equal(numeric(21, 2));
      expect(grows(numeric(38, 9), numeric(18, 2))).to.deep.equal(numeric(38, 9));
      expect(grows(numeric(20, 9), numeric(18, 2))).to.deep.equal(numeric(25, 9));
    });

    it('get none where all fits already, or nothing would', () => {
      expect(grows({ kind: 'integer' }, { kind: 'bigint' })).to.equal(undefined);
      expect(grows(numeric(38, 2), numeric(38, 2))).to.equal(undefined);
      expect(grows(numeric(20, 2), numeric(38, 2))).to.equal(undefined);
    });

    it('get the wanted type where neither holds the other, if the values that are there fit it', () => {
      const fits = new Set(['NUMERIC(38,9)']);
      const [wide, narrow] = [numeric(38, 9), numeric(38, 12)].map(
        (wanted) =>
          resolveColumns(
            [wants('a', wanted)],
            [stores('a', numeric(38, 2))],
            {},
            { canBecome: (_, type) => fits.has(typeSql(type)) },
          ).columns,
      );
      expect(wide?.map(({ type, growsTo, overflows }) => ({ type, growsTo, overflows }))).to.deep.equal([
        { type: numeric(38, 2), growsTo: numeric(38, 9), overflows: undefined },
      ]);
      expect(narrow?.map(({ type, growsTo, overflows }) => ({ type, growsTo, overflows }))).to.deep.equal([
        { type: numeric(38, 2), growsTo: undefined, overflows: true },
      ]);
    });

    it('get a second column for the values that the first cannot hold once there are some, and again when it is there', () => {
      const [wanted, first] = [wants('a', numeric(38, 12)), stores('a', numeric(38, 2))];
      const second = {
        ...wanted,
        name: 'a__decimal',
        source: { kind: 'overflow', path: ['a'] },
      };
      const canBecome = (): boolean => false;
      const taken = resolveColumns([wanted], [first], {}, { canBecome, overflowing: new Set(['a']) });
      expect(taken.columns[1]).to.deep.equal(second);
      const there = resolveColumns(
        [wanted],
        [first, stores('a__decimal', numeric(38, 12))],
        {},
        { canBecome },
      );
      expect(there.columns[1]).to.deep.equal(second);
    });

    it('let the second column grow too, and put nothing into one that cannot', () => {
      const [wanted, first] = [wants('a', numeric(38, 12)), stores('a', numeric(38, 2))];
      const existing = [first, stores('a__decimal', numeric(38, 4))];
      const ofSecond = (canGrow: boolean): unknown => {
        const canBecome = (column: string): boolean => canGrow && column === 'a__decimal';
        const [, second] = resolveColumns([wanted], existing, {}, { canBecome }).columns;
        return { type: second?.type, growsTo: second?.growsTo, overflows: second?.overflows };
      };
      expect(ofSecond(true)).to.deep.equal({
        type: numeric(38, 4),
        growsTo: numeric(38, 12),
        overflows: undefined,
      });
      expect(ofSecond(false)).to.deep.equal({
        type: numeric(38, 4),
        growsTo: undefined,
        overflows: undefined,
      });
    });

    it('have invalid values instead of a second column whose name is another property, or whose type is another', () => {
      const [wanted, first] = [wants('a', numeric(38, 12)), stores('a', numeric(38, 2))];
      const fate = { canBecome: (): boolean => false, overflowing: new Set(['a']) };
      const other = wants('a__decimal', { kind: 'boolean' });
      const columnsOf = (all: readonly Column[], existing: readonly StoredColumn[]): readonly unknown[] =>
        resolveColumns(all, existing, {}, fate).columns.map(({ name, overflows }) => [name, overflows]);
      expect(columnsOf([wanted, other], [first])).to.deep.equal([
        ['a', undefined],
        ['a__decimal', undefined],
      ]);
      const real = stores('a__decimal', { kind: 'varbyte', bytes: 100 });
      expect(columnsOf([wanted], [first, real])).to.deep.equal([['a', undefined]]);
    });

    it('get the wanted type at once in an overwrite, or where it is given and the values fit', () => {
      const of = (more: Partial<Column>, fate: Partial<typeof FATE>): readonly ColumnType[] =>
        resolveColumns(
          [{ ...wants('a', numeric(20, 4)), ...more }],
          [stores('a', numeric(38, 2))],
          {},
          fate,
        ).columns.map(({ type }) => type);
      expect(of({}, {})).to.deep.equal([numeric(38, 2)]);
      expect(of({}, { isDiscarded: () => true })).to.deep.equal([numeric(20, 4)]);
      expect(of({ isGiven: true }, {})).to.deep.equal([numeric(20, 4)]);
      expect(of({ isGiven: true }, { canBecome: () => false })).to.deep.equal([numeric(38, 2)]);
    });
  });

  describe('a second column', () => {
    const date = { kind: 'date' } as const;
    const bigint = { kind: 'bigint' } as const;

    it('takes the values that the first cannot hold, which is NULL from then on', () => {
      const { columns, notes } = resolveColumns([wants('a', bigint)], [stores('a', date)]);
      expect(columns).to.deep.equal([{ ...wants('a', bigint), name: 'a__integer' }, empty('a', 'a', date)]);
      expect(notes).to.deep.equal([
        'column "a" of table "t" is date, which cannot store BIGINT: values go to a second column "a__integer"',
      ]);
    });

    it('goes on to take what it took before the first column became text', () => {
      const text = { kind: 'varchar', bytes: 64 } as const;
      const existing = [stores('a', text), stores('a__integer', bigint)];
      const shape = (wanted: ColumnType): readonly unknown[] =>
        resolveColumns([wants('a', wanted)], existing).columns.map(({ name, source, overflows }) => [
          name,
          source.kind,
          overflows,
        ]);
      expect(shape(bigint)).to.deep.equal([
        ['a', 'property', true],
        ['a__integer', 'overflow', undefined],
      ]);
      expect(shape(date)).to.deep.equal([
        ['a', 'property', undefined],
        ['a__integer', 'nothing', undefined],
      ]);
      expect(shape(text)).to.deep.equal([
        ['a', 'property', undefined],
        ['a__integer', 'nothing', undefined],
      ]);
    });

    it('has no third one for what it cannot hold', () => {
      const existing = [stores('a', date), stores('a__decimal', numeric(38, 2))];
      const [column] = resolveColumns(
        [wants('a', numeric(38, 4))],
        existing,
        {},
        { canBecome: () => false },
      ).columns;
      expect([column?.name, column?.overflows]).to.deep.equal(['a__decimal', undefined]);
    });

    it('is found again, and says nothing then', () => {
      const existing = [
        stores('a', date),
        stores('a__integer', bigint),
        stores('a__boolean', { kind: 'boolean' }),
      ];
      expect(resolveColumns([wants('a', bigint)], existing)).to.deep.equal({
        columns: [
          { ...wants('a', bigint), name: 'a__integer' },
          empty('a', 'a', date),
          empty('a', 'a__boolean', { kind: 'boolean' }),
        ],
        ignored: [],
        notes: [],
      });
    });

    it('is NULL when the first type comes back', () => {
      const existing = [stores('a', date), stores('a__integer', bigint)];
      expect(resolveColumns([wants('a', date)], existing).columns).to.deep.equal([
        wants('a', date),
        empty('a', 'a__integer', bigint),
      ]);
    });

    it('is not taken for one when it has another type, or is a property of its own', () => {
      const existing = [
        stores('a', date),
        stores('a__integer', varchar(10)),
        stores('a__boolean', { kind: 'boolean' }),
      ];
      const wanted = [wants('a', date), wants('a__boolean', { kind: 'boolean' })];
      expect(resolveColumns(wanted, existing).columns).to.deep.equal(wanted);
    });

    it('has a name of at most 127 bytes', () => {
      const long = 'x'.repeat(127);
      const [column] = resolveColumns([wants(long, bigint)], [stores(long, date)]).columns;
      expect(column?.name).to.match(/^x{118}_[0-9a-f]{8}$/);
    });

    it('is refused where a property has that name, with both', () => {
      expect(() =>
        resolveColumns([wants('a', bigint), wants('a__integer', bigint)], [stores('a', date)]),
      ).to.throw(InputError, 'property "a" needs a second column "a__integer"');
    });

    it('has a name for every type', () => {
      const name = (type: ColumnType): string =>
        resolveColumns(
          [wants('a', type)],
          [stores('a', type.kind === 'boolean' ? date : { kind: 'boolean' })],
        ).columns[0]!.name;
      const split = everyType.filter(({ kind }) => kind !== 'varchar' && kind !== 'super');
      expect(Object.fromEntries(split.map((type) => [typeSql(type), name(type)]))).to.deep.equal({
        SMALLINT: 'a__integer',
        INTEGER: 'a__integer',
        BIGINT: 'a__integer',
        REAL: 'a__number',
        'DOUBLE PRECISION': 'a__number',
        BOOLEAN: 'a__boolean',
        DATE: 'a__date',
        TIME: 'a__time',
        TIMETZ: 'a__time',
        TIMESTAMP: 'a__timestamp',
        TIMESTAMPTZ: 'a__timestamp',
        'VARBYTE(64000)': 'a__binary',
        'NUMERIC(18,2)': 'a__decimal',
      });
    });
  });

  describe('with policies', () => {
    const bigint = { kind: 'bigint' } as const;
    const id = wants('id', bigint, true);
    const there = stores('id', bigint);

    it('add_column ignore leaves a property out and says so', () => {
      expect(resolveColumns([id, wants('b', bigint)], [there], { add_column: 'ignore' })).to.deep.equal({
        columns: [id],
        ignored: [wants('b', bigint)],
        notes: [
          'property "b" has no column in table "t" and is not loaded (schema_changes.add_column is ignore)',
        ],
      });
    });

    it('add_column ignore does not leave out a key', () => {
      expect(() => resolveColumns([id], [stores('x', bigint)], { add_column: 'ignore' })).to.throw(
        InputError,
        'it has no column "id" for key property "id"',
      );
    });

    it('add_column ignore refuses a stream of which nothing would be loaded', () => {
      expect(() => resolveColumns([wants('b', bigint)], [there], { add_column: 'ignore' })).to.throw(
        InputError,
      );
    });

    it('no policy stands against making a table', () => {
      const never = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 'fail'])) as Record<
        ChangeKind,
        ChangePolicy
      >;
      expect(resolveColumns([id], undefined, never).columns).to.deep.equal([id]);
      expect(resolveColumns([id], [there], never).columns).to.deep.equal([id]);
    });

    it('retype_column and split_column ignore keep the type: what does not fit it is invalid', () => {
      const date = stores('a', { kind: 'date' });
      const kept = [wants('a', { kind: 'date' })];
      expect(
        resolveColumns([wants('a', varchar(0))], [date], { retype_column: 'ignore' }).columns,
      ).to.deep.equal(kept);
      expect(resolveColumns([wants('a', bigint)], [date], { split_column: 'ignore' }).columns).to.deep.equal(
        kept,
      );
    });

    it('widen_column and relax_not_null ignore set limits for values', () => {
      const narrow = stores('a', varchar(10), { nullable: false });
      const [column] = resolveColumns([wants('a', varchar(0))], [narrow], {
        widen_column: 'ignore',
        relax_not_null: 'ignore',
      }).columns;
      expect(column).to.deep.equal({ ...wants('a', varchar(10)), maxBytes: 10, notNull: true });
    });

    const failures: readonly (readonly [ChangeKind, readonly Column[], readonly StoredColumn[], string])[] = [
      ['add_column', [id, wants('b', bigint)], [there], 'it has no column "b" for property "b"'],
      [
        'retype_column',
        [wants('a', varchar(0))],
        [stores('a', bigint)],
        'its column "a" is bigint, but the stream declares VARCHAR',
      ],
      [
        'split_column',
        [wants('a', bigint)],
        [stores('a', { kind: 'date' })],
        'its column "a" is date, but the stream declares BIGINT',
      ],
      ['drop_column', [id], [there, stores('b', bigint)], 'its column "b" is not in the stream'],
      [
        'relax_not_null',
        [id],
        [there, stores('b', bigint, { nullable: false })],
        'its column "b" is NOT NULL without a DEFAULT, and the stream does not have it',
      ],
    ];
    for (const [kind, wanted, existing, sentence] of failures) {
      it(`${kind} fail names stream, table, column and the option`, () => {
        expect(() => resolveColumns(wanted, existing, { [kind]: 'fail' })).to.throw(
          InputError,
          `Cannot load stream "s" into table "t": ${sentence}, and schema_changes.${kind} is fail; `,
        );
      });
    }

    it('drop_column fail leaves the columns that the table or this program fills', () => {
      const existing = [
        there,
        stores('loaded_at', bigint, { hasDefault: true }),
        stores('_sdc_sequence', bigint),
      ];
      expect(resolveColumns([id], existing, { drop_column: 'fail' }).columns).to.deep.equal([id]);
    });
  });
});
