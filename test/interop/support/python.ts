/** Virtual environments below `.cache/interop`, made once and used again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.ts';
import { CACHE, orSkip, RegistryUnreachableError } from './registry.ts';

/** Some requirements have over a hundred dependencies, which takes minutes on a busy machine. */
const INSTALL_SECONDS = 900;

/** The path of a program in an environment. */
export type Programs = (name: string) => string;

export interface Choices {
  /** `listed`: nothing is installed but the requirements themselves, whatever versions they ask for, that of Python too. */
  readonly dependencies?: 'resolved' | 'listed';
}

/** An environment with exactly these requirements, such as `tap-x==1.0`, and what they depend on. */
export async function environment(
  requirements: readonly string[],
  { dependencies = 'resolved' }: Choices = {},
): Promise<Programs> {
  const python = await run(['python3', '--version']);
  if (python.code !== 0) throw new Error(`python3 does not run: ${python.stderr}`);
  const folder = join(CACHE, nameOf(requirements, python.stdout));
  const complete = join(folder, 'complete');
  const programs: Programs = (name) => join(folder, 'bin', name);
  if (existsSync(complete)) return programs;
  // What an interrupted run has left.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  const made = await run(['python3', '-m', 'venv', folder]);
  if (made.code !== 0) throw new Error(`python3 -m venv failed: ${made.stdout}${made.stderr}`);
  const installed = await run(
    [
      programs('python'),
      '-m',
      'pip',
      'install',
      '--no-input',
      '--disable-pip-version-check',
      ...(dependencies === 'listed' ? ['--no-deps', '--ignore-requires-python'] : []),
      ...requirements,
    ],
    { seconds: INSTALL_SECONDS },
  );
  if (installed.code !== 0) throw refusal(requirements, `${installed.stdout}${installed.stderr}`);
  writeFileSync(complete, `${requirements.join('\n')}\n`);
  return programs;
}

/** The same for a `before` hook, which skips its tests when pip is offline. */
export function environmentOrSkip(
  context: Mocha.Context,
  requirements: readonly string[],
  choices: Choices = {},
): Promise<Programs> {
  context.timeout((INSTALL_SECONDS + 60) * 1000);
  return orSkip(context, environment(requirements, choices));
}

function nameOf(requirements: readonly string[], version: string): string {
  const key = [version.trim(), ...requirements].join('\n');
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 10);
  return `${(requirements[0] ?? 'empty').replace(/[^\w.-].*/, '')}-${hash}`;
}

function refusal(requirements: readonly string[], said: string): Error {
  const what = `pip cannot install ${requirements.join(' ')}`;
  if (/connection broken by|Could not fetch URL|Read timed out|Temporary failure in name/.test(said)) {
    return new RegistryUnreachableError(`${what}: its package registry cannot be reached`);
  }
  return new Error(`${what}:\n${said.slice(-4000)}`);
}
