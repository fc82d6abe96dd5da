/**
 * `npm run build`: makes `dist/` of the program, the declarations that `tsc` wrote to `.cache/types`, and the notices of the
 * packages in the bundle.
 */
import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { copyDeclarations } from './declarations.ts';
import { LANE, makeLane } from './lane.ts';
import { bundledPackages, notices } from './notices.ts';

const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');

makeLane(root);
const metafile = await bundle(root);
copyFileSync(join(root, LANE), join(dist, 'chunks', basename(LANE)));
const declarations = copyDeclarations(join(root, '.cache/types'), dist, 'local/api.d.ts');
writeFileSync(join(dist, NOTICES), notices(root, bundledPackages(root, metafile)));

const bundled = Object.keys(metafile.outputs).map((path) => path.replace(/^dist\//, ''));
const made = new Set([...bundled, ...declarations, NOTICES, `chunks/${basename(LANE)}`]);
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const isMade = made.has(name.replaceAll('\\', '/'));
  if (!isMade && !statSync(join(dist, name)).isDirectory()) rmSync(join(dist, name));
}
