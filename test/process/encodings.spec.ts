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
  const copies: string[] = [];

  beforeEach(() => {
    copies.length = 0;
    faults.sql = ({ sql }) => {
      if (sql.startsWith('COPY ')) copies.push(/COMPUPDATE \w+/.exec(sql)?.[0] ?? 'as Redshift does');
      return undefined;
    };
  });

  it('leaves the encodings alone where this program has made the table, in this run or an earlier one', async () => {
    const place = await newPlace();
    await load(place, 4, 'Ann');
    await place.query(`TRUNCATE TABLE ${place.schema}.t`);
    await load(place, 4, 'Bob');
    await load(place, 4, 'Cy');
    expect(copies).to.deep.equal(['COMPUPDATE OFF', 'COMPUPDATE OFF', 'COMPUPDATE OFF']);
  });

  it('says nothing of encodings where the table is of somebody else', async () => {
    const place = await newPlace();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT, name VARCHAR(8))`);
    await load(place, 4, 'Ann');
    await place.query(`COMMENT ON TABLE ${place.schema}.t IS 'the names'`);
    await load(place, 4, 'Bob');
    expect(copies).to.deep.equal(['as Redshift does', 'as Redshift does']);
  });

  it('says nothing of encodings where another user owns the table now, because COPY would be refused', async () => {
    const place = await newPlace();
    await load(place, 4, 'Ann');
    const owner = `${place.schema}_owner`;
    await place.query(`CREATE USER ${owner} PASSWORD DISABLE`);
    await place.query(`GRANT ALL ON SCHEMA ${place.schema} TO ${owner}`);
    await place.query(`ALTER TABLE ${place.schema}.t OWNER TO ${owner}`);
    await load(place, 4, 'Bob');
    expect(copies).to.deep.equal(['COMPUPDATE OFF', 'as Redshift does']);
  });
});
