/**
 * A folder for the warehouses of a whole test run, in memory where Linux has room for it. Warehouses have tens of thousands
 * of files in a run, and ext4 looks for a free inode for a long time when many were removed just before. Other temporary
 * files stay on disk: the program reads no BATCH file below /dev.
 */
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What tells the processes of the specs which folder it is. */
export const WAREHOUSES = 'TEST_WAREHOUSES';

const MEMORY = '/dev/shm';
/** The room that there must be in memory, in bytes: a run needs about a fourth of it. */
const ROOM = 4 * 2 ** 30;

/** Where tests make warehouses: a single spec has only the system's folder for temporary files. */
export function warehousesFolder(): string {
  return process.env[WAREHOUSES] ?? tmpdir();
}

/** Makes the folder of a run; it is removed when this process ends. */
export function makeScratchFolder(): string {
  const folder = mkdtempSync(join(hasRoom() ? MEMORY : tmpdir(), 'target-redshift-tests-'));
  // The account that runs the databases of root must be able to pass.
  chmodSync(folder, 0o711);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return folder;
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return Math.min(bavail * bsize, freemem()) >= ROOM;
}
