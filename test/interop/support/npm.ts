/** Packages of npm below `.cache/interop`, installed once and used again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.ts';
import { CACHE, RegistryUnreachableError } from './registry.ts';

const INSTALL_SECONDS = 280;

/** The path of something in `node_modules`, with these packages, such as `npm@11.21.2`, in it. */
export async function npmPackages(packages: readonly string[]): Promise<(path: string) => string> {
  const key = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 10);
  const folder = join(CACHE, `npm-${key}`);
  const complete = join(folder, 'complete');
  const inside = (path: string): string => join(folder, 'node_modules', path);
  if (existsSync(complete)) return inside;
  // What an interrupted run has left.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await npmInstall(['--prefix', folder, ...packages]);
  writeFileSync(complete, `${packages.join('\n')}\n`);
  return inside;
}

/** Runs `npm install` without the scripts of packages. @throws RegistryUnreachableError */
export async function npmInstall(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const { code, stdout, stderr } = await run(['npm', 'install', ...options, ...args], {
    seconds: INSTALL_SECONDS,
    env,
  });
  if (code !== 0) throw refusal(`npm cannot install ${args.join(' ')}`, `${stdout}${stderr}`);
}

/** The error for a failure of npm, from what it said. */
function refusal(what: string, said: string): Error {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EIDLETIMEOUT|ERR_SOCKET_TIMEOUT/.test(said))
    return new RegistryUnreachableError(`${what}: its registry cannot be reached`);
  return new Error(`${what}:\n${said.slice(-4000)}`);
}
