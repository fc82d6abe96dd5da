/** The packages that the program is made of: which versions there are, where they come from, and that none runs code when it is installed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly engines?: { readonly node?: string };
}

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly engines: { readonly node: string };
}

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the dependencies', () => {
  it('are one version of each package of the AWS SDK', () => {
    const versions = new Map<string, string[]>();
    for (const [path, { version = '' }] of packages) {
      const name = nameOf(path);
      if (/^@(?:aws-sdk|aws-crypto|smithy)\//.test(name))
        versions.set(name, [...(versions.get(name) ?? []), version]);
    }
    expect([...versions.keys()]).to.include.members(['@aws-sdk/client-s3', '@aws-sdk/core', '@smithy/core']);
    expect([...versions].filter(([, all]) => all.length > 1)).to.deep.equal([]);
  });

  it('are used where they are declared for the program', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => read(`src/${path}`));
    const named = [
      'pg',
      '@aws-sdk/client-s3',
      '@aws-sdk/lib-storage',
      'ajv',
      'split2',
      'csv-stringify',
      'p-limit',
    ];
    const isImported = (name: string): boolean =>
      sources.some((source) =>
        new RegExp(`^(?:import|export) (?!type)[^;]* from '${name}[/']`, 'm').test(source),
      );
    expect(named.filter((name) => !isImported(name))).to.deep.equal([]);
  });

  it('let the AWS SDK be updated within its major version', () => {
    const sdk = Object.entries(manifest.devDependencies).filter(([name]) => name.startsWith('@aws-sdk/'));
    expect(sdk).to.have.length.above(5);
    expect(sdk.filter(([, range]) => !range.startsWith('^'))).to.deep.equal([]);
  });

  it('are fixed by their content, and by no address of a registry', () => {
    expect(packages.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)).to.deep.equal(
      [],
    );
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).to.deep.equal([]);
    expect(read('package-lock.json')).not.to.match(/https?:\/\/[^"]*(?:registry|npm)/);
  });

  it('run on the oldest Node that the package promises', () => {
    expect(manifest.engines.node).to.equal('>=20.19');
    const sdk = packages.filter(([path]) => /^@(?:aws-sdk|smithy)\//.test(nameOf(path)));
    expect(sdk.filter(([, { engines }]) => !/^>= ?(?:1\d|20\.0)\./.test(engines?.node ?? ''))).to.deep.equal(
      [],
    );
  });

  it('run no script when they are installed', () => {
    const withScripts = packages
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));
    expect(withScripts).to.include.members(['esbuild', 'ssh2']);
    expect(Object.entries(manifest.allowScripts)).to.have.deep.members(
      [...new Set(withScripts)].map((name) => [name, false]),
    );
  });

  it('run none with an older npm either, where they are installed to be tested, released or put into an image', () => {
    const workflows = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`);
    const installs = ['.ci/run', 'Dockerfile', ...workflows].flatMap((path) =>
      [...read(path).matchAll(/\bnpm (?:ci|install|prune)\b.*/g)].map(([command]) => `${path}: ${command}`),
    );
    expect(installs).to.have.length.above(5);
    expect(installs.filter((command) => !command.includes('--ignore-scripts'))).to.deep.equal([]);
  });
});
