/** `exactly_once`: what lies between two states becomes visible together, with the second of them, or not at all. */
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { atLoadCommit, faults, newPlace, type Place } from '../support/warehouse.ts';

const INTEGER = { type: 'integer' };
const APPENDED = schema('a', { id: INTEGER });
const UPSERTED = schema('u', { id: INTEGER, name: { type: 'string' } }, ['id']);

describe('exactly_once', () => {
  let place: Place;

  beforeEach(async () => {
    place = await newPlace();
  });

  const config = (options: object = {}): string =>
    place.configFile({ pipeline: 'shop', exactly_once: true, batch_size_rows: 2, ...options });

  const load = (messages: readonly object[], options: object = {}): ReturnType<typeof runHere> =>
    runHere(['--config', config(options)], lines(...messages));

  const kept = async (): Promise<string> => (await runHere(['state', '--config', config()])).stdout;

  const ids = async (table: string): Promise<unknown> =>
    (await place.query(`SELECT id FROM ${place.schema}.${table} ORDER BY id`)).flat();

  const transactions = async (): Promise<number> => {
    const loads = `${place.schema}._target_redshift_loads`;
    const rows = await place.query(`SELECT COUNT(DISTINCT xmin::text) FROM ${loads}`).catch(() => undefined);
    return Number(rows?.[0]?.[0] ?? -1);
  };

  it('commits all streams between two states at once, with the second', async () => {
    const commits: string[] = [];
    faults.sql = ({ sql }) => {
      if (
        /^(INSERT INTO "[^"]*"\."_target_redshift_loads"|COMMIT$)|_target_redshift_pipeline_shop" SET/.test(
          sql,
        )
      )
        commits.push(sql.slice(0, 6));
      return undefined;
    };
    const { code, stdout, stderr } = await load([
      APPENDED,
      UPSERTED,
      ...[1, 2, 3].flatMap((id) => [record('a', { id }), record('u', { id: id % 2, name: `n${id}` })]),
      state({ n: 1 }),
    ]);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
    expect(commits.join(' ')).to.match(/UPDATE COMMIT .*COMMIT UPDATE INSERT COMMIT COMMIT$/);
    expect(await ids('a')).to.deep.equal(['1', '2', '3']);
    expect(await place.query(`SELECT id, name FROM ${place.schema}.u ORDER BY id`)).to.deep.equal([
      ['0', 'n2'],
      ['1', 'n3'],
    ]);
    expect(await kept()).to.equal('{"n":1}\n');
    expect(await transactions()).to.be.oneOf([-1, 1]);
  });

  for (const kind of ['drop-before', 'drop-after', 'commit-answers-rollback'] as const) {
    it(`loads nothing twice when a COMMIT meets ${kind}`, async () => {
      faults.sql = atLoadCommit(0, { kind });
      const { code, stdout, stderr } = await load([
        APPENDED,
        record('a', { id: 1 }),
        record('a', { id: 2 }),
        state({ n: 2 }),
        record('a', { id: 3 }),
        state({ n: 3 }),
      ]);
      expect(code, stderr).to.equal(0);
      expect(stdout.trim().split('\n').at(-1)).to.equal('{"n":3}');
      expect(await ids('a')).to.deep.equal(['1', '2', '3']);
    });
  }

  it('commits nothing of a group that fails, and begins again from the state in the warehouse', async () => {
    const first = [
      APPENDED,
      UPSERTED,
      record('a', { id: 1 }),
      record('u', { id: 1, name: 'x' }),
      state({ n: 1 }),
    ];
    expect((await load(first)).code).to.equal(0);
    const error = { kind: 'error', sqlstate: '22000', message: 'no' } as const;
    faults.sql = ({ sql }) => (/^INSERT INTO "[^"]*"\."u"/.test(sql) ? error : undefined);
    const more = [
      APPENDED,
      UPSERTED,
      record('a', { id: 2 }),
      record('u', { id: 2, name: 'y' }),
      state({ n: 2 }),
    ];
    const failed = await load(more);
    expect({ code: failed.code, stdout: failed.stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(failed.logs.at(-1)?.message).to.match(/^Cannot load stream "u" into /);
    expect(await ids('a')).to.deep.equal(['1']);
    expect(await kept()).to.equal('{"n":1}\n');
    expect(await place.objects()).to.deep.equal([]);
    faults.sql = () => undefined;
    expect((await load(more)).code).to.equal(0);
    expect([await ids('a'), await ids('u'), await kept()]).to.deep.equal([
      ['1', '2'],
      ['1', '2'],
      '{"n":2}\n',
    ]);
  });

  it('keeps a run from committing once a newer run of its pipeline has begun', async () => {
    const older = startHere(['--config', config()]);
    await older.write(lines(APPENDED, record('a', { id: 1 }), record('a', { id: 2 }), state({ n: 'older' })));
    const opened = place.configFile({ pipeline: 'shop', exactly_once: true, log_level: 'debug' });
    expect(opened).to.be.a('string');
    await older.seen(/loads into schema/);
    await untilTaken(place);
    expect((await load([APPENDED, record('a', { id: 7 }), state({ n: 'newer' })])).code).to.equal(0);
    await older.write(lines(record('a', { id: 3 }), state({ n: 'too late' })));
    older.end();
    const { code, stdout, logs } = await older.finished;
    expect(code).to.equal(1);
    expect(stdout).to.not.contain('too late');
    expect(logs.at(-1)?.message).to.match(
      /^A newer run has taken over pipeline "shop": this run can commit nothing/,
    );
    expect(await ids('a'))
      .to.include('7')
      .and.not.include('3');
    expect(await kept()).to.equal('{"n":"newer"}\n');
    expect(await place.objects()).to.deep.equal([]);
  });

  it('gives streams that change their schema their new columns', async () => {
    const { code, stderr } = await load(
      [
        APPENDED,
        UPSERTED,
        record('a', { id: 1 }),
        record('u', { id: 1, name: 'x' }),
        schema('a', { id: INTEGER, more: { type: 'string' } }),
        schema('u', { id: INTEGER, name: { type: 'string' }, more: INTEGER }, ['id']),
        record('a', { id: 2, more: 'm' }),
        record('u', { id: 2, name: 'y', more: 5 }),
        state({ n: 1 }),
      ],
      { batch_size_rows: 1000 },
    );
    expect(code, stderr).to.equal(0);
    expect(await place.query(`SELECT id, more FROM ${place.schema}.a ORDER BY id`)).to.deep.equal([
      ['1', null],
      ['2', 'm'],
    ]);
    expect(await place.query(`SELECT id, name, more FROM ${place.schema}.u ORDER BY id`)).to.deep.equal([
      ['1', 'x', null],
      ['2', 'y', '5'],
    ]);
  });

  for (const [what, type, value, stored] of [
    ['a string', { type: 'string' }, 'x', ['46', 'x']],
    ['a number', { type: 'number' }, 1.5, ['46', '1.5']],
  ] as const) {
    it(`loads what came before a column became ${what}, in the same group`, async () => {
      for (const [stream, keys] of [
        ['a', []],
        ['u', ['id']],
      ] as const) {
        const { code, stderr } = await load(
          [
            schema(stream, { id: INTEGER, v: INTEGER }, keys),
            record(stream, { id: 1, v: 46 }),
            schema(stream, { id: INTEGER, v: type }, keys),
            record(stream, { id: 2, v: value }),
            state({ n: 1 }),
          ],
          { batch_size_rows: 1000 },
        );
        expect(code, stderr).to.equal(0);
        expect(
          (await place.query(`SELECT v FROM ${place.schema}.${stream} ORDER BY id`)).flat(),
        ).to.deep.equal(stored);
      }
    });
  }

  it('replaces a table and appends to another in one transaction', async () => {
    const options = { streams: { o: { load_method: 'overwrite' } } };
    const OVERWRITTEN = schema('o', { id: INTEGER });
    const run = (n: number): ReturnType<typeof runHere> =>
      load(
        [
          OVERWRITTEN,
          APPENDED,
          ...[n, n + 1, n + 2].flatMap((id) => [record('o', { id }), record('a', { id })]),
          state({ n }),
        ],
        options,
      );
    expect((await run(1)).code).to.equal(0);
    faults.sql = ({ sql }) =>
      /^COPY "[^"]*"\."a"/.test(sql) ? { kind: 'error', sqlstate: '22000', message: 'no' } : undefined;
    expect((await run(10)).code).to.equal(1);
    expect([await ids('o'), await ids('a')]).to.deep.equal([
      ['1', '2', '3'],
      ['1', '2', '3'],
    ]);
    faults.sql = () => undefined;
    expect((await run(10)).code).to.equal(0);
    expect([await ids('o'), await ids('a'), await kept()]).to.deep.equal([
      ['10', '11', '12'],
      ['1', '2', '3', '10', '11', '12'].sort((one, two) => Number(one) - Number(two)),
      '{"n":10}\n',
    ]);
    expect(
      await place.query(
        `SELECT table_name FROM svv_tables WHERE table_schema = '${place.schema}' AND table_name LIKE '%shadow%'`,
      ),
    ).to.deep.equal([]);
  });

  it('activates versions and deletes rows with the state that covers them', async () => {
    const VERSIONED = schema('v', { id: INTEGER }, ['id']);
    const versioned = (id: number, version: number): object => ({ ...record('v', { id }), version });
    const options = { hard_delete: true, add_record_metadata: true };
    const activate = (version: number): object => ({ type: 'ACTIVATE_VERSION', stream: 'v', version });
    expect(
      (await load([VERSIONED, versioned(1, 1), versioned(2, 1), activate(1), state({ n: 1 })], options)).code,
    ).to.equal(0);
    const { code, stdout, stderr } = await load(
      [VERSIONED, activate(2), versioned(2, 2), versioned(3, 2), activate(2), state({ n: 2 })],
      options,
    );
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":2}\n' });
    expect(await ids('v')).to.deep.equal(['2', '3']);
  });

  describe('when records of an append follow the last state', () => {
    const cut = [APPENDED, record('a', { id: 1 }), state({ n: 1 }), record('a', { id: 2 })];

    it('loads none of what no committed state covers, and fails', async () => {
      const { code, stdout, logs } = await load(cut, { batch_size_rows: 1000 });
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(logs.at(-1)?.message).to.equal(
        'Cannot load the records after the last STATE exactly once: the input ended, and the next run gets those of stream "a" again. ' +
          'None of the records since the last committed state was loaded, so nothing is lost or doubled: run again from that state. ' +
          'If the tap ends well and sends no STATE at its end, start it with target-redshift run, which sees how it ended',
      );
      expect(await place.objects()).to.deep.equal([]);
    });

    it('loads none of them on a signal, and all that a state covers', async () => {
      const ends: unknown[] = [];
      for (const messages of [cut, cut.slice(0, -1)]) {
        const run = startHere(['--config', config({ batch_size_rows: 1000, log_level: 'debug' })]);
        await run.write(lines(...messages));
        await run.seen(/opened a batch/);
        run.signal();
        const { code, stdout } = await run.finished;
        ends.push({ code, stdout, ids: await ids('a').catch(() => []) });
      }
      expect(ends).to.deep.equal([
        { code: 1, stdout: '', ids: [] },
        { code: 0, stdout: '{"n":1}\n', ids: ['1'] },
      ]);
    });

    it('loads those of streams that are upserted, which doubles nothing', async () => {
      const { code, stdout } = await load([
        UPSERTED,
        record('u', { id: 1, name: 'x' }),
        state({ n: 1 }),
        record('u', { id: 2, name: 'y' }),
      ]);
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
      expect(await ids('u')).to.deep.equal(['1', '2']);
    });

    it('loads those of a tap that never sends a state, and warns', async () => {
      const { code, stdout, logs } = await load([APPENDED, record('a', { id: 1 })]);
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
      expect(logs.filter(({ level }) => level === 'warn').map(({ message }) => message)).to.deep.equal([
        'exactly_once cannot hold for stream "a": the tap sent no STATE, so it will send them again, and they will be there twice',
      ]);
      expect(await ids('a')).to.deep.equal(['1']);
    });
  });

  it('is refused without the option pipeline', async () => {
    const { code, logs } = await load([APPENDED], { pipeline: undefined });
    expect([code, logs.at(-1)?.message]).to.deep.equal([
      1,
      'Cannot use the configuration: "exactly_once" needs "pipeline", a name under which the state is kept in the warehouse',
    ]);
  });
});

/** Until a run has taken the pipeline over. */
async function untilTaken(place: Place): Promise<void> {
  const rows = await place
    .query(`SELECT epoch FROM ${place.schema}._target_redshift_pipeline_shop`)
    .catch(() => []);
  if (rows.length > 0) return;
  await new Promise((resolve) => setTimeout(resolve, 20));
  return untilTaken(place);
}
