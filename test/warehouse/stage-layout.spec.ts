/** The stage of a merge lies as its table lies, however the table got its keys, and the catalog says so in the messages that a run sends anyway. */
import { expect } from 'chai';
import { costOf } from '../support/counting.ts';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const COLUMNS = { id: { type: 'integer' }, day: { type: 'string', format: 'date' }, n: { type: 'integer' } };

const INPUT = [
  schema('t', COLUMNS, ['id']),
  record('t', { id: 1, day: '2026-01-01', n: 1 }),
  record('t', { id: 2, day: '2026-01-02', n: 2 }),
  state({ n: 1 }),
];

const text = (...messages: readonly object[]): string[] => messages.map((one) => JSON.stringify(one));

/** What the stages of a run are created with after their columns, and how many messages it sends. */
async function stagesOf(
  place: Place,
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ stages: string[]; messages: number }> {
  const { messages } = await costOf(place, options, text(...INPUT));
  const stages = messages
    .flat()
    .filter((statement) => statement.startsWith('CREATE TEMP TABLE "_target_redshift_stage"'))
    .map((statement) => statement.replace(/^.*?\)/, '').trim());
  return { stages, messages: messages.length };
}

const rowsOf = (place: Place): Promise<(string | null)[][]> =>
  place.query(`SELECT id, n FROM ${place.schema}.t ORDER BY id`);

describe('the stage', () => {
  it('has the keys of a table that this run has created, and of the same table in the next run', async () => {
    const place = await newPlace();
    const options = { streams: { t: { distkey: 'id', sortkey: ['day', 'id'] } } };
    for (let round = 0; round < 2; round++)
      expect((await stagesOf(place, options)).stages).to.deep.equal([
        'DISTKEY("id") COMPOUND SORTKEY("day", "id")',
      ]);
    expect(await rowsOf(place)).to.deep.equal([
      ['1', '1'],
      ['2', '2'],
    ]);
  });

  it('has the keys that the owner of the table has chosen, for as many messages as without', async () => {
    const [keyed, plain] = [await newPlace(), await newPlace()];
    const attributes = [
      [keyed, 'DISTKEY(id) SORTKEY(id, day)'],
      [plain, ''],
    ] as const;
    for (const [place, chosen] of attributes) {
      await place.query(`CREATE SCHEMA ${place.schema}`);
      await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT, day DATE, n BIGINT) ${chosen}`);
    }
    const [with_, without] = [await stagesOf(keyed), await stagesOf(plain)];
    expect(with_.stages).to.deep.equal(['DISTKEY("id") COMPOUND SORTKEY("id", "day")']);
    expect(without.stages).to.deep.equal(['']);
    expect(with_.messages).to.equal(without.messages);
  });

  it('has no interleaved sort key, which only VACUUM REINDEX keeps in order', async () => {
    const place = await newPlace();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(
      `CREATE TABLE ${place.schema}.t (id BIGINT, day DATE, n BIGINT) DISTKEY(day) INTERLEAVED SORTKEY(id, day)`,
    );
    expect((await stagesOf(place)).stages).to.deep.equal(['DISTKEY("day")']);
  });

  it('has the keys of the table also where rows go into a shadow, which is made like it', async () => {
    const place = await newPlace();
    const options = { load_method: 'overwrite', streams: { t: { distkey: 'id' } } };
    await stagesOf(place, options);
    expect((await stagesOf(place, { ...options, overwrite_method: 'swap' })).stages).to.deep.equal([
      'DISTKEY("id")',
    ]);
    expect(await rowsOf(place)).to.deep.equal([
      ['1', '1'],
      ['2', '2'],
    ]);
  });

  it('merges by the keys of the stream alone: a row whose distribution key changes is replaced, not doubled', async () => {
    const place = await newPlace();
    const options = { streams: { t: { distkey: 'n' } } };
    await stagesOf(place, options);
    const changed = record('t', { id: 1, day: '2026-01-01', n: 7 });
    await costOf(place, options, text(schema('t', COLUMNS, ['id']), changed));
    expect(await rowsOf(place)).to.deep.equal([
      ['1', '7'],
      ['2', '2'],
    ]);
  });

  it('is shown by plan', async () => {
    const place = await newPlace();
    const config = place.configFile({ streams: { t: { distkey: 'id', sortkey: ['id'] } } });
    const { stdout } = await runHere(['plan', '--config', config], lines(...INPUT));
    expect(stdout).to.match(
      /CREATE TEMP TABLE "_target_redshift_stage" .*\) DISTKEY\("id"\) COMPOUND SORTKEY\("id"\);/,
    );
  });

  it('is refused by the local warehouse if its keys are columns that cannot be keys', async () => {
    const place = await newPlace();
    for (const [attributes, refusal] of [
      ['DISTKEY(nope)', /nope/],
      ['DISTKEY(v)', /super/i],
      ['SORTKEY(v)', /super/i],
      ['DISTSTYLE ALL DISTKEY(id)', /DISTSTYLE/],
    ] as const) {
      const refused = await place.query(`CREATE TEMP TABLE "_stage" (id BIGINT, v SUPER) ${attributes}`).then(
        () => 'accepted',
        (error: unknown) => (error as Error).message,
      );
      expect(refused, attributes).to.match(refusal);
    }
  });
});
