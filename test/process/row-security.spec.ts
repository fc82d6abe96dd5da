/** Tables with row-level security, which hides rows from the user that loads: the hidden rows must not end beside new ones. */
import { expect } from 'chai';
import { lines, record, schema } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const PASSWORD = 'Loader_password1';
const PROPERTIES = { id: { type: 'integer' }, region: { type: 'string' } };
const KEYED = schema('t', PROPERTIES, ['id']);

const ROWS = [
  ['1', 'eu'],
  ['2', 'us'],
];

describe('a table with row-level security', () => {
  let place: Place;
  let user: string;

  beforeEach(async () => {
    place = await newPlace();
    user = `${place.schema}_loader`;
    await place.query(`CREATE USER ${user} PASSWORD '${PASSWORD}'`);
    await place.query(`CREATE SCHEMA ${place.schema} AUTHORIZATION ${user}`);
    const first = [record('t', { id: 1, region: 'eu' }), record('t', { id: 2, region: 'us' })];
    expect(await run({}, KEYED, ...first)).to.deep.equal({ code: 0, error: undefined });
    await place.query(`CREATE RLS POLICY ${user}_eu WITH (region VARCHAR(8)) USING (region = 'eu')`);
    await place.query(`ATTACH RLS POLICY ${user}_eu ON ${place.schema}.t TO ${user}`);
    await place.query(`ALTER TABLE ${place.schema}.t ROW LEVEL SECURITY ON`);
  });
  afterEach(async () => {
    await place.query(`DETACH RLS POLICY ${user}_eu ON ${place.schema}.t FROM ${user}`);
    await place.query(`DROP RLS POLICY ${user}_eu`);
  });

  /** What a run of the user ends with: its exit code, and its error. */
  async function run(
    options: Readonly<Record<string, unknown>>,
    ...messages: readonly object[]
  ): Promise<{ code: number | null; error: string | undefined }> {
    const args = ['--config', place.configFile({ user, password: PASSWORD, ...options })];
    const { code, stderr } = await runHere(args, lines(...messages));
    return { code, error: errorIn(stderr) };
  }

  const errorIn = (stderr: string): string | undefined =>
    /"level":"error".*?"message":"((?:[^"\\]|\\.)*)"/.exec(stderr)?.[1];

  const refusalIn = (plan: string): string | undefined => /"refusal": "((?:[^"\\]|\\.)*)"/.exec(plan)?.[1];

  const rows = (): Promise<(string | null)[][]> =>
    place.query(`SELECT id, region FROM ${place.schema}.t ORDER BY id, region`);

  const refused = (error: string | undefined): void => {
    const table = `"${place.schema}"."t"`;
    expect(error?.replaceAll('\\"', '"')).to.contain(
      `Row-level security hides rows of table ${table} from this user`,
    );
    expect(error).to.contain('GRANT IGNORE RLS TO');
  };

  /** The policy shows the new row and hides the old one of its key: the counts of the load would be right. */
  const MOVED = record('t', { id: 2, region: 'eu' });

  for (const options of [
    {},
    { load_method: 'insert-only' },
    { load_method: 'overwrite', overwrite_when: 'end_of_input' },
  ]) {
    it(`is not loaded with ${JSON.stringify(options)}, and stays as it was`, async () => {
      const { code, error } = await run(options, KEYED, MOVED);
      expect(code).to.equal(1);
      refused(error);
      expect(await rows()).to.deep.equal(ROWS);
    });
  }

  it('is not loaded where only the keys are carried, or the row is deleted', async () => {
    const deletion = record('t', { id: 2, region: 'us', _sdc_deleted_at: '2024-01-01T00:00:00Z' });
    for (const [options, ...messages] of [
      [{}, schema('t', { id: { type: 'integer' } }, ['id']), record('t', { id: 2 })],
      [{ hard_delete: true, add_metadata_columns: true }, KEYED, deletion],
    ] as const) {
      const { code, error } = await run(options, ...messages);
      expect(code).to.equal(1);
      refused(error);
      expect(await rows()).to.deep.equal(ROWS);
    }
  });

  it('keeps a column whose type would have to change, because the values of hidden rows would be lost', async () => {
    const retyped = schema('t', { id: { type: 'string' }, region: { type: 'string' } }, []);
    const { code, error } = await run(
      { load_method: 'append-only' },
      retyped,
      record('t', { id: 'three', region: 'eu' }),
    );
    expect(code).to.equal(1);
    refused(error);
    expect(await rows()).to.deep.equal(ROWS);
  });

  for (const [command, name] of [
    [[], 'a load'],
    [['plan'], 'a plan'],
    [['plan', '--format', 'json'], 'a plan in JSON'],
  ] as const) {
    it(`ends ${name} that has to know whether all numbers fit, because those of hidden rows are not seen`, async () => {
      await place.query(`ALTER TABLE ${place.schema}.t ADD COLUMN amount NUMERIC(38,2)`);
      const amount = { type: 'number', multipleOf: 0.0001 };
      const input = lines(schema('t', { ...PROPERTIES, amount }, ['id']));
      const config = place.configFile({ user, password: PASSWORD });
      const { code, stdout, stderr } = await runHere([...command, '--config', config], input);
      expect(code).to.equal(1);
      const said = [errorIn(stderr), /would fail here: (.*)/.exec(stdout)?.[1], refusalIn(stdout)];
      refused(said.find((one) => one !== undefined));
    });
  }

  it('takes appends, also of rows that the policy hides', async () => {
    const options = { load_method: 'append-only' };
    expect(await run(options, KEYED, record('t', { id: 3, region: 'us' }))).to.deep.equal({
      code: 0,
      error: undefined,
    });
    expect(await rows()).to.deep.equal([...ROWS, ['3', 'us']]);
  });

  it('is loaded by a user with IGNORE RLS, granted to it or to a role that it has', async () => {
    await place.query(`GRANT IGNORE RLS TO ${user}`);
    expect((await run({}, KEYED, MOVED)).code).to.equal(0);
    expect(await rows()).to.deep.equal([
      ['1', 'eu'],
      ['2', 'eu'],
    ]);
    await place.query(`REVOKE IGNORE RLS FROM ${user}`);
    await place.query(`CREATE ROLE ${user}_all`);
    await place.query(`GRANT IGNORE RLS TO ROLE ${user}_all`);
    await place.query(`GRANT ROLE ${user}_all TO ${user}`);
    const back = record('t', { id: 1, region: 'us' });
    expect((await run({}, KEYED, back)).code).to.equal(0);
    expect(await rows()).to.deep.equal([
      ['1', 'us'],
      ['2', 'eu'],
    ]);
    await place.query(`REVOKE IGNORE RLS FROM ROLE ${user}_all`);
  });
});
