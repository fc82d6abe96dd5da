import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('the npm package', () => {
  it('offers startLocalWarehouse as target-redshift/local', async () => {
    const name: string = 'target-redshift/local';
    const offered = (await import(name)) as Record<string, unknown>;
    expect(Object.keys(offered).sort()).to.deep.equal([
      'FolderInUseError',
      'HOSTILE',
      'LENIENT',
      'startLocalWarehouse',
    ]);
  });

  it('holds every declaration that those of target-redshift/local need, and no other program text', () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: root,
        encoding: 'utf8',
      }),
    ) as [{ files: { path: string }[] }];
    const paths = new Set(packed.files.map(({ path }) => path));
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
