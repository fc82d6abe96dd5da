/** `pipeline`: the state is in the warehouse as soon as the rows that it covers are, and one run at a time may write it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { costOf, shapeOf } from '../support/counting.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const T = schema('t', { id: { type: 'integer' } });

describe('pipeline', () => {
  let place: Place;

  beforeEach(async () => {
    place = await newPlace();
  });

  const config = (options: object = {}): string => place.configFile({ pipeline: 'shop', ...options });

  const load = (messages: readonly object[], options: object = {}): ReturnType<typeof runHere> =>
    runHere(['--config', config(options)], lines(...messages));

  const kept = async (options: object = {}, ...args: readonly string[]): Promise<string> =>
    (await runHere(['state', '--config', config(options), ...args])).stdout;

  const ids = async (): Promise<unknown> =>
    (await place.query(`SELECT id FROM ${place.schema}.t ORDER BY id`)).flat();

  it('has no state before the first load, and then the one that was printed last', async () => {
    expect(await kept()).to.equal('');
    const { stdout } = await load([
      T,
      record('t', { id: 1 }),
      state({ n: 1 }),
      record('t', { id: 2 }),
      state({ n: 2 }),
    ]);
    expect(stdout.trim().split('\n').at(-1)).to.equal('{"n":2}');
    expect(await kept()).to.equal('{"n":2}\n');
  });

  it('keeps a state byte for byte, however long it is', async () => {
    const states = [
      `{"short": 1.0,  "x":"é\\u00e9"}`,
      JSON.stringify({ long: '😀é\'"\\ '.repeat(30_000) }),
      JSON.stringify({ edge: 'é'.repeat(65_535) }),
      `{"short":"again"}`,
    ];
    const seen: string[] = [];
    for (const text of states) {
      const { code, stdout } = await runHere(
        ['--config', config()],
        `${lines(T, record('t', { id: 1 }))}{"type":"STATE","value":${text}}\n`,
      );
      expect(code).to.equal(0);
      expect(stdout).to.equal(`${text}\n`);
      seen.push(await kept());
    }
    expect(seen).to.deep.equal(states.map((text) => `${text}\n`));
  });

  it('refuses a state that is too large for the warehouse, with its size', async () => {
    const { code, logs } = await load([T, record('t', { id: 1 }), state('x'.repeat(9 * 1024 * 1024))]);
    expect([code, logs.at(-1)?.message]).to.deep.equal([
      1,
      'Cannot keep the state of pipeline "shop" in the warehouse: it has 9.0 MB, and at most 8.0 MB fit; remove the option ' +
        'pipeline, or have the tap write smaller states',
    ]);
    expect(await ids().catch(() => [])).to.deep.equal([]);
  });

  it('keeps a state that no rows precede', async () => {
    expect((await load([state({ n: 0 })])).stdout).to.equal('{"n":0}\n');
    expect(await kept()).to.equal('{"n":0}\n');
  });

  it('keeps a state without rows when the connection is lost at its COMMIT', async () => {
    let seals = 0;
    let isSealed = false;
    faults.sql = ({ sql, verb }) => {
      if (/_pipeline_shop" SET run_id/.test(sql)) isSealed = ++seals === 1;
      return verb === 'COMMIT' && isSealed ? { kind: 'drop-after' } : undefined;
    };
    const { code, stdout, stderr } = await load([state({ n: 0 })]);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":0}\n' });
    expect(await kept()).to.equal('{"n":0}\n');
  });

  it('prints no state that the warehouse does not have', async () => {
    faults.sql = ({ sql }) =>
      /_target_redshift_pipeline_shop" SET run_id/.test(sql)
        ? { kind: 'error', sqlstate: '22000', message: 'no' }
        : undefined;
    const { code, stdout } = await load([T, record('t', { id: 1 }), state({ n: 1 })]);
    faults.sql = () => undefined;
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(await ids().catch(() => [])).to.deep.equal([]);
    expect(await kept()).to.equal('');
  });

  it('costs no message: the state goes with the rows', async () => {
    const messages = async (options: Readonly<Record<string, unknown>>): Promise<string[]> => {
      await costOf(
        place,
        options,
        [T, record('t', { id: 1 }), state({ n: 1 })].map((one) => JSON.stringify(one)),
      );
      const again = [T, record('t', { id: 2 }), state({ n: 2 })].map((one) => JSON.stringify(one));
      return shapeOf((await costOf(place, options, again)).messages);
    };
    expect(await messages({ pipeline: 'shop' })).to.deep.equal([
      'BEGIN; UPDATE pipeline_shop; SELECT pipeline_shop',
      'COMMIT',
      'SELECT svv_columns; SELECT pg_attribute; SELECT pg_class; SELECT pg_namespace',
      'SELECT stv_slices',
      'BEGIN',
      'COPY t',
      'SELECT pg_last_copy_count; UPDATE pipeline_shop',
      'INSERT loads; INSERT runs; COMMIT',
      'BEGIN; UPDATE runs; COMMIT',
    ]);
  });

  it('keeps a run from committing once a newer run, or state --take-over, has begun', async () => {
    const seen: unknown[] = [];
    for (const takeOver of [() => load([state({ n: 'newer' })]), () => kept({}, '--take-over')]) {
      const older = startHere(['--config', config({ log_level: 'debug' })]);
      await older.write(lines(T, record('t', { id: 1 })));
      await older.seen(/opened a batch/);
      await takeOver();
      await older.write(lines(state({ n: 'too late' })));
      older.end();
      const { code, stdout, logs } = await older.finished;
      seen.push({ code, stdout, message: logs.at(-1)?.message.split(':')[0] });
    }
    const refused = { code: 1, stdout: '', message: 'A newer run has taken over pipeline "shop"' };
    expect(seen).to.deep.equal([refused, refused]);
    expect([await ids(), await kept()]).to.deep.equal([[], '{"n":"newer"}\n']);
  });

  for (const kind of ['drop-before', 'drop-after'] as const) {
    it(`takes over again when the COMMIT of that meets ${kind}`, async () => {
      for (const n of [1, 2]) {
        let isTaking = false;
        let isLost = false;
        faults.sql = ({ sql, verb }) => {
          if (/_shop" SET epoch/.test(sql)) isTaking = true;
          if (isLost || !isTaking || verb !== 'COMMIT') return undefined;
          isLost = true;
          return { kind };
        };
        const { code, stdout, stderr } = await load([T, record('t', { id: n }), state({ n })]);
        expect([code, stdout, isLost], stderr).to.deep.equal([0, `{"n":${n}}\n`, true]);
      }
      expect([await ids(), await kept()]).to.deep.equal([['1', '2'], '{"n":2}\n']);
    });
  }

  it('is taken over by state --take-over although another run is in the way, or the connection is lost', async () => {
    expect((await load([state({ n: 1 })])).code).to.equal(0);
    for (const fault of [
      { kind: 'error', sqlstate: 'XX000', message: 'ERROR: 1023' },
      { kind: 'drop-after' },
    ] as const) {
      let struck = 0;
      faults.sql = ({ sql, verb }) => {
        const isDue = fault.kind === 'error' ? /SET epoch/.test(sql) : verb === 'COMMIT';
        return isDue && struck++ === 0 ? fault : undefined;
      };
      expect(await kept({}, '--take-over')).to.equal('{"n":1}\n');
      expect(struck).to.be.above(1);
    }
  });

  it('leaves other pipelines alone', async () => {
    const older = startHere(['--config', config({ log_level: 'debug' })]);
    await older.write(lines(T, record('t', { id: 1 })));
    await older.seen(/opened a batch/);
    expect((await load([state({ other: 1 })], { pipeline: 'Shop' })).code).to.equal(0);
    await older.write(lines(state({ n: 1 })));
    older.end();
    expect((await older.finished).code).to.equal(0);
    expect([await kept(), await kept({ pipeline: 'Shop' })]).to.deep.equal(['{"n":1}\n', '{"other":1}\n']);
  });

  it('needs its table, or the right to make it', async () => {
    const { code, logs } = await load([T], { forbid_ddl: true });
    expect(code).to.equal(1);
    expect(logs.at(-1)?.message).to.match(
      /^The table of pipeline "shop" does not exist, and forbid_ddl is set\. Run these statements, then this load again:\nCREATE SCHEMA [^;]+;\nCREATE TABLE [^;]+;$/,
    );
  });

  it('says which rights are missing', async () => {
    const user = `${place.schema}_loader`;
    await place.query(`CREATE USER ${user} PASSWORD 'Pipe1ine'`);
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`GRANT USAGE ON SCHEMA ${place.schema} TO ${user}`);
    const failure = async (): Promise<unknown> =>
      (await load([T], { user, password: 'Pipe1ine' })).logs.at(-1)?.message;
    const advice =
      `The user of the load needs SELECT, INSERT, UPDATE and DELETE on "${place.schema}"."_target_redshift_pipeline_shop"; ` +
      'the first load makes that table, with CREATE on the schema';
    expect(await failure())
      .to.match(/^Cannot take over pipeline "shop": /)
      .and.to.contain(advice);
    expect((await load([state({ n: 1 })])).code).to.equal(0);
    expect(await failure())
      .to.match(/^Cannot take over pipeline "shop": /)
      .and.to.contain(advice);
  });

  it('says so when there is no pipeline to ask for', async () => {
    const { code, logs } = await runHere(['state', '--config', place.configFile()]);
    expect([code, logs.at(-1)?.message]).to.deep.equal([
      1,
      'Cannot use the configuration: the option pipeline is not set; only with it a load keeps its state in the warehouse',
    ]);
  });

  describe('with run', () => {
    let folder: string;

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pipeline-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    /** A tap that goes on from its state, which is the last id. */
    const tap = (): readonly string[] => {
      const path = join(folder, 'tap.mjs');
      writeFileSync(
        path,
        `import { readFileSync } from 'node:fs';
        const at = process.argv.indexOf('--state');
        const { id: last } = at === -1 ? { id: 0 } : JSON.parse(readFileSync(process.argv[at + 1], 'utf8'));
        const say = (message) => console.log(JSON.stringify(message));
        say(${JSON.stringify(T)});
        for (const id of [last + 1, last + 2]) say({ type: 'RECORD', stream: 't', record: { id } });
        say({ type: 'STATE', value: { id: last + 2 } });`,
      );
      return [process.execPath, path];
    };

    const run = (...args: readonly string[]): ReturnType<typeof runHere> =>
      runHere(['run', '--config', config({ exactly_once: true }), ...args, '--', ...tap()]);

    it('gives the state in the warehouse to the tap', async () => {
      for (let n = 0; n < 2; n++) expect((await run()).code).to.equal(0);
      expect([await ids(), await kept()]).to.deep.equal([['1', '2', '3', '4'], '{"id":4}\n']);
    });

    it('trusts the warehouse more than the file, which it keeps up to date', async () => {
      const file = join(folder, 'state.json');
      expect((await run('--state', file)).code).to.equal(0);
      writeFileSync(file, '{"id":0}\n');
      expect((await run('--state', file)).code).to.equal(0);
      expect(await ids()).to.deep.equal(['1', '2', '3', '4']);
      expect([readFileSync(file, 'utf8'), existsSync(file)]).to.deep.equal(['{"id":4}\n', true]);
    });

    it('begins with the file where the warehouse has no state yet', async () => {
      const file = join(folder, 'state.json');
      writeFileSync(file, '{"id":7}\n');
      expect((await run('--state', file)).code).to.equal(0);
      expect(await ids()).to.deep.equal(['8', '9']);
    });

    it('commits nothing of an append whose tap fails after its last state', async () => {
      const command = tap();
      const { code, logs } = await runHere([
        'run',
        '--config',
        config({ exactly_once: true }),
        '--',
        'sh',
        '-c',
        '"$0" "$1"; echo \'{"type":"RECORD","stream":"t","record":{"id":9}}\'; exit 3',
        ...command,
      ]);
      expect(code).to.equal(1);
      expect(logs.at(-1)?.message).to.match(
        /^The tap sh ended with exit code 3: its output may be incomplete; see its lines in the log above, and run again\. The records after the last STATE were not loaded, because no state covers them: /,
      );
      expect([await ids().catch(() => []), await kept()]).to.deep.equal([[], '']);
    });

    it('commits what a tap that ends well sends after its last state, and warns', async () => {
      const { code, logs } = await runHere([
        'run',
        '--config',
        config({ exactly_once: true }),
        '--',
        'sh',
        '-c',
        '"$0" "$1"; echo \'{"type":"RECORD","stream":"t","record":{"id":9}}\'',
        ...tap(),
      ]);
      expect(code).to.equal(0);
      expect(logs.filter(({ level }) => level === 'warn').map(({ message }) => message)).to.deep.equal([
        'exactly_once cannot hold for stream "t": the tap ended after records that no STATE follows, so it will send them again, and they will be there twice',
      ]);
      expect([await ids(), await kept()]).to.deep.equal([['1', '2', '9'], '{"id":2}\n']);
    });

    it('refuses a tap that is given another state', async () => {
      const args = ['run', '--config', config(), '--', ...tap(), '--state', 'x'];
      expect((await runHere(args)).stderr).to.contain(
        'with the option pipeline, run gives --state to the tap; remove it from the command of the tap',
      );
    });
  });
});
