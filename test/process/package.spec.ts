import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

function pack(): Packed {
  const options = ['--dry-run', '--json', '--ignore-scripts'];
  const said = execFileSync('npm', ['pack', ...options], { cwd: root, encoding: 'utf8' });
  return (JSON.parse(said) as [Packed])[0];
}

describe('the npm package', () => {
  it('offers startLocalWarehouse as target-redshift/local', async () => {
    const name: string = 'target-redshift/local';
    const offered = (await import(name)) as Record<string, unknown>;
    expect(Object.keys(offered).sort()).to.deep.equal([
      'FolderInUseError',
      'HOSTILE',
      'LENIENT',
      'LocalWarehouseError',
      'PortInUseError',
      'startLocalWarehouse',
    ]);
  });

  it('is small, and none of its program text is a test, a map or a source', () => {
    const { size, unpackedSize, files } = pack();
    expect(size).to.be.below(600_000);
    expect(unpackedSize).to.be.below(2_000_000);
    const wrong = /\.map$|\.spec\.|(?<!\.d)\.ts$|^(?:src|test|docs)\//;
    expect(files.map(({ path }) => path).filter((path) => wrong.test(path))).to.deep.equal([]);
  });

  it('holds every declaration that those of target-redshift/local need, and no other program text', () => {
    const paths = new Set(pack().files.map(({ path }) => path));
    const seen = new Set<string>();
    const follow = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      const text = readFileSync(join(root, path), 'utf8');
      for (const [, to = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g))
        follow(join(dirname(path), `${to}.d.ts`));
    };
    follow('dist/local/api.d.ts');
    expect([...seen].filter((path) => !paths.has(path))).to.deep.equal([]);
    expect([...paths].filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path)).sort()).to.deep.equal([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'config.sample.json',
      'package.json',
      'spec/config.schema.json',
    ]);
  });
});
