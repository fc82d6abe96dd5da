/** Scripts by which shells complete commands and options. They start no program, so that completing is immediate. */
import type { Command as Cli, Option } from 'commander';
import type { Shell } from './command.ts';

export function completionOf(cli: Cli, shell: Shell): string {
  return SCRIPTS[shell](cli.name(), wordsOf(cli));
}

/** The words that may follow a command. */
interface Words {
  /** Empty for the command line without a command. */
  readonly command: string;
  readonly summary: string;
  readonly options: readonly Choice[];
  readonly values: readonly string[];
}

interface Choice {
  readonly flag: string;
  readonly description: string;
  /** Takes a value: a file name, or one of `values`. */
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

function wordsOf(cli: Cli): readonly Words[] {
  return [cli, ...cli.commands].map((command) => ({
    command: command === cli ? '' : command.name(),
    summary: command.description(),
    options: command.createHelp().visibleOptions(command).map(choiceOf),
    values: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  }));
}

function choiceOf({ long, description, required, argChoices }: Option): Choice {
  return {
    flag: long ?? '',
    description: plain(description),
    takesValue: required,
    values: argChoices ?? [],
  };
}

const namesOf = (words: readonly Words[]): readonly Words[] => words.filter(({ command }) => command !== '');

/** Without what a shell or its completion system would take as syntax. */
const plain = (text: string): string => text.replace(/[^\w .,;()/*-]/g, '').split(';')[0] ?? '';

const SCRIPTS: Readonly<Record<Shell, (program: string, words: readonly Words[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Where it offers nothing, bash completes file names (`-o default`). */
function bashScript(program: string, words: readonly Words[]): string {
  const name = program.replaceAll('-', '_');
  const names = namesOf(words).map(({ command }) => command);
  const caseOf = ({ command, options, values }: Words): string => {
    const flags = options.map(({ flag }) => flag);
    const offered = [...flags, ...values, ...(command === '' ? names : [])].join(' ');
    const taking = options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, values: allowed }) => `      ${flag}) words="${allowed.join(' ')}" ;;`);
    return [
      `    ${command === '' ? '*' : command}) case "$previous" in`,
      ...taking,
      `      *) words="${offered}" ;;`,
      '    esac ;;',
    ].join('\n');
  };
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command= word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${names.join('|')}) command="$word"; break ;; esac
  done
  case "$command" in
${[...namesOf(words), ...words.slice(0, 1)].map(caseOf).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${program}
`;
}

function zshScript(program: string, words: readonly Words[]): string {
  const name = program.replaceAll('-', '_');
  const commands = namesOf(words).map(({ command, summary }) => `    '${command}:${plain(summary)}'`);
  const argumentsOf = ({ options, values }: Words): string =>
    [
      '_arguments',
      ...options.map(zshOption),
      ...(values.length > 0 ? [`'*:value:(${values.join(' ')})'`] : []),
    ].join(' ');
  const cases = namesOf(words).map((one) => `    ${one.command}) ${argumentsOf(one)} ;;`);
  return `#compdef ${program}
_${name}() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join('\n')}
    *) ${words.slice(0, 1).map(argumentsOf).join('')} ;;
  esac
}
compdef _${name} ${program}
`;
}

function zshOption({ flag, description, takesValue, values }: Choice): string {
  const allowed = values.length > 0 ? `(${values.join(' ')})` : '_files';
  return `'*${flag}[${description}]${takesValue ? `:value:${allowed}` : ''}'`;
}

function fishScript(program: string, words: readonly Words[]): string {
  const start = `complete -c ${program}`;
  const commands = namesOf(words).map(
    ({ command, summary }) => `${start} -n __fish_use_subcommand -f -a ${command} -d '${plain(summary)}'`,
  );
  const rest = words.flatMap(({ command, options, values }) => {
    const when = `-n '${command === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${command}`}'`;
    return [
      ...options.map((option) => `${start} ${when} ${fishOption(option)}`),
      ...values.map((value) => `${start} ${when} -f -a ${value}`),
    ];
  });
  return `${[...commands, ...rest].join('\n')}\n`;
}

function fishOption({ flag, description, takesValue, values }: Choice): string {
  const allowed = values.length > 0 ? ` -f -a '${values.join(' ')}'` : '';
  return `-l ${flag.slice(2)}${takesValue ? ' -r' : ''}${allowed} -d '${description}'`;
}
