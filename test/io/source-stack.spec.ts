import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import { sourceStack } from '../../src/io/source-stack.ts';

describe('sourceStack', () => {
  let dir: string;
  let url: string;

  /** `dist/deep/bundle.js`, made from `src/first.ts` and `src/second.ts`. */
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-stack-'));
    const source = (name: string, text: string): void => writeFileSync(join(dir, name), text);
    source('first.ts', "\n\n\nexport function fail(): never {\n  throw new TypeError('failed');\n}\n");
    source('second.ts', "import { fail } from './first.ts';\n\nexport const second = (): never => fail();\n");
    const outfile = join(dir, 'dist/deep/bundle.js');
    buildSync({
      absWorkingDir: dir,
      entryPoints: ['second.ts'],
      outfile,
      bundle: true,
      format: 'esm',
      sourcemap: true,
      sourcesContent: false,
    });
    url = pathToFileURL(outfile).href;
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** What a process says of the failure that knows nothing of maps. */
  const stackOf = (call: string): string =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', call], { encoding: 'utf8', env: {} });

  it('names the file of each place from the root of the project, with its line and column', () => {
    const stack = stackOf(
      `import { second } from '${url}'; try { second(); } catch (error) { console.log(error.stack); }`,
    );
    expect(stack).to.contain('dist/deep/bundle.js');
    expect(sourceStack(stack).split('\n').slice(0, 3)).to.deep.equal([
      'TypeError: failed',
      '    at fail (first.ts:5:9)',
      '    at second (second.ts:3:36)',
    ]);
  });

  it('leaves places in files without a map as they are', () => {
    const stack =
      'Error: x\n    at a (file:///nowhere/a.js:1:2)\n    at node:fs:3:4\n    at b (/c/d.cjs:5:6)';
    expect(sourceStack(stack)).to.equal(stack);
  });

  it('leaves places in files with a map that is broken', () => {
    writeFileSync(join(dir, 'dist/broken.js.map'), '{"version":3,');
    const broken = `Error: x\n    at a (${pathToFileURL(join(dir, 'dist/broken.js')).href}:1:1)`;
    expect(sourceStack(broken)).to.equal(broken);
  });

  it('leaves the message as it is', () => {
    expect(sourceStack('Error: it is 12:30:45, see (a:1:2)')).to.equal('Error: it is 12:30:45, see (a:1:2)');
  });
});
