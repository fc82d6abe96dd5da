/**
 * Decides where the database files live. They belong below the warehouse's folder; but as root, when the account
 * that PostgreSQL runs as cannot get there, they go to a folder of root's that it can reach, which the warehouse's
 * folder remembers. Files whose warehouse is gone are removed at the next start.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Account, isReachable, makePublicFolder } from './account.ts';
import { readPostmaster } from './postmaster.ts';

/** File in the warehouse's folder that holds the path of the database files when they are not below it. */
const REMEMBERED = 'postgres-files';
/** File beside such database files that holds the path of the warehouse's folder. */
const OWNER = 'warehouse';

/** The folder for the database files of the warehouse in `dir` (which must exist); it need not exist yet. */
export function placeFiles(
  dir: string,
  account: Account | undefined,
  publicFolder: () => string = makePublicFolder,
): string {
  const home = realpathSync(dir);
  const remembered = join(home, REMEMBERED);
  if (existsSync(remembered)) {
    const files = readFileSync(remembered, 'utf8');
    // A folder that was copied must not write the database of its original.
    if (existsSync(files) && readOwner(dirname(files)) === home) return files;
  }
  const inside = join(home, 'postgres');
  if (account === undefined || existsSync(join(inside, 'PG_VERSION'))) return openFolder(home, inside);
  if (isReachable(dirname(home))) return openFolder(home, inside);
  return placeOutside(home, join(publicFolder(), 'data'));
}

/** Passing through (not listing) is what the engine's account needs; what is secret there has mode 0600. */
function openFolder(home: string, inside: string): string {
  if (process.getuid?.() === 0) chmodSync(home, (statSync(home).mode & 0o777) | 0o011);
  return inside;
}

function placeOutside(home: string, parent: string): string {
  mkdirSync(parent, { recursive: true });
  sweep(parent);
  const place = join(parent, createHash('sha256').update(home).digest('hex').slice(0, 24));
  const files = join(place, 'postgres');
  mkdirSync(place, { recursive: true, mode: 0o711 });
  writeFileSync(join(place, OWNER), home, { mode: 0o600 });
  writeFileSync(join(home, REMEMBERED), files, { mode: 0o600 });
  // Without the remembered path the warehouse is a new one, even at a path that was in use before.
  rmSync(files, { recursive: true, force: true });
  return files;
}

function readOwner(place: string): string | undefined {
  const owner = join(place, OWNER);
  return existsSync(owner) ? readFileSync(owner, 'utf8') : undefined;
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const place = join(parent, name);
    const owner = readOwner(place);
    if (owner === undefined || existsSync(join(owner, REMEMBERED))) continue;
    if (readPostmaster(join(place, 'postgres')) !== undefined) continue;
    rmSync(place, { recursive: true, force: true });
  }
}
