/** The commands, with their arguments, options and examples. */
import { Argument, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { DEFAULT_DIR, DEFAULT_FILE, type Command } from './command.ts';
import type { Definition } from './definition.ts';
import { copyFiles } from './copy-files.ts';
import { historyCommands } from './history-commands.ts';
import { migrateCommand } from './migrate-command.ts';
import {
  configOption,
  formatOf,
  formatOption,
  inputOption,
  metricsOption,
  oneOf,
  type Address,
  addressOf,
  portOf,
  refreshOption,
  reportOption,
  warehouseOf,
  warehouseOptions,
  type Values,
} from './options.ts';

export function readLoad(values: Values): Command {
  if (values.format !== undefined)
    throw new UsageError('--format applies only to about, check, history, plan, report, setup and sql');
  const { input, report, metricsFile, refresh = [] } = values;
  return { kind: 'load', warehouse: warehouseOf(values), input, refresh, report, metricsFile };
}

function readSetup(values: Values): Command {
  const { config = [] } = values;
  if (values['interactive'] !== true)
    return { kind: 'setup', config, format: formatOf(values, ['text', 'json', 'sql']) };
  if (values.format !== undefined) throw new UsageError('--interactive prints no report; remove --format');
  const [file = DEFAULT_FILE, ...more] = config;
  if (more.length > 0 || file === 'ENV')
    throw new UsageError('--interactive writes one file; use one --config FILE');
  return { kind: 'interview', file };
}

function readSql(values: Values, words: readonly string[]): Command {
  const [first, ...more] = words;
  const isDescription = words.length === 2 && first === 'describe';
  const isStdin = first === '-' || first === undefined;
  if (first === 'describe' && more.length === 0)
    throw new UsageError('sql describe needs the name of a table');
  if (first?.trim() === '' || (more.length > 0 && !isDescription))
    throw new UsageError('sql takes one query, in quotes');
  const file = values['file'] as string | undefined;
  if (file !== undefined && first !== undefined)
    throw new UsageError('sql takes a query or --file, not both');
  const query = isStdin ? undefined : words.join(' ');
  const format = formatOf(values, ['table', 'csv', 'json']);
  return {
    kind: 'sql',
    warehouse: warehouseOf(values),
    query,
    file: file === '-' ? undefined : file,
    format,
  };
}

function readLocal(values: Values): Command {
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const [listened, port] = [values['listen'] as Address | undefined, values['port'] as number | undefined];
  if (listened?.port !== undefined && port !== undefined)
    throw new UsageError('--listen has a port already; remove --port');
  return {
    kind: 'local',
    dir: values.dir ?? DEFAULT_DIR,
    port: listened?.port ?? port,
    host: listened?.host,
    passwordFile: text('passwordFile'),
    init: text('init'),
    s3Port: values['s3Port'] as number | undefined,
    writeConfig: text('writeConfig'),
    faults: text('faults'),
    access: text('access'),
    readings: (text('readings') ?? 'hostile') as 'hostile' | 'lenient',
    untilReleased: values['untilReleased'] === true,
  };
}

const localOptions = (): Option[] => [
  new Option('--dir <dir>', `directory of the local warehouse (default ${DEFAULT_DIR})`),
  new Option('--port <port>', 'port for SQL clients (default: a free one)').argParser(portOf('port')),
  new Option('--s3-port <port>', 'port for S3 clients (default: a free one)').argParser(portOf('s3-port')),
  new Option(
    '--listen <host[:port]>',
    'address for clients of other machines, such as 0.0.0.0:5439; needs a password (default 127.0.0.1)',
  ).argParser(addressOf),
  new Option(
    '--password-file <file>',
    'file with the password of the user loader (default: LOCAL_WAREHOUSE_PASSWORD, or one that is made)',
  ),
  new Option('--init <path>', 'file of SQL, or folder of *.sql files, to run if the directory is new'),
  new Option('--write-config <file>', 'write the configuration that connects to it'),
  new Option('--faults <file>', 'JSON file with faults to inject'),
  new Option('--access <file>', 'JSON file with identities, roles and buckets of S3'),
  new Option(
    '--readings <name>',
    'which answer to give where the documentation of Redshift leaves a question open (default hostile)',
  )
    .choices(['hostile', 'lenient'])
    .argParser(oneOf('--readings', ['hostile', 'lenient'])),
  new Option('--until-released').hideHelp(),
];

/** New ones for each command line, because commander keeps what it has parsed in the options. */
export function definitions(): readonly Definition[] {
  return [...loading(), ...asking(), ...querying(), ...historyCommands(), ...serving(), migrateCommand()];
}

function readRun(values: Values, tap: readonly string[]): Command {
  const state = values['state'] as string | undefined;
  const own = tap.find((word) => word === '--state' || word.startsWith('--state='));
  if (state !== undefined && own !== undefined)
    throw new UsageError('run gives --state to the tap; remove it from the command of the tap');
  const { report, metricsFile, refresh = [] } = values;
  return { kind: 'run', warehouse: warehouseOf(values), tap, state, refresh, report, metricsFile };
}

/** What reads messages. */
const loading = (): readonly Definition[] => [
  {
    name: 'load',
    summary: 'load the messages on stdin, and print safe states on stdout (the default command)',
    options: [...warehouseOptions(), inputOption(), refreshOption(), reportOption(), metricsOption()],
    examples: [
      ['tap-csv | target-redshift load --config config.json > states.jsonl', 'load, and keep the states'],
      ['target-redshift load --local --input messages.jsonl', 'load a file into a local warehouse'],
    ],
    read: readLoad,
  },
  {
    name: 'run',
    summary: 'start a tap, load its messages, and keep its state in a file',
    options: [
      ...warehouseOptions(),
      new Option(
        '--state <file>',
        'give this state to the tap, and keep the newest safe state in it; with pipeline, the state in the warehouse counts',
      ),
      refreshOption(),
      reportOption(),
      metricsOption(),
    ],
    arguments: [new Argument('<tap...>', 'the command of the tap, after --')],
    isRestVerbatim: true,
    examples: [
      [
        'target-redshift run -c config.json --state state.json -- tap-csv -c tap.json',
        'the whole pipeline: fails if the tap fails',
      ],
    ],
    read: readRun,
  },
  copyFiles(),
  {
    name: 'plan',
    summary: 'dry run: print what a load of the messages would do, and change nothing',
    options: [...warehouseOptions(), inputOption(), formatOption(['text', 'json'])],
    examples: [['tap-csv | target-redshift plan --config config.json', 'show tables, columns, DDL and SQL']],
    read: (values) => ({
      kind: 'plan',
      warehouse: warehouseOf(values),
      input: values.input,
      format: formatOf(values, ['text', 'json']),
    }),
  },
  {
    name: 'discard',
    summary: 'read, encode, compress and count the messages, and store nothing',
    options: [configOption(), inputOption()],
    examples: [['tap-csv | target-redshift discard', 'measure how fast the tap is']],
    read: ({ config = [], input }) => ({ kind: 'discard', config, input }),
  },
];

/** What asks the target. */
const asking = (): readonly Definition[] => [
  {
    name: 'check',
    summary: 'try every step of a load with one row; print the reason and the fix for each that fails',
    options: [...warehouseOptions(), formatOption(['text', 'json'])],
    examples: [['target-redshift check --config config.json', 'try the configuration before the first load']],
    read: (values) => ({
      kind: 'check',
      warehouse: warehouseOf(values),
      format: formatOf(values, ['text', 'json']),
    }),
  },
  {
    name: 'discover',
    summary: 'print the tables and columns of the target schemas as a Singer catalog',
    options: warehouseOptions(),
    examples: [['target-redshift discover --config config.json', 'show what is in the target schemas']],
    read: (values) => ({ kind: 'discover', warehouse: warehouseOf(values) }),
  },
];

/** What reads rows of the target. */
const querying = (): readonly Definition[] => [
  {
    name: 'sql',
    summary: 'run SQL in the target and print the answers',
    options: [
      ...warehouseOptions(),
      new Option('-f, --file <file>', 'run the statements in this file'),
      formatOption(['table', 'csv', 'json']),
    ],
    arguments: [
      new Argument(
        '[query...]',
        'statements in quotes, tables, or describe TABLE; without it or with - they are read from stdin, or asked for on a terminal',
      ),
    ],
    examples: [
      ['target-redshift sql --local "SELECT COUNT(*) FROM orders"', 'query the local warehouse'],
      ['target-redshift sql -c config.json --format csv "SELECT * FROM orders"', 'write CSV to stdout'],
      ['target-redshift sql -c config.json --file report.sql', 'run a file of statements'],
      ['target-redshift sql -c config.json describe sales.orders', 'show the columns of a table'],
      ['target-redshift sql -c config.json', 'type statements at a prompt'],
    ],
    read: readSql,
  },
  {
    name: 'state',
    summary: 'print the last committed state of the pipeline; prints nothing before the first',
    options: [
      ...warehouseOptions(),
      new Option('--take-over', 'and keep runs that have begun from committing anything more'),
    ],
    examples: [
      ['target-redshift state -c config.json > state.json', 'get the state for the next run of the tap'],
    ],
    read: (values) => ({
      kind: 'state',
      warehouse: warehouseOf(values),
      takesOver: values['takeOver'] === true,
    }),
  },
];

/** What needs no target. */
const serving = (): readonly Definition[] => [
  {
    name: 'setup',
    summary: 'print what an administrator has to run: SQL, bucket, roles, policies',
    options: [
      configOption(),
      formatOption(['text', 'json', 'sql']),
      new Option('--interactive', `ask questions and write a configuration file (default ${DEFAULT_FILE})`),
    ],
    examples: [
      ['target-redshift setup --interactive', `write ${DEFAULT_FILE} by answering questions`],
      ['target-redshift setup --config config.json --format sql', 'print the SQL alone'],
    ],
    read: readSetup,
  },
  {
    name: 'local',
    summary: 'run the local warehouse for other clients until SIGINT or SIGTERM',
    options: localOptions(),
    examples: [
      ['target-redshift local --port 5439 --write-config local.json', 'serve psql, dbt and other clients'],
      [
        'target-redshift local --listen 0.0.0.0:5439 --password-file pw --init seed',
        'serve other machines, with tables to begin with',
      ],
    ],
    read: readLocal,
  },
  {
    name: 'about',
    summary: 'print version, capabilities and all options of the configuration',
    // Meltano gives every command a configuration.
    options: [formatOption(['text', 'json', 'markdown']), configOption().hideHelp()],
    read: (values) => ({ kind: 'about', format: formatOf(values, ['text', 'json', 'markdown']) }),
  },
];
