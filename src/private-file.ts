/** Files that are replaced as a whole, among them those with secrets. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes the file completely or not at all, readable by its owner only, even if an existing file had another mode. */
export function writePrivateFile(path: string, text: string): void {
  writeWhole(path, text, 0o600);
}

/** The same with another mode. */
export function writeWhole(path: string, text: string, mode: number): void {
  // In the same directory, because only there a rename is atomic.
  const part = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(part, text, { mode, flag: 'wx' });
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}
