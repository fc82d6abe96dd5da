/** Virtual environments below `.cache/interop`, made once and used again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.ts';

const CACHE = fileURLToPath(new URL('../../../.cache/interop/', import.meta.url));
const INSTALL_SECONDS = 280;

/** The path of a program in an environment. */
export type Programs = (name: string) => string;

/** pip could not reach its package registry: nothing is known about the program under test. */
export class RegistryUnreachableError extends Error {
  override readonly name = 'RegistryUnreachableError';
}

export interface Choices {
  /** `listed`: nothing is installed but the requirements themselves, whatever versions they ask for. */
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
      ...(dependencies === 'listed' ? ['--no-deps'] : []),
      ...requirements,
    ],
    { seconds: INSTALL_SECONDS },
  );
  if (installed.code !== 0) throw refusal(requirements, `${installed.stdout}${installed.stderr}`);
  writeFileSync(complete, `${requirements.join('\n')}\n`);
  return programs;
}

/** For a `before` hook: the tests of its suite are skipped, with a line that says why, when pip is offline. */
export async function environmentOrSkip(
  context: Mocha.Context,
  requirements: readonly string[],
  choices: Choices = {},
): Promise<Programs> {
  try {
    return await environment(requirements, choices);
  } catch (error) {
    if (!(error instanceof RegistryUnreachableError)) throw error;
    console.log(`    SKIPPED: ${error.message}`);
    return context.skip();
  }
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
