/** Encodings of columns: those that keep a column from being widened, and who chooses them. */
import { expect } from 'chai';
import { lines, record, schema } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const load = async (place: Place, maxLength: number, name: string): Promise<void> => {
  const properties = { id: { type: 'integer' }, name: { type: 'string', maxLength } };
  const args = ['--config', place.configFile({ load_method: 'append-only' })];
  const { code, stderr } = await runHere(args, lines(schema('t', properties), record('t', { id: 1, name })));
  expect(code, stderr).to.equal(0);
};

describe('a column whose encoding keeps it from being widened', () => {
  for (const encoding of ['BYTEDICT', 'RUNLENGTH', 'TEXT255', 'TEXT32K']) {
    it(`${encoding}: gets another encoding first, and keeps its values`, async () => {
      const place = await newPlace();
      await load(place, 4, 'Ann');
      await place.query(`ALTER TABLE ${place.schema}.t ALTER COLUMN name ENCODE ${encoding}`);
      await load(place, 40, 'Annabella Longname');
      expect(await place.query(`SELECT name FROM ${place.schema}.t ORDER BY name`)).to.deep.equal([
        ['Ann'],
        ['Annabella Longname'],
      ]);
    });
  }
});

describe('COPY into a table', () => {
  it('leaves the encodings alone where the run has made the table, and says nothing of them elsewhere', async () => {
    const place = await newPlace();
    const copies: string[] = [];
    faults.sql = ({ sql }) => {
      if (sql.startsWith('COPY ')) copies.push(/COMPUPDATE \w+/.exec(sql)?.[0] ?? 'as Redshift does');
      return undefined;
    };
    await load(place, 4, 'Ann');
    await load(place, 4, 'Bob');
    expect(copies).to.deep.equal(['COMPUPDATE OFF', 'as Redshift does']);
  });
});
