/**
 * Folders for warehouses of tests. Each is a copy of a template: the folder of a warehouse that was started once and
 * stopped. A copy takes a tenth of the time in which initdb, the catalog and the certificate are made.
 *
 * The template is kept with the system's temporary files, by what it was made of, so that one serves all test processes and
 * later runs until a file of `src/local` changes. Processes that need one at the same time each make a draft; the first
 * to be done puts its own in place.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalWarehouse } from '../../src/local/api.ts';
import { warehousesFolder } from './scratch.ts';

const SOURCES = fileURLToPath(new URL('../../src/local/', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../package.json', import.meta.url));
const PREFIX = `target-redshift-template-${process.getuid?.() ?? 'any'}-`;
/** Templates that no test run has used for so long are removed, in milliseconds. */
const KEPT_MS = 24 * 3600 * 1000;
const COPY = process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-a'];

let template: Promise<string | undefined> | undefined;

/** A new folder with the files of a warehouse that has no table yet, in the folder for warehouses. */
export async function newWarehouseFolder(prefix: string): Promise<string> {
  template ??= findTemplate();
  const source = await template;
  const dir = mkdtempSync(join(warehousesFolder(), prefix));
  if (source !== undefined) execFileSync('cp', [...COPY, `${source}/.`, dir]);
  return dir;
}

/** Undefined where a folder can not be copied, because root's database files are elsewhere. */
async function findTemplate(): Promise<string | undefined> {
  sweep();
  const path = join(tmpdir(), PREFIX + keyOf());
  if (!existsSync(path)) await makeTemplate(path);
  if (!existsSync(path) || lstatSync(path).uid !== (process.getuid?.() ?? lstatSync(path).uid))
    return undefined;
  const now = new Date();
  utimesSync(path, now, now);
  return path;
}

async function makeTemplate(path: string): Promise<void> {
  const draft = mkdtempSync(`${path}-draft-`);
  const warehouse = await startLocalWarehouse({ dir: draft });
  await warehouse.stop();
  try {
    if (existsSync(join(draft, 'postgres'))) renameSync(draft, path);
  } catch (error) {
    // Another process may have been faster; its template is as good.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Changes with everything that a template depends on. */
function keyOf(): string {
  const hash = createHash('sha256').update(readFileSync(PACKAGE)).update(process.arch);
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
    hash.update(file).update(readFileSync(join(SOURCES, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(tmpdir(), name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found && found.mtimeMs < Date.now() - KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
