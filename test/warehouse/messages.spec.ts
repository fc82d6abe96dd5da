/** What each kind of load costs on a cluster: messages that wait for an answer, and commits. The figures may not grow unseen. */
import { expect } from 'chai';
import { costOf, shapeOf } from '../support/counting.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const schemaOf = (stream: string, keys: readonly string[]): string =>
  JSON.stringify({
    type: 'SCHEMA',
    stream,
    schema: { properties: { id: { type: 'integer' }, name: { type: 'string' } } },
    key_properties: keys,
  });

const recordOf = (stream: string, id: number, name = `n${id}`): string =>
  JSON.stringify({ type: 'RECORD', stream, record: { id, name } });

const STATE = JSON.stringify({ type: 'STATE', value: 1 });

const one = (keys: readonly string[], ...ids: readonly number[]): string[] => [
  schemaOf('t', keys),
  ...ids.map((id) => recordOf('t', id)),
  STATE,
];

const ten = (keys: readonly string[]): string[] => [
  ...Array.from({ length: 10 }, (_, i) => [
    schemaOf(`t${i}`, keys),
    recordOf(`t${i}`, 1),
    recordOf(`t${i}`, 2),
  ]).flat(),
  STATE,
];

const CATALOG = [
  'SELECT svv_columns; SELECT pg_attribute; SELECT pg_class; SELECT pg_namespace',
  'SELECT stv_slices',
];
const NEW_TABLES = [
  'CREATE',
  'BEGIN; CREATE TABLE t; COMMENT t; COMMIT',
  'BEGIN; CREATE TABLE loads; CREATE TABLE runs; COMMIT',
];
const upsert = (...repeated: readonly string[]): string[] => [
  'BEGIN; CREATE TEMP TABLE stage',
  'COPY stage',
  ['SELECT pg_last_copy_count', ...repeated, 'COMMIT'].join('; '),
  'BEGIN; DELETE t; EXPLAIN t; SELECT pg_attribute; INSERT t',
];
const UPSERT = upsert();
const APPEND = ['BEGIN', 'COPY t', 'SELECT pg_last_copy_count'];
const END = 'BEGIN; UPDATE runs; COMMIT';

/** Messages with those of the logins, one for each connection. */
async function total(place: Place, lines: readonly string[]): Promise<{ messages: number; commits: number }> {
  const { messages, connections, commits } = await costOf(place, {}, lines);
  return { messages: messages.length + connections, commits };
}

describe('the messages and commits of a load', () => {
  it('are these for an upsert into a new table, and into the same table again', async () => {
    const place = await newPlace();
    const first = await costOf(place, {}, one(['id'], 1, 2));
    expect(shapeOf(first.messages)).to.deep.equal([
      ...CATALOG,
      ...NEW_TABLES,
      ...UPSERT,
      'INSERT loads; INSERT runs; DROP TABLE stage; COMMIT',
      END,
    ]);
    const second = await costOf(place, {}, one(['id'], 2, 3));
    expect(shapeOf(second.messages)).to.deep.equal([
      ...CATALOG,
      ...UPSERT,
      'INSERT loads; INSERT runs; DROP TABLE stage; COMMIT',
      END,
    ]);
    expect(second.commits).to.equal(2);
  });

  it('are as many for a batch that repeats a key, with the statements that look for the last of its rows', async () => {
    const place = await newPlace();
    await costOf(place, {}, one(['id'], 1));
    const { messages, commits } = await costOf(place, {}, one(['id'], 2, 3, 2));
    expect(shapeOf(messages)).to.deep.equal([
      ...CATALOG,
      ...upsert('CREATE TEMP TABLE edges_1', 'DELETE stage'),
      'INSERT loads; INSERT runs; DROP TABLE stage; DROP TABLE edges_1; COMMIT',
      END,
    ]);
    expect(commits).to.equal(2);
  });

  it('are these for an append', async () => {
    const place = await newPlace();
    const first = await costOf(place, {}, one([], 1, 2));
    expect(shapeOf(first.messages)).to.deep.equal([
      ...CATALOG,
      ...NEW_TABLES,
      ...APPEND,
      'INSERT loads; INSERT runs; COMMIT',
      END,
    ]);
    const second = await costOf(place, {}, one([], 1, 2));
    expect(shapeOf(second.messages)).to.deep.equal([
      ...CATALOG,
      ...APPEND,
      'INSERT loads; INSERT runs; COMMIT',
      END,
    ]);
  });

  it('are five and one for a further batch of an upsert, four and one for one of an append', async () => {
    for (const [keys, batch] of [
      [['id'], [...UPSERT, 'INSERT loads; DROP TABLE stage; COMMIT']],
      [[], [...APPEND, 'INSERT loads; COMMIT']],
    ] as const) {
      const place = await newPlace();
      await costOf(place, {}, one(keys, 1));
      const { messages, commits } = await costOf(place, { batch_size_rows: 1000 }, [
        schemaOf('t', keys),
        ...Array.from({ length: 3000 }, (_, id) => recordOf('t', id)),
        STATE,
      ]);
      const shape = shapeOf(messages);
      expect(shape.slice(-1 - batch.length)).to.deep.equal([...batch, END]);
      expect(shape.length).to.equal(CATALOG.length + 3 * batch.length + 1);
      expect(commits).to.equal(4);
    }
  });

  it('are at most 14 for one stream that is upserted, and 12 for one that is appended', async () => {
    for (const [keys, limit] of [
      [['id'], 14],
      [[], 12],
    ] as const) {
      const place = await newPlace();
      expect((await total(place, one(keys, 1))).messages).to.be.at.most(limit);
    }
  });

  it('are at most 75 and 62 for ten streams that are upserted, first and again; 60 and 48 appended', async () => {
    for (const [keys, first, again] of [
      [['id'], 75, 62],
      [[], 60, 48],
    ] as const) {
      const place = await newPlace();
      expect((await total(place, ten(keys))).messages).to.be.at.most(first);
      const second = await total(place, ten(keys));
      expect(second.messages).to.be.at.most(again);
      expect(second.commits).to.equal(11);
    }
  });

  it('are few for ten streams that are committed together, and the commits are those of one load', async () => {
    const options = { pipeline: 'shop', exactly_once: true };
    const streams = Array.from({ length: 10 }, (_, i) => i);
    const place = await newPlace();
    const first = await costOf(place, options, ten([]));
    const second = await costOf(place, options, ten([]));
    const LOAD = [
      'BEGIN',
      ...streams.flatMap((i) => [
        `COPY t${i}`,
        i < 9 ? 'SELECT pg_last_copy_count' : 'SELECT pg_last_copy_count; UPDATE pipeline_shop',
      ]),
      'INSERT loads; INSERT runs; COMMIT',
      END,
    ];
    expect(shapeOf(first.messages).slice(-LOAD.length - 2)).to.deep.equal([
      `BEGIN; ${streams.map((i) => `CREATE TABLE t${i}; COMMENT t${i}`).join('; ')}; COMMIT`,
      'BEGIN; CREATE TABLE loads; CREATE TABLE runs; COMMIT',
      ...LOAD,
    ]);
    expect(shapeOf(second.messages)).to.deep.equal([
      'BEGIN; UPDATE pipeline_shop; SELECT pipeline_shop',
      'COMMIT',
      ...CATALOG,
      ...LOAD,
    ]);
    expect([first.commits, second.commits]).to.deep.equal([6, 3]);
    const upserted = await newPlace();
    await costOf(upserted, options, ten(['id']));
    const third = await costOf(upserted, options, ten(['id']));
    expect([third.messages.length, third.commits]).to.deep.equal([28, 3]);
  });

  it('are one more for all columns that a schema adds', async () => {
    const place = await newPlace();
    await costOf(place, {}, one([], 1));
    const { messages } = await costOf(place, {}, [
      JSON.stringify({
        type: 'SCHEMA',
        stream: 't',
        schema: { properties: { id: { type: 'integer' }, a: { type: 'integer' }, b: { type: 'integer' } } },
        key_properties: [],
      }),
      JSON.stringify({ type: 'RECORD', stream: 't', record: { id: 1, a: 2, b: 3 } }),
    ]);
    expect(shapeOf(messages)).to.deep.equal([
      ...CATALOG,
      'SELECT pg_attribute',
      'BEGIN; ALTER TABLE t; ALTER TABLE t; COMMIT',
      'SELECT pg_attribute',
      ...APPEND,
      'INSERT loads; INSERT runs; COMMIT',
      END,
    ]);
  });

  it('are none for an input without a stream', async () => {
    const { messages, connections } = await costOf(await newPlace(), {}, [STATE]);
    expect([messages, connections]).to.deep.equal([[], 0]);
  });
});
