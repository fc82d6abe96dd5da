/** What the repository promises around its code: the versions it runs on, its changelog, and the workflows of CI. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

const manifest = JSON.parse(read('package.json')) as { version: string; engines: { node: string } };
const oldest = /\d+/.exec(manifest.engines.node)?.[0] ?? '';
const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows'));

describe('the repository', () => {
  it('develops on the oldest line of Node that the package runs on', () => {
    expect(read('.nvmrc').trim()).to.equal(oldest);
  });

  it('has a changelog with "Unreleased" on top and the version of the package below it, each version with its date', () => {
    const headings = all(read('CHANGELOG.md'), /^## (.*)$/gm);
    expect(headings[0]).to.equal('Unreleased');
    expect(headings[1]).to.match(/^\S+ \(\d{4}-\d\d-\d\d\)$/);
    expect(headings[1]?.split(' ')[0]).to.equal(manifest.version);
    for (const heading of headings.slice(1)) expect(heading).to.match(/^\d+\.\d+\.\d+(-\S+)? \(/);
  });

  it('takes the notes of a release from the changelog, and refuses a version that it does not have', () => {
    const notes = (version: string): string =>
      execFileSync(join(ROOT, '.ci/changes'), [version], { encoding: 'utf8', stdio: 'pipe' });
    const [, section = ''] = read('CHANGELOG.md').split(/^## \d.*$/m);
    expect(notes(manifest.version)).to.equal(section.slice(1));
    expect(() => notes('0.0.0')).to.throw();
  });
});

describe('the workflows', () => {
  it('run the steps of .ci/run, on the oldest Node and on newer ones', () => {
    const steps = all(read('.ci/run'), /\b(npm ci --ignore-scripts|npm run [a-z:]+)/g);
    const workflow = read('.github/workflows/ci.yml');
    expect(steps).to.have.members(['npm ci --ignore-scripts', 'npm run ok', 'npm run test:interop']);
    expect(new Set(all(workflow, /^ +- run: (npm .*)$/gm))).to.deep.equal(new Set(steps));
    for (const nodes of all(workflow, /^ +node: \[(.*)\]$/gm))
      expect(nodes.split(', ')).to.deep.equal([oldest, '22', '24']);
  });

  for (const name of WORKFLOWS) {
    it(`${name}: starts without rights, and takes actions by their major version`, () => {
      const workflow = read(`.github/workflows/${name}`);
      expect(workflow).to.match(/^permissions:\n {2}contents: read\n/m);
      const actions = all(workflow, /\buses: (?!\.\/)(\S+)/g);
      expect(actions).not.to.be.empty;
      for (const action of actions) expect(action).to.match(/^[\w-]+\/[\w-]+@v\d+$/);
    });
  }
});
