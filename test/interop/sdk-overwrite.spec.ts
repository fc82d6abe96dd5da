/**
 * A tap written with the Meltano SDK and tables that are overwritten. The SDK writes a STATE after 10,000 records of a stream
 * and one at its end if it differs; in a whole table without a replication key it does not. So nothing comes after the last
 * record of the last stream when that has more.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type pg from 'pg';
import { expectBothEndedWell, statesOf } from './support/extraction.ts';
import { type PipeOutcome, runPipe } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { SDK } from './support/taps.ts';
import {
  clientOf,
  type Folder,
  newFolder,
  type Row,
  type Served,
  serveLocal,
  TARGET,
} from './support/target.ts';

const TAP = fileURLToPath(new URL('sdk_tap.py', import.meta.url));
/** In the order in which the tap sends them. */
const ROWS = { a: 5, b: 5, c: 12_000 };
type Table = keyof typeof ROWS;

describe(`a tap of ${SDK} loads whole tables`, () => {
  let folder: Folder | undefined;
  let programs: Programs;
  let served: Served | undefined;
  let client: pg.Client | undefined;

  before(async function () {
    programs = await environmentOrSkip(this, [SDK]);
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    client = await clientOf(served.config);
  });

  after(async () => {
    await client?.end();
    await served?.stop();
    folder?.remove();
  });

  function file(name: string, content: object): string {
    if (!folder) throw new Error('there is no folder before the first test');
    writeFileSync(folder.file(name), JSON.stringify(content));
    return folder.file(name);
  }

  /** Loads the tables of a day: their first id is the day's number, and all rows bear it as note. */
  function load(day: number, options: object): Promise<PipeOutcome> {
    const tap = file('tap.json', { tables: ROWS, first: day, note: `day ${day}` });
    const target = file('target.json', { ...served?.config, ...options });
    return runPipe([programs('python'), TAP, '--config', tap], [...TARGET, '--config', target], {
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    });
  }

  /** What a table holds when it holds the rows of that day and no others. */
  const ofDay = (day: number, table: Table): Row => ({
    ...{ rows: String(ROWS[table]), first: String(day), last: String(ROWS[table] + day - 1) },
    ...{ from: `day ${day}`, to: `day ${day}` },
  });

  async function held(table: Table): Promise<Row | undefined> {
    const result = await client?.query<Row>(
      `SELECT COUNT(*) AS rows, MIN(id) AS first, MAX(id) AS last, MIN(note) AS "from", MAX(note) AS "to" FROM ${table}`,
    );
    return result?.rows[0];
  }

  describe('by upsert', () => {
    it('loads all tables', async () => {
      const outcome = await load(1, {});
      expectBothEndedWell(outcome);
      expect(statesOf(outcome).at(-1)).to.deep.equal({ bookmarks: { a: {}, b: {}, c: {} } });
      for (const table of ['a', 'b', 'c'] as const) expect(await held(table)).to.deep.equal(ofDay(1, table));
    });
  });

  describe('by overwrite', () => {
    let outcome: PipeOutcome;

    before(async () => {
      outcome = await load(2, { load_method: 'overwrite' });
    });

    it('replaces the tables after which a STATE comes, and leaves the last as it was', async () => {
      expect(await held('a')).to.deep.equal(ofDay(2, 'a'));
      expect(await held('b')).to.deep.equal(ofDay(2, 'b'));
      expect(await held('c')).to.deep.equal(ofDay(1, 'c'));
    });

    it('fails, with the state before the last table', () => {
      expect([outcome.tap.code, outcome.target.code]).to.deep.equal([0, 1]);
      expect(statesOf(outcome).at(-1)).to.deep.equal({ bookmarks: { a: {}, b: {} } });
    });

    it('says which table it was, and the option that takes the end of the input for its end', () => {
      const errors = outcome.target.stderr.split('\n').filter((line) => line.includes('"level":"error"'));
      expect(errors).to.have.length(1);
      expect(errors[0])
        .to.contain('Cannot overwrite the table of stream \\"c\\"')
        .and.contain('overwrite_when');
    });
  });

  describe('by overwrite, with overwrite_when end_of_input', () => {
    it('for the last table alone, replaces all tables, and prints the last state', async () => {
      const streams = { c: { overwrite_when: 'end_of_input' } };
      const outcome = await load(3, { load_method: 'overwrite', streams });
      expectBothEndedWell(outcome);
      for (const table of ['a', 'b', 'c'] as const) expect(await held(table)).to.deep.equal(ofDay(3, table));
      expect(statesOf(outcome).at(-1)).to.deep.equal({ bookmarks: { a: {}, b: {}, c: {} } });
    });

    it('for all tables, replaces all tables, and prints the last state', async () => {
      const outcome = await load(4, { load_method: 'overwrite', overwrite_when: 'end_of_input' });
      expectBothEndedWell(outcome);
      for (const table of ['a', 'b', 'c'] as const) expect(await held(table)).to.deep.equal(ofDay(4, table));
      expect(statesOf(outcome).at(-1)).to.deep.equal({ bookmarks: { a: {}, b: {}, c: {} } });
    });
  });
});
