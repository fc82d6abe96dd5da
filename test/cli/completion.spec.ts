/** The completion script of bash, in a bash. test/interop has those of the other shells. */
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
    ['target-redshift check --format = js', ['json']],
    ['target-redshift --input load che', ['check']],
    // The shell completes file names where the script offers nothing.
    ['target-redshift --config ', []],
    ['target-redshift load --input mess', []],
  ];
  for (const [line, words] of LINES)
    it(`offers ${words.join(', ') || 'file names'} after "${line}"`, () =>
      expect(offered(line)).to.deep.equal(words));
});
