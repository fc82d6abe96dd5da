/** Parses argv into a command. Throws UsageError; reads nothing else. */
import { Command as Cli, CommanderError } from 'commander';
import type { UsageError } from '../errors.ts';
import type { CommandLine } from './command.ts';
import { commandLine, helpOf } from './command-line.ts';
import { explained } from './explain.ts';

/** The width of the help where it is not shown on a terminal. */
const COLUMNS = 100;

export function parseCommand(argv: readonly string[], columns = COLUMNS): CommandLine {
  let found: CommandLine | undefined;
  let printed = '';
  const cli = commandLine((line) => (found = line), {
    columns,
    print: (text) => (printed += text),
  });
  try {
    cli.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw explained(error, argv);
  }
  return found ?? { command: { kind: 'text', text: printed }, log: { level: undefined, format: undefined } };
}

/** What is printed after the command line was wrong. */
export function usageText({ message }: UsageError): string {
  return `target-redshift: ${message}\n\nRun target-redshift --help for usage.\n`;
}

/** The help of all commands, by their names; that of the program by an empty name. */
export function helpTexts(columns = COLUMNS): ReadonlyMap<string, string> {
  const cli = commandLine(() => undefined, { columns, print: () => undefined });
  const all: readonly Cli[] = [cli, ...cli.commands];
  return new Map(all.map((command) => [command === cli ? '' : command.name(), helpOf(command)]));
}
