/** How a command that fails is reported: one sentence for what a user can act on, the stack for a defect of the program. */
import { expect } from 'chai';
import { lines, record, schema } from './support/cli.ts';
import { runHere, startHere } from './support/in-process.ts';
import { newPlace } from './support/warehouse.ts';

const table = schema('t', { id: { type: 'integer' } });
const one = lines(table, record('t', { id: 1 }));

describe('a defect of the program', () => {
  const DEFECTS: readonly (readonly [what: string, cause: Error, message: string])[] = [
    [
      'that reads a property of undefined',
      new TypeError("Cannot read properties of undefined (reading 'AWS_REGION')"),
      "Cannot read properties of undefined (reading 'AWS_REGION')",
    ],
    [
      'whose error begins as an expected one does',
      new TypeError('Cannot mix BigInt and other types, use explicit conversions'),
      'Cannot mix BigInt and other types, use explicit conversions',
    ],
    [
      'whose error has a code of Node',
      Object.assign(new RangeError('The value of "offset" is out of range'), { code: 'ERR_OUT_OF_RANGE' }),
      'The value of "offset" is out of range',
    ],
    [
      'whose error has a code of the system',
      Object.assign(new Error('ENOTCONN: socket is not connected'), { code: 'ENOTCONN' }),
      'ENOTCONN: socket is not connected',
    ],
  ];
  for (const [what, cause, message] of DEFECTS) {
    it(`${what} is reported with its stack: exit 1 and no state`, async () => {
      const path = (await newPlace()).configFile();
      const { finished } = startHere(
        ['--config', path],
        {},
        {
          openInput: () => ({
            async *[Symbol.asyncIterator]() {
              yield Buffer.from(one);
              await Promise.reject(cause);
            },
            destroy: () => undefined,
          }),
        },
      );
      const { code, stdout, logs } = await finished;
      const { level, message: said, stack } = logs.at(-1)!;
      expect({ code, stdout, level, said }).to.deep.equal({
        code: 1,
        stdout: '',
        level: 'error',
        said: `Unexpected error, a defect of target-redshift (please report it, with this line): ${message}`,
      });
      expect(stack).to.equal(cause.stack);
      expect(stack).to.match(/\n {4}at .*program\.spec\.ts:\d+/);
    });
  }

  it('before anything is read is reported in the same way', async () => {
    const { finished } = startHere(['--discard'], {}, { heedSignals: undefined as never });
    const { code, stdout, logs } = await finished;
    expect([code, stdout, logs.length]).to.deep.equal([1, '', 1]);
    expect(logs[0]?.message).to.match(/^Unexpected error, a defect of .* is not a function$/);
    expect(logs[0]?.['stack']).to.match(/^TypeError: .*\n {4}at .*program\.ts:\d+/);
  });

  it('that throws something else than an error is reported without a stack', async () => {
    const { finished } = startHere(
      ['--discard'],
      {},
      {
        openInput: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- this is what is tested
          throw 'a string';
        },
      },
    );
    const { code, logs } = await finished;
    expect([code, logs.map(({ message, stack }) => [message, stack])]).to.deep.equal([
      1,
      [
        [
          'Unexpected error, a defect of target-redshift (please report it, with this line): a string',
          undefined,
        ],
      ],
    ]);
  });
});

describe('an error that a user can act on', () => {
  it('is one sentence without a stack, with its stream, line, file or SQLSTATE beside it', async () => {
    const path = (await newPlace()).configFile();
    const runs = await Promise.all([
      runHere(['--config', path], lines(table, record('t', { id: 'x' }))),
      runHere(['sql', 'SELECT nope', '--config', path]),
      runHere(['--config', '/nowhere/config.json'], one),
      runHere(['--config', path, '--input', '/nowhere/input.jsonl']),
      runHere(['local', '--dir', '/nowhere', '--access', '/nowhere/access.json']),
    ]);
    const shown = runs.map(({ code, logs }) => {
      const { level: _level, time: _time, message, run_id: runId, ...facts } = logs.at(-1)!;
      const run = runId === undefined ? {} : { run_id: 'RUN' };
      return [code, message.replace(/;.*|: column .*/, ''), { ...facts, ...run }];
    });
    expect(shown).to.deep.equal([
      [
        1,
        'Cannot load stream "t", line 2: the value of "id" is not a number: "x"',
        { stream: 't', line: 2, run_id: 'RUN' },
      ],
      [1, 'Redshift refused SELECT nope', { sqlstate: '42703' }],
      [1, 'Cannot use the configuration: cannot read /nowhere/config.json: the file does not exist', {}],
      [1, 'Cannot read --input /nowhere/input.jsonl: the file does not exist', { run_id: 'RUN' }],
      [
        1,
        "Cannot use the configuration: cannot read --access /nowhere/access.json: ENOENT: no such file or directory, open '/nowhere/access.json'",
        {},
      ],
    ]);
  });
});

describe('wrong usage', () => {
  it('is told with what to do next: exit 2, nothing else is written', async () => {
    const runs = await Promise.all([
      runHere(['--nope']),
      runHere(['--check', '--discover']),
      runHere(['setup', '--interactive', '--config', '/nowhere/config.json']),
    ]);
    const usage = (problem: string): object => ({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `target-redshift: ${problem}\n\nRun target-redshift --help for usage.\n`,
      logs: [],
    });
    expect(runs).to.deep.equal([
      usage('unknown option "--nope"'),
      usage('--check and --discover are two commands; use one of them'),
      usage('setup --interactive asks questions and needs a terminal'),
    ]);
  });
});

describe('the log options of the command line', () => {
  it('override the level and the format of the configuration', async () => {
    const path = (await newPlace()).configFile({ log_level: 'info', log_format: 'json' });
    const loud = await runHere(['--config', path], one);
    const quiet = await runHere(['load', '--quiet', '--config', path], one);
    const pretty = await runHere(['--config', path, '--log-format', 'pretty'], one);
    expect(loud.logs.map(({ level }) => level)).to.include('info');
    expect(quiet.stderr).to.equal('');
    expect(pretty.logs).to.deep.equal([]);
    expect(pretty.stderr).to.match(/INFO: /);
  });
});
