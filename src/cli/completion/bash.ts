/** Completion in bash. Where the script offers nothing, bash completes file names (`-o default`). */
import { functionName, type Choice, type CommandWords, type Words } from './words.ts';

/** bash takes `=` for a word of its own. */
export function bashScript(program: string, { commands, options, takingFlags }: Words): string {
  const name = functionName(program);
  const names = commands.map((command) => command.name);
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command= word words i is_value= tap=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ $is_value && $word != '=' ]]; then is_value=; continue; fi
    case "$word" in
      ${takingFlags.join('|')}) is_value=1 ;;
      --) tap=$((i + 1)); break ;;
      ${names.join('|')}) command="\${command:-$word}" ;;
    esac
  done
  if [[ $tap ]]; then
    COMPREPLY=()
    ((tap == COMP_CWORD)) && COMPREPLY=($(compgen -c -- "$current"))
    return
  fi
  if [[ $current == '=' ]]; then
    current=
  elif [[ $previous == '=' ]]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "$command" in
${commands.map(caseOf).join('\n')}
${caseOf({ name: '*', options, values: names })}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${program}
`;
}

function caseOf({ name, options, values }: Pick<CommandWords, 'name' | 'options' | 'values'>): string {
  const offered = [...options.map(({ flags }) => flags[0]), ...values].join(' ');
  const taking = options.filter(({ takesValue }) => takesValue).map(valueCase);
  return [
    `    ${name}) case "$previous" in`,
    ...taking,
    `      *) words="${offered}" ;;`,
    '    esac ;;',
  ].join('\n');
}

const valueCase = ({ flags, values }: Choice): string =>
  `      ${flags.join('|')}) words="${values.join(' ')}" ;;`;
