/** What the repository promises around its code: the versions it runs on, its changelog, and the workflows of CI. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

describe('.ci/summary', () => {
  const summary = (log: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'target-redshift-summary-'));
    try {
      writeFileSync(join(folder, 'log'), log);
      return execFileSync(join(ROOT, '.ci/summary'), [join(folder, 'log')], { encoding: 'utf8' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('counts what npm test says at its end, and shows the failed tests again', () => {
    const log = [
      'test/a.spec.ts:',
      '',
      '  2 passing (7ms)',
      '  1 failing',
      '',
      '  1) a load',
      '       takes a row:',
      '     AssertionError: expected 1 to equal 2',
      'test/b.spec.ts:',
      'the process of the specs ended with 1',
      '  12.0 s test/a.spec.ts',
      'npm test: 40 passed, 2 failed, 1 pending in 90 s',
      '',
    ].join('\n');
    expect(summary(log)).to.equal(
      [
        'test/a.spec.ts:',
        '  1) a load',
        '       takes a row:',
        '     AssertionError: expected 1 to equal 2',
        'test/b.spec.ts:',
        'the process of the specs ended with 1',
        '40 passed, 2 failed',
        '',
      ].join('\n'),
    );
  });

  it('adds up what mocha says, with the time that it took or without', () => {
    expect(summary('  3 passing (4s)\n  1 pending\n\n  5 passing\n')).to.equal('8 passed, 0 failed\n');
  });

  it('shows of a seed that failed what was different, and how to play it again', () => {
    const log = [
      'seed 6: ok, 1 run, 0.5 s, faults: none',
      'seed 7: FAILED, 2 runs, 0.9 s, faults: SIGKILL',
      '== seed 7 failed',
      '- a row is missing',
      '-- the messages',
      '0 STATE',
      '-- play it again: npm run test:faults -- --seeds 1 --from 7',
      '- no problem',
      '1 passing',
      '1 failing',
      '',
    ].join('\n');
    expect(summary(log)).to.equal(
      [
        '== seed 7 failed',
        '- a row is missing',
        '-- play it again: npm run test:faults -- --seeds 1 --from 7',
        '1 passed, 1 failed',
        '',
      ].join('\n'),
    );
  });
});

describe('the workflows', () => {
  it('run the steps of .ci/run, on the oldest Node and on newer ones', () => {
    const steps = all(read('.ci/run'), /\b(npm ci --ignore-scripts|npm run [a-z:]+)/g);
    const workflow = read('.github/workflows/ci.yml');
    expect(steps).to.have.members([
      'npm ci --ignore-scripts',
      'npm run ok',
      'npm run test:interop',
      'npm run test:faults',
    ]);
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
