/** What `eslint.config.js` cannot say about the imports of `src/`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

interface Import {
  readonly from: string;
  readonly to: string;
  readonly kind: 'static' | 'type' | 'dynamic';
}

const root = fileURLToPath(new URL('../src/', import.meta.url));
const slashes = (path: string): string => path.split(sep).join('/');

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map(slashes)
  .filter((file) => file.endsWith('.ts'))
  .sort();
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** The code of a file: without comments, and without what stands in quotes and templates if `bare`. */
function code(text: string, bare = false): string {
  const without = text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  return bare ? without.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''") : without;
}

function importsOf(from: string, text: string): Import[] {
  const own = (target: string): string => slashes(relative(root, join(root, dirname(from), target)));
  const statics = [
    ...code(text).matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^;'"=]*?\sfrom\s+)?'(\.\.?\/[^']+)'/gm),
  ];
  const dynamics = [...code(text).matchAll(/\bimport\(\s*'(\.[^']+)'\s*\)/g)];
  return [
    ...statics.map(([, type, target = '']) => ({
      from,
      to: own(target),
      kind: type ? ('type' as const) : ('static' as const),
    })),
    ...dynamics.map(([, target = '']) => ({ from, to: own(target), kind: 'dynamic' as const })),
  ];
}

const imports = [...texts].flatMap(([file, text]) => importsOf(file, text));
const shown = (found: readonly Import[]): string[] =>
  found.map(({ from, to, kind }) => `${from} -> ${to} (${kind})`);

const isLocal = (file: string): boolean => file.startsWith('local/');

describe('the architecture', () => {
  it('is read from real files and imports', () => {
    expect(files).to.include.members(['main.ts', 'run/run.ts', 'protocol/json.ts', 'local/serve/serve.ts']);
    expect(shown(imports)).to.include('rows/csv.ts -> sql.ts (static)');
    expect(shown(imports)).to.include('staging/batch.ts -> rows/values.ts (type)');
    expect(imports.length).to.be.above(100);
  });

  it('has relative imports of files that exist only', () => {
    // AssemblyScript leaves the ending out.
    const pathOf = ({ from, to }: Import): string =>
      join(root, from.startsWith('rows/lane/assembly/') ? `${to}.ts` : to);
    const missing = imports.filter((one) => !existsSync(pathOf(one)));
    expect(shown(missing)).to.deep.equal([]);
  });

  it('lets the compiler keep the local warehouse apart: a project that sees no other', () => {
    const project = JSON.parse(readFileSync(join(root, 'local/tsconfig.json'), 'utf8')) as {
      readonly compilerOptions: Readonly<Record<string, unknown>>;
      readonly include: readonly string[];
      readonly references?: unknown;
    };
    const { composite, rootDir } = project.compilerOptions;
    expect([composite, rootDir, project.include, project.references]).to.deep.equal([
      true,
      '.',
      ['.'],
      undefined,
    ]);
  });

  it('loads nothing of a command before it is known which one it is', () => {
    const found = imports
      .filter(({ from, kind }) => (from === 'main.ts' || from === 'destination.ts') && kind === 'static')
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(found).to.deep.equal([
      'destination.ts -> airbyte/cli.ts',
      'destination.ts -> errors.ts',
      'destination.ts -> guard.ts',
      'destination.ts -> version.ts',
      'main.ts -> cli/parse.ts',
      'main.ts -> errors.ts',
      'main.ts -> guard.ts',
      'main.ts -> version.ts',
    ]);
  });

  it('enters the local warehouse by its door, and only when it is asked for', () => {
    const users = ['commands/local.ts', 'lease.ts'];
    const found = imports.filter(({ from, to }) => !isLocal(from) && (isLocal(to) || users.includes(to)));
    expect(shown(found).sort()).to.deep.equal([
      'commands/local.ts -> local/door.ts (static)',
      'lease.ts -> local/door.ts (static)',
      'program.ts -> commands/local.ts (dynamic)',
      'program.ts -> lease.ts (dynamic)',
    ]);
  });

  it('loads no endpoint of the local warehouse through its door before the program serves a folder', () => {
    const loaded = new Set(['local/door.ts']);
    for (const file of loaded) {
      for (const { from, to, kind } of imports) if (from === file && kind === 'static') loaded.add(to);
    }
    expect([...loaded].sort()).to.deep.equal([
      'local/door.ts',
      'local/serve/folder.ts',
      'local/serve/join.ts',
      'local/serve/lock.ts',
      'local/serve/program-version.ts',
      'local/warehouse-error.ts',
    ]);
  });

  it('loads a package later only through a file that names what is used of it', () => {
    // As a whole, a package fills a bundle with what is not used, and one of CommonJS has no names there.
    const whole = [...texts].filter(([, text]) => /\bimport\(\s*'(?!\.|node:)/.test(code(text)));
    expect(whole.map(([file]) => file)).to.deep.equal([]);
  });

  it('builds the adapters in one place', () => {
    const adapters = ['staging/s3.ts', 'warehouse/redshift.ts'];
    const users = imports
      .filter(({ to, kind }) => adapters.includes(to) && kind !== 'type')
      .map(({ from }) => from);
    expect([...new Set(users)]).to.deep.equal(['connect.ts']);
  });

  it('has no cycles', () => {
    const next = new Map(
      files.map((file) => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]),
    );
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      expect(path, [...path, file].join(' -> ')).not.to.include(file);
      if (done.has(file)) return;
      for (const to of next.get(file) ?? []) walk(to, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
  });

  it('touches the process in the files that are started and in process.ts only', () => {
    const users = [...texts].filter(
      ([file, text]) => !isLocal(file) && /\bprocess\.[a-z]/i.test(code(text, true)),
    );
    expect(users.map(([file]) => file)).to.deep.equal([
      'destination.ts',
      'guard.ts',
      'main.ts',
      'process.ts',
    ]);
    expect(code("a('process.exit') // process.exit\n/* process.exit */", true)).not.to.contain('process.');
  });

  it('reads no clock and counts no processors outside process.ts', () => {
    const users = [...texts].filter(
      ([file, text]) =>
        !isLocal(file) && /\bDate\.now\(|\bnew Date\(\)|\bavailableParallelism\b/.test(code(text, true)),
    );
    expect(users.map(([file]) => file)).to.deep.equal(['process.ts']);
  });

  it('opens every file with what it is for', () => {
    const silent = [...texts].filter(([, text]) => !/^(#!.*\n)?(\/\*\*|(import[^;]*;\s*)+\/\*\*)/.test(text));
    expect(silent.map(([file]) => file)).to.deep.equal([]);
  });
});
