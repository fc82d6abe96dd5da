/** `history`: what past runs did. */
import { expect } from 'chai';
import { lines, record, schema } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import type { Finished } from '../support/transcript.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

type Row = Readonly<Record<string, unknown>>;

describe('history', () => {
  let place: Place;
  let config: string;
  let runs: readonly Row[];
  const history = (...words: readonly string[]): Promise<Finished> =>
    runHere(['history', ...words, '--config', config]);
  const rowsOf = async (...words: readonly string[]): Promise<readonly Row[]> =>
    JSON.parse((await history(...words, '--format', 'json')).stdout) as Row[];
  const load = (stream: string, ...values: readonly unknown[]): Promise<Finished> =>
    runHere(
      ['--config', config],
      lines(
        schema(stream, { id: { type: 'integer' } }, ['id']),
        ...values.map((id) => record(stream, { id })),
      ),
    );

  before(async () => {
    place = await newPlace();
    config = place.configFile({ batch_size_rows: 2, max_parallel_loads: 1 });
    expect((await load('a', 1, 2, 3)).code).to.equal(0);
    expect((await load('b', 1)).code).to.equal(0);
    expect((await load('b', 1, 2, 'x')).code).to.equal(1);
    runs = await rowsOf();
  });

  it('lists runs, the newest first, failed ones with their reason', () => {
    expect(
      runs.map(({ outcome, loads, rows_received, rows_rejected }) => [
        outcome,
        loads,
        rows_received,
        rows_rejected,
      ]),
    ).to.deep.equal([
      ['failed', 1, 2, 0],
      ['succeeded', 1, 1, 0],
      ['succeeded', 2, 3, 0],
    ]);
    expect(runs[0]?.['error']).to.match(/stream "?b/);
    expect(runs[1]?.['error']).to.equal(null);
    expect(Object.keys(runs[0] ?? {})).to.deep.equal([
      ...['run_id', 'outcome', 'started_at', 'ended_at'],
      ...['loads', 'rows_received', 'rows_rejected', 'version', 'error'],
    ]);
  });

  it('lists loads with --loads', async () => {
    const loads = await rowsOf('--loads');
    expect(loads.map(({ stream, batch, rows_written }) => [stream, batch, rows_written])).to.deep.equal([
      ['b', 1, 2],
      ['b', 1, 1],
      ['a', 2, 1],
      ['a', 1, 2],
    ]);
  });

  it('is limited to a stream, a run and a number', async () => {
    const ids = async (...words: readonly string[]): Promise<readonly unknown[]> =>
      (await rowsOf(...words)).map(({ run_id }) => run_id);
    const [failed, second, first] = runs.map(({ run_id }) => run_id as string);
    expect(await ids('--stream', 'a')).to.deep.equal([first]);
    expect(await ids('--stream', 'b')).to.deep.equal([failed, second]);
    expect(await ids('--stream', "it's \\")).to.deep.equal([]);
    expect(await ids('--run', second ?? '')).to.deep.equal([second]);
    expect(await ids('--loads', '--run', first ?? '', '--stream', 'a')).to.deep.equal([first, first]);
    expect(await ids('--limit', '1')).to.deep.equal([failed]);
    expect(await ids('--loads', '--limit', '3')).to.deep.equal([failed, second, first]);
  });

  it('prints a table and CSV', async () => {
    const table = (await history('--run', runs[1]?.['run_id'] as string)).stdout.split('\n');
    expect(table[0]).to.match(/^run_id +outcome +started_at +ended_at +loads +rows_received/);
    expect(table[2]).to.match(/^run-\S+ +succeeded +20/);
    expect(table[3]).to.equal('(1 row)');
    const csv = (await history('--loads', '--format', 'csv')).stdout.split('\n');
    expect(csv[0]).to.match(/^run_id,batch,stream,table_schema,table_name,method,rows_received/);
    expect(csv.length).to.equal(6);
  });

  it('says in one sentence that there is none', async () => {
    const empty = await newPlace();
    for (const more of [[], ['--loads']]) {
      const path = empty.configFile();
      const { code, stdout, logs } = await runHere(['history', ...more, '--config', path]);
      expect([code, stdout, logs.map(({ message }) => message)]).to.deep.equal([
        1,
        '',
        [`There is no history in schema "${empty.schema}" yet: the first load with load_history creates it`],
      ]);
      await empty.query(`CREATE SCHEMA IF NOT EXISTS ${empty.schema}`);
    }
  });
});
