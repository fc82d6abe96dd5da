/** append_dedup: the newest row of a key, by cursor, then by time, then by the order of the input. */
import { expect } from 'chai';
import { newPlace, type Place } from '../support/warehouse.ts';
import { catalog, EMITTED, record, status, write, type Outcome, type StreamWish } from './support.ts';

const integer = { type: 'integer' };
const string = { type: 'string' };

const STREAM: StreamWish = {
  mode: 'append_dedup',
  key: ['id'],
  cursor: 'n',
  properties: { id: integer, n: integer, v: string },
};

/** `[id, n, v]`, or with the milliseconds after the first. */
type Row = readonly [unknown, unknown, string, number?];

async function sync(
  place: Place,
  rows: readonly Row[],
  wish: StreamWish = STREAM,
  options: object = {},
): Promise<Outcome> {
  const records = rows.map(([id, n, v, late = 0]) => record({ id, n, v }, { emitted_at: EMITTED + late }));
  const outcome = await write(place, catalog(wish), [...records, status()], options);
  expect({ code: outcome.code, errors: outcome.errors }).to.deep.equal({ code: 0, errors: [] });
  return outcome;
}

const values = (place: Place): Promise<(string | null)[][]> =>
  place.query(`SELECT id, v FROM ${place.schema}.s ORDER BY 1, 2`);

/** Small batches: records of a key come in several of them. */
const SMALL = { batch_size_rows: 2 };

interface Play {
  readonly title: string;
  readonly syncs: readonly (readonly Row[])[];
  readonly wish?: StreamWish;
  readonly options?: object;
  readonly left: readonly (readonly (string | null)[])[];
}

const PLAYS: readonly Play[] = [
  {
    title: 'the cursor decides, not the order of arrival',
    syncs: [
      [
        [1, 2, 'new'],
        [1, 1, 'old'],
      ],
    ],
    left: [['1', 'new']],
  },
  {
    title: 'an older cursor in the next sync changes nothing',
    syncs: [
      [[1, 2, 'new']],
      [
        [1, 1, 'old'],
        [2, 1, 'other'],
      ],
    ],
    left: [
      ['1', 'new'],
      ['2', 'other'],
    ],
  },
  {
    title: 'with the same cursor the later time wins, in both orders and over syncs',
    syncs: [
      [
        [1, 1, 'late', 5],
        [1, 1, 'early', 1],
        [2, 1, 'early', 1],
        [2, 1, 'late', 5],
      ],
      [
        [1, 1, 'earlier', 0],
        [2, 1, 'latest', 9],
      ],
    ],
    left: [
      ['1', 'late'],
      ['2', 'latest'],
    ],
  },
  {
    title: 'with the same cursor and time the last record of the input wins, over batches too',
    syncs: [
      [
        [1, 1, 'a'],
        [1, 1, 'b'],
        [2, 1, 'c'],
        [1, 1, 'd'],
        [2, 1, 'e'],
      ],
    ],
    options: SMALL,
    left: [
      ['1', 'd'],
      ['2', 'e'],
    ],
  },
  {
    title: 'records out of order over batches: the cursor still decides',
    syncs: [
      [
        [1, 3, 'three'],
        [2, 1, 'x'],
        [1, 2, 'two'],
        [3, 1, 'y'],
        [1, 1, 'one'],
      ],
    ],
    options: SMALL,
    left: [
      ['1', 'three'],
      ['2', 'x'],
      ['3', 'y'],
    ],
  },
  {
    title: 'a cursor that is NULL loses against any value, in the batch and in the table',
    syncs: [
      [
        [1, null, 'none'],
        [1, -5, 'some'],
      ],
      [[1, null, 'later', 9]],
      [[2, null, 'none']],
      [[2, 0, 'some']],
    ],
    left: [
      ['1', 'some'],
      ['2', 'some'],
    ],
  },
  {
    title: 'without a cursor the later time wins',
    wish: { ...STREAM, cursor: undefined as never },
    syncs: [
      [
        [1, 1, 'late', 9],
        [1, 2, 'early', 1],
      ],
      [[1, 3, 'between', 5]],
    ],
    left: [['1', 'late']],
  },
  {
    title: 'a cursor of times is compared as times',
    wish: { ...STREAM, properties: { id: integer, n: { type: 'string', format: 'date-time' }, v: string } },
    syncs: [
      [
        [1, '2024-01-01T12:00:00+05:00', 'earlier'],
        [1, '2024-01-01T08:00:00Z', 'later'],
        [2, '2024-01-01T10:00:00.5Z', 'later'],
        [2, '2024-01-01T10:00:00Z', 'earlier'],
      ],
    ],
    left: [
      ['1', 'later'],
      ['2', 'later'],
    ],
  },
  {
    title: 'keys that differ in trailing blanks, case or emptiness are different keys',
    wish: { ...STREAM, properties: { id: string, n: integer, v: string } },
    syncs: [
      [
        ['a', 1, '1'],
        ['a ', 1, '2'],
        ['A', 1, '3'],
        ['', 1, '4'],
        ['a', 0, 'old'],
      ],
      [
        ['a ', 0, 'old'],
        ['a', 2, '5'],
      ],
    ],
    left: [
      ['', '4'],
      ['A', '3'],
      ['a', '5'],
      ['a ', '2'],
    ],
  },
];

describe('append_dedup', () => {
  for (const { title, syncs, wish, options, left } of PLAYS) {
    it(title, async () => {
      const place = await newPlace();
      for (const rows of syncs) await sync(place, rows, wish, options);
      const found = await values(place);
      expect(found.sort()).to.deep.equal([...left].sort());
    });
  }

  it('takes composite keys, with symbols and mixed case in their names', async () => {
    const place = await newPlace();
    const stream = {
      mode: 'append_dedup',
      key: ['Tenant ID', 'K$y'],
      cursor: 'Updated-At',
      properties: { 'Tenant ID': integer, K$y: string, 'Updated-At': integer, v: string },
    };
    const row = (tenant: number, key: string, at: number, v: string): object =>
      record({ 'Tenant ID': tenant, K$y: key, 'Updated-At': at, v });
    const { code } = await write(place, catalog(stream), [
      row(1, 'a', 2, 'new'),
      row(1, 'a', 1, 'old'),
      row(2, 'a', 1, 'other'),
      status(),
    ]);
    expect(code).to.equal(0);
    expect(
      await place.query(`SELECT tenant_id, k_y, updated_at, v FROM ${place.schema}.s ORDER BY 1`),
    ).to.deep.equal([
      ['1', 'a', '2', 'new'],
      ['2', 'a', '1', 'other'],
    ]);
  });

  it('replaces the whole row: a field that the newer record lacks is NULL', async () => {
    const place = await newPlace();
    await sync(place, [[1, 1, 'a']]);
    await write(place, catalog(STREAM), [record({ id: 1, n: 2 }), status()]);
    expect(await values(place)).to.deep.equal([['1', null]]);
  });

  it('keeps what columns hold that the stream no longer has', async () => {
    const place = await newPlace();
    await sync(place, [
      [1, 1, 'a'],
      [2, 5, 'b'],
    ]);
    const less = { ...STREAM, properties: { id: integer, n: integer } };
    await write(place, catalog(less), [
      record({ id: 1, n: 2 }),
      record({ id: 2, n: 4 }),
      record({ id: 3, n: 1 }),
      status(),
    ]);
    expect(await place.query(`SELECT id, n, v FROM ${place.schema}.s ORDER BY 1`)).to.deep.equal([
      ['1', '2', 'a'],
      ['2', '5', 'b'],
      ['3', '1', null],
    ]);
  });

  it('adds rows whose key is NULL, and loses none', async () => {
    const place = await newPlace();
    await sync(place, [
      [null, 1, 'a'],
      [null, 2, 'b'],
      [1, 1, 'c'],
    ]);
    expect((await values(place)).map(([, v]) => v).sort()).to.deep.equal(['a', 'b', 'c']);
  });

  it('goes on with a table that holds doubles from append: the newest wins', async () => {
    const place = await newPlace();
    const append = { ...STREAM, mode: 'append' };
    await sync(
      place,
      [
        [1, 1, 'a'],
        [1, 2, 'b'],
        [2, 1, 'c'],
      ],
      append,
    );
    await sync(place, [[1, 3, 'd']]);
    expect(await values(place)).to.deep.equal([
      ['1', 'd'],
      ['2', 'c'],
    ]);
  });

  it('another cursor: rows that have none of it lose', async () => {
    const place = await newPlace();
    await sync(place, [[1, 9, 'a']]);
    const other = { ...STREAM, cursor: 'm', properties: { ...STREAM.properties, m: integer } };
    await write(place, catalog(other), [record({ id: 1, n: 1, m: 1, v: 'b' }), status()]);
    expect(await values(place)).to.deep.equal([['1', 'b']]);
  });

  for (const mode of ['append', 'append_dedup']) {
    it(`takes 3,000 records of 1,000 keys, in no order, in many batches (${mode})`, async () => {
      const place = await newPlace();
      // 7 and 3,000 have no common divisor: every number below 3,000 comes once.
      const numbers = Array.from({ length: 3000 }, (_, i) => (i * 7) % 3000);
      const records = numbers.map((n): Row => [n % 1000, n, `v${n}`]);
      await sync(place, records, { ...STREAM, mode }, { batch_size_rows: 700 });
      const [found] = await place.query(
        `SELECT COUNT(*), COUNT(DISTINCT id), SUM(n), SUM(CASE WHEN v = 'v' || n::varchar THEN 1 ELSE 0 END) FROM ${place.schema}.s`,
      );
      // Of each key the newest is in 2,000 to 2,999.
      expect(found).to.deep.equal(
        mode === 'append' ? ['3000', '1000', '4498500', '3000'] : ['1000', '1000', '2499500', '1000'],
      );
    });
  }

  describe('with deletions of a CDC source', () => {
    const CDC: StreamWish = {
      ...STREAM,
      properties: { ...STREAM.properties, _ab_cdc_deleted_at: { type: 'string' } },
    };
    const live = (id: number, n: number, v: string): object => record({ id, n, v, _ab_cdc_deleted_at: null });
    const gone = (id: number, n: number): object =>
      record({ id, n, _ab_cdc_deleted_at: '2024-01-01T00:00:00Z' });
    const cdcWith = async (options: object, place: Place, ...records: readonly object[]): Promise<void> => {
      const messages = [...records, status()];
      const { code, errors } = await write(place, catalog(CDC), messages, { ...SMALL, ...options });
      expect({ code, errors }).to.deep.equal({ code: 0, errors: [] });
    };
    const cdc = (place: Place, ...records: readonly object[]): Promise<void> =>
      cdcWith({}, place, ...records);

    it('deletes rows, also in one batch with their insert, and inserts again after it', async () => {
      const place = await newPlace();
      await cdc(place, live(1, 1, 'a'), live(2, 1, 'b'));
      await cdc(place, gone(1, 2), gone(7, 1), live(3, 1, 'c'), gone(3, 2), gone(4, 1), live(4, 2, 'd'));
      expect(await values(place)).to.deep.equal([
        ['2', 'b'],
        ['4', 'd'],
      ]);
    });

    it('deletes rows after the batches that mark them, also with group_commit', async () => {
      const place = await newPlace();
      const records = Array.from({ length: 20 }, (_, id) => [live(id, 1, 'a'), gone(id, 2)]).flat();
      await cdcWith({ group_commit: true }, place, ...records, live(99, 1, 'z'));
      expect(await values(place)).to.deep.equal([['99', 'z']]);
    });

    it('deletes nothing by an older deletion', async () => {
      const place = await newPlace();
      await cdc(place, live(1, 5, 'a'));
      await cdc(place, gone(1, 4));
      expect(await values(place)).to.deep.equal([['1', 'a']]);
    });

    it('lets no older record of a later batch bring a deleted key back', async () => {
      const place = await newPlace();
      await cdc(place, gone(1, 5), live(2, 1, 'x'), live(1, 3, 'zombie'), live(3, 1, 'y'));
      expect(await values(place)).to.deep.equal([
        ['2', 'x'],
        ['3', 'y'],
      ]);
    });
  });
});
