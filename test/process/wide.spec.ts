/** Tables of as many columns as Redshift takes. */
import { expect } from 'chai';
import { lines, record, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };

/** A record with the first and the last of so many properties. */
function input(columns: number, keys: readonly string[] = []): string {
  const properties = Object.fromEntries(Array.from({ length: columns }, (_, i) => [`c${i}`, integer]));
  return lines(schema('t', properties, keys), record('t', { c0: 1, [`c${columns - 1}`]: 2 }), state(1));
}

const load = (place: Place, text: string): Promise<Finished> =>
  runHere(['--config', place.configFile()], text);

const sentence = ({ code, logs }: Finished): object => ({ code, message: logs.at(-1)?.message });

describe('a table', () => {
  it('has up to 1,600 columns where rows are appended', async () => {
    const place = await newPlace();
    const { code, stdout, stderr } = await load(place, input(1600));
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '1\n' });
    expect(await place.query(`SELECT c0, c1, c1599 FROM ${place.schema}.t`)).to.deep.equal([
      ['1', null, '2'],
    ]);
    expect(sentence(await load(place, input(1601)))).to.deep.equal({
      code: 1,
      message:
        'Cannot use the schema of stream "t": it has more than 1600 properties, and a Redshift table has at most 1600 ' +
        'columns; select fewer properties in the tap',
    });
    const other = input(1).replaceAll('c0', 'other');
    expect(sentence(await load(place, other))).to.deep.equal({
      code: 1,
      message:
        'Cannot use the schema of stream "t": its table would have 1601 columns, including those that it has, and a Redshift ' +
        'table has at most 1600; select fewer properties in the tap',
    });
  });

  it('has up to 1,598 where rows are merged, because a stage has two columns more', async () => {
    const place = await newPlace();
    expect(sentence(await load(place, input(1600, ['c0'])))).to.deep.equal({
      code: 1,
      message:
        'Cannot use the schema of stream "t": it has 1600 columns; its batches are staged in a table that has 2 more (the ' +
        'order of the records, and which are deletions), and a Redshift table has at most 1600; select fewer properties in the tap, or use ' +
        'load_method append-only, which needs no such table',
    });
    const { code, stdout, stderr } = await load(place, input(1598, ['c0']));
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '1\n' });
    expect(await place.query(`SELECT c0, c1597 FROM ${place.schema}.t`)).to.deep.equal([['1', '2']]);
  });
});
