import { expect } from 'chai';
import { DEFAULT_DIR, type Command } from '../../src/cli/command.ts';
import { helpTexts, parseCommand } from '../../src/cli/parse.ts';
import { topicNames, topicOf } from '../../src/cli/topics.ts';
import { UsageError } from '../../src/errors.ts';

const nowhere = { config: [], local: undefined };
const local = {
  kind: 'local',
  dir: DEFAULT_DIR,
  port: undefined,
  s3Port: undefined,
  host: undefined,
  passwordFile: undefined,
  init: undefined,
  writeConfig: undefined,
  faults: undefined,
  access: undefined,
  readings: 'hostile',
  untilReleased: false,
} as const;

describe('parseCommand', () => {
  const commands: readonly (readonly [string, Command])[] = [
    [
      '',
      {
        kind: 'load',
        warehouse: nowhere,
        input: undefined,
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      '--config a.json',
      {
        kind: 'load',
        warehouse: { config: ['a.json'], local: undefined },
        input: undefined,
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      '--config=a.json',
      {
        kind: 'load',
        warehouse: { config: ['a.json'], local: undefined },
        input: undefined,
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      '-c a.json -c b.json',
      {
        kind: 'load',
        warehouse: { config: ['a.json', 'b.json'], local: undefined },
        input: undefined,
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      '--local',
      {
        kind: 'load',
        warehouse: { config: [], local: DEFAULT_DIR },
        input: undefined,
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      '--local --dir d --input f',
      {
        kind: 'load',
        warehouse: { config: [], local: 'd' },
        input: 'f',
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      'plan --local',
      { kind: 'plan', warehouse: { config: [], local: DEFAULT_DIR }, input: undefined, format: 'text' },
    ],
    [
      'plan -c a --input f --format json',
      { kind: 'plan', warehouse: { config: ['a'], local: undefined }, input: 'f', format: 'json' },
    ],
    [
      'load -c a',
      {
        kind: 'load',
        warehouse: { config: ['a'], local: undefined },
        input: undefined,
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    ['check -c a', { kind: 'check', warehouse: { config: ['a'], local: undefined }, format: 'text' }],
    [
      '-c a check -c b',
      { kind: 'check', warehouse: { config: ['a', 'b'], local: undefined }, format: 'text' },
    ],
    ['--local --dir d check', { kind: 'check', warehouse: { config: [], local: 'd' }, format: 'text' }],
    [
      'copy-files -c a --stream s --key i --key j --newest-by at --method upsert --manifest --again s3://b/m',
      {
        kind: 'copy-files',
        warehouse: { config: ['a'], local: undefined },
        wish: {
          ...{ urls: ['s3://b/m'], stream: 's', areManifests: true, keys: ['i', 'j'], method: 'upsert' },
          ...{ newestBy: ['at'], again: true, ignoresPartitions: false },
        },
      },
    ],
    ['discard -c a --input f', { kind: 'discard', config: ['a'], input: 'f' }],
    ['--discard --input f', { kind: 'discard', config: [], input: 'f' }],
    [
      'run -c a --state s tap --config t',
      {
        kind: 'run',
        warehouse: { config: ['a'], local: undefined },
        tap: ['tap', '--config', 't'],
        state: 's',
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      'run --local -- tap -c t',
      {
        kind: 'run',
        warehouse: { config: [], local: DEFAULT_DIR },
        tap: ['tap', '-c', 't'],
        state: undefined,
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
    [
      '--report r.json',
      {
        kind: 'load',
        warehouse: nowhere,
        input: undefined,
        refresh: [],
        report: 'r.json',
        metricsFile: undefined,
      },
    ],
    ['--check -c a', { kind: 'check', warehouse: { config: ['a'], local: undefined }, format: 'text' }],
    [
      '--check -c a --format json',
      { kind: 'check', warehouse: { config: ['a'], local: undefined }, format: 'json' },
    ],
    ['--discover --local', { kind: 'discover', warehouse: { config: [], local: DEFAULT_DIR } }],
    ['--about', { kind: 'about', format: 'text' }],
    ['--config a --about --format json', { kind: 'about', format: 'json' }],
    ['about -c a', { kind: 'about', format: 'text' }],
    ['--about --format json', { kind: 'about', format: 'json' }],
    ['--about --format=markdown', { kind: 'about', format: 'markdown' }],
    ['--version', { kind: 'version' }],
    [
      'sql SELECT+1',
      { kind: 'sql', warehouse: nowhere, query: 'SELECT 1', file: undefined, format: 'table' },
    ],
    ['sql', { kind: 'sql', warehouse: nowhere, query: undefined, file: undefined, format: 'table' }],
    ['sql -', { kind: 'sql', warehouse: nowhere, query: undefined, file: undefined, format: 'table' }],
    [
      'sql --file a.sql',
      { kind: 'sql', warehouse: nowhere, query: undefined, file: 'a.sql', format: 'table' },
    ],
    ['sql tables', { kind: 'sql', warehouse: nowhere, query: 'tables', file: undefined, format: 'table' }],
    [
      'sql describe a.b',
      { kind: 'sql', warehouse: nowhere, query: 'describe a.b', file: undefined, format: 'table' },
    ],
    [
      'sql --local SELECT+1 --format csv',
      {
        kind: 'sql',
        warehouse: { config: [], local: DEFAULT_DIR },
        query: 'SELECT 1',
        file: undefined,
        format: 'csv',
      },
    ],
    [
      'sql -c a -- --comment',
      {
        kind: 'sql',
        warehouse: { config: ['a'], local: undefined },
        query: '--comment',
        file: undefined,
        format: 'table',
      },
    ],
    [
      'history --local',
      {
        kind: 'history',
        warehouse: { config: [], local: DEFAULT_DIR },
        showsLoads: false,
        stream: undefined,
        run: undefined,
        limit: 20,
        format: 'table',
      },
    ],
    [
      'history -c a --loads --stream s --run r --limit 5 --format json',
      {
        kind: 'history',
        warehouse: { config: ['a'], local: undefined },
        showsLoads: true,
        stream: 's',
        run: 'r',
        limit: 5,
        format: 'json',
      },
    ],
    [
      'report --local',
      {
        kind: 'report',
        warehouse: { config: [], local: DEFAULT_DIR },
        html: undefined,
        days: 30,
        format: 'table',
      },
    ],
    [
      'report -c a --html f --days 7',
      {
        kind: 'report',
        warehouse: { config: ['a'], local: undefined },
        html: 'f',
        days: 7,
        format: 'table',
      },
    ],
    ['local', local],
    ['local --dir d --port 5439 --s3-port 0', { ...local, dir: 'd', port: 5439, s3Port: 0 }],
    [
      'local --faults f --access a --readings lenient',
      { ...local, faults: 'f', access: 'a', readings: 'lenient' },
    ],
    [
      'local --listen 0.0.0.0:5439 --password-file p --init seed',
      { ...local, host: '0.0.0.0', port: 5439, passwordFile: 'p', init: 'seed' },
    ],
    ['local --listen [::1]:5439', { ...local, host: '::1', port: 5439 }],
    ['local --listen :: --port 1', { ...local, host: '::', port: 1 }],
    ['local --listen warehouse', { ...local, host: 'warehouse' }],
    ['local --write-config f --until-released', { ...local, writeConfig: 'f', untilReleased: true }],
    ['setup', { kind: 'setup', config: [], format: 'text' }],
    ['setup -c a -c b --format sql', { kind: 'setup', config: ['a', 'b'], format: 'sql' }],
    ['migrate-config a', { kind: 'migrate', files: ['a'], tool: 'other', format: 'yaml' }],
    [
      'migrate-config --from datamill a b --format json',
      { kind: 'migrate', files: ['a', 'b'], tool: 'datamill', format: 'json' },
    ],
    ['setup --interactive', { kind: 'interview', file: 'config.json' }],
    ['setup --interactive --config a', { kind: 'interview', file: 'a' }],
    [
      '--input sql',
      {
        kind: 'load',
        warehouse: nowhere,
        input: 'sql',
        refresh: [],
        report: undefined,
        metricsFile: undefined,
      },
    ],
  ];
  const words = (line: string): string[] =>
    line === '' ? [] : line.split(' ').map((word) => word.replaceAll('+', ' '));
  for (const [line, command] of commands) {
    it(`reads "${line}"`, () => expect(parseCommand(words(line)).command).to.deep.equal(command));
  }

  const refused: readonly (readonly [string, string])[] = [
    [
      'oops',
      'unknown command "oops"; commands are load, run, copy-files, plan, discard, check, discover, sql, state, history, report, setup, local, about, migrate-config, completion, help',
    ],
    ['chekc', 'unknown command "chekc"; did you mean check?'],
    ['validate', 'unknown command "validate"; did you mean check?'],
    ['init', 'unknown command "init"; did you mean setup --interactive?'],
    ['version', 'unknown command "version"; did you mean --version?'],
    ['ok.jsonl', 'unknown command "ok.jsonl"; to read messages from a file, use --input ok.jsonl'],
    ['--oops', 'unknown option "--oops"'],
    ['--confg=a', 'unknown option "--confg=a"; did you mean --config?'],
    ['check --formt json', 'unknown option "--formt"; did you mean --format?'],
    ['--dry-run', 'there is no option --dry-run: use the command plan, which changes nothing'],
    ['--dry-run -c a', 'there is no option --dry-run: use the command plan, which changes nothing'],
    [
      '--state s.json',
      'there is no option --state: the state is given to the tap; see target-redshift help restarts',
    ],
    ['-v', 'there is no option -v: use --verbose for more lines of the log, --version for the version'],
    ['-x', 'unknown option "-x"'],
    ['--config', '--config needs a value: FILE'],
    ['--local=yes', 'unknown option "--local=yes"'],
    ['--dir d', '--dir requires --local'],
    ['sql --dir d SELECT', '--dir requires --local'],
    ['--format json', '--format applies only to about, check, history, plan, report, setup and sql'],
    ['--about --format csv', '--format must be one of text, json, markdown, not "csv"'],
    ['--check --format markdown', '--format must be one of text, json, not "markdown"'],
    ['--check --discover', '--check and --discover are two commands; use one of them'],
    ['--check --input f', '--input does not apply to check'],
    ['--discover --input f', '--input does not apply to discover'],
    ['--input f check', '--input does not apply to check'],
    ['--discard --local', '--local does not apply to discard'],
    ['--check plan', '--check does not apply to plan'],
    ['check x', 'check accepts no argument "x"'],
    ['sql SELECT 1', 'sql takes one query, in quotes'],
    ['sql tables orders', 'sql takes one query, in quotes'],
    ['sql describe', 'sql describe needs the name of a table'],
    ['sql --file a.sql SELECT+1', 'sql takes a query or --file, not both'],
    ['sql SELECT+1 --format xml', '--format must be one of table, csv, json, not "xml"'],
    ['sql --check SELECT', 'unknown option "--check"'],
    ['history --limit 0', '--limit must be a whole number above 0, not "0"'],
    ['history --limit 1.5', '--limit must be a whole number above 0, not "1.5"'],
    ['report --days 0', '--days must be a whole number above 0, not "0"'],
    ['report --days 3661', '--days must be at most 3660, not "3661"'],
    ['report --html f --format json', '--html writes a page and prints no table; remove --format'],
    ['report f', 'report accepts no argument "f"'],
    ['dashboard', 'unknown command "dashboard"; did you mean report --html FILE?'],
    ['reprot', 'unknown command "reprot"; did you mean report?'],
    ['history x', 'history accepts no argument "x"'],
    ['local x', 'local accepts no argument "x"'],
    ['local --port 65536', '--port must be a port number, not "65536"'],
    ['local --port=-1', '--port must be a port number, not "-1"'],
    ['local --port 1e3', '--port must be a port number, not "1e3"'],
    ['local --listen a:1 --port 2', '--listen has a port already; remove --port'],
    ['local --listen a:b', '--listen must be an address such as 0.0.0.0:5439, and is "a:b"'],
    ['local --listen a:70000', '--listen must be a port number, not "70000"'],
    ['local --s3-port=', '--s3-port must be a port number, not ""'],
    ['setup x', 'setup accepts no argument "x"'],
    ['setup --local', 'unknown option "--local"'],
    ['setup --format csv', '--format must be one of text, json, sql, not "csv"'],
    ['setup --interactive --format json', '--interactive prints no report; remove --format'],
    ['setup --interactive -c a -c b', '--interactive writes one file; use one --config FILE'],
    ['setup --interactive -c ENV', '--interactive writes one file; use one --config FILE'],
    ['local --config a', 'unknown option "--config"'],
    ['--toString', 'unknown option "--toString"'],
    [
      'toString',
      'unknown command "toString"; commands are load, run, copy-files, plan, discard, check, discover, sql, state, history, report, setup, local, about, migrate-config, completion, help',
    ],
    ['completion', 'completion needs an argument: SHELL'],
    ['completion ksh', 'shell must be one of bash, zsh, fish, not "ksh"'],
    [
      'help nothing',
      'there is no help on "nothing"; topics are configuration, restarts, signals, exit-codes, local and the commands',
    ],
    ['help stat', 'there is no help on "stat"; did you mean state?'],
    [
      'help constructor',
      'there is no help on "constructor"; topics are configuration, restarts, signals, exit-codes, local and the commands',
    ],
    ['--quiet --verbose', '--quiet and --verbose contradict each other; use one of them'],
    ['--log-level loud', '--log-level must be one of error, warn, info, debug, not "loud"'],
  ];
  for (const [line, message] of refused) {
    it(`refuses "${line}"`, () => {
      expect(() => parseCommand(words(line)))
        .to.throw(UsageError)
        .with.property('message', message);
    });
  }

  it('sets the level and the format of the log for every command', () => {
    const choices: readonly (readonly [string, object])[] = [
      ['', { level: undefined, format: undefined }],
      ['-q', { level: 'warn', format: undefined }],
      ['--verbose check', { level: 'debug', format: undefined }],
      ['check --log-level error --log-format json', { level: 'error', format: 'json' }],
      ['sql SELECT+1 --log-format pretty', { level: undefined, format: 'pretty' }],
    ];
    for (const [line, log] of choices) expect(parseCommand(words(line)).log, line).to.deep.equal(log);
  });

  it('gives the help of each command by --help, -h and help', () => {
    for (const [name, text] of helpTexts()) {
      for (const line of [`${name} --help`.trim(), `${name} -h`.trim(), `help ${name}`.trim()])
        expect(parseCommand(words(line)).command, line).to.deep.equal({ kind: 'text', text });
    }
  });

  it('does not change its arguments', () => {
    const argv = Object.freeze(['sql', 'SELECT 1']);
    expect(() => parseCommand(argv)).not.to.throw();
  });
});

const LOG = '--quiet --verbose --log-level --log-format';

describe('the help', () => {
  it('has no line that is longer than a terminal of 80 columns', () => {
    const topics = topicNames().map((name) => topicOf(name) ?? '');
    const all = [...helpTexts(80).values(), ...topics].flatMap((text) => text.split('\n'));
    expect(all.filter((line) => line.length > 80)).to.deep.equal([]);
  });

  it('names every option where it may be given', () => {
    const optionsOf = (text: string): readonly string[] =>
      [...text.matchAll(/^ {2}(?:-\w, )?(--[a-z0-9-]+)/gm)].map(([, option]) => option ?? '');
    expect(
      Object.fromEntries([...helpTexts()].map(([name, text]) => [name, optionsOf(text).join(' ')])),
    ).to.deep.equal({
      '': `--config --local --dir --input --refresh --report --metrics-file --check --discover --discard --about --version --help ${LOG}`,
      about: `--format --help ${LOG}`,
      check: `--config --local --dir --format --help ${LOG}`,
      completion: '--help',
      'copy-files':
        '--config --local --dir --stream --key --method --newest-by --format --manifest --again --ignore-partitions --help --quiet --verbose --log-level --log-format',
      discard: `--config --input --help ${LOG}`,
      discover: `--config --local --dir --help ${LOG}`,
      help: '--help',
      load: `--config --local --dir --input --refresh --report --metrics-file --help ${LOG}`,
      local: `--dir --port --s3-port --listen --password-file --init --write-config --faults --access --readings --help ${LOG}`,
      run: `--config --local --dir --state --refresh --report --metrics-file --help ${LOG}`,
      'migrate-config': `--from --format --help ${LOG}`,
      plan: `--config --local --dir --input --format --help ${LOG}`,
      setup: `--config --format --interactive --help ${LOG}`,
      history: `--config --local --dir --loads --stream --run --limit --format --help ${LOG}`,
      report: `--config --local --dir --html --days --format --help ${LOG}`,
      sql: `--config --local --dir --file --format --help ${LOG}`,
      state: `--config --local --dir --take-over --help ${LOG}`,
    });
  });
});
