/** An overwrite whose rows fit one batch: the batch goes straight into the table, in one transaction that removes the old rows first. */
import { expect } from 'chai';
import { costOf, shapeOf } from '../support/counting.ts';
import { record, schema, state } from '../support/cli.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const COLUMNS = { id: { type: 'integer' }, name: { type: ['null', 'string'] } };
const OVERWRITE = { load_method: 'overwrite' };

const text = (...messages: readonly object[]): string[] => messages.map((one) => JSON.stringify(one));

const stream = (keys: readonly string[], ...rows: readonly object[]): string[] =>
  text(schema('t', COLUMNS, [...keys]), ...rows.map((row) => record('t', row)), state({ n: 1 }));

const rowsOf = (place: Place): Promise<(string | null)[][]> =>
  place.query(`SELECT * FROM ${place.schema}.t ORDER BY id`);

const OLD = [
  { id: 1, name: 'old' },
  { id: 2, name: 'old' },
];

describe('an overwrite that fits one batch', () => {
  for (const [what, keys, transaction] of [
    ['keyed', ['id'], 'BEGIN; DELETE t; EXPLAIN t; DELETE t; SELECT pg_attribute; INSERT t'],
    ['keyless', [], 'BEGIN; DELETE t; EXPLAIN t'],
  ] as const) {
    it(`needs no shadow table and one transaction on the table (${what})`, async () => {
      const place = await newPlace();
      await costOf(place, OVERWRITE, stream(keys, ...OLD));
      const { messages, states } = await costOf(place, OVERWRITE, stream(keys, { id: 3, name: 'new' }));
      const shape = shapeOf(messages);
      expect(shape).to.contain(transaction);
      expect(shape.filter((one) => one.includes('shadow'))).to.deep.equal([]);
      expect(await rowsOf(place)).to.deep.equal([['3', 'new']]);
      expect(states).to.deep.equal(['{"n":1}']);
      expect(await place.objects()).to.deep.equal([]);
    });
  }

  it('has one row for each key, of its last record, and deletes with hard_delete', async () => {
    const place = await newPlace();
    await costOf(place, OVERWRITE, stream(['id'], ...OLD));
    const rows = [
      { id: 1, name: 'first' },
      { id: 2, name: 'gone', _sdc_deleted_at: '2026-01-01T00:00:00Z' },
      { id: 1, name: 'last' },
      { id: 4, name: null },
    ];
    await costOf(place, { ...OVERWRITE, hard_delete: true }, stream(['id'], ...rows));
    expect(await rowsOf(place)).to.deep.equal([
      ['1', 'last'],
      ['4', null],
    ]);
  });

  it('leaves the columns that the stream does not have, with NULL, and changes the types of the others', async () => {
    const place = await newPlace();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.t (id BOOLEAN, name VARCHAR(8), extra INT)`);
    await place.query(`INSERT INTO ${place.schema}.t VALUES (true, 'old', 5)`);
    await costOf(place, OVERWRITE, stream(['id'], { id: 7, name: 'longer than before' }));
    expect(await place.query(`SELECT id, name, extra FROM ${place.schema}.t`)).to.deep.equal([
      ['7', 'longer than before', null],
    ]);
  });

  it('is recorded once, with the rows that it removed', async () => {
    const place = await newPlace();
    await costOf(place, OVERWRITE, stream(['id'], ...OLD));
    await costOf(place, OVERWRITE, stream(['id'], { id: 3, name: 'new' }));
    const loads = await place.query(
      `SELECT method, rows_written, rows_deleted FROM ${place.schema}._target_redshift_loads ORDER BY committed_at`,
    );
    expect(loads).to.deep.equal([
      ['overwrite', '2', '0'],
      ['overwrite', '1', '2'],
    ]);
  });

  it('leaves the table as it was if the tap may have died, and nothing in S3', async () => {
    const place = await newPlace();
    await costOf(place, OVERWRITE, stream(['id'], ...OLD));
    const died = stream(['id'], { id: 3, name: 'new' }).slice(0, -1);
    const error = await costOf(place, OVERWRITE, died).then(
      () => 'no error',
      (failure: unknown) => (failure as Error).message,
    );
    expect(error).to.match(/^Cannot overwrite the table of stream "t": the input ended without a STATE/);
    expect(await rowsOf(place)).to.deep.equal([
      ['1', 'old'],
      ['2', 'old'],
    ]);
    expect(await place.objects()).to.deep.equal([]);
  });

  for (const [what, pattern] of [
    ['COPY', /^COPY/],
    ['INSERT', /^INSERT INTO "case_\d+"."t"/],
  ] as const) {
    it(`leaves the table as it was if ${what} fails`, async () => {
      const place = await newPlace();
      await costOf(place, OVERWRITE, stream(['id'], ...OLD));
      faults.sql = ({ sql }) =>
        pattern.test(sql) ? { kind: 'error', sqlstate: '53100', message: 'Disk Full' } : undefined;
      const error = await costOf(place, OVERWRITE, stream(['id'], { id: 3, name: 'new' })).then(
        () => 'no error',
        (failure: unknown) => (failure as Error).message,
      );
      faults.sql = () => undefined;
      expect(error).to.contain('Disk Full');
      expect(await rowsOf(place)).to.deep.equal([
        ['1', 'old'],
        ['2', 'old'],
      ]);
    });
  }

  it('goes through a shadow table where there are more batches, or with the method swap', async () => {
    for (const options of [{ batch_size_rows: 1000 }, { overwrite_method: 'swap' }]) {
      const place = await newPlace();
      await costOf(place, OVERWRITE, stream(['id'], ...OLD));
      const rows = Array.from({ length: 1500 }, (_, i) => ({ id: i, name: 'new' }));
      const { messages } = await costOf(place, { ...OVERWRITE, ...options }, stream(['id'], ...rows));
      expect(messages.flat().some((statement) => statement.includes('_target_redshift_shadow_'))).to.equal(
        true,
      );
      expect((await rowsOf(place)).length).to.equal(1500);
    }
  });
});
