/** The command line as commander knows it: the commands, the flags of the Singer world, and the help. */
import { Argument, Command as Cli, Option } from 'commander';
import { nearest } from '../config/near.ts';
import { UsageError } from '../errors.ts';
import type { CommandLine, Shell } from './command.ts';
import { definitions, readLoad } from './commands.ts';
import { completionOf } from './completion/completion.ts';
import type { Definition } from './definition.ts';
import {
  formatOption,
  inputOption,
  metricsOption,
  refreshOption,
  reportOption,
  logOf,
  logOptions,
  oneOf,
  warehouseOptions,
  type Values,
} from './options.ts';
import { topicList, topicNames, topicOf } from './topics.ts';
import { refuseWord } from './words.ts';

/** How help is printed: the width of the terminal, and where it goes. */
interface Screen {
  readonly columns: number;
  readonly print: (text: string) => void;
}

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** The commands that taps and orchestrators know as flags. */
const FLAGS = ['check', 'discover', 'discard', 'about'] as const;

/** No line is longer than 80 characters, as in the topics. */
const OVERVIEW = (): string => `
Examples:
  tap | target-redshift --local
      load into a local warehouse; needs no configuration
  tap | target-redshift --config config.json
      load into Redshift; safe states appear on stdout
  target-redshift check --config config.json
      try every step of a load with one row

Topics of target-redshift help TOPIC:
  ${topicList()}

Exit codes:
  0  every record that was read is committed (plan: would be)
  1  failed
  2  wrong command line
`;

/** `take` receives what a command line asks for. Nothing is given to it when help was asked for with a flag. */
export function commandLine(take: (line: CommandLine) => void, { columns, print }: Screen): Cli {
  const cli = new Cli('target-redshift')
    .description('Loads the messages of a Singer tap into Amazon Redshift.')
    .usage('[command] [options]')
    .enablePositionalOptions()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined, getOutHelpWidth: () => columns })
    .helpCommand(false)
    .helpOption('-h, --help', 'show this help; COMMAND --help shows that of a command')
    .addHelpText('after', OVERVIEW());
  const others = [...definitions(), completion(cli)];
  const all = [
    ...others,
    help(
      cli,
      others.map(({ name }) => name),
    ),
  ];
  addFlags(cli);
  cli.action(() => take(readFlags(cli, all)));
  for (const definition of all) addCommand(cli, definition, take);
  return cli;
}

function addFlags(cli: Cli): void {
  for (const option of [
    ...warehouseOptions(),
    inputOption(),
    refreshOption(),
    reportOption(),
    metricsOption(),
    ...logOptions(),
  ])
    cli.addOption(option);
  for (const name of FLAGS) cli.addOption(new Option(`--${name}`, `the same as the command ${name}`));
  cli.addOption(formatOption(['text', 'json', 'markdown']).hideHelp());
  cli.option('--version', 'show the version');
}

/** A command line without the name of a command: a load, or what a flag asks for. */
function readFlags(cli: Cli, all: readonly Definition[]): CommandLine {
  const { version, ...values } = cli.opts<Values>();
  refuseWord(cli.args[0], cli);
  const log = logOf(values);
  if (version === true) return { command: { kind: 'version' }, log };
  const asked = FLAGS.filter((name) => values[name] === true);
  if (asked.length > 1)
    throw new UsageError(
      `${asked.map((name) => `--${name}`).join(' and ')} are two commands; use one of them`,
    );
  const definition = all.find(({ name }) => name === asked[0]);
  if (definition === undefined) return { command: readLoad(values), log };
  const { [definition.name]: _, ...rest } = values;
  refuseForeign(rest, cli, definition);
  return { command: definition.read(rest, []), log };
}

function addCommand(cli: Cli, definition: Definition, take: (line: CommandLine) => void): void {
  const { name, summary, arguments: args = [], examples = [], read } = definition;
  const command = cli
    .command(name)
    .description(summary)
    .allowExcessArguments()
    .addHelpText('after', exampleText(examples));
  for (const option of optionsOf(definition)) command.addOption(option);
  for (const argument of args) command.addArgument(argument);
  if (definition.isRestVerbatim === true) command.passThroughOptions();
  command.action(() => {
    const [word] = args.some((one) => one.variadic) ? [] : command.args.slice(args.length);
    if (word !== undefined) throw new UsageError(`${name} accepts no argument "${word}"`);
    const values = valuesOf(cli, command, definition);
    take({ command: read(values, command.args), log: logOf(values) });
  });
}

/** A command that answers a question about the command line logs nothing. */
function optionsOf({ options = [], logs = true }: Definition): readonly Option[] {
  return logs ? [...options, ...logOptions()] : options;
}

/** Options may stand before the command too. */
function valuesOf(cli: Cli, command: Cli, definition: Definition): Values {
  const before: Values = cli.opts();
  const own: Values = command.opts();
  refuseForeign(before, cli, definition);
  const config = [...(before.config ?? []), ...(own.config ?? [])];
  return { ...before, ...own, ...(config.length > 0 ? { config } : {}) };
}

function refuseForeign(values: Values, cli: Cli, definition: Definition): void {
  const known = new Set(optionsOf(definition).map((option) => option.attributeName()));
  const foreign = cli.options.find(
    (option) => values[option.attributeName()] !== undefined && !known.has(option.attributeName()),
  );
  if (foreign !== undefined)
    throw new UsageError(`${foreign.long ?? ''} does not apply to ${definition.name}`);
}

function exampleText(examples: NonNullable<Definition['examples']>): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([line, what]) => `  ${line}\n      ${what}\n`);
  return `\nExamples:\n${lines.join('')}`;
}

function completion(cli: Cli): Definition {
  return {
    name: 'completion',
    logs: false,
    summary: 'print a script that completes commands and options in a shell',
    arguments: [new Argument('<shell>', 'the shell').choices(SHELLS).argParser(oneOf('shell', SHELLS))],
    examples: [
      ['source <(target-redshift completion bash)', 'for this shell; add the line to ~/.bashrc to keep it'],
      ['source <(target-redshift completion zsh)', 'for zsh, after compinit in ~/.zshrc'],
      ['target-redshift completion fish | source', 'for fish; add the line to config.fish to keep it'],
    ],
    read: (_, [shell]) => ({ kind: 'text', text: completionOf(cli, shell as Shell) }),
  };
}

/** `names`: those of the other commands. */
function help(cli: Cli, names: readonly string[]): Definition {
  return {
    name: 'help',
    logs: false,
    summary: 'show the help of a command or a topic',
    arguments: [
      new Argument('[topic]', 'a command or a topic')
        .choices([...topicNames(), ...names])
        // An unknown one is answered with the nearest.
        .argParser((topic) => topic),
    ],
    read: (_, [topic]) => ({ kind: 'text', text: helpOn(cli, topic) }),
  };
}

function helpOn(cli: Cli, topic: string | undefined): string {
  if (topic === undefined) return helpOf(cli);
  const command = cli.commands.find((one) => one.name() === topic);
  if (command !== undefined) return helpOf(command);
  const text = topicOf(topic);
  if (text !== undefined) return text;
  const similar = nearest(topic, [...topicNames(), ...cli.commands.map((one) => one.name())]);
  if (similar !== undefined) throw new UsageError(`there is no help on "${topic}"; did you mean ${similar}?`);
  throw new UsageError(`there is no help on "${topic}"; topics are ${topicList()} and the commands`);
}

/** With the examples, which commander keeps apart. */
export function helpOf(command: Cli): string {
  let text = '';
  const before = { ...command.configureOutput() };
  command.configureOutput({ writeOut: (more) => void (text += more) }).outputHelp();
  command.configureOutput(before);
  return text;
}
