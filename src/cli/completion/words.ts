/** What a command line may consist of, as the completion scripts need it. */
import type { Command as Cli, Option } from 'commander';

export interface Words {
  readonly commands: readonly CommandWords[];
  /** The options of a command line without a command. */
  readonly options: readonly Choice[];
  /** The flags of all options that take a value: the word after one is no command. */
  readonly takingFlags: readonly string[];
}

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Choice[];
  /** The values of its argument. */
  readonly values: readonly string[];
  /** Another command line follows `--`. */
  readonly takesCommandLine: boolean;
}

export interface Choice {
  /** The long one and, if there is one, the short one: `--config`, `-c`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Takes a value: a file name, or one of `values`. */
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

export function wordsOf(cli: Cli): Words {
  const commands = cli.commands.map((command) => ({
    name: command.name(),
    summary: command.description(),
    options: optionsOf(command),
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    takesCommandLine: command.registeredArguments.some((argument) => argument.name() === 'tap'),
  }));
  const options = optionsOf(cli);
  const taking = [...options, ...commands.flatMap((command) => command.options)].filter(
    ({ takesValue }) => takesValue,
  );
  return { commands, options, takingFlags: [...new Set(taking.flatMap(({ flags }) => flags))] };
}

const optionsOf = (command: Cli): readonly Choice[] =>
  command.createHelp().visibleOptions(command).map(choiceOf);

function choiceOf({ long, short, description, required, argChoices }: Option): Choice {
  return {
    flags: [long, short].filter((flag) => flag !== undefined),
    // The first of several statements says what the option is for.
    description: description.split(';')[0] ?? '',
    takesValue: required,
    values: argChoices ?? [],
  };
}

/** The name of a function of a shell. */
export const functionName = (program: string): string => program.replaceAll('-', '_');
