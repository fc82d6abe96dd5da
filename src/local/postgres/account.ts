/**
 * The system account that PostgreSQL runs as, and the folders it can get at. PostgreSQL refuses to run as root,
 * and an unprivileged account cannot pass through folders such as a home of mode 0700.
 */
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** A user and group to switch to before running a program. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Places below the file system's root that root may own and everybody may pass through, best first. */
const PUBLIC_PARENTS = ['/var/lib', '/var/tmp'];

/**
 * The account to run PostgreSQL as: undefined means our own. As root it is an entry of passwd (`postgres` or
 * `nobody`), because initdb looks its effective user up by name.
 */
export function findAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const entry = entries.find((line) => line.startsWith(`${name}:`))?.split(':');
    const [uid, gid] = [Number(entry?.[2]), Number(entry?.[3])];
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new LocalWarehouseError(
    'the local warehouse runs as root and needs a user "postgres" or "nobody" in /etc/passwd',
  );
}

/** Whether an unprivileged account can pass through `path` and all of its parents. */
export function isReachable(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * A folder of root's that every account can pass through; only for root. It is refused when somebody else owns or
 * may write it, since programs run from there.
 */
export function makePublicFolder(parents: readonly string[] = PUBLIC_PARENTS): string {
  const problems: string[] = [];
  for (const parent of parents) {
    const path = join(parent, 'target-redshift');
    try {
      mkdirSync(path, { recursive: true });
      const found = lstatSync(path);
      if (!found.isDirectory() || found.uid !== process.getuid?.()) throw new Error(`${path} is not ours`);
      chmodSync(path, 0o755);
      if (isReachable(path)) return path;
      throw new Error(`${path} is below a folder that others cannot enter`);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new LocalWarehouseError(
    `the local warehouse runs as root and finds no folder that an unprivileged user can reach: ${problems.join('; ')}`,
  );
}
