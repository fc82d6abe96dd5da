/** A new folder for a test that makes a warehouse in it. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { warehousesFolder } from './scratch.ts';

/**
 * Everybody may pass through it, so that a warehouse in it has its database files in it also when root runs the tests, and
 * not in root's folder for those, which is on disk.
 */
export function newFolder(prefix: string): string {
  const folder = mkdtempSync(join(warehousesFolder(), prefix));
  chmodSync(folder, 0o711);
  return folder;
}
