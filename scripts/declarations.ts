/** The declarations of `target-redshift/local`: those that its own leads to, and no others of the folder. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Copies them from where the compiler put them. Returns their paths in `to`, with slashes. */
export function copyDeclarations(from: string, to: string, entry: string): readonly string[] {
  const seen = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, target = ''] of readFileSync(join(from, path), 'utf8').matchAll(RELATIVE))
      follow(join(dirname(path), `${target}.d.ts`).replaceAll('\\', '/'));
  };
  follow(entry);
  for (const path of seen) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
  }
  return [...seen];
}

const RELATIVE = /(?:\bfrom |\bimport\(|\bimport )['"](\.[^'"]+)\.ts['"]/g;
