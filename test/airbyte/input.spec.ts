/** Lines, catalogs and tables as they come, apart from ordinary records. */
import { expect } from 'chai';
import { newPlace } from '../support/warehouse.ts';
import {
  acknowledged,
  catalog,
  configured,
  EMITTED,
  fileOf,
  record,
  run,
  status,
  streamState,
  write,
} from './support.ts';

const BATCHES = { batch_size_rows: 1 };

describe('the input of a destination', () => {
  it('may have lines of every other kind between the records', async () => {
    const place = await newPlace();
    const { code } = await write(place, catalog({}), [
      { type: 'LOG', log: { level: 'INFO', message: 'x' } },
      { type: 'TRACE', trace: { type: 'ESTIMATE', emitted_at: 1, estimate: { name: 's', type: 'STREAM' } } },
      status('STARTED'),
      { type: 'CONTROL', control: {} },
      { type: 'SPEC', spec: {} },
      { type: 'CATALOG', catalog: { streams: [] } },
      { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED' } },
      { type: 'TRACE', trace: { type: 'ANALYTICS', emitted_at: 1, analytics: { type: 'x' } } },
      { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'of the source' } } },
      record({ id: 1 }),
      { type: 'SOMETHING_NEW', x: 1 },
      '   ',
      status('RUNNING'),
      record({ id: 2 }),
      status(),
    ]);
    expect(code).to.equal(0);
    expect(await place.query(`SELECT id FROM ${place.schema}.s ORDER BY 1`)).to.deep.equal([['1'], ['2']]);
  });

  it('may come from PyAirbyte, which writes null for every member that is absent', async () => {
    const place = await newPlace();
    const nulls = '"log":null,"spec":null,"connectionStatus":null,"catalog":null';
    const { code, states } = await write(place, catalog({}), [
      `{"type":"RECORD",${nulls},"record":{"namespace":null,"stream":"s","data":{"id":1},"emitted_at":${EMITTED},"meta":null,"file_reference":null},"state":null,"trace":null,"control":null}`,
      `{"type":"STATE",${nulls},"record":null,"state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"s","namespace":null},"stream_state":{}},"global_":null,"data":null,"sourceStats":{"recordCount":1.0},"destinationStats":null},"trace":null}`,
      status(),
    ]);
    expect(code).to.equal(0);
    expect(states).to.deep.equal([
      '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"s","namespace":null},"stream_state":{}},"global_":null,"data":null,"sourceStats":{"recordCount":1.0},"destinationStats":{"recordCount":1.0}}}',
    ]);
  });

  it('that is broken ends the sync, and acknowledges no state behind the broken line', async () => {
    const place = await newPlace();
    const { code, states, errors } = await write(
      place,
      catalog({}),
      [record({ id: 1 }), streamState(1), '{"type":"RECORD"', record({ id: 2 }), streamState(2), status()],
      BATCHES,
    );
    expect(code).to.equal(1);
    // Whether the first batch was loaded by then is a matter of time.
    expect([acknowledged(1, 1)]).to.include.members([...states]);
    expect(errors.join()).to.match(/^system_error: Cannot read line 3: not an Airbyte message/);
  });

  it('with a record of a stream that the catalog does not have ends the sync', async () => {
    const place = await newPlace();
    const { code, errors } = await write(place, catalog({}), [
      record({ id: 1 }, { stream: 'other' }),
      status(),
    ]);
    expect(code).to.equal(1);
    expect(errors.join()).to.match(/^system_error: .*the catalog does not have its stream "other"/);
  });

  it('without a record makes the table, with its columns', async () => {
    const place = await newPlace();
    const properties = { id: { type: 'integer' }, name: { type: 'string' } };
    expect((await write(place, catalog({ properties }), [status()])).code).to.equal(0);
    expect(await place.query(`SELECT id, name FROM ${place.schema}.s`)).to.deep.equal([]);
  });

  it('of a stream without properties makes rows of what is known beside them', async () => {
    const place = await newPlace();
    const { code } = await write(place, catalog({ properties: {} }), [
      record({ id: 1 }),
      record({}),
      status(),
    ]);
    expect(code).to.equal(0);
    expect(await place.query(`SELECT COUNT(DISTINCT _airbyte_raw_id) FROM ${place.schema}.s`)).to.deep.equal([
      ['2'],
    ]);
  });

  it('without a status of the stream is no success', async () => {
    const place = await newPlace();
    const { code, states, errors } = await write(place, catalog({}), [record({ id: 1 }), streamState(1)]);
    expect({ code, states }).to.deep.equal({ code: 1, states: [acknowledged(1, 1)] });
    expect(errors.join()).to.match(/^transient_error: Cannot complete stream "s"/);
    expect(await place.query(`SELECT id FROM ${place.schema}.s`)).to.deep.equal([['1']]);
  });
});

describe('a catalog', () => {
  for (const [title, streams, reason] of [
    ['that is broken', '{', 'The catalog is not a JSON object'],
    ['without streams', { streams: [] }, 'The catalog has no streams'],
    [
      'with streams of one table',
      catalog({ name: 'A b' }, { name: 'a_b' }),
      'its table "a_b" is also that of stream',
    ],
    [
      'with a key that is not among the properties',
      catalog({ mode: 'append_dedup', key: ['x'] }),
      'its key property "x" is not one of its properties',
    ],
    [
      'with a cursor that has no order',
      catalog({
        mode: 'append_dedup',
        key: ['id'],
        cursor: 'o',
        properties: { id: { type: 'integer' }, o: { type: 'object' } },
      }),
      'its cursor "o" is a SUPER column',
    ],
  ] as const) {
    it(`${title} is refused before anything is loaded`, async () => {
      const place = await newPlace();
      const { code, states, errors } = await write(place, streams as object, [
        record({ id: 1 }),
        streamState(1),
      ]);
      expect({ code, states }).to.deep.equal({ code: 1, states: [] });
      expect(errors.join())
        .to.match(/^config_error: /)
        .and.contain(reason);
      expect(
        await place.query(`SELECT table_name FROM svv_columns WHERE table_schema = '${place.schema}'`),
      ).to.deep.equal([]);
    });
  }

  for (const [what, options, reason] of [
    [
      'a stream that is not selected',
      { streams: { s: { selected: false } } },
      'its setting "selected" is false',
    ],
    [
      'a masked cursor, because masks have no order',
      { streams: { s: { columns: { at: { mask: 'hash' } } } }, mask_salt: '0123456789abcdef' },
      'its cursor "at" is masked',
    ],
    [
      'a cursor that is left out',
      { exclude_columns: ['at'] },
      'its cursor "at" is not one of its properties',
    ],
    [
      'a mark of deletions that is left out',
      { exclude_columns: ['_ab_*'] },
      'leaves out "_ab_cdc_deleted_at"',
    ],
  ] as const) {
    it(`is refused for ${what}`, async () => {
      const place = await newPlace();
      const properties = {
        id: { type: 'integer' },
        at: { type: 'integer' },
        _ab_cdc_deleted_at: { type: ['null', 'string'] },
      };
      const streams = catalog({ mode: 'append_dedup', key: ['id'], cursor: 'at', properties });
      const lines = [record({ id: 1, at: 1 }), streamState(1)];
      const { code, states, errors } = await write(place, streams, lines, options);
      expect({ code, states }).to.deep.equal({ code: 1, states: [] });
      expect(errors.join()).to.contain(reason);
    });
  }

  it('that is missing is refused', async () => {
    const place = await newPlace();
    const { code, errors } = await run([
      'write',
      '--config',
      place.configFile(),
      '--catalog',
      '/no/such/file',
    ]);
    expect(code).to.equal(1);
    expect(errors.join()).to.match(/^config_error: Cannot read the catalog/);
  });

  it('may have members that are not known', async () => {
    const place = await newPlace();
    const stream = configured({ more: { destination_object_name: null, something: [1] } });
    const { code } = await run(
      ['write', '--config', place.configFile(), '--catalog', fileOf({ streams: [stream], more: 1 })],
      `${JSON.stringify(record({ id: 1 }))}\n${JSON.stringify(status())}\n`,
    );
    expect(code).to.equal(0);
  });
});

describe('a table that is there', () => {
  it('of destination-redshift is gone on with', async () => {
    const place = await newPlace();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(
      `CREATE TABLE ${place.schema}.s (_airbyte_raw_id VARCHAR(36) NOT NULL, _airbyte_extracted_at TIMESTAMPTZ NOT NULL, _airbyte_meta SUPER NOT NULL, _airbyte_generation_id BIGINT NOT NULL, id BIGINT, n DECIMAL(38,9), name VARCHAR(65535))`,
    );
    await place.query(
      `INSERT INTO ${place.schema}.s SELECT 'x', '2024-01-01 00:00:00+00', JSON_PARSE('{"changes":[]}'), 1, 1, 1.5, 'a'`,
    );
    const properties = { id: { type: 'integer' }, n: { type: 'number' }, name: { type: 'string' } };
    const stream = { mode: 'append_dedup', key: ['id'], properties };
    const { code, errors } = await write(place, catalog(stream), [
      record({ id: 1, n: 2, name: 'b' }, { emitted_at: EMITTED + 1e11 }),
      record({ id: 2, n: 3, name: 'c' }),
      status(),
    ]);
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] });
    expect(await place.query(`SELECT id, n, name FROM ${place.schema}.s ORDER BY 1`)).to.deep.equal([
      ['1', '2.000000000', 'b'],
      ['2', '3.000000000', 'c'],
    ]);
  });

  it('of another program is refused', async () => {
    const place = await newPlace();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.s (id BIGINT)`);
    const { code, errors } = await write(place, catalog({}), [record({ id: 1 }), status()]);
    expect(code).to.equal(1);
    expect(errors.join()).to.match(/^config_error: .*is not one of Airbyte's/);
    expect(await place.query(`SELECT * FROM ${place.schema}.s`)).to.deep.equal([]);
  });
});
