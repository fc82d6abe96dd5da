/** Files that hold secrets. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes all of it or nothing, for nobody else to read, whatever the mode of a file that was there. */
export function writePrivateFile(path: string, text: string): void {
  // In the same folder, because only there a rename is one step.
  const part = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(part, text, { mode: 0o600, flag: 'wx' });
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}
