/** Two runs that load one table at the same time. */
import { expect } from 'chai';
import { lines, record, schema } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { faults, newPlace } from '../support/warehouse.ts';

const properties = { id: { type: 'integer' }, run: { type: 'string' } };

/** The rows 1 and 2 are sent by both runs, each sends one of its own too. */
const input = (run: string, own: number, keysAlone: boolean): string =>
  keysAlone
    ? lines(schema('t', { id: properties.id }, ['id']), ...[1, 2, own].map((id) => record('t', { id })))
    : lines(schema('t', properties, ['id']), ...[1, 2, own].map((id) => record('t', { id, run })));

describe('two runs on one table', () => {
  for (const { load_method, keysAlone = false, inside, rows } of [
    {
      load_method: 'upsert',
      inside: /^INSERT INTO "case_\d+"."t"/,
      rows: [
        ['1', 'late'],
        ['2', 'late'],
        ['3', 'early'],
        ['4', 'late'],
      ],
    },
    {
      load_method: 'upsert',
      // The table has another column, so that rows are inserted only where their key is missing.
      keysAlone: true,
      inside: /^SELECT COUNT\(\*\) FROM "_target_redshift_stage" WHERE EXISTS/,
      rows: [
        ['1', null],
        ['2', null],
        ['3', null],
        ['4', null],
      ],
    },
    {
      load_method: 'insert-only',
      inside: /^SELECT COUNT\(\*\) FROM "_target_redshift_stage" WHERE EXISTS/,
      rows: [
        ['1', 'early'],
        ['2', 'early'],
        ['3', 'early'],
        ['4', 'late'],
      ],
    },
  ]) {
    it(`${load_method}${keysAlone ? ' of keys alone' : ''}: the later one waits for the earlier and sees its rows, so that no key is doubled`, async () => {
      const place = await newPlace();
      const args = ['--config', place.configFile({ load_method, heartbeat_seconds: 1 })];
      await runHere(args, lines(schema('t', properties, ['id'])));
      let isStalled = false;
      faults.sql = ({ sql }) => {
        if (isStalled || !inside.test(sql)) return undefined;
        isStalled = true;
        return { kind: 'stall', ms: 5000 };
      };
      // It holds the table's write lock, and what it wrote is not committed yet.
      const early = startHere(args);
      await early.write(input('early', 3, keysAlone));
      early.end();
      await early.seen(/still running/);
      const late = await runHere(args, input('late', 4, keysAlone));
      expect({ early: (await early.finished).code, late: late.code }, late.stderr).to.deep.equal({
        early: 0,
        late: 0,
      });
      expect(await place.query(`SELECT id, run FROM ${place.schema}.t ORDER BY id`)).to.deep.equal(rows);
    });
  }
});
