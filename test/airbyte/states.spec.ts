/** States: every one comes back, once, when what came before it in its stream is loaded. */
import { expect } from 'chai';
import { faults, newPlace } from '../support/warehouse.ts';
import { acknowledged, catalog, record, status, streamState, text, write, type Outcome } from './support.ts';

const TWO = catalog({ name: 'a' }, { name: 'b' });
const of = (stream: string, id: number): object => record({ id }, { stream });
const BOTH = [status('COMPLETE', 'a'), status('COMPLETE', 'b')];

async function fine(lines: readonly unknown[], options: object = {}, streams = TWO): Promise<Outcome> {
  const outcome = await write(await newPlace(), streams, lines, options);
  expect({ code: outcome.code, errors: outcome.errors }).to.deep.equal({ code: 0, errors: [] });
  return outcome;
}

describe('states of an Airbyte source', () => {
  it('come back each, in the order of their stream, with the records since the last one', async () => {
    const { states } = await fine([
      of('a', 1),
      streamState(1, 'a'),
      of('a', 2),
      of('b', 1),
      of('a', 3),
      streamState(2, 'b'),
      streamState(3, 'a'),
      streamState(4, 'a'),
      ...BOTH,
    ]);
    expect(states.filter((line) => line.includes('"a"'))).to.deep.equal([
      acknowledged(1, 1, 'a'),
      acknowledged(3, 2, 'a'),
      acknowledged(4, 0, 'a'),
    ]);
    expect(states.filter((line) => line.includes('"b"'))).to.deep.equal([acknowledged(2, 1, 'b')]);
  });

  it('keep their bytes, members that are not known and source statistics; other statistics of the destination go', async () => {
    const state = (stats: string): string =>
      `{"type": "STATE","state": {"type":"STREAM" , "id": 1.50, "stream":{"stream_descriptor":{"name":"a"},"stream_state":{"x":"é\\u00e9"}},"sourceStats":{"recordCount":1.0,"rejectedRecordCount":2.0}${stats},"id": 2},"more":1}`;
    const { states } = await fine([
      of('a', 1),
      state(',"destinationStats":null'),
      state(',"destinationStats" : {"recordCount":9.0}'),
      ...BOTH,
    ]);
    const ack = (records: number): string =>
      `{"type":"STATE","state":{"type":"STREAM","id": 1.50,"stream":{"stream_descriptor":{"name":"a"},"stream_state":{"x":"é\\u00e9"}},"sourceStats":{"recordCount":1.0,"rejectedRecordCount":2.0},"id": 2,"destinationStats":{"recordCount":${records}.0}}}`;
    expect(states).to.deep.equal([ack(1), ack(0)]);
  });

  it('of all streams count the records of all', async () => {
    const state = { type: 'GLOBAL', global: { shared_state: { lsn: 5 }, stream_states: [] } };
    const { states } = await fine([of('a', 1), of('b', 1), of('b', 2), { type: 'STATE', state }, ...BOTH]);
    expect(states).to.deep.equal([
      '{"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":{"lsn":5},"stream_states":[]},"destinationStats":{"recordCount":3.0}}}',
    ]);
  });

  it('of the legacy kind come back in their shape, with and without a type', async () => {
    const { states } = await fine([
      of('a', 1),
      { type: 'STATE', state: { type: 'LEGACY', data: { x: 1 } } },
      of('b', 1),
      { type: 'STATE', state: { data: { x: 2 } } },
      ...BOTH,
    ]);
    expect(states).to.deep.equal([
      '{"type":"STATE","state":{"type":"LEGACY","data":{"x":1},"destinationStats":{"recordCount":1.0}}}',
      '{"type":"STATE","state":{"data":{"x":2},"destinationStats":{"recordCount":1.0}}}',
    ]);
  });

  it('are told apart by the namespaces of their streams', async () => {
    const place = await newPlace();
    const streams = catalog({ namespace: `${place.schema}_x` }, { namespace: `${place.schema}_y` }, {});
    const [x, y] = [`${place.schema}_x`, `${place.schema}_y`];
    const state = (namespace: string): object => ({
      type: 'STATE',
      state: { type: 'STREAM', stream: { stream_descriptor: { name: 's', namespace }, stream_state: {} } },
    });
    const { code, states } = await write(place, streams, [
      record({ id: 1 }, { namespace: x }),
      record({ id: 2 }, { namespace: x }),
      record({ id: 3 }, { namespace: y }),
      record({ id: 4 }, { namespace: null }),
      state(x),
      state(y),
      status('COMPLETE', 's', x),
      status('COMPLETE', 's', y),
      status(),
    ]);
    expect(code).to.equal(0);
    expect(
      states.map((line) => [
        /"namespace":"([^"]*)"/.exec(line)?.[1],
        /recordCount":([\d.]+)/.exec(line)?.[1],
      ]),
    ).to.have.deep.members([
      [x, '2.0'],
      [y, '1.0'],
    ]);
    for (const [schema, ids] of [
      [x, ['1', '2']],
      [y, ['3']],
      [place.schema, ['4']],
    ] as const)
      expect((await place.query(`SELECT id FROM ${schema}.s ORDER BY 1`)).flat()).to.deep.equal(ids);
  });

  it('come while the input is open, once the batch is old enough', async () => {
    const place = await newPlace();
    let seen: () => void = () => undefined;
    const wasSeen = new Promise<void>((resolve) => (seen = resolve));
    async function* lines(): AsyncGenerator<string> {
      yield text(of('a', 1), streamState(1, 'a'));
      await wasSeen;
      yield text(...BOTH);
    }
    const { code } = await write(place, TWO, lines(), { batch_max_age_seconds: 1 }, () => seen());
    expect(code).to.equal(0);
  });

  it('do not wait for another stream', async () => {
    const place = await newPlace();
    let stalled = 0;
    faults.sql = ({ sql }) =>
      sql.startsWith('COPY') && sql.includes('"b"') && stalled++ === 0
        ? { kind: 'stall', ms: 4000 }
        : undefined;
    const seen: string[] = [];
    const lines = [of('b', 1), streamState(1, 'b'), of('a', 1), streamState(2, 'a'), ...BOTH];
    const { code } = await write(place, TWO, lines, {}, (line) => seen.push(line.trim()));
    expect({ code, seen }).to.deep.equal({
      code: 0,
      seen: [acknowledged(2, 1, 'a'), acknowledged(1, 1, 'b')],
    });
  });

  it('are as many as were sent, and their counts add up to the records', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => [of('a', i), of('a', i), streamState(i, 'a')]).flat();
    const { states } = await fine([...lines, ...BOTH], { batch_size_rows: 50 });
    expect(states).to.deep.equal(Array.from({ length: 300 }, (_, i) => acknowledged(i, 2, 'a')));
  });

  it('are not written for what was not loaded', async () => {
    const place = await newPlace();
    faults.sql = ({ sql }) =>
      sql.startsWith('COPY') && sql.includes('"b"')
        ? { kind: 'error', sqlstate: 'XX000', message: 'Disk Full' }
        : undefined;
    const { code, states, errors } = await write(place, TWO, [of('b', 1), streamState(1, 'b'), ...BOTH]);
    expect({ code, states }).to.deep.equal({ code: 1, states: [] });
    expect(errors.join()).to.match(/^system_error: Cannot load stream "b" .*Disk Full$/);
  });

  it('without any record before them come back with a count of zero, in a refresh too', async () => {
    const end = [streamState({}, 'a'), ...BOTH];
    const refresh = catalog({ name: 'a', ids: [2, 2, 2] }, { name: 'b' });
    const place = await newPlace();
    await write(place, TWO, [of('a', 1), ...BOTH]);
    const { code, states } = await write(place, refresh, end);
    expect({ code, states }).to.deep.equal({ code: 0, states: [acknowledged({}, 0, 'a')] });
    expect(await place.query(`SELECT id FROM ${place.schema}.a`)).to.deep.equal([]);
  });

  it('count records whose values became NULL, duplicates, and records that are older than the row', async () => {
    const properties = { id: { type: 'integer' }, n: { type: 'integer' }, v: { type: 'integer' } };
    const keyed = catalog({ name: 'a', mode: 'append_dedup', key: ['id'], cursor: 'n', properties });
    const row = (id: number, n: number, v: unknown): object => record({ id, n, v }, { stream: 'a' });
    const place = await newPlace();
    const { states } = await write(
      place,
      keyed,
      [
        row(1, 2, 1),
        row(1, 2, 'x'),
        row(1, 1, 3),
        streamState(1, 'a'),
        row(1, 0, 4),
        streamState(2, 'a'),
        BOTH[0],
      ],
      { batch_size_rows: 3 },
    );
    expect(states).to.deep.equal([acknowledged(1, 3, 'a'), acknowledged(2, 1, 'a')]);
    expect(await place.query(`SELECT id, n, v FROM ${place.schema}.a`)).to.deep.equal([['1', '2', null]]);
  });

  it('of all streams wait for the batches of all, and come in their order', async () => {
    const place = await newPlace();
    let stalled = 0;
    faults.sql = ({ sql }) =>
      sql.startsWith('COPY') && sql.includes('"b"') && stalled++ === 0
        ? { kind: 'stall', ms: 2000 }
        : undefined;
    const all = (lsn: number): object => ({
      type: 'STATE',
      state: { type: 'GLOBAL', global: { shared_state: { lsn }, stream_states: [] } },
    });
    const { code, states } = await write(
      place,
      TWO,
      [of('b', 1), all(1), of('a', 1), of('a', 2), all(2), of('a', 3), all(3), ...BOTH],
      { batch_size_rows: 1 },
    );
    expect(code).to.equal(0);
    expect(
      states.map((line) => [/"lsn":(\d)/.exec(line)?.[1], /recordCount":([\d.]+)/.exec(line)?.[1]]),
    ).to.deep.equal([
      ['1', '1.0'],
      ['2', '2.0'],
      ['3', '1.0'],
    ]);
  });

  it('are not written for what S3 did not store', async () => {
    const place = await newPlace();
    faults.s3 = ({ operation, key }) =>
      operation === 'PutObject' && key.includes('/b/')
        ? { kind: 'error', status: 403, code: 'AccessDenied' }
        : undefined;
    const { code, states, errors } = await write(place, TWO, [of('b', 1), streamState(1, 'b'), ...BOTH]);
    expect({ code, states }).to.deep.equal({ code: 1, states: [] });
    expect(errors.join()).to.match(/^config_error: Cannot upload s3:.*AccessDenied/);
  });

  it('before a line that cannot be read are acknowledged, and their rows are there', async () => {
    const place = await newPlace();
    let seen: () => void = () => undefined;
    const wasSeen = new Promise<void>((resolve) => (seen = resolve));
    async function* lines(): AsyncGenerator<string> {
      yield text(of('a', 1), streamState(1, 'a'));
      await wasSeen;
      yield text(of('a', 2), streamState(2, 'a'), '{"type":');
    }
    const { code, states } = await write(place, TWO, lines(), { batch_max_age_seconds: 1 }, () => seen());
    expect({ code, states }).to.deep.equal({ code: 1, states: [acknowledged(1, 1, 'a')] });
    expect(await place.query(`SELECT id FROM ${place.schema}.a`)).to.deep.equal([['1']]);
  });

  it('come back when a stream is INCOMPLETE, and the sync fails and names it', async () => {
    const place = await newPlace();
    const { code, states, errors } = await write(place, TWO, [
      of('a', 1),
      streamState(1, 'a'),
      of('b', 2),
      streamState(2, 'b'),
      status('INCOMPLETE', 'a'),
      status('COMPLETE', 'b'),
    ]);
    expect({ code, states: [...states].sort() }).to.deep.equal({
      code: 1,
      states: [acknowledged(1, 1, 'a'), acknowledged(2, 1, 'b')],
    });
    expect(errors.join()).to.match(
      /^transient_error: Cannot complete stream "a": the source says that it is incomplete/,
    );
    expect(await place.query(`SELECT id FROM ${place.schema}.a`)).to.deep.equal([['1']]);
  });

  it('of a stream come back although another stream has an invalid key, and that stream is complete', async () => {
    const place = await newPlace();
    const keyed = { mode: 'append_dedup', key: ['id'] };
    await write(place, catalog({ name: 'a' }, { name: 'b', ...keyed }), [of('a', 1), ...BOTH]);
    const refresh = catalog({ name: 'a', ids: [2, 2, 2] }, { name: 'b', ...keyed });
    let seen: () => void = () => undefined;
    const wasSeen = new Promise<void>((resolve) => (seen = resolve));
    async function* lines(): AsyncGenerator<string> {
      yield text(of('a', 5), streamState(5, 'a'), status('COMPLETE', 'a'));
      await wasSeen;
      yield text(record({ id: 'x' }, { stream: 'b' }), streamState(6, 'b'), status('COMPLETE', 'b'));
    }
    const { code, states, errors } = await write(place, refresh, lines(), {}, () => seen());
    expect({ code, states }).to.deep.equal({ code: 1, states: [acknowledged(5, 1, 'a')] });
    expect(errors.join()).to.match(/^system_error: Cannot load stream "b", line 4/);
    expect(await place.query(`SELECT id, _airbyte_generation_id FROM ${place.schema}.a`)).to.deep.equal([
      ['5', '2'],
    ]);
  });

  for (const kind of ['drop-after', 'drop-before'] as const) {
    it(`and their rows are there once when COMMIT gets no answer (${kind})`, async () => {
      const place = await newPlace();
      let commits = 0;
      faults.sql = ({ verb }) => (verb === 'COMMIT' && commits++ === 0 ? { kind } : undefined);
      const { code, states } = await write(place, catalog({}), [record({ id: 1 }), streamState(1), status()]);
      expect({ code, states }).to.deep.equal({ code: 0, states: [acknowledged(1, 1)] });
      expect(await place.query(`SELECT id FROM ${place.schema}.s`)).to.deep.equal([['1']]);
    });
  }
});
