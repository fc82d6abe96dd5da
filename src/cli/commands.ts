/** The commands, with their arguments, options and examples. */
import { Argument, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { DEFAULT_DIR, DEFAULT_FILE, type Command } from './command.ts';
import {
  configOption,
  formatOf,
  formatOption,
  inputOption,
  oneOf,
  portOf,
  reportOption,
  warehouseOf,
  warehouseOptions,
  type Values,
} from './options.ts';

export interface Definition {
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly Option[];
  /** False: it has no options of the log. */
  readonly logs?: boolean;
  /** Without any, words after the command are refused. */
  readonly arguments?: readonly Argument[];
  /** Command lines and what they do. */
  readonly examples?: readonly (readonly [line: string, what: string])[];
  readonly read: (values: Values, words: readonly string[]) => Command;
}

export function readLoad(values: Values): Command {
  if (values.format !== undefined)
    throw new UsageError('--format applies only to about, check, plan, setup and sql');
  return { kind: 'load', warehouse: warehouseOf(values), input: values.input, report: values.report };
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

function readSql(values: Values, [query, ...more]: readonly string[]): Command {
  if (query === undefined || query.trim() === '' || more.length > 0)
    throw new UsageError('sql needs exactly one query, in quotes');
  const format = formatOf(values, ['table', 'csv', 'json']);
  return { kind: 'sql', warehouse: warehouseOf(values), query, format };
}

function readLocal(values: Values): Command {
  const text = (name: string): string | undefined => values[name] as string | undefined;
  return {
    kind: 'local',
    dir: values.dir ?? DEFAULT_DIR,
    port: values['port'] as number | undefined,
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
  return [...loading(), ...asking(), ...serving()];
}

/** What reads messages. */
const loading = (): readonly Definition[] => [
  {
    name: 'load',
    summary: 'load the messages on stdin, and print safe states on stdout (the default command)',
    options: [...warehouseOptions(), inputOption(), reportOption()],
    examples: [
      ['tap-csv | target-redshift load --config config.json > states.jsonl', 'load, and keep the states'],
      ['target-redshift load --local --input messages.jsonl', 'load a file into a local warehouse'],
    ],
    read: readLoad,
  },
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
  {
    name: 'sql',
    summary: 'query the target',
    options: [...warehouseOptions(), formatOption(['table', 'csv', 'json'])],
    arguments: [new Argument('[query]', 'one query, in quotes')],
    examples: [
      ['target-redshift sql --local "SELECT COUNT(*) FROM orders"', 'query the local warehouse'],
      ['target-redshift sql -c config.json --format csv "SELECT * FROM orders"', 'write CSV to stdout'],
    ],
    read: readSql,
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
    ],
    read: readLocal,
  },
  {
    name: 'about',
    summary: 'print version, capabilities and all options of the configuration',
    options: [formatOption(['text', 'json', 'markdown'])],
    read: (values) => ({ kind: 'about', format: formatOf(values, ['text', 'json', 'markdown']) }),
  },
];
