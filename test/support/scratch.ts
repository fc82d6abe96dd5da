/**
 * A folder for the temporary files of a whole test run, in memory where Linux has room for it. Tests make and remove tens
 * of thousands of files, mostly of databases, and ext4 looks for a free inode for a long time when many were removed just
 * before: on disk this was a fifth of the processor time of `npm test`.
 */
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** The room that there must be in memory, in bytes: a run needs about a fourth of it. */
const ROOM = 4 * 2 ** 30;

/** Makes the folder; it is removed when this process ends. */
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
