/** Several runs start at the same time in a schema that does not exist: each is as safe as if it were alone. */
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { startHere } from '../support/in-process.ts';
import { faults, newPlace } from '../support/warehouse.ts';

const RUNS = 4;

describe('four first runs in a new schema', () => {
  for (let round = 1; round <= 4; round++) {
    it(`all record their loads, whoever makes the tables (round ${round})`, async () => {
      const place = await newPlace();
      const started = Array.from({ length: RUNS }, (_, i) => {
        const run = startHere(['--config', place.configFile()]);
        const name = `s${i}`;
        void run.write(
          lines(schema(name, { id: { type: 'integer' } }, ['id']), record(name, { id: 1 }), state({ i })),
        );
        run.end();
        return run;
      });
      const finished = await Promise.all(started.map(({ finished: end }) => end));
      expect(finished.map(({ code, stdout }) => [code, stdout])).to.deep.equal(
        Array.from({ length: RUNS }, (_, i) => [0, `{"i":${i}}\n`]),
      );
      const complaints = finished.flatMap(({ logs }) =>
        logs.map(({ message }) => message).filter((message) => /history|marked|incomplete/.test(message)),
      );
      expect(complaints).to.deep.equal([]);
      const loads = await place.query(
        `SELECT stream, rows_written FROM ${place.schema}._target_redshift_loads ORDER BY stream`,
      );
      expect(loads).to.deep.equal(Array.from({ length: RUNS }, (_, i) => [`s${i}`, '1']));
      const runs = await place.query(`SELECT outcome FROM ${place.schema}._target_redshift_runs`);
      expect(runs).to.deep.equal(Array.from({ length: RUNS }, () => ['succeeded']));
    });
  }

  it('look again as often as others are faster', async () => {
    const place = await newPlace();
    let left = 3;
    faults.sql = ({ sql }) =>
      /^CREATE TABLE IF NOT EXISTS .*_target_redshift_loads/.test(sql) && left-- > 0
        ? { kind: 'error', sqlstate: '42P07', message: 'Relation "_target_redshift_loads" already exists' }
        : undefined;
    const run = startHere(['--config', place.configFile()]);
    await run.write(lines(schema('t', { id: { type: 'integer' } }, ['id']), record('t', { id: 1 })));
    run.end();
    const { code, stderr } = await run.finished;
    expect(code, stderr).to.equal(0);
    expect(stderr).not.to.match(/history of loads|cannot be marked/);
    expect(await place.query(`SELECT stream FROM ${place.schema}._target_redshift_loads`)).to.deep.equal([
      ['t'],
    ]);
  });
});
