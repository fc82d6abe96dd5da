/** Says in one sentence what commander found wrong with a command line. */
import type { CommanderError } from 'commander';
import { UsageError } from '../errors.ts';
import { insteadOf } from './words.ts';

export function explained(error: CommanderError, argv: readonly string[]): UsageError {
  return new UsageError(sentenceOf(error, argv), { cause: error });
}

function sentenceOf({ code, message }: CommanderError, argv: readonly string[]): string {
  const [, said = message, , meant] = /^(?:error: )?(.*?)(\n\(Did you mean (.*?)\?\))?$/s.exec(message) ?? [];
  const [, name = ''] = /'(.*?)'/s.exec(said) ?? [];
  const suggestion = meant === undefined ? '' : `; did you mean ${meant.replace('one of ', '')}?`;
  switch (code) {
    case 'commander.unknownOption': {
      const instead = insteadOf(name);
      if (instead !== undefined) return `there is no option ${name}: ${instead}`;
      return `unknown option "${name}"${suggestion}`;
    }
    case 'commander.optionMissingArgument':
      return name
        .replace(/^-\w, /, '')
        .replace(/ <(.*)>$/, (_, value: string) => ` needs a value: ${value.toUpperCase()}`);
    case 'commander.missingArgument':
      return `${argv[0] ?? ''} needs an argument: ${name.toUpperCase()}`;
    default:
      return said;
  }
}
