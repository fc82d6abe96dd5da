/** Parses argv into one Command. Throws UsageError; reads nothing else. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf, UsageError } from './errors.ts';

/** Which warehouse to use: that of the configuration, or the local warehouse in a directory. */
export interface WarehouseChoice {
  readonly config: readonly string[];
  /** The directory of the local warehouse. */
  readonly local: string | undefined;
}

export type TableFormat = 'table' | 'csv' | 'json';

export type Command =
  | { readonly kind: 'load'; readonly warehouse: WarehouseChoice; readonly input: string | undefined }
  | { readonly kind: 'discard'; readonly config: readonly string[]; readonly input: string | undefined }
  | { readonly kind: 'check'; readonly warehouse: WarehouseChoice; readonly format: 'text' | 'json' }
  | {
      readonly kind: 'plan';
      readonly warehouse: WarehouseChoice;
      readonly input: string | undefined;
      readonly format: 'text' | 'json';
    }
  | { readonly kind: 'discover'; readonly warehouse: WarehouseChoice }
  | {
      readonly kind: 'setup';
      readonly config: readonly string[];
      readonly format: 'text' | 'json' | 'sql';
    }
  | { readonly kind: 'interview'; readonly file: string }
  | { readonly kind: 'about'; readonly format: 'text' | 'json' | 'markdown' }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
  | {
      readonly kind: 'sql';
      readonly warehouse: WarehouseChoice;
      readonly query: string;
      readonly format: TableFormat;
    }
  | {
      readonly kind: 'local';
      readonly dir: string;
      readonly port: number | undefined;
      readonly s3Port: number | undefined;
      readonly writeConfig: string | undefined;
      /** JSON files: orders of faults; identities, roles and buckets of S3. */
      readonly faults: string | undefined;
      readonly access: string | undefined;
      /** Which answers to use where Redshift's documentation leaves a question open. */
      readonly readings: 'hostile' | 'lenient';
      /** Internal, for the process that --local starts: it ends with the last lease instead of a signal. */
      readonly untilReleased: boolean;
    };

/** Written by `setup --interactive`. */
const DEFAULT_FILE = 'config.json';

export const DEFAULT_DIR = '.target-redshift';

export const HELP = `Usage:
  tap | target-redshift --config FILE [--config FILE]...   load the messages on stdin, print safe states on stdout
  tap | target-redshift --local [--dir DIR]                the same, into a local warehouse; needs no configuration
  tap | target-redshift plan --config FILE [--format text|json]
                              dry run: print what a load of the messages would do, and change nothing
  tap | target-redshift --discard [--config FILE]          read, encode, compress and count the messages, and store nothing
  target-redshift setup [--config FILE]... [--format text|json|sql]
                              print what an administrator has to run: SQL, bucket, roles, policies
  target-redshift setup --interactive [--config FILE]      ask questions and write a configuration (default ${DEFAULT_FILE})
  target-redshift --check [--format text|json]
                              try every step of a load with one row; for each that fails, print the reason and the fix
  target-redshift --discover  print the tables and columns of the target schemas as a Singer catalog
  target-redshift sql "QUERY" [--format table|csv|json]    query the target
  target-redshift local [--dir DIR] [--port N] [--s3-port N] [--write-config FILE] [--faults FILE] [--access FILE]
                        [--readings hostile|lenient]
                              run the local warehouse for other clients until SIGINT or SIGTERM
  target-redshift --about [--format json|markdown] | --version | --help

Options:
  -c, --config FILE  JSON file with options; of several files, later ones override earlier ones. ENV reads variables such
                     as TARGET_REDSHIFT_PASSWORD, also from .env; variables override files
      --local        use the local warehouse in DIR instead of AWS
      --dir DIR      directory of the local warehouse (default ${DEFAULT_DIR}); its data stays between runs
      --input FILE   read the messages from FILE instead of stdin

Exit codes: 0 every record that was read is committed (plan: would be), 1 failed, 2 wrong command line.
`;

/** What is printed after the command line was wrong. */
export function usageText({ message }: UsageError): string {
  return `target-redshift: ${message}\n\nRun target-redshift --help for usage.\n`;
}

const WHERE = {
  config: { type: 'string', short: 'c', multiple: true },
  local: { type: 'boolean' },
  dir: { type: 'string' },
} as const;

const HELP_FLAG = { help: { type: 'boolean', short: 'h' } } as const;

export function parseCommand(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  switch (first) {
    case 'sql':
      return parseSql(rest);
    case 'plan':
      return parsePlan(rest);
    case 'local':
      return parseLocal(rest);
    case 'setup':
      return parseSetup(rest);
    default:
      return parseMain(argv);
  }
}

function parseMain(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv, {
    ...WHERE,
    input: { type: 'string' },
    discard: { type: 'boolean' },
    check: { type: 'boolean' },
    discover: { type: 'boolean' },
    about: { type: 'boolean' },
    format: { type: 'string' },
    version: { type: 'boolean' },
    ...HELP_FLAG,
  });
  if (values.help) return { kind: 'help' };
  refuseWord(positionals[0]);
  if (values.version) return { kind: 'version' };
  if (values.about)
    return { kind: 'about', format: oneOf('format', values.format ?? 'text', ['text', 'json', 'markdown']) };
  refuseContradictions(values);
  const warehouse = warehouseOf(values);
  if (values.discard) {
    if (warehouse.local !== undefined) throw new UsageError('--discard needs no warehouse; remove --local');
    return { kind: 'discard', config: warehouse.config, input: values.input };
  }
  if (values.check)
    return {
      kind: 'check',
      warehouse: warehouse,
      format: oneOf('format', values.format ?? 'text', ['text', 'json']),
    };
  if (values.discover) return { kind: 'discover', warehouse: warehouse };
  return { kind: 'load', warehouse: warehouse, input: values.input };
}

/** The commands that are words come first; the others are flags. */
function refuseWord(word: string | undefined): void {
  if (word === 'sql' || word === 'plan' || word === 'local' || word === 'setup')
    throw new UsageError(`"${word}" must come first: target-redshift ${word} ...`);
  if (word !== undefined) {
    const isFlag = ['check', 'discover', 'discard', 'about', 'version', 'help'].includes(word);
    throw new UsageError(`unknown command "${word}"${isFlag ? `; did you mean --${word}?` : ''}`);
  }
}

interface MainFlags {
  readonly discard?: boolean | undefined;
  readonly check?: boolean | undefined;
  readonly discover?: boolean | undefined;
  readonly format?: string | undefined;
  readonly input?: string | undefined;
}

function refuseContradictions(values: MainFlags): void {
  if (values.format !== undefined && !values.check)
    throw new UsageError('--format applies only to --about, --check, plan, setup and sql');
  const commands = (['discard', 'check', 'discover'] as const).filter((name) => values[name]);
  if (commands.length > 1)
    throw new UsageError(
      `${commands.map((name) => `--${name}`).join(' and ')} are two commands; use one of them`,
    );
  if ((values.check || values.discover) && values.input !== undefined) {
    throw new UsageError('--input applies to loads, not to --check or --discover');
  }
}

function parsePlan(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv, {
    ...WHERE,
    ...HELP_FLAG,
    input: { type: 'string' },
    format: { type: 'string' },
  });
  if (values.help) return { kind: 'help' };
  if (positionals.length > 0) throw new UsageError(`plan accepts no argument "${positionals[0] ?? ''}"`);
  const format = oneOf('format', values.format ?? 'text', ['text', 'json']);
  return { kind: 'plan', warehouse: warehouseOf(values), input: values.input, format };
}

function parseSql(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv, { ...WHERE, ...HELP_FLAG, format: { type: 'string' } });
  if (values.help) return { kind: 'help' };
  const [query, ...more] = positionals;
  if (query === undefined || query.trim() === '' || more.length > 0)
    throw new UsageError('sql needs exactly one query, in quotes');
  const format = oneOf('format', values.format ?? 'table', ['table', 'csv', 'json']);
  return { kind: 'sql', warehouse: warehouseOf(values), query, format };
}

function parseSetup(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv, {
    ...HELP_FLAG,
    config: WHERE.config,
    format: { type: 'string' },
    interactive: { type: 'boolean' },
  });
  if (values.help) return { kind: 'help' };
  if (positionals.length > 0) throw new UsageError(`setup accepts no argument "${positionals[0] ?? ''}"`);
  const { config = [] } = values;
  if (!values.interactive)
    return {
      kind: 'setup',
      config,
      format: oneOf('format', values.format ?? 'text', ['text', 'json', 'sql']),
    };
  if (values.format !== undefined) throw new UsageError('--interactive prints no report; remove --format');
  const [file = DEFAULT_FILE, ...more] = config;
  if (more.length > 0 || file === 'ENV')
    throw new UsageError('--interactive writes one file; use one --config FILE');
  return { kind: 'interview', file };
}

function parseLocal(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv, {
    ...HELP_FLAG,
    dir: { type: 'string' },
    port: { type: 'string' },
    's3-port': { type: 'string' },
    'write-config': { type: 'string' },
    faults: { type: 'string' },
    access: { type: 'string' },
    readings: { type: 'string' },
    'until-released': { type: 'boolean' },
  });
  if (values.help) return { kind: 'help' };
  if (positionals.length > 0) throw new UsageError(`local accepts no argument "${positionals[0] ?? ''}"`);
  return {
    kind: 'local',
    dir: values.dir ?? DEFAULT_DIR,
    port: portOf('port', values.port),
    s3Port: portOf('s3-port', values['s3-port']),
    writeConfig: values['write-config'],
    faults: values.faults,
    access: values.access,
    readings: oneOf('readings', values.readings ?? 'hostile', ['hostile', 'lenient']),
    untilReleased: values['until-released'] ?? false,
  };
}

function warehouseOf(values: { config?: string[]; local?: boolean; dir?: string }): WarehouseChoice {
  const { config = [], local = false, dir } = values;
  if (dir !== undefined && !local) throw new UsageError('--dir requires --local');
  return { config, local: local ? (dir ?? DEFAULT_DIR) : undefined };
}

function parse<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error).replace(/\. To specify a positional.*$/s, ''), { cause: error });
  }
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new UsageError(`--${name} must be one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}

function portOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535)
    throw new UsageError(`--${name} must be a port number, not "${value}"`);
  return port;
}
