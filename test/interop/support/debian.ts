/** Packages of Debian, unpacked below `.cache/interop`: no root is needed and nothing is installed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type CommandLine, type Limits, type Outcome, run } from './processes.ts';
import { CACHE, RegistryUnreachableError } from './registry.ts';

const DOWNLOAD_SECONDS = 280;
const UNREACHABLE =
  /Could not resolve|Temporary failure|(?:Could not|Unable to) connect|Connection (?:failed|refused|timed out)|Failed to fetch/i;
/** This system is of another release, or its lists are empty and only root may fill them. */
const NOT_OFFERED = /Unable to locate package|has no installation candidate|\S+ does not run/;

/**
 * These packages and what they need that this system does not have, each in the version that its release has now.
 * @returns the folder that stands for `/`
 * @throws RegistryUnreachableError
 */
export async function unpackedPackages(packages: readonly string[]): Promise<string> {
  const key = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 10);
  const root = join(CACHE, `debian-${packages[0] ?? 'empty'}-${key}`);
  if (!existsSync(root)) await unpack(packages, root);
  return root;
}

/** The variables with which programs below such a folder find their libraries. */
export function librariesOf(root: string): Readonly<Record<string, string>> {
  const folders = ['usr/lib', 'lib'].flatMap((folder) => {
    const path = join(root, folder);
    const names = existsSync(path) ? readdirSync(path) : [];
    return names.filter((name) => name.includes('-linux-')).map((name) => join(path, name));
  });
  return { LD_LIBRARY_PATH: folders.join(delimiter) };
}

async function unpack(packages: readonly string[], root: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(`${root}.draft-`);
  try {
    const [debs, files] = [join(draft, 'debs'), join(draft, 'root')];
    for (const folder of [debs, files]) mkdirSync(folder);
    await downloadPackages(debs, packages, () => withNeeded(packages));
    for (const deb of readdirSync(debs)) await apt(['dpkg-deb', '-x', join(debs, deb), files]);
    renameSync(files, root);
  } catch (error) {
    // Another process may have been faster; what it has unpacked is as good.
    if (!existsSync(root)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function withNeeded(packages: readonly string[]): Promise<readonly string[]> {
  const said = await apt(['apt-get', 'install', '--simulate', '--no-install-recommends', ...packages]);
  const missing = [...said.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  return [...new Set([...packages, ...missing])];
}

/**
 * Downloads packages into a folder, after an update of the lists if it does not succeed at once.
 * @param what the packages in words
 * @param names all their names, which are looked up in the lists
 * @throws RegistryUnreachableError
 */
export async function downloadPackages(
  folder: string,
  what: readonly string[],
  names: () => Promise<readonly string[]>,
): Promise<void> {
  const download = async (): Promise<unknown> =>
    apt(['apt-get', 'download', ...(await names())], { cwd: folder, seconds: DOWNLOAD_SECONDS });
  try {
    await download();
  } catch {
    const updated = await runApt(['apt-get', 'update'], { seconds: DOWNLOAD_SECONDS });
    await download().catch((error: unknown) => {
      throw refusal(what, `${updated.stdout}${updated.stderr}${String(error)}`);
    });
  }
}

function refusal(what: readonly string[], said: string): Error {
  const sentence = `Debian's packages ${what.join(', ')} cannot be fetched`;
  if (UNREACHABLE.test(said))
    return new RegistryUnreachableError(`${sentence}: their registry cannot be reached`);
  const [reason] = NOT_OFFERED.exec(said) ?? [];
  if (reason !== undefined) return new RegistryUnreachableError(`${sentence}: ${reason}`);
  return new Error(`${sentence}:\n${said.slice(-4000)}`);
}

/** Runs one of the clients of Debian's packages, which must end well. @returns what it printed */
export async function apt(command: CommandLine, limits: Limits = {}): Promise<string> {
  const { code, stdout, stderr } = await runApt(command, limits);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

async function runApt(command: CommandLine, limits: Limits): Promise<Outcome> {
  try {
    return await run(command, { ...limits, env: { LC_ALL: 'C' } });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { code: null, stdout: '', stderr: `${command[0]} does not run` };
  }
}
