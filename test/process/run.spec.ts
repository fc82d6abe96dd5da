/** `run`: starts a tap, loads what it writes, and keeps its state. The taps are small programs. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { record, runCli, schema, startCli, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const TABLE = schema('t', { id: { type: 'integer' } }, ['id']);

describe('run', () => {
  let folder: string;
  let place: Place;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'run-'));
    place = await newPlace();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string): string => join(folder, name);

  /** The command of a tap that runs these lines of JavaScript; `say` writes messages. */
  function tap(...script: readonly string[]): readonly string[] {
    const say = 'const say = (...messages) => messages.forEach((m) => console.log(JSON.stringify(m)));';
    writeFileSync(file('tap.mjs'), [say, ...script].join('\n'));
    return [process.execPath, file('tap.mjs')];
  }

  const run = (
    args: readonly string[],
    command: readonly string[],
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Finished> => runHere(['run', '--config', place.configFile(options), ...args, '--', ...command]);

  const says = (...messages: readonly unknown[]): string =>
    `say(${messages.map((message) => JSON.stringify(message)).join(', ')});`;

  const ids = async (): Promise<unknown> =>
    (await place.query(`SELECT id FROM ${place.schema}.t ORDER BY id`)).flat();

  it('loads what the tap writes, and keeps its last state in a file of its owner', async () => {
    const command = tap(
      says(TABLE, record('t', { id: 1 }), state({ id: 1 }), record('t', { id: 2 }), state({ id: 2 })),
    );
    const { code, stdout, stderr } = await run(['--state', file('state.json')], command);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '' });
    expect(await ids()).to.deep.equal(['1', '2']);
    expect(readFileSync(file('state.json'), 'utf8')).to.equal('{"id":2}\n');
    expect(statSync(file('state.json')).mode & 0o777).to.equal(0o600);
  });

  it('loses nothing of a tap that writes much and ends long before it is read', async () => {
    const command = tap(
      says(TABLE),
      'for (let id = 0; id < 100_000; id++) say({ type: "RECORD", stream: "t", record: { id } });',
    );
    const { code, stderr } = await run([], command, { pre_sql: ['SELECT 1'], memory_budget_mb: 64 });
    expect(code, stderr).to.equal(0);
    expect(await place.query(`SELECT COUNT(*), MAX(id) FROM ${place.schema}.t`)).to.deep.equal([
      ['100000', '99999'],
    ]);
  });

  it('gives the state to the tap, if there is one', async () => {
    const command = tap(`say({ type: 'STATE', value: { args: process.argv.slice(2) } });`);
    const given: unknown[] = [];
    for (const text of [undefined, '', '{"id":7}\n']) {
      if (text !== undefined) writeFileSync(file('state.json'), text);
      await run(['--state', file('state.json')], [...command, '--config', 'tap.json']);
      given.push((JSON.parse(readFileSync(file('state.json'), 'utf8')) as { args: string[] }).args.slice(2));
    }
    expect(given).to.deep.equal([[], [], ['--state', file('state.json')]]);
  });

  it('refreshes a stream: the tap gets no bookmark of it, and its table holds only the rows of this run', async () => {
    const before = '{"bookmarks":{"t":{"id":9007199254740993},"u":{"id":1.50}},"currently_syncing":null}\n';
    writeFileSync(file('state.json'), before);
    await place.query(`CREATE SCHEMA IF NOT EXISTS ${place.schema}`);
    await run([], tap(says(TABLE, record('t', { id: 1 }), state(1))));
    const given = `say({ type: 'STATE', value: { given: readFileSync(process.argv.at(-1), 'utf8'), bookmarks: { t: 2 } } });`;
    const command = tap(
      `import { readFileSync } from 'node:fs';`,
      says(TABLE, record('t', { id: 2 })),
      given,
    );
    const { code, stderr } = await run(['--state', file('state.json'), '--refresh', 't'], command);
    expect(code, stderr).to.equal(0);
    expect(await ids()).to.deep.equal(['2']);
    expect(JSON.parse(readFileSync(file('state.json'), 'utf8'))).to.deep.equal({
      given: '{"bookmarks":{"u":{"id":1.50}},"currently_syncing":null}\n',
      bookmarks: { t: 2 },
    });
  });

  it('refuses to refresh a stream without a bookmark that it could take away', async () => {
    await run([], tap(says(TABLE, record('t', { id: 1 }), state(1))));
    for (const text of ['{"bookmarks":{"T":1}}', '{"t":1}', '{"bookmarks":[]}']) {
      writeFileSync(file('state.json'), text);
      const command = tap(says(TABLE, record('t', { id: 2 }), state(2)));
      const { code, stderr } = await run(['--state', file('state.json'), '--refresh', 't'], command);
      expect(code).to.equal(1);
      expect(stderr).to.contain('--refresh t: the state has no bookmark of that name');
      expect(readFileSync(file('state.json'), 'utf8')).to.equal(text);
    }
    expect(await ids()).to.deep.equal(['1']);
  });

  it('refuses a state file that a tap could not read', async () => {
    const refusals: string[] = [];
    for (const text of ['{"id":1}\n{"id":2}\n', 'null', '[1]']) {
      writeFileSync(file('state.json'), text);
      const { code, logs } = await run(['--state', file('state.json')], tap(''));
      refusals.push(`${code} ${logs.at(-1)?.message.replace(file('state.json'), 'FILE')}`);
      expect(readFileSync(file('state.json'), 'utf8')).to.equal(text);
    }
    expect(refusals).to.deep.equal([
      '1 Cannot use the configuration: --state FILE is not a JSON object, it has 2 lines; keep the last one',
      '1 Cannot use the configuration: --state FILE is not a JSON object',
      '1 Cannot use the configuration: --state FILE is not a JSON object',
    ]);
  });

  it('prints states on stdout where no file is given', async () => {
    const { stdout } = await run([], tap(says(state({ id: 1 }))));
    expect(stdout).to.equal('{"id":1}\n');
  });

  it('fails if the tap fails, after what was read is loaded and its state kept', async () => {
    const command = tap(
      says(TABLE, record('t', { id: 1 }), state({ id: 1 }), record('t', { id: 2 })),
      'process.exitCode = 3;',
    );
    const { code, logs } = await run(['--state', file('state.json')], command);
    expect([code, logs.at(-1)?.message]).to.deep.equal([
      1,
      'The tap node ended with exit code 3: its output may be incomplete; see its lines in the log above, and run again. What was read is loaded, and its states are kept',
    ]);
    expect(await ids()).to.deep.equal(['1', '2']);
    expect(readFileSync(file('state.json'), 'utf8')).to.equal('{"id":1}\n');
  });

  it('fails if the tap is killed', async () => {
    const { code, logs } = await run(
      [],
      tap(says(TABLE), `setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);`),
    );
    expect(code).to.equal(1);
    expect(logs.at(-1)?.message).to.match(/^The tap node ended by SIGKILL: its output may be incomplete/);
  });

  it('fails if there is no such tap', async () => {
    const { code, logs } = await run([], ['tap-that-is-not-there']);
    expect(code).to.equal(1);
    expect(logs.at(-1)?.message).to.equal(
      'Cannot start the tap tap-that-is-not-there: there is no such program; is its environment active?',
    );
  });

  it('logs what the tap says on stderr, line by line, at its level and without secrets', async () => {
    const { logs } = await run(
      [],
      tap(
        `process.stderr.write('INFO start\\nWARNING slow\\n2026-11-30 ERROR no ${place.config.password}\\nlast');`,
        says(state({})),
      ),
    );
    expect(
      logs.filter((line) => line['tap'] === 'node').map(({ level, message }) => `${level} ${message}`),
    ).to.deep.equal([
      'info node: INFO start',
      'warn node: WARNING slow',
      'error node: 2026-11-30 ERROR no ***',
      'info node: last',
    ]);
  });

  describe('of a stream that is overwritten', () => {
    const options = { load_method: 'overwrite' };

    /** Shadow tables and objects. */
    const leftovers = async (): Promise<unknown> => [
      await place.query(
        `SELECT table_name FROM svv_tables WHERE table_schema = '${place.schema}' AND table_name LIKE '%shadow%'`,
      ),
      await place.objects(),
    ];

    it('takes the exit code 0 of the tap as the evidence that the stream is complete', async () => {
      const { code, stderr } = await run([], tap(says(TABLE, record('t', { id: 1 }))), options);
      expect(code, stderr).to.equal(0);
      expect(await ids()).to.deep.equal(['1']);
    });

    it('leaves the table as it is if the tap fails, even after a state', async () => {
      await run([], tap(says(TABLE, record('t', { id: 1 }))), options);
      const command = tap(says(TABLE, record('t', { id: 2 }), state({ id: 2 })), 'process.exitCode = 1;');
      const { code, stdout, logs } = await run([], command, options);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(logs.at(-1)?.message).to.match(/^The tap node ended with exit code 1/);
      expect(await ids()).to.deep.equal(['1']);
      expect(await leftovers()).to.deep.equal([[], []]);
    });

    it('leaves no shadow table and no object after several batches of a tap that fails', async () => {
      const command = tap(
        says(TABLE, ...[1, 2, 3].map((id) => record('t', { id }))),
        'process.exitCode = 1;',
      );
      const { code } = await run([], command, { ...options, batch_size_rows: 1 });
      expect(code).to.equal(1);
      expect(await leftovers()).to.deep.equal([[], []]);
    });
  });

  it('ends the tap at the first signal, and loads what was read', async () => {
    const command = tap(
      says(TABLE, record('t', { id: 1 }), state({ id: 1 })),
      'setInterval(() => {}, 1000);',
    );
    const config = place.configFile({ log_level: 'debug' });
    const started = startCli(['run', '--config', config, '--state', file('state.json'), '--', ...command]);
    await started.seen(/opened a batch/);
    started.process.kill('SIGTERM');
    const { code, stderr } = await started.finished;
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('stopped by a signal; every record that was read is committed: 1 row');
    expect(existsSync(file('state.json'))).to.equal(true);
  });

  it('is a command line whose end belongs to the tap', async () => {
    const said = async (...args: readonly string[]): Promise<string> =>
      (await runCli(args)).stderr.split('\n')[0] ?? '';
    expect([
      await said('run', '--config', 'a'),
      await said('run', '-c', 'a', '--state', 's', '--', 'tap', '--state', 'x'),
    ]).to.deep.equal([
      'target-redshift: run needs an argument: TAP',
      'target-redshift: run gives --state to the tap; remove it from the command of the tap',
    ]);
  });
});
