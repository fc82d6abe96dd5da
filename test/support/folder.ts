/** A new folder for a test, below the folder for temporary files. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Everybody may pass through it, so that a warehouse in it has its database files in it also when root runs the tests, and
 * not in root's folder for those, which is on disk.
 */
export function newFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o711);
  return folder;
}
