/**
 * Runs every case of `spec/cases` against the local warehouse: most of them in this process, and one or two of each kind
 * through the built program, where what the compiler made and what main.ts does counts too.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pLimit from 'p-limit';
import { readCase, type CaseFile } from './support/case-file.ts';
import { runCli, type Finished } from './support/cli.ts';
import { runHere } from './support/in-process.ts';
import { rowsAsText, tableAsText } from './support/table-text.ts';
import { newPlace } from './support/warehouse.ts';

const folder = fileURLToPath(new URL('../spec/cases/', import.meta.url));

/** The cases that go through the built program, and what they stand for. */
const BUILT: Readonly<Record<string, string>> = {
  'upsert-last-record-wins': 'an upsert',
  'append-only': 'an append',
  'insert-only': 'an insert of new keys',
  'overwrite-by-swap': 'an overwrite',
  'activate-version': 'an activation',
  'deletes-hard': 'deletions',
  'nested-flatten': 'flattened objects',
  'keys-big-integers': 'integers that no double holds',
  'numbers-with-all-digits-of-a-double': 'doubles',
  'types-decimal': 'decimals',
  'texts-unicode': 'characters of every width, through real pipes',
  times: 'dates and times',
  'types-binary': 'bytes',
  'input-state-bytes': 'states, byte for byte on stdout',
  'input-empty': 'an input that ends at once',
  'invalid-quarantine': 'records that are set aside',
  'validate-records-python-patterns': 'validators that are compiled when the program runs',
  'schema-retype': 'columns that get another type',
  'names-hostile': 'names of every kind',
  hooks: "statements of the user's own",
  history: 'the history, which holds the version of the program',
  'failure-keeps-committed': 'a failure between two loads',
  'bad-json-broken': 'a failure of the input',
  'options-misspelt': 'a failure of the configuration',
};

/** What a case left behind, gathered before any assertion. */
interface Outcome {
  readonly schema: string;
  readonly runs: readonly Finished[];
  readonly tables: Readonly<Record<string, string>>;
  readonly queries: Readonly<Record<string, string>>;
  readonly rejected: Readonly<Record<string, string>>;
  readonly objects: readonly string[];
}

async function play({ config, runs, tables, queries }: CaseFile, run: typeof runHere): Promise<Outcome> {
  const place = await newPlace();
  const filled = (text: string): string => text.replaceAll('{schema}', place.schema);
  const path = place.configFile(JSON.parse(filled(JSON.stringify(config))) as Record<string, unknown>);
  if (runs.some(({ sql }) => sql.length > 0))
    await place.query(`CREATE SCHEMA IF NOT EXISTS ${place.schema}`);
  const finished: Finished[] = [];
  for (const { sql, input } of runs) {
    for (const statement of sql) await place.query(filled(statement));
    finished.push(await run(['--config', path], filled(input)));
  }
  const found: Record<string, string> = {};
  for (const name of Object.keys(tables)) found[name] = await tableAsText(place, name);
  const answers: Record<string, string> = {};
  for (const query of Object.keys(queries)) answers[query] = rowsAsText(await place.query(filled(query)));
  return {
    schema: place.schema,
    runs: finished,
    tables: found,
    queries: answers,
    rejected: await place.rejected(),
    objects: await place.objects(),
  };
}

const nameOf = (file: string): string => file.replace('.case', '');

describe('spec/cases', function () {
  this.timeout(120_000);
  // Each case has a place of its own, so that several can be played at once: most of a case is waiting.
  const playing = pLimit(4);
  const outcomes = new Map<string, Promise<Outcome>>();
  // CASES=name,name plays these only.
  const chosen = process.env['CASES']?.split(',');
  const files = readdirSync(folder)
    .filter((file) => !chosen || chosen.includes(nameOf(file)))
    .sort();
  const cases = new Map(files.map((file) => [file, readCase(folder + file)]));

  before(() => {
    for (const [file, expected] of cases) {
      const run = nameOf(file) in BUILT ? runCli : runHere;
      const outcome = playing(() => play(expected, run));
      outcome.catch(() => undefined);
      outcomes.set(file, outcome);
    }
  });

  it('has the cases that go through the built program', function () {
    if (chosen) this.skip();
    expect(files.map(nameOf)).to.include.members(Object.keys(BUILT));
  });

  for (const [file, expected] of cases) {
    it(`${nameOf(file)}: ${expected.title}`, async () => {
      const outcome = (await outcomes.get(file))!;
      expected.runs.forEach((run, i) => {
        const { code, stdout, stderr } = outcome.runs[i]!;
        for (const text of run.stderr) expect(stderr).to.contain(text.replaceAll('{schema}', outcome.schema));
        for (const text of run.noStderr) expect(stderr).not.to.contain(text);
        expect({ code, stdout }, stderr).to.deep.equal({ code: run.exit, stdout: run.stdout });
      });
      expect(outcome.tables).to.deep.equal(expected.tables);
      expect(outcome.queries).to.deep.equal(expected.queries);
      expect(outcome.rejected).to.deep.equal(expected.rejected);
      expect(outcome.objects, 'objects left in the bucket').to.deep.equal([]);
    });
  }
});
