/** The model of the fault suite finds what is wrong with a table, and nothing in one that is right. */
import { expect } from 'chai';
import { StreamModel, type FoundRow, type Moment } from './model.ts';
import type { Item, Method, SentRecord, StreamPlan } from './story.ts';

const COLUMNS = ['id', 'seq', 'v'];

const valuesOf = (id: number, seq: number, v: string): readonly (readonly [string, string])[] => [
  ['id', String(id)],
  ['seq', String(seq)],
  ['v', v],
];

function sent(seq: number, id: number, v: string, more: Partial<SentRecord> = {}): Item {
  const record = {
    ...{ seq, id, sent: '{}', row: new Map(valuesOf(id, seq, v)), columns: COLUMNS },
    ...{ version: 0, isDeletion: false, isRejected: false },
    ...more,
  };
  return { kind: 'record', stream: 0, record };
}

const row = (
  seq: number,
  id: number,
  v: string,
  more: readonly (readonly [string, string])[] = [],
): FoundRow => ({
  seq,
  id,
  row: new Map([...valuesOf(id, seq, v), ...more]),
});

const STATE: Item = { kind: 'state' };

function modelOf(method: Method, items: readonly Item[], more: Partial<StreamPlan> = {}): StreamModel {
  const plan = {
    ...{ name: 's', method, hasKeys: method !== 'append', isHard: false, hasVersions: false },
    ...{ hasMarks: false, isRefresh: false, options: {}, before: [] },
    firstSchema: { kind: 'schema', stream: 0, properties: {} } as const,
    ...more,
  };
  return new StreamModel({ protocol: 'singer', streams: [plan], items }, 0);
}

/** At a state of the first run. */
const at = (position: number, more: Partial<Moment> = {}): Moment => ({
  at: position,
  isEnd: false,
  sends: () => 1,
  mayDouble: true,
  ...more,
});
const END = at(99, { isEnd: true });

const problems = (
  model: StreamModel,
  rows: readonly FoundRow[] | undefined,
  moment: Moment,
): readonly string[] => model.judge(rows, moment).problems;

describe('the model of an append', () => {
  const model = modelOf('append', [sent(0, 1, 'a'), sent(1, 1, 'b'), STATE, sent(2, 2, 'c'), STATE]);
  const [a, b, c] = [row(0, 1, 'a'), row(1, 1, 'b'), row(2, 2, 'c')];

  it('finds nothing in a table with all rows, or with more than its state says', () => {
    expect(model.judge([a, b, c], END)).to.deep.equal({ problems: [], doubled: 0 });
    expect(model.judge([a, b, c], at(2))).to.deep.equal({ problems: [], doubled: 0 });
    expect(model.judge(undefined, at(0))).to.deep.equal({ problems: [], doubled: 0 });
  });

  it('finds a row that is lost, at the end and at a state that was printed too early', () => {
    expect(problems(model, [a, c], END)).to.deep.equal(['record 1 (id 1, message 1) has no row at state 99']);
    expect(problems(model, [a], at(2))).to.deep.equal(['record 1 (id 1, message 1) has no row at state 2']);
    expect(problems(model, undefined, at(2)).length).to.equal(2);
  });

  it('counts a row that came again with a second run, and finds one that came without', () => {
    expect(model.judge([a, a, b, c], at(4, { sends: () => 2 }))).to.deep.equal({ problems: [], doubled: 1 });
    expect(problems(model, [a, a, b, c], END)).to.deep.equal([
      'record 0 is there 2 times, but was sent 1 times',
    ]);
    expect(problems(model, [a, a, b, c], at(4, { sends: () => 2, mayDouble: false }))).to.deep.equal([
      'record 0 is there 2 times, but was sent 1 times',
    ]);
  });

  it('finds a value that was changed, a NULL, and a row that was never sent', () => {
    expect(problems(model, [row(0, 1, 'A'), b, c], END)).to.deep.equal(['record 0: v is A instead of a']);
    const withoutValue = { ...b, row: new Map([...b.row].filter(([name]) => name !== 'v')) };
    expect(problems(model, [a, withoutValue, c], END)).to.deep.equal(['record 1: v is NULL instead of b']);
    expect(problems(model, [a, b, c, row(7, 7, 'x')], END)).to.deep.equal([
      'a row shows record 7, which has no row',
    ]);
  });

  it('finds a rejected record that has a row', () => {
    const rejecting = modelOf('append', [sent(0, 1, 'a', { isRejected: true }), STATE]);
    expect(problems(rejecting, [], END)).to.deep.equal([]);
    expect(problems(rejecting, [a], END)).to.deep.equal(['a row shows record 0, which has no row']);
    expect(rejecting.rejected.map(({ record }) => record.seq)).to.deep.equal([0]);
  });
});

describe('the model of an upsert', () => {
  const items = [sent(0, 1, 'a'), sent(1, 2, 'b'), STATE, sent(2, 1, 'c'), STATE];
  const model = modelOf('upsert', items);
  const [a, b, c] = [row(0, 1, 'a'), row(1, 2, 'b'), row(2, 1, 'c')];

  it('takes a row that is newer than the state, and none that is older', () => {
    expect(problems(model, [a, b], at(2))).to.deep.equal([]);
    expect(problems(model, [c, b], at(2))).to.deep.equal([]);
    expect(problems(model, [a, b], at(4))).to.deep.equal(['the key 1 shows record 0; possible: 2']);
    expect(problems(model, [c, b], END)).to.deep.equal([]);
  });

  it('finds a key that is lost or doubled, and one that was not sent', () => {
    expect(problems(model, [c], END)).to.deep.equal(['record 1 (id 2, message 1) has no row at state 99']);
    expect(problems(model, [c, b, b], END)).to.deep.equal(['the key 2 is there twice']);
    expect(problems(model, [c, b, row(1, 3, 'b')], END)).to.deep.equal(['the key 3 was never sent']);
    expect(problems(model, [c, b], at(2, { sends: (position) => (position < 3 ? 1 : 0) }))).to.deep.equal([
      'the key 1 shows record 2, which was not sent yet',
    ]);
  });

  it('knows that a row keeps the columns that a record does not declare', () => {
    const more = ['w', 'old'] as const;
    const first = sent(0, 1, 'a', {
      row: new Map([...valuesOf(1, 0, 'a'), more]),
      columns: [...COLUMNS, 'w'],
    });
    const keeping = modelOf('upsert', [first, sent(1, 1, 'b'), STATE]);
    expect(problems(keeping, [row(1, 1, 'b', [more])], END)).to.deep.equal([]);
    expect(problems(keeping, [row(1, 1, 'b')], END)).to.deep.equal(['record 1: w is NULL instead of old']);
    expect(problems(keeping, [row(1, 1, 'b', [['w', 'new']])], at(2))).to.deep.equal([
      'record 1: w is new instead of old',
    ]);
  });

  it('knows hard deletions: the row is gone, and comes again with the next record', () => {
    const deletion = sent(1, 1, 'b', { isDeletion: true });
    const deleting = modelOf('upsert', [sent(0, 1, 'a'), deletion, STATE, sent(2, 1, 'c'), STATE], {
      isHard: true,
    });
    expect(problems(deleting, [], at(2))).to.deep.equal([]);
    expect(problems(deleting, [a], at(2))).to.deep.equal(['the key 1 shows record 0; possible: no row,2']);
    expect(problems(deleting, [], END)).to.deep.equal(['record 2 (id 1, message 3) has no row at state 99']);
  });

  it('knows that insert-only keeps the first record of a key', () => {
    const inserting = modelOf('insert-only', items);
    expect(problems(inserting, [a, b], END)).to.deep.equal([]);
    expect(problems(inserting, [c, b], END)).to.deep.equal(['the key 1 shows record 2; possible: 0']);
  });

  for (const [isHard, right] of [
    [true, []],
    [false, [row(0, 1, 'a', [['_sdc_deleted_at', 'set']])]],
  ] as const)
    it(`knows that an activation ${isHard ? 'removes' : 'marks'} the rows of older versions`, () => {
      const columns = [...COLUMNS, '_sdc_deleted_at'];
      const versioned = modelOf(
        'upsert',
        [
          sent(0, 1, 'a', { version: 1, columns }),
          sent(1, 2, 'b', { version: 2, columns }),
          { kind: 'activate', stream: 0, version: 2 },
          STATE,
        ],
        { isHard, hasVersions: true },
      );
      expect(problems(versioned, [...right, b], at(3))).to.deep.equal([]);
      expect(problems(versioned, [a, b], at(2))).to.deep.equal([]);
      expect(problems(versioned, [a, b], at(3)).length).to.equal(1);
    });
});

describe('the model of an overwrite', () => {
  const before = [sent(-1, 9, 'old')].flatMap((item) => (item.kind === 'record' ? [item.record] : []));
  const items: readonly Item[] = [
    STATE,
    { kind: 'schema', stream: 0, properties: {} },
    sent(0, 1, 'a'),
    sent(1, 1, 'b'),
    STATE,
  ];
  const old = row(-1, 9, 'old');

  it('takes the old rows or the new ones, and never both or a part', () => {
    const model = modelOf('overwrite', items, { before });
    expect(problems(model, [old], at(0))).to.deep.equal([]);
    expect(problems(model, [row(1, 1, 'b')], at(0))).to.deep.equal([]);
    expect(problems(model, [], at(0))).to.deep.equal(['record 1 (id 1) has no row']);
    expect(problems(model, [old, row(1, 1, 'b')], at(0))).to.deep.equal([
      'a row shows record -1, which should have none',
    ]);
  });

  it('takes the old rows at no state that follows', () => {
    const model = modelOf('overwrite', items, { before, hasKeys: false });
    expect(problems(model, [row(0, 1, 'a'), row(1, 1, 'b')], at(4))).to.deep.equal([]);
    expect(problems(model, [old], at(4))).to.deep.equal([
      'record 0 (id 1) has no row',
      'record 1 (id 1) has no row',
      'a row shows record -1, which should have none',
    ]);
  });
});
