/** Failures in the middle of a refresh: rows that were acknowledged are there as often as they should be, whatever happened. */
import { expect } from 'chai';
import { faults, newPlace, type Place } from '../support/warehouse.ts';
import {
  acknowledged,
  catalog,
  fileOf,
  outcomeOf,
  record,
  startDestination,
  status,
  streamState,
  text,
  write,
  type Outcome,
} from './support.ts';

const REFRESH = [2, 2, 2] as const;

async function rows(place: Place): Promise<readonly string[]> {
  const found = await place.query(`SELECT id, _airbyte_generation_id FROM ${place.schema}.s ORDER BY 1`);
  return found.map(([id, generation]) => `${id}@${generation}`);
}

/** Records with a state after each, in batches of their own. */
function lines(...ids: readonly number[]): readonly object[] {
  return ids.flatMap((id) => [record({ id }), streamState(id)]);
}

async function sync(
  place: Place,
  ids: readonly [number, number, number],
  input: readonly object[],
): Promise<Outcome> {
  return write(place, catalog({ ids }), input, { batch_size_rows: 1 });
}

async function placeWithOldRows(): Promise<Place> {
  const place = await newPlace();
  await sync(place, [1, 0, 1], [record({ id: 1 }), record({ id: 2 }), status()]);
  return place;
}

/** The first statement, or the one after `skipped`, in which the pattern is found. */
function strike(pattern: RegExp, fault: object, skipped = 0): void {
  let seen = 0;
  faults.sql = ({ sql }) => (pattern.test(sql) && seen++ === skipped ? (fault as never) : undefined);
}

describe('a refresh', () => {
  for (const kind of ['drop-before', 'drop-after'] as const) {
    it(`replaces the rows once when the COMMIT of its end gets no answer (${kind})`, async () => {
      const place = await placeWithOldRows();
      let [isEnding, commits] = [false, 0];
      faults.sql = ({ sql, verb }) => {
        isEnding ||= sql.startsWith('DROP TABLE') && sql.includes('_refresh_');
        return isEnding && verb === 'COMMIT' && commits++ === 0 ? { kind } : undefined;
      };
      const { code, states, errors } = await sync(place, REFRESH, [...lines(3, 4), status()]);
      expect({ code, errors }).to.deep.equal({ code: 0, errors: [] });
      expect(commits).to.be.above(0);
      expect(states).to.deep.equal([acknowledged(3, 1), acknowledged(4, 1)]);
      expect(await rows(place)).to.deep.equal(['3@2', '4@2']);
    });
  }

  it('that cannot be completed keeps its rows, and the next sync completes it', async () => {
    const place = await placeWithOldRows();
    strike(/^DELETE FROM .*_airbyte_generation_id/, {
      kind: 'error',
      sqlstate: 'XX000',
      message: 'Disk Full',
    });
    const failed = await sync(place, REFRESH, [...lines(3), status()]);
    expect({ code: failed.code, states: failed.states }).to.deep.equal({
      code: 1,
      states: [acknowledged(3, 1)],
    });
    expect(await rows(place)).to.deep.equal(['1@1', '2@1']);
    faults.sql = () => undefined;
    const { code } = await sync(place, REFRESH, [...lines(4), status()]);
    expect(code).to.equal(0);
    expect(await rows(place)).to.deep.equal(['3@2', '4@2']);
  });

  it('of which a batch fails for good keeps the batches before, whose states were acknowledged', async () => {
    const place = await placeWithOldRows();
    strike(/^COPY/, { kind: 'error', sqlstate: 'XX000', message: 'Disk Full' }, 1);
    const failed = await sync(place, REFRESH, [...lines(3, 4), status()]);
    expect({ code: failed.code, states: failed.states }).to.deep.equal({
      code: 1,
      states: [acknowledged(3, 1)],
    });
    expect(failed.errors.join()).to.match(/^system_error: Cannot load stream "s"/);
    expect(await rows(place)).to.deep.equal(['1@1', '2@1']);
    faults.sql = () => undefined;
    expect((await sync(place, REFRESH, [...lines(4), status()])).code).to.equal(0);
    expect(await rows(place)).to.deep.equal(['3@2', '4@2']);
  });

  it('that S3 refuses acknowledges nothing of what it has not stored', async () => {
    const place = await placeWithOldRows();
    faults.s3 = ({ operation }) =>
      operation === 'PutObject' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    const failed = await sync(place, REFRESH, [...lines(3), status()]);
    expect({ code: failed.code, states: failed.states, errors: failed.errors.length }).to.deep.equal({
      code: 1,
      states: [],
      errors: 1,
    });
    faults.s3 = () => undefined;
    expect((await sync(place, REFRESH, [...lines(3), status()])).code).to.equal(0);
    expect(await rows(place)).to.deep.equal(['3@2']);
  });

  it('that is killed is gone on with: every acknowledged row is there once', async () => {
    const place = await placeWithOldRows();
    const killed = startDestination([
      'write',
      '--config',
      place.configFile({ schema: place.schema, batch_size_rows: 1 }),
      '--catalog',
      fileOf(catalog({ ids: REFRESH })),
    ]);
    await killed.write(text(...lines(3, 4)));
    await killed.seen(/"STATE".*\n[^]*"STATE"/);
    killed.process.kill('SIGKILL');
    await killed.finished;
    expect(await rows(place)).to.deep.equal(['1@1', '2@1']);
    expect((await sync(place, REFRESH, [...lines(5), status()])).code).to.equal(0);
    expect(await rows(place)).to.deep.equal(['3@2', '4@2', '5@2']);
  });

  for (const [moment, pattern, nth] of [
    ['its table is made', /^CREATE TABLE .*_target_redshift_refresh_/, 1],
    ['its second batch is copied', /^COPY/, 2],
    ['its second batch is recorded', /^INSERT INTO "[^"]*"\."_target_redshift_loads"/, 2],
    ['its old rows are removed', /^DELETE FROM "[^"]*"\."s"/, 1],
    ['its own table is dropped', /^DROP TABLE "[^"]*"\."_target_redshift_refresh_/, 1],
    ['its end is committed', /^COMMIT/, Infinity],
  ] as const) {
    it(`that is killed while ${moment} loses no row, and doubles none that was acknowledged`, async () => {
      const place = await placeWithOldRows();
      const args = [
        'write',
        '--config',
        place.configFile({ schema: place.schema, batch_size_rows: 1 }),
        '--catalog',
        fileOf(catalog({ ids: REFRESH })),
      ];
      const killed = startDestination(args);
      let [seen, isEnding] = [0, false];
      faults.sql = ({ sql }) => {
        isEnding ||= sql.startsWith('DROP TABLE') && sql.includes('_target_redshift_refresh_');
        if (!pattern.test(sql) || !(++seen === nth || (nth === Infinity && isEnding))) return undefined;
        killed.process.kill('SIGKILL');
        return { kind: 'stall', ms: 200 };
      };
      await killed.write(text(...lines(3, 4, 5), status()));
      killed.end();
      const { signal, stdout } = await killed.finished;
      faults.sql = () => undefined;
      expect(signal).to.equal('SIGKILL');
      const known = outcomeOf(null, stdout.replace(/[^\n]*$/, '')).states.length;
      const rest = [3, 4, 5].slice(known);
      expect((await sync(place, REFRESH, [...lines(...rest), status()])).code).to.equal(0);
      const found = await rows(place);
      expect(found.filter((row) => !row.endsWith('@2'))).to.deep.equal([]);
      expect([...new Set(found)]).to.deep.equal(['3@2', '4@2', '5@2']);
      // Of the batch that was being loaded nobody knows whether it was committed, so the source sends it again.
      const doubled = found.filter((row, i) => row === found[i - 1]);
      expect(doubled.filter((row) => !rest.includes(Number.parseInt(row, 10)))).to.deep.equal([]);
    });
  }
});
