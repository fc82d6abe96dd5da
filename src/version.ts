/** The version of this program, from its package. */
import { readFileSync } from 'node:fs';

/** `entry` is the URL of the file that was started, because other files of a bundle are elsewhere. */
export function versionOf(entry: string): string {
  const text = readFileSync(new URL('../package.json', entry), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
