/** Completion in zsh (zshcompsys(1), "_arguments"). */
import { functionName, type Choice, type CommandWords, type Words } from './words.ts';

export function zshScript(program: string, { commands, options }: Words): string {
  const name = functionName(program);
  return `#compdef ${program}
_${name}() {
  local curcontext="$curcontext" context state state_descr line
  typeset -A opt_args
  # "commands" is a parameter of zsh that other completions read.
  local -a names
  names=(
${commands.map((one) => `    ${quoted(`${one.name}:${one.summary.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  ${argumentsOf(['-C', ...options.flatMap(optionSpecs), quoted('1: :->command'), quoted('*:: :->rest')])}
  case $state in
    command) _describe -t commands command names ;;
    rest) case $words[1] in
${commands.map((one) => `      ${one.name}) ${argumentsOf(commandSpecs(one))} ;;`).join('\n')}
    esac ;;
  esac
}
compdef _${name} ${program}
`;
}

/** After `--` there are no options. */
const argumentsOf = (specs: readonly string[]): string => ['_arguments -S', ...specs].join(' ');

function commandSpecs({ options, values, takesCommandLine }: CommandWords): readonly string[] {
  return [
    ...options.flatMap(optionSpecs),
    ...(values.length > 0 ? [quoted(`1:value:(${values.join(' ')})`)] : []),
    ...(takesCommandLine ? [quoted('1:tap: _command_names -e'), quoted('*::argument: _normal')] : []),
  ];
}

/** The value of a long option may follow it after `=`. */
function optionSpecs({ flags, description, takesValue, values }: Choice): readonly string[] {
  const text = description.replace(/[[\]:\\]/g, '\\$&');
  const action = values.length > 0 ? `(${values.join(' ')})` : '_files';
  return flags.map((flag) => {
    const sign = takesValue && flag.startsWith('--') ? '=' : '';
    return quoted(`*${flag}${sign}[${text}]${takesValue ? `:value:${action}` : ''}`);
  });
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
