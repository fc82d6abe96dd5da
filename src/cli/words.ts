/** Names that other programs have for the commands and options of this one. */
import type { Command as Cli } from 'commander';
import { nearest } from '../config/near.ts';
import { UsageError } from '../errors.ts';

const COMMANDS: Readonly<Record<string, string>> = {
  test: 'check',
  validate: 'check',
  verify: 'check',
  doctor: 'check',
  ping: 'check',
  init: 'setup --interactive',
  configure: 'setup --interactive',
  config: 'setup --interactive',
  wizard: 'setup --interactive',
  query: 'sql',
  psql: 'sql',
  select: 'sql',
  import: 'load',
  ingest: 'load',
  sync: 'load',
  write: 'load',
  'dry-run': 'plan',
  dryrun: 'plan',
  explain: 'plan',
  preview: 'plan',
  serve: 'local',
  server: 'local',
  emulator: 'local',
  catalog: 'discover',
  tables: 'sql tables',
  runs: 'history',
  loads: 'history --loads',
  log: 'history',
  dashboard: 'report --html FILE',
  html: 'report --html FILE',
  stats: 'report',
  statistics: 'report',
  summary: 'report',
  freshness: 'report',
  describe: 'sql describe TABLE',
  schema: 'discover',
  info: 'about',
  spec: 'about',
  version: '--version',
  benchmark: 'discard',
};

const OPTIONS: Readonly<Record<string, string>> = {
  '--dry-run': 'use the command plan, which changes nothing',
  '--dryrun': 'use the command plan, which changes nothing',
  '--test': 'use the command check',
  '--properties': 'a target gets its streams from the tap; give the catalog to the tap',
  '--catalog': 'a target gets its streams from the tap; give the catalog to the tap',
  '--state': 'the state is given to the tap; see target-redshift help restarts',
  '--debug': 'use --verbose',
  '-v': 'use --verbose for more lines of the log, --version for the version',
  '-V': 'use --version',
  '--silent': 'use --quiet',
  '-f': 'use --input FILE for messages, --config FILE for the configuration',
  '--file': 'use --input FILE for messages, --config FILE for the configuration',
  '--output': 'states go to stdout; redirect it with > FILE',
  '-o': 'states go to stdout; redirect it with > FILE',
  '--log': 'the log goes to stderr; redirect it with 2> FILE',
  '--log-file': 'the log goes to stderr; redirect it with 2> FILE',
  '--host': 'write hostname into the configuration, or set TARGET_REDSHIFT_HOSTNAME and use --config ENV',
  '--hostname': 'write hostname into the configuration, or set TARGET_REDSHIFT_HOSTNAME and use --config ENV',
  '--password': 'write password into the configuration, or set TARGET_REDSHIFT_PASSWORD and use --config ENV',
};

/** What to do instead of using an option that other programs have. */
export function insteadOf(option: string): string | undefined {
  const name = option.split('=')[0] ?? '';
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
}

/** Refuses a word where a command was expected. */
export function refuseWord(word: string | undefined, cli: Cli): void {
  if (word === undefined) return;
  const names = cli.commands.map((command) => command.name());
  const known =
    (Object.hasOwn(COMMANDS, word.toLowerCase()) ? COMMANDS[word.toLowerCase()] : undefined) ??
    nearest(word, names);
  if (known !== undefined) throw new UsageError(`unknown command "${word}"; did you mean ${known}?`);
  if (/[./\\]/.test(word))
    throw new UsageError(`unknown command "${word}"; to read messages from a file, use --input ${word}`);
  throw new UsageError(`unknown command "${word}"; commands are ${names.join(', ')}`);
}
