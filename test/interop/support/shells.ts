/** The shells that complete command lines: those of this system, or packages of Debian that are not installed. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { librariesOf, unpackedPackages } from './debian.ts';
import { runs } from './java.ts';
import type { CommandLine } from './processes.ts';

export interface Shell extends Disposable {
  /** Starts it without the files of the user. */
  readonly command: CommandLine;
  readonly env: Readonly<Record<string, string>>;
  /** Lines that make its own completions known. */
  readonly setup: readonly string[];
}

const noTrace = { [Symbol.dispose]: () => undefined };

export const bash: Shell = {
  command: ['bash', '--norc', '--noprofile', '-i'],
  env: {},
  setup: [],
  ...noTrace,
};

/** @throws RegistryUnreachableError */
export async function fish(): Promise<Shell> {
  if (await runs(['fish', '--version']))
    return { command: ['fish', '--no-config'], env: {}, setup: [], ...noTrace };
  const root = await unpackedPackages(['fish', 'fish-common']);
  return {
    command: [join(root, 'usr/bin/fish'), '--no-config'],
    env: librariesOf(root),
    setup: [`set -g fish_function_path ${join(root, 'usr/share/fish/functions')}`],
    ...noTrace,
  };
}

const COMPINIT = 'autoload -Uz compinit; compinit -D -u';

/** @throws RegistryUnreachableError */
export async function zsh(): Promise<Shell> {
  if (await runs(['zsh', '--version']))
    return { command: ['zsh', '-f', '-i'], env: {}, setup: [COMPINIT], ...noTrace };
  const root = await unpackedPackages(['zsh', 'zsh-common']);
  const folder = mkdtempSync(join(tmpdir(), 'zsh-'));
  const functions = join(root, 'usr/share/zsh/functions');
  return {
    command: [moved(root, folder), '-f', '-i'],
    env: librariesOf(root),
    setup: [`fpath=(${functions} ${functions}/**/*(/))`, COMPINIT],
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** zsh reads its modules from a folder whose name is a part of the program. A name that is as long takes its place in a copy. */
function moved(root: string, folder: string): string {
  const program = readFileSync(
    existsSync(join(root, 'bin/zsh')) ? join(root, 'bin/zsh') : join(root, 'usr/bin/zsh'),
  );
  const [before = ''] = /\/usr\/lib\/[\w-]+\/zsh\/[\d.]+/.exec(program.toString('latin1')) ?? [];
  const at = program.indexOf(before);
  if (before === '' || folder.length + 2 > before.length) throw new Error(`zsh cannot be moved to ${folder}`);
  symlinkSync(join(root, before), join(folder, 'm'));
  program.write(join(folder, 'm').padEnd(before.length, '/'), at, 'latin1');
  const path = join(folder, 'zsh');
  writeFileSync(path, program);
  chmodSync(path, 0o755);
  return path;
}
