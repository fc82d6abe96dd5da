/** The queries of docs/monitoring.md for alerts: no row while all is well, and one for each problem. */
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';
import { blocksOf } from './support/blocks.ts';

const STATEMENTS = blocksOf('docs/monitoring.md')
  .filter(({ language }) => language === 'sql')
  .flatMap(({ text }) => text.split(/;\n+/))
  .filter((statement) => statement !== '');

/** The sentences in the comments above them. */
const ALERTS = STATEMENTS.map((statement) => statement.split('\n')[0]?.replace('-- ', '') ?? '');

/** A row of a table of the history; columns that are not given are NULL. */
async function insert(place: Place, table: string, row: Readonly<Record<string, string>>): Promise<void> {
  const [columns, values] = [Object.keys(row).join(', '), Object.values(row).join(', ')];
  await place.query(`INSERT INTO ${place.schema}._target_redshift_${table} (${columns}) VALUES (${values})`);
}

const ago = (unit: string, n: number): string => `DATEADD(${unit}, -${n}, GETDATE())`;
const LOAD = {
  run_id: "'r'",
  batch: '1',
  stream: "'s'",
  table_schema: "'x'",
  table_name: "'s'",
  rows_rejected: '0',
};

/** What makes each query return a row. */
const PROBLEMS: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  'The latest run has not succeeded, or no run has ended for two hours.': (place) =>
    insert(place, 'runs', { run_id: "'r'", outcome: "'failed'", started_at: 'DATEADD(hour, 1, GETDATE())' }),
  'A run says that it is running for six hours: it was probably killed.': (place) =>
    insert(place, 'runs', { run_id: "'r'", outcome: "'running'", started_at: ago('hour', 7) }),
  'A table that was loaded in the last month has received nothing for a day.': (place) =>
    insert(place, 'loads', { ...LOAD, rows_written: '5', rows_received: '5', committed_at: ago('day', 2) }),
  'Records were set aside since yesterday.': (place) =>
    insert(place, 'loads', { ...LOAD, rows_rejected: '2', rows_received: '2', committed_at: ago('hour', 2) }),
  'A stream brought less than a tenth of what it brings on an average day.': (place) =>
    insert(place, 'loads', {
      ...LOAD,
      rows_written: '3000',
      rows_received: '3000',
      committed_at: ago('day', 2),
    }),
};

describe('an alert of the documentation', () => {
  it('has a problem here that makes it fire', () => {
    expect(ALERTS).to.deep.equal(Object.keys(PROBLEMS));
  });

  for (const [i, name] of ALERTS.entries()) {
    it(`fires, and only then: ${name}`, async () => {
      const place = await newPlace();
      const messages = lines(schema('t', { id: { type: 'integer' } }), record('t', { id: 1 }), state(1));
      const { code, stderr } = await runHere(['--config', place.configFile()], messages);
      expect(code, stderr).to.equal(0);
      const rows = async (): Promise<number> =>
        (await place.query((STATEMENTS[i] ?? '').replaceAll('landing.', `${place.schema}.`))).length;
      expect(await rows()).to.equal(0);
      await PROBLEMS[name]?.(place);
      expect(await rows()).to.equal(1);
    });
  }
});
