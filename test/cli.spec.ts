import { expect } from 'chai';
import { DEFAULT_DIR, HELP, parseCommand, type Command } from '../src/cli.ts';
import { UsageError } from '../src/errors.ts';

const nowhere = { config: [], local: undefined };
const local = {
  kind: 'local',
  dir: DEFAULT_DIR,
  port: undefined,
  s3Port: undefined,
  writeConfig: undefined,
  faults: undefined,
  access: undefined,
  readings: 'hostile',
  untilReleased: false,
} as const;

describe('parseCommand', () => {
  const commands: readonly (readonly [string, Command])[] = [
    ['', { kind: 'load', warehouse: nowhere, input: undefined }],
    [
      '--config a.json',
      { kind: 'load', warehouse: { config: ['a.json'], local: undefined }, input: undefined },
    ],
    [
      '--config=a.json',
      { kind: 'load', warehouse: { config: ['a.json'], local: undefined }, input: undefined },
    ],
    [
      '-c a.json -c b.json',
      { kind: 'load', warehouse: { config: ['a.json', 'b.json'], local: undefined }, input: undefined },
    ],
    ['--local', { kind: 'load', warehouse: { config: [], local: DEFAULT_DIR }, input: undefined }],
    ['--local --dir d --input f', { kind: 'load', warehouse: { config: [], local: 'd' }, input: 'f' }],
    [
      'plan --local',
      { kind: 'plan', warehouse: { config: [], local: DEFAULT_DIR }, input: undefined, format: 'text' },
    ],
    [
      'plan -c a --input f --format json',
      { kind: 'plan', warehouse: { config: ['a'], local: undefined }, input: 'f', format: 'json' },
    ],
    ['--check -c a', { kind: 'check', warehouse: { config: ['a'], local: undefined }, format: 'text' }],
    [
      '--check -c a --format json',
      { kind: 'check', warehouse: { config: ['a'], local: undefined }, format: 'json' },
    ],
    ['--discover --local', { kind: 'discover', warehouse: { config: [], local: DEFAULT_DIR } }],
    ['--about', { kind: 'about', format: 'text' }],
    ['--about --format json', { kind: 'about', format: 'json' }],
    ['--about --format=markdown', { kind: 'about', format: 'markdown' }],
    ['--version', { kind: 'version' }],
    ['--help', { kind: 'help' }],
    ['-h', { kind: 'help' }],
    ['--help --version --check', { kind: 'help' }],
    ['sql SELECT+1', { kind: 'sql', warehouse: nowhere, query: 'SELECT 1', format: 'table' }],
    [
      'sql --local SELECT+1 --format csv',
      { kind: 'sql', warehouse: { config: [], local: DEFAULT_DIR }, query: 'SELECT 1', format: 'csv' },
    ],
    [
      'sql -c a -- --comment',
      { kind: 'sql', warehouse: { config: ['a'], local: undefined }, query: '--comment', format: 'table' },
    ],
    ['local', local],
    ['local --dir d --port 5439 --s3-port 0', { ...local, dir: 'd', port: 5439, s3Port: 0 }],
    [
      'local --faults f --access a --readings lenient',
      { ...local, faults: 'f', access: 'a', readings: 'lenient' },
    ],
    ['local --write-config f --until-released', { ...local, writeConfig: 'f', untilReleased: true }],
    ['setup', { kind: 'setup', config: [], format: 'text' }],
    ['setup -c a -c b --format sql', { kind: 'setup', config: ['a', 'b'], format: 'sql' }],
    ['setup --interactive', { kind: 'interview', file: 'config.json' }],
    ['setup --interactive --config a', { kind: 'interview', file: 'a' }],
    ['--input sql', { kind: 'load', warehouse: nowhere, input: 'sql' }],
  ];
  const words = (line: string): string[] =>
    line === '' ? [] : line.split(' ').map((word) => word.replaceAll('+', ' '));
  for (const [line, command] of commands) {
    it(`reads "${line}"`, () => expect(parseCommand(words(line))).to.deep.equal(command));
  }

  const refused: readonly (readonly [string, string])[] = [
    ['oops', 'unknown command "oops"'],
    ['check', 'unknown command "check"; did you mean --check?'],
    ['--oops', "Unknown option '--oops'"],
    ['--confg=a', "Unknown option '--confg'"],
    ['-x', "Unknown option '-x'"],
    ['--config', "Option '-c, --config <value>' argument missing"],
    ['--local=yes', "Option '--local' does not take an argument"],
    ['--dir d', '--dir requires --local'],
    ['sql --dir d SELECT', '--dir requires --local'],
    ['--format json', '--format applies only to --about, --check, plan, setup and sql'],
    ['--about --format csv', '--format must be one of text, json, markdown, not "csv"'],
    ['--check --discover', '--check and --discover are two commands; use one of them'],
    ['sql', 'sql needs exactly one query, in quotes'],
    ['sql SELECT 1', 'sql needs exactly one query, in quotes'],
    ['sql SELECT+1 --format xml', '--format must be one of table, csv, json, not "xml"'],
    ['sql --check SELECT', "Unknown option '--check'"],
    ['local x', 'local accepts no argument "x"'],
    ['local --port 65536', '--port must be a port number, not "65536"'],
    ['local --port=-1', '--port must be a port number, not "-1"'],
    ['local --port 1e3', '--port must be a port number, not "1e3"'],
    ['local --s3-port=', '--s3-port must be a port number, not ""'],
    ['setup x', 'setup accepts no argument "x"'],
    ['setup --local', "Unknown option '--local'"],
    ['setup --format csv', '--format must be one of text, json, sql, not "csv"'],
    ['setup --interactive --format json', '--interactive prints no report; remove --format'],
    ['setup --interactive -c a -c b', '--interactive writes one file; use one --config FILE'],
    ['setup --interactive -c ENV', '--interactive writes one file; use one --config FILE'],
    ['-c a setup', '"setup" must come first: target-redshift setup ...'],
    ['local --config a', "Unknown option '--config'"],
    ['--toString', "Unknown option '--toString'"],
  ];
  for (const [line, message] of refused) {
    it(`refuses "${line}"`, () => {
      expect(() => parseCommand(words(line)))
        .to.throw(UsageError)
        .with.property('message', message);
    });
  }

  it('gives help on every command', () => {
    for (const command of ['sql', 'local', 'setup'])
      expect(parseCommand([command, '--help'])).to.deep.equal({ kind: 'help' });
  });

  it('says where a command belongs that comes after options', () => {
    for (const line of ['--local sql SELECT', '--dir d local']) {
      expect(() => parseCommand(words(line)), line)
        .to.throw(UsageError)
        .with.property('message')
        .that.does.not.match(/unknown command "(sql|local)"/);
    }
  });

  it('does not silently ignore --input of a command that reads nothing', () => {
    for (const line of ['--check --input f', '--discover --input f'])
      expect(() => parseCommand(words(line)), line).to.throw(UsageError);
  });

  it('does not change its arguments', () => {
    const argv = Object.freeze(['sql', 'SELECT 1']);
    expect(() => parseCommand(argv)).not.to.throw();
  });
});

describe('HELP', () => {
  it('names every option that a user may give', () => {
    for (const option of [
      '--config',
      '--local',
      '--dir',
      '--input',
      '--check',
      '--discover',
      '--about',
      '--format',
      '--version',
      '--help',
      '--port',
      '--s3-port',
      '--write-config',
      '--interactive',
    ]) {
      expect(HELP).to.contain(option);
    }
  });
});
