/** Files with secrets. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes the file completely or not at all, readable by its owner only, even if an existing file had another mode. */
export function writePrivateFile(path: string, text: string): void {
  // In the same directory, because only there a rename is atomic.
  const part = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(part, text, { mode: 0o600, flag: 'wx' });
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}
