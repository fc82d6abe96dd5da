/** The completion scripts: that of bash is run in a bash, the others are read. */
import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { parseCommand } from '../../src/cli/parse.ts';

function scriptOf(shell: string): string {
  const { command } = parseCommand(['completion', shell]);
  if (command.kind !== 'text') throw new Error('completion answers with a text');
  return command.text;
}

/** What bash offers for the last word of a line. */
function offered(line: string): readonly string[] {
  const words = line.split(' ');
  const script = `${scriptOf('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_target_redshift
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

describe('completion in bash', () => {
  const LINES: readonly (readonly [line: string, words: readonly string[]])[] = [
    ['target-redshift dis', ['discard', 'discover']],
    ['target-redshift --loc', ['--local']],
    ['target-redshift check --f', ['--format']],
    ['target-redshift check --format ', ['text', 'json']],
    ['target-redshift -c x.json check --lo', ['--local', '--log-level', '--log-format']],
    ['target-redshift sql --format c', ['csv']],
    ['target-redshift --log-level d', ['debug']],
    ['target-redshift completion ', ['--help', 'bash', 'zsh', 'fish']],
    // The shell completes file names where the script offers nothing.
    ['target-redshift --config ', []],
    ['target-redshift load --input mess', []],
  ];
  for (const [line, words] of LINES)
    it(`offers ${words.join(', ') || 'file names'} after "${line}"`, () =>
      expect(offered(line)).to.deep.equal(words));
});

describe('completion in other shells', () => {
  it('is registered for the program, with every command', () => {
    for (const shell of ['zsh', 'fish']) {
      const script = scriptOf(shell);
      for (const command of ['load', 'check', 'plan', 'sql', 'local', 'setup', 'help'])
        expect(script, shell).to.match(new RegExp(`\\b${command}\\b`));
    }
    expect(scriptOf('zsh')).to.match(/^#compdef target-redshift\n/);
    expect(scriptOf('fish')).to.match(/^complete -c target-redshift /);
  });
});
