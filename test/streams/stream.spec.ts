/** One stream alone, from its messages to its table: batches, states that wait for them, schemas, versions, the end. */
import { expect } from 'chai';
import pLimit from 'p-limit';
import { BatchLocations } from '../../src/batches/locations.ts';
import { settingsOf, type StreamSettings } from '../../src/config/settings.ts';
import { parseSinger } from '../../src/protocol/singer.ts';
import { Tape } from '../../src/rows/walk/tape.ts';
import { Budget } from '../../src/staging/budget.ts';
import { createStaging } from '../../src/staging/uploads.ts';
import { Figures } from '../../src/progress/figures.ts';
import { Ledger } from '../../src/states/ledger.ts';
import type { StreamContext } from '../../src/streams/context.ts';
import { SINGER } from '../../src/streams/dialect.ts';
import { Stream } from '../../src/streams/stream.ts';
import { Hooks } from '../../src/warehouse/hooks.ts';
import { NULL, openParts, type Parts } from '../support/parts.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const SCHEMA = { properties: { id: { type: 'integer' }, name: { type: ['null', 'string'] } } };

interface Driven {
  readonly stream: Stream;
  readonly context: StreamContext;
  /** What went wrong in the background. */
  readonly failures: readonly string[];
  /** The states that may be written, in their order. */
  readonly safe: readonly string[];
  /** The number of the open or last batch. */
  readonly batches: number;
  schema(schema: object, keys?: readonly string[]): Promise<void>;
  record(record: object, version?: number): Promise<void>;
  /** A RECORD as it is written. */
  line(text: string): Promise<void>;
  state(name: string): void;
  /** Resolves when all queued work is done. */
  done(): Promise<void>;
}

describe('a stream', () => {
  let place: Place;
  let parts: Parts;

  beforeEach(async () => {
    place = await newPlace();
    parts = await openParts(place);
  });
  afterEach(() => parts[Symbol.asyncDispose]());

  const rows = (columns = 'id, name'): Promise<(string | null)[][]> =>
    place.query(`SELECT ${columns} FROM ${place.schema}.s ORDER BY 1, 2`);
  const isTable = async (): Promise<boolean> =>
    (
      await place.query(
        `SELECT 1 FROM svv_tables WHERE table_schema = '${place.schema}' AND table_name = 's'`,
      )
    ).length > 0;

  const drive = async (more: Partial<StreamSettings> = {}): Promise<Driven> => {
    const { config, log, store, warehouse } = parts;
    const [failures, safe] = [[] as string[], [] as string[]];
    const fail = (error: unknown): void => void failures.push((error as Error).message);
    const { signal } = new AbortController();
    const ledger = new Ledger((state) => safe.push(state.toString()));
    const loader = parts.loader();
    let [batches, line] = [0, 0];
    const context: StreamContext = {
      config,
      loader,
      locations: new BatchLocations({ given: undefined, bucket: config.s3_bucket, own: [] }),
      hooks: new Hooks(warehouse, log),
      generations: undefined,
      onPlanned: undefined,
      observer: new Figures(Date.now),
      staging: createStaging({
        store,
        budget: Budget.ofMegabytes(64),
        format: { sentinel: NULL, compression: 'gzip' },
        gzipLevel: 1,
        compressors: 1,
        uploads: 2,
        signal,
        onFailure: fail,
      }),
      effects: ledger,
      loads: pLimit(2),
      objectPrefix: `${place.prefix}/`,
      rejectedPrefix: `${place.prefix}-rejected/`,
      folder: 'run-1',
      log,
      now: Date.now,
      readAt: Date.now,
      tape: new Tape(),
      syncStartedAt: 0,
      nextBatch: () => ++batches,
      fail,
      hasFailed: () => failures.length > 0,
    };
    const target = { schema: place.schema, table: 's' };
    const tables = await loader.tables(place.schema);
    const stream = new Stream(
      {
        name: 's',
        target,
        settings: { ...settingsOf(config, 's'), ...more },
        table: tables.get('s'),
        dialect: SINGER,
      },
      context,
    );
    const parse = (message: object | string) => {
      const bytes = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
      return { message: parseSinger(bytes, ++line), origin: { line, bytes } };
    };
    const driven: Driven = {
      stream,
      context,
      failures,
      safe,
      get batches() {
        return batches;
      },
      async schema(schema, keys = ['id']) {
        const { message } = parse({ type: 'SCHEMA', stream: 's', schema, key_properties: keys });
        if (message?.type === 'schema') await stream.setSchema(message);
      },
      record: (record, version) =>
        driven.line(JSON.stringify({ type: 'RECORD', stream: 's', record, version })),
      async line(text) {
        const { message, origin } = parse(text);
        if (message?.type === 'record') await stream.append(message, origin);
      },
      state(name) {
        ledger.addState(Buffer.from(name));
        ledger.publish();
      },
      done: () => stream.work.drained(),
    };
    return driven;
  };

  it('opens a batch with its first record, and loads it after the batch is closed', async () => {
    const one = await drive();
    await one.schema(SCHEMA);
    expect([one.batches, one.stream.openBytes]).to.deep.equal([0, 0]);
    await one.record({ id: 1, name: 'a' });
    await one.record({ id: 1, name: 'b' });
    await one.record({ id: 2 });
    expect([one.batches, await isTable()]).to.deep.equal([1, false]);
    one.stream.close();
    await one.done();
    expect(await rows()).to.deep.equal([
      ['1', 'b'],
      ['2', null],
    ]);
    expect(one.failures).to.deep.equal([]);
  });

  it('holds the states behind its records until their batch is committed', async () => {
    const one = await drive();
    await one.schema(SCHEMA);
    one.state('before');
    await one.record({ id: 1 });
    one.state('during');
    one.stream.close();
    await one.record({ id: 2 });
    one.state('after');
    expect(one.safe).to.deep.equal(['before']);
    await one.done();
    expect(one.safe).to.deep.equal(['before', 'during']);
    one.stream.finish();
    await one.done();
    expect(one.safe).to.deep.equal(['before', 'during', 'after']);
  });

  it('closes its batch for a schema with another column, and keeps it open for the same schema again', async () => {
    const one = await drive();
    await one.schema(SCHEMA);
    await one.record({ id: 1, name: 'a' });
    await one.schema({ ...SCHEMA });
    await one.record({ id: 2, name: 'b' });
    expect(one.batches).to.equal(1);
    await one.schema({ properties: { ...SCHEMA.properties, more: { type: 'boolean' } } });
    await one.record({ id: 3, name: 'c', more: true });
    expect(one.batches).to.equal(2);
    one.stream.finish();
    await one.done();
    expect(await rows('id, name, more')).to.deep.equal([
      ['1', 'a', null],
      ['2', 'b', null],
      ['3', 'c', 't'],
    ]);
  });

  it('keeps the columns of the widest schema when a value of a narrower one needs another column', async () => {
    const optional = (type: string, more = {}): object => ({ type: ['null', type], ...more });
    const cents = optional('number', { multipleOf: 0.01 });
    const one = await drive();
    await one.schema({
      properties: { id: { type: 'integer' }, v: optional('integer'), x: optional('number') },
    });
    await one.record({ id: 1, v: 46, x: 0.5 });
    one.stream.close();
    await one.done();
    await one.schema({ properties: { id: { type: 'integer' }, v: cents, x: optional('integer') } });
    await one.schema({ properties: { id: { type: 'integer' }, x: optional('integer') } });
    // No double is equal to it.
    await one.line('{"type":"RECORD","stream":"s","record":{"id":2,"x":9007199254740993}}');
    one.stream.finish();
    await one.done();
    expect([await rows('id, v, x, x__integer'), one.failures]).to.deep.equal([
      [
        ['1', '46.00', '0.5', null],
        ['2', null, null, '9007199254740993'],
      ],
      [],
    ]);
  });

  it('refuses a record before its schema, with the line', async () => {
    const one = await drive();
    const error = await one.record({ id: 1 }).catch((thrown: unknown) => (thrown as Error).message);
    expect(error).to.equal('Cannot load line 1: stream "s" has no schema');
  });

  it('creates the table of a schema without records, and no batch', async () => {
    const one = await drive();
    await one.schema(SCHEMA);
    one.stream.finish();
    await one.done();
    expect([one.batches, await isTable(), await rows()]).to.deep.equal([0, true, []]);
  });

  it('deletes the rows of older versions when records of the new one are loaded', async () => {
    const first = await drive({ hard_delete: true });
    await first.schema(SCHEMA);
    for (const id of [1, 2]) await first.record({ id }, 10);
    first.stream.finish();
    await first.done();
    const second = await drive({ hard_delete: true });
    await second.schema(SCHEMA);
    await second.record({ id: 2, name: 'new' }, 11);
    await second.stream.activate(11n);
    second.state('after');
    expect(second.safe).to.deep.equal([]);
    second.stream.finish();
    await second.done();
    expect([await rows(), second.safe, second.failures]).to.deep.equal([[['2', 'new']], ['after'], []]);
  });

  it('overwrites its table at the end of an input that is complete, and leaves it otherwise', async () => {
    const run = async (id: number, hasState: boolean, isWholeInput: boolean): Promise<boolean> => {
      const one = await drive({ load_method: 'overwrite' });
      await one.schema(SCHEMA);
      await one.record({ id });
      if (hasState) one.state('end');
      one.stream.finish();
      await one.done();
      const isOverwritten = one.stream.conclude(isWholeInput, false);
      await one.done();
      if (!isOverwritten) await one.stream.abandon();
      return isOverwritten;
    };
    expect(await run(1, true, true)).to.equal(true);
    expect(await rows()).to.deep.equal([['1', null]]);
    expect(await run(2, true, false)).to.equal(false);
    expect(await run(3, false, true)).to.equal(false);
    expect(await rows()).to.deep.equal([['1', null]]);
    expect(await run(4, true, true)).to.equal(true);
    expect(await rows()).to.deep.equal([['4', null]]);
  });

  it('loads nothing of a batch that is abandoned, and writes none of its states', async () => {
    const one = await drive();
    await one.schema(SCHEMA);
    await one.record({ id: 1 });
    one.stream.cut();
    one.state('lost');
    await one.stream.abandon();
    await one.done();
    expect([await isTable(), one.safe, one.stream.openBytes]).to.deep.equal([false, [], 0]);
    expect(await place.objects()).to.deep.equal([]);
  });

  it('loads nothing more after a failure', async () => {
    const one = await drive();
    await one.schema(SCHEMA);
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE VIEW ${place.schema}.s AS SELECT 1 AS id`);
    await one.record({ id: 1 });
    one.stream.close();
    await one.record({ id: 2 });
    one.state('never');
    one.stream.finish();
    await one.done().catch(() => undefined);
    expect(one.failures).to.have.length(1);
    expect(one.failures[0]).to.match(/^Cannot .*"s"/);
    expect(one.safe).to.deep.equal([]);
  });
});
