/** Names of streams and columns as sources have them. */
import { expect } from 'chai';
import { newPlace } from '../support/warehouse.ts';
import { acknowledged, catalog, configured, record, status, streamState, write } from './support.ts';

/** The table of a stream. */
const TABLES: readonly (readonly [string, string])[] = [
  ['spécial', 'sp_cial'],
  ['1stream', '_1stream'],
  ['order', 'order'],
  ['Foo.Bar', 'foo_bar'],
  ['two  blanks', 'two__blanks'],
  ['a"b', 'a_b'],
];

describe('names of an Airbyte source', () => {
  it('become names of tables in lower case, in which other characters are underscores', async () => {
    const place = await newPlace();
    const names = TABLES.map(([name]) => name);
    const { code, states, errors } = await write(place, catalog(...names.map((name) => ({ name }))), [
      ...names.map((stream, id) => record({ id }, { stream })),
      ...names.map((name) => status('COMPLETE', name)),
    ]);
    expect({ code, states, errors }).to.deep.equal({ code: 0, states: [], errors: [] });
    const found: unknown[] = [];
    for (const [, table] of TABLES)
      found.push((await place.query(`SELECT id FROM ${place.schema}."${table}"`)).flat());
    expect(found).to.deep.equal(names.map((_, id) => [String(id)]));
  });

  it('longer than a name in Redshift are cut, and two of them have a table each', async () => {
    const place = await newPlace();
    const long = 'x'.repeat(150);
    const names = [`${long}1`, `${long}2`];
    const lines = names.flatMap((stream, id) => [
      record({ id }, { stream }),
      streamState(id, stream),
      status('COMPLETE', stream),
    ]);
    for (let sync = 0; sync < 2; sync++) {
      const { code, states } = await write(place, catalog(...names.map((name) => ({ name }))), lines);
      expect({ code, states: [...states].sort() }).to.deep.equal({
        code: 0,
        states: names.map((name, id) => acknowledged(id, 1, name)),
      });
    }
    const tables = (
      await place.query(
        `SELECT DISTINCT table_name FROM svv_columns WHERE table_schema = '${place.schema}' AND table_name LIKE 'xxx%' ORDER BY 1`,
      )
    ).flat();
    expect(
      tables.map((table) => [table?.startsWith('x'.repeat(100)), (table?.length ?? 0) <= 127]),
    ).to.deep.equal([
      [true, true],
      [true, true],
    ]);
    const ids: unknown[] = [];
    for (const table of tables)
      ids.push((await place.query(`SELECT id FROM ${place.schema}."${table}"`)).flat());
    expect(ids).to.have.deep.members([
      ['0', '0'],
      ['1', '1'],
    ]);
  });

  it('of tables that the catalog gives in other members are left alone', async () => {
    const place = await newPlace();
    const stream = configured({ more: { destination_object_name: 'elsewhere' } });
    const { code } = await write(place, { streams: [stream] }, [record({ id: 1 }), status()]);
    expect(code).to.equal(0);
    expect(await place.query(`SELECT id FROM ${place.schema}.s`)).to.deep.equal([['1']]);
  });
});
