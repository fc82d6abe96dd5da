/** Completion in fish. */
import { functionName, type Choice, type Words } from './words.ts';

export function fishScript(program: string, { commands, options, takingFlags }: Words): string {
  const name = `__${functionName(program)}`;
  const complete = `complete -c ${program}`;
  const at = (command: string): string => `${complete} -n '${name}_at "${command}"'`;
  const lines = [
    // File names only where an option takes one.
    `${complete} -f`,
    ...commands.map((one) => `${at('')} -a ${one.name} -d ${quoted(one.summary)}`),
    ...options.map((option) => `${at('')} ${optionOf(option)}`),
    ...commands.flatMap((one) => [
      ...one.options.map((option) => `${at(one.name)} ${optionOf(option)}`),
      ...(one.values.length > 0 ? [`${at(one.name)} -a ${quoted(one.values.join(' '))}`] : []),
      ...(one.takesCommandLine
        ? [`${complete} -n 'contains -- -- (commandline -opc)' -a '(${name}_tap)'`]
        : []),
    ]),
  ];
  return `function ${name}_at -d 'Whether the command line has this command'
    set -l command ''
    set -l is_value no
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $is_value = yes
            set is_value no
            continue
        end
        switch $word
            case ${takingFlags.join(' ')}
                set is_value yes
            case --
                return 1
            case ${commands.map((one) => one.name).join(' ')}
                test "$command" = ''; and set command $word
        end
    end
    test "$command" = "$argv[1]"
end
function ${name}_tap -d 'Completes the command line after --'
    set -l words (commandline -opc)
    set -e words[1..(contains -i -- -- $words)]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end
${lines.join('\n')}
`;
}

function optionOf({ flags, description, takesValue, values }: Choice): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = values.length > 0 ? `-x -a ${quoted(values.join(' '))}` : '-r -F';
  return [...names, ...(takesValue ? [value] : []), `-d ${quoted(description)}`].join(' ');
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
