/** Taps of other people, piped into the program as a shell does it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { expectBothEndedWell, extraction, statesOf, tapOrSkip } from './support/extraction.ts';
import { type PipeOutcome, runPipe } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import {
  NOTES,
  ROWS,
  SCHEMA,
  type SourceDatabase,
  startSourceDatabase,
  TABLE,
} from './support/source-database.ts';
import { MELTANOLABS, PIPELINEWISE } from './support/taps.ts';
import { type Folder, newFolder, queryLocal, TARGET, type Row } from './support/target.ts';

const CSV_TAP = 'tap-csv-folder==0.0.1a1';

describe(CSV_TAP, () => {
  const PLANETS = 2500;
  const planet = (i: number): readonly string[] => [
    String(i),
    i % 4 === 0 ? `Kepler "${i}", b` : `Ż${i} 😀`,
    i % 3 === 0 ? '' : `line one\nline two of ${i}`,
    `${i}.50`,
  ];
  const moons: readonly (readonly string[])[] = [
    ['Moon', 'Earth'],
    ['Titan', 'Saturn'],
  ];

  let programs: Programs;
  let folder: Folder | undefined;
  let dir = '';

  function inFolder(name: string): string {
    if (!folder) throw new Error('there is no folder before the first test');
    return folder.file(name);
  }

  function pipe(...tapOptions: readonly string[]): Promise<PipeOutcome> {
    return runPipe(
      [programs('tap-csv-folder'), '--config', inFolder('tap.json'), ...tapOptions],
      [...TARGET, '--local', '--dir', dir],
      { env: { PYTHONUTF8: '1' } },
    );
  }

  function loaded(): Promise<readonly Row[]> {
    return queryLocal(dir, 'SELECT id, name, notes, radius FROM planets ORDER BY id::int');
  }

  const expected: readonly Row[] = Array.from({ length: PLANETS }, (_, i) => {
    const [id = '', name = '', notes = '', radius = ''] = planet(i);
    return { id, name, notes, radius };
  });

  before(async function () {
    programs = await environmentOrSkip(this, [CSV_TAP]);
    folder = newFolder();
    dir = inFolder('warehouse');
    mkdirSync(inFolder('csv'));
    const csv = (...rows: readonly (readonly string[])[]): string =>
      rows.map((row) => `${row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\n`).join('');
    writeFileSync(
      inFolder('csv/planets.csv'),
      csv(['id', 'name', 'notes', 'radius'], ...Array.from({ length: PLANETS }, (_, i) => planet(i))),
    );
    writeFileSync(inFolder('csv/moons.csv'), csv(['Name', 'of planet'], ...moons));
    writeFileSync(
      inFolder('tap.json'),
      JSON.stringify({ filesystem: 'local', path: inFolder('csv'), read_mode: 'one_stream_per_file' }),
    );
  });

  after(() => folder?.remove());

  it('loads every row of two files, and the last state names both streams', async () => {
    const outcome = await pipe();
    expectBothEndedWell(outcome);
    const last = statesOf(outcome).at(-1);
    expect(last).to.have.property('bookmarks').that.has.keys('planets', 'moons');
    writeFileSync(inFolder('state.json'), JSON.stringify(last));
    const [counts] = await queryLocal(
      dir,
      'SELECT (SELECT COUNT(*) FROM planets) AS planets, (SELECT COUNT(*) FROM moons) AS moons',
    );
    expect(counts).to.deep.equal({ planets: String(PLANETS), moons: String(moons.length) });
  });

  it('has the values of the source: quotes and commas, unicode with line breaks, empty texts', async () => {
    const rows = await loaded();
    expect(rows[4]).to.deep.equal({
      id: '4',
      name: 'Kepler "4", b',
      notes: 'line one\nline two of 4',
      radius: '4.50',
    });
    expect(rows[2497]?.['notes']).to.equal('line one\nline two of 2497');
    expect(rows[2499]).to.deep.equal({ id: '2499', name: 'Ż2499 😀', notes: '', radius: '2499.50' });
    expect(rows).to.deep.equal(expected);
    expect(await queryLocal(dir, 'SELECT name, "of planet" FROM moons ORDER BY name')).to.deep.equal(
      moons.map(([name, planetName]) => ({ name, 'of planet': planetName })),
    );
  });

  it('replaces the rows that the tap sends again and adds the new one when the tap gets the last state back', async () => {
    writeFileSync(
      inFolder('csv/moons.csv'),
      '"Name","of planet"\n"Moon","Earth"\n"Titan","Saturn"\n"Io","Jupiter"\n',
    );
    const outcome = await pipe('--state', inFolder('state.json'));
    expectBothEndedWell(outcome);
    expect(await queryLocal(dir, 'SELECT COUNT(*) AS n FROM moons')).to.deep.equal([{ n: '3' }]);
    expect(await loaded()).to.deep.equal(expected);
  });
});

const STREAM = `${SCHEMA}-${TABLE}`;
/** The same words mean the same in both dialects. pipelinewise-tap-postgres declares dates as `date-time`. */
const VALUES = 'region, id, note, ordered_at, due::date AS due, paid';
const TOTALS = `COUNT(*) AS n, COUNT(amount) AS amounts, COUNT(note) AS notes, COUNT(ordered_at) AS times,
  COUNT(due) AS dues, COUNT(paid) AS answers, COUNT(details) AS details,
  SUM(CASE WHEN note = '' THEN 1 ELSE 0 END) AS empty, SUM(CASE WHEN paid THEN 1 ELSE 0 END) AS paid,
  SUM(id::numeric(38,0)) AS ids, MIN(ordered_at) AS first, MAX(ordered_at) AS last, 
  MIN(due)::date AS oldest, MAX(due)::date AS newest`;

describe('taps that read PostgreSQL', () => {
  let folder: Folder | undefined;
  let source: SourceDatabase | undefined;

  before(async () => {
    folder = newFolder();
    source = await startSourceDatabase(folder.file('source'));
  });

  after(async () => {
    await source?.stop();
    folder?.remove();
  });

  for (const tap of [MELTANOLABS, PIPELINEWISE]) {
    const { requirement, isExact } = tap;
    describe(requirement, () => {
      let dir = '';
      let pipe: () => Promise<PipeOutcome>;

      async function fromBoth(
        what: string,
        order = '',
      ): Promise<{ target: readonly Row[]; original: readonly Row[] }> {
        if (!source) throw new Error('there is no source before the first test');
        return {
          target: await queryLocal(dir, `SELECT ${what} FROM "${STREAM}" ${order}`),
          original: await source.query(`SELECT ${what} FROM ${SCHEMA}.${TABLE} ${order}`),
        };
      }

      before(async function () {
        if (!source || !folder) throw new Error('there is no source before the first test');
        const programs = await tapOrSkip(this, tap);
        dir = folder.file(`${requirement}-warehouse`);
        const load = extraction({
          ...{ tap, programs, settings: tap.settings(source, SCHEMA) },
          replication: () => ({ method: 'FULL_TABLE' }),
          folder: folder.file(requirement),
          args: ['--local', '--dir', dir],
        });
        pipe = () => load.load();
      });

      it('loads the table with both programs ending well and a state at the end', async () => {
        const outcome = await pipe();
        expectBothEndedWell(outcome);
        expect(statesOf(outcome).at(-1)).to.have.property('bookmarks').that.has.property(STREAM);
      });

      it('has the counts, the sums and the bounds of the source', async () => {
        const { target, original } = await fromBoth(TOTALS);
        expect(target).to.deep.equal(original);
        expect(target[0]?.['n']).to.equal(String(ROWS));
      });

      it('has every key, text, time, date and boolean of the source', async () => {
        const { target, original } = await fromBoth(VALUES, 'ORDER BY id');
        expect(target).to.deep.equal(original);
      });

      it('has the awkward values of three rows', async () => {
        const rows = await queryLocal(
          dir,
          `SELECT region, id, note, ordered_at, paid FROM "${STREAM}" ORDER BY id DESC LIMIT 5`,
        );
        expect(rows[0]).to.deep.equal({
          ...{ region: 'north', id: '9223372036854775807', note: NOTES[0], ordered_at: null, paid: null },
        });
        expect(rows[1]?.['region']).to.equal('süd "2"');
        expect(rows[1]?.['note']).to.equal('');
        expect(rows[4]?.['note']).to.equal('carriage\r\nreturn');
      });

      it(`has every amount${isExact ? ', exact to the last digit' : ''}`, async () => {
        const { target, original } = await fromBoth('amount', 'ORDER BY id');
        const plain = isExact
          ? (rows: readonly Row[]) => rows.map(({ amount }) => amount)
          : (rows: readonly Row[]) => rows.map(({ amount }) => (amount == null ? null : Number(amount)));
        expect(plain(target)).to.deep.equal(plain(original));
      });

      it('has every document', async () => {
        const { target, original } = await fromBoth('details', 'ORDER BY id');
        const parsed = (rows: readonly Row[]): readonly unknown[] =>
          rows.map(({ details }) => (details == null ? null : (JSON.parse(details) as unknown)));
        expect(parsed(target)).to.deep.equal(parsed(original));
      });

      it('replaces the rows and adds none when the same table is loaded again', async () => {
        expectBothEndedWell(await pipe());
        const { target, original } = await fromBoth(TOTALS);
        expect(target).to.deep.equal(original);
      });
    });
  }
});
