/** Append: rows with Airbyte's four columns, and what may stand on stdin beside records. */
import { expect } from 'chai';
import { newPlace } from '../support/warehouse.ts';
import { acknowledged, catalog, EMITTED, record, status, streamState, write } from './support.ts';

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
    for (const id of ids)
      expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
