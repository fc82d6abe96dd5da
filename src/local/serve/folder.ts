/**
 * The folder of a warehouse: made when missing, and looked at before anything in it is trusted. It holds keys, a certificate and
 * the lock file that says where the warehouse listens, so whoever could write it would have the loader's data and rights.
 */
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** What makes a folder one of a warehouse. */
const SECRETS = 'secrets.json';
/** What there may be before the secrets are written, and in a folder that is kept empty. */
const HARMLESS = /^(?:\.gitignore|\.gitkeep|\.DS_Store|local\.log|lock\.json(?:\..*)?)$/;
/** Everything in the folder is private to the warehouse. */
const IGNORE = '*\n';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Makes the folder when missing, for its owner only.
 * @throws LocalWarehouseError when it cannot be made or written, belongs to somebody else or may be written by others, holds
 * something else than a warehouse, or a file in it is not ours.
 */
export function openFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK | constants.X_OK);
    const entries = readdirSync(dir);
    checkOwner(dir, entries);
    checkEntries(dir, entries);
    if (!entries.includes('.gitignore')) writeFileSync(join(dir, '.gitignore'), IGNORE, { mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice =
      error instanceof LocalWarehouseError ? '' : '; give a folder that can be written with --dir';
    throw new LocalWarehouseError(`Cannot use ${dir} for the local warehouse: ${reason}${advice}`, {
      cause: error,
    });
  }
}

function checkOwner(dir: string, entries: readonly string[]): void {
  const found = statSync(dir);
  if (isOthers(found)) {
    throw new LocalWarehouseError(
      `it belongs to another user (uid ${found.uid}), who could read and change what is in it; give a folder of your own with --dir`,
    );
  }
  if (!isWritableByOthers(found)) return;
  if (entries.length > 0) {
    throw new LocalWarehouseError(
      `other users may write it (mode ${octal(found)}), and may have changed what is in it; give another folder with --dir, ` +
        'or take the right away with chmod go-w if you know all that is in it',
    );
  }
  chmodSync(dir, 0o700);
}

function checkEntries(dir: string, entries: readonly string[]): void {
  const stranger = entries.includes(SECRETS) ? undefined : entries.find((name) => !HARMLESS.test(name));
  if (stranger !== undefined) {
    throw new LocalWarehouseError(
      `it holds something else (${stranger}) and no warehouse; give a new or empty folder with --dir`,
    );
  }
  for (const name of entries) {
    const found = lstatSync(join(dir, name));
    // The engine may have an account of its own, which its files belong to.
    if (found.isDirectory()) continue;
    if (found.isSymbolicLink()) throw new LocalWarehouseError(`${name} in it is a symbolic link`);
    if (isOthers(found))
      throw new LocalWarehouseError(`${name} in it belongs to another user (uid ${found.uid})`);
    if (isWritableByOthers(found))
      throw new LocalWarehouseError(`other users may write ${name} in it (mode ${octal(found)})`);
  }
}

/** Windows has neither users by number nor modes. */
function isOthers({ uid }: Stats): boolean {
  return process.getuid !== undefined && uid !== process.getuid();
}

function isWritableByOthers({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & WRITABLE_BY_OTHERS) !== 0;
}

function octal({ mode }: Stats): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
