/** Scripts by which shells complete commands and options. They start no program, so that completing is immediate. */
import type { Command as Cli } from 'commander';
import type { Shell } from '../command.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { wordsOf, type Words } from './words.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS: Readonly<Record<Shell, (program: string, words: Words) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionOf(cli: Cli, shell: Shell): string {
  return SCRIPTS[shell](cli.name(), wordsOf(cli));
}
