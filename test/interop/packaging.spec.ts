/** The package as its users get it: packed, installed globally, and run by every version of Node that it is meant for. */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { npmInstall, npmPackages } from './support/npm.ts';
import { orSkip } from './support/registry.ts';
import { type Outcome, run } from './support/processes.ts';
import { messages, sent, stateOf } from './support/shop.ts';
import { type Folder, newFolder } from './support/target.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};

/** The oldest that the package says it runs on, and the newest of each line that has zstd. */
const VERSIONS = [
  { node: '20.19.0', ending: '.gz' },
  { node: '22.23.3', ending: '.zst' },
  { node: '24.22.3', ending: '.zst' },
];

describe('the package, installed', () => {
  let folder: Folder;

  before(async function () {
    folder = newFolder();
    const packed = await run(
      ['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder.path],
      { cwd: ROOT },
    );
    expect(packed.code, packed.stderr).to.equal(0);
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    await orSkip(this, npmInstall(['--global', '--prefix', folder.file('global'), folder.file(filename)]));
  });

  after(() => folder.remove());

  it('promises no Node that is not tried here', () => {
    expect(manifest.engines.node).to.equal(`>=${VERSIONS[0]?.node.replace(/\.0$/, '') ?? ''}`);
  });

  for (const { node, ending } of VERSIONS) {
    describe(`with Node ${node}`, () => {
      let execute: (args: readonly string[], input?: string) => Promise<Outcome>;

      before(async function () {
        const name = `node-${process.platform}-${process.arch}`;
        const inside = await orSkip(this, npmPackages([`${name}@${node}`]));
        const path = [dirname(inside(`${name}/bin/node`)), process.env['PATH'] ?? ''].join(delimiter);
        const program = folder.file('global/bin/target-redshift');
        execute = (args, input = '') => run([program, ...args], { input, env: { PATH: path } });
        expect((await run(['node', '--version'], { env: { PATH: path } })).stdout.trim()).to.equal(
          `v${node}`,
        );
      });

      it('answers --version and --about', async () => {
        expect((await execute(['--version'])).stdout).to.equal(`target-redshift ${manifest.version}\n`);
        const { stdout } = await execute(['--about', '--format', 'json']);
        expect(JSON.parse(stdout)).to.include({ name: 'target-redshift', version: manifest.version });
      });

      it(`loads into a local warehouse through objects that end with ${ending}`, async () => {
        const local = ['--local', '--dir', folder.file(`warehouse-${node}`)];
        const { code, stdout, stderr } = await execute(local, messages(0));
        expect(code, stderr).to.equal(0);
        expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).to.deep.equal(stateOf(0));
        const query = async (sql: string): Promise<string[]> => {
          const asked = await execute(['sql', sql, '--format', 'csv', ...local]);
          return asked.stdout.trim().split('\n').slice(1);
        };
        expect(await query('SELECT COUNT(*) FROM orders')).to.deep.equal([String(sent(0).orders.length)]);
        const files = await query('SELECT TRIM(filename) FROM stl_load_commits');
        expect([...new Set(files.map((file) => extname(file)))]).to.deep.equal([ending]);
      });
    });
  }
});
