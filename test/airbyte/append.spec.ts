/** Append: every record becomes a row with Airbyte's four columns. */
import { expect } from 'chai';
import { newPlace } from '../support/warehouse.ts';
import { acknowledged, catalog, EMITTED, record, status, streamState, write } from './support.ts';

const RAW_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const NAME = { id: { type: 'integer' }, name: { type: 'string' } };

describe('append', () => {
  it('makes a row of each record, with the four columns of Airbyte before those of the properties', async () => {
    const place = await newPlace();
    const { code, states, errors } = await write(place, catalog({ properties: NAME, ids: [7, 0, 42] }), [
      record({ id: 1, name: 'a', undeclared: true }),
      record({ id: 2 }, { emitted_at: EMITTED + 123 }),
      streamState({ n: 2 }),
      status(),
    ]);
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] });
    expect(states).to.deep.equal([acknowledged({ n: 2 }, 2)]);
    const columns = await place.query(
      `SELECT column_name, data_type, character_maximum_length FROM svv_columns WHERE table_schema = '${place.schema}' AND table_name = 's' ORDER BY ordinal_position`,
    );
    expect(columns).to.deep.equal([
      ['_airbyte_raw_id', 'character varying', '36'],
      ['_airbyte_extracted_at', 'timestamp with time zone', null],
      ['_airbyte_meta', 'super', null],
      ['_airbyte_generation_id', 'bigint', null],
      ['id', 'bigint', null],
      ['name', 'character varying', '65535'],
    ]);
    const rows = await place.query(
      `SELECT id, name, _airbyte_extracted_at::varchar, JSON_SERIALIZE(_airbyte_meta), _airbyte_generation_id FROM ${place.schema}.s ORDER BY id`,
    );
    expect(rows).to.deep.equal([
      ['1', 'a', '2023-11-14 22:13:20+00', '{"sync_id":42,"changes":[]}', '7'],
      ['2', null, '2023-11-14 22:13:20.123+00', '{"sync_id":42,"changes":[]}', '7'],
    ]);
    const ids = (await place.query(`SELECT _airbyte_raw_id FROM ${place.schema}.s`)).flat();
    expect(new Set(ids).size).to.equal(2);
    for (const id of ids) expect(id).to.match(RAW_ID);
  });

  it('adds the rows of each sync, with the ids of that sync', async () => {
    const place = await newPlace();
    await write(place, catalog({ ids: [1, 0, 10] }), [record({ id: 1 }), status()]);
    await write(place, catalog({ ids: [1, 0, 11] }), [record({ id: 1 }), status()]);
    await write(place, catalog({ ids: [2, 0, 12] }), [record({ id: 2 }), status()]);
    expect(
      await place.query(
        `SELECT id, _airbyte_generation_id, JSON_SERIALIZE(_airbyte_meta) FROM ${place.schema}.s ORDER BY 3`,
      ),
    ).to.deep.equal([
      ['1', '1', '{"sync_id":10,"changes":[]}'],
      ['1', '1', '{"sync_id":11,"changes":[]}'],
      ['2', '2', '{"sync_id":12,"changes":[]}'],
    ]);
  });

  it('gives every row an id of its own, over batches, streams and syncs', async () => {
    const place = await newPlace();
    const streams = catalog({ name: 's' }, { name: 't' });
    const lines = Array.from({ length: 400 }, (_, i) => record({ id: i }, { stream: i % 2 ? 's' : 't' }));
    for (let sync = 0; sync < 2; sync++) {
      const ends = [status(), status('COMPLETE', 't')];
      expect((await write(place, streams, [...lines, ...ends], { batch_size_rows: 50 })).code).to.equal(0);
    }
    const rows = await place.query(
      `SELECT _airbyte_raw_id FROM ${place.schema}.s UNION ALL SELECT _airbyte_raw_id FROM ${place.schema}.t`,
    );
    expect(rows.length).to.equal(800);
    expect(new Set(rows.flat()).size).to.equal(800);
    expect(rows.flat().filter((id) => !RAW_ID.test(id ?? ''))).to.deep.equal([]);
  });

  it('keeps an empty string, NULL, a missing property and the characters \\N apart', async () => {
    const place = await newPlace();
    const names = ['""', 'null', '"\\\\N"', '"NULL"', '" "'];
    const lines = names.map(
      (name, id) =>
        `{"type":"RECORD","record":{"stream":"s","emitted_at":${EMITTED},"data":{"id":${id},"name":${name}}}}`,
    );
    const { code } = await write(place, catalog({ properties: NAME }), [
      ...lines,
      record({ id: 5 }),
      status(),
    ]);
    expect(code).to.equal(0);
    expect(await place.query(`SELECT id, name FROM ${place.schema}.s ORDER BY 1`)).to.deep.equal([
      ['0', ''],
      ['1', null],
      ['2', '\\N'],
      ['3', 'NULL'],
      ['4', ' '],
      ['5', null],
    ]);
  });

  it('reads a record in any order of its members, with white space, unknown members and escapes', async () => {
    const place = await newPlace();
    const lines = [
      `{"record":{"emitted_at":${EMITTED},"data":{"name":"a","id":1},"stream":"s"},"type":"RECORD"}`,
      ` { "type" : "RECORD" , "record" : { "stream" : "s" , "data" : { "id" : 2 , "name" : "b" } , "emitted_at" : ${EMITTED} } }\r`,
      `{"more":{"type":"STATE"},"type":"RECORD","record":{"x":[1],"stream":"\\u0073","data":{"id":3,"name":"c"},"emitted_at":${EMITTED},"y":null}}`,
      `{"type":"RECORD","record":{"stream":"s","data":{"\\u0069d":4,"name":"d"},"emitted_at":${EMITTED}.0}}`,
      `{"type":"RECORD","record":{"stream":"s","data":{"id":5,"name":"e"},"emitted_at":${EMITTED / 1000}}}`,
    ];
    const { code, errors } = await write(place, catalog({ properties: NAME }), [...lines, status()]);
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] });
    expect(
      await place.query(`SELECT id, name, _airbyte_extracted_at::varchar FROM ${place.schema}.s ORDER BY 1`),
    ).to.deep.equal(['a', 'b', 'c', 'd', 'e'].map((name, i) => [`${i + 1}`, name, '2023-11-14 22:13:20+00']));
  });
});
