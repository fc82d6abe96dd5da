/** The version of the program that these files belong to. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Read from the nearest package.json above this file, which is in a bundle elsewhere than in the sources. */
export function programVersion(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const path = join(at, 'package.json');
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
    if (at === dirname(at)) throw new Error('the program has no package.json');
  }
}
