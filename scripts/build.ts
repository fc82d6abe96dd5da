/** `npm run build`: bundles the program, and writes the notices of the packages in the bundle. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { bundledPackages, notices } from './notices.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

const metafile = await bundle(root);
writeFileSync(join(root, 'dist', 'THIRD-PARTY-NOTICES.txt'), notices(root, bundledPackages(root, metafile)));
