/** The completion scripts in bash, zsh and fish: what the Tab key makes of a line. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { run } from './support/processes.ts';
import { orSkip } from './support/registry.ts';
import { bash, fish, type Shell, zsh } from './support/shells.ts';
import { type Folder, newFolder, TARGET } from './support/target.ts';
import { hasTerminals, Terminal } from './support/terminal.ts';

/** What is typed, and the line after Tab. */
const LINES: readonly (readonly [typed: string, completed: string])[] = [
  ['target-redshift disca', 'target-redshift discard'],
  ['target-redshift --metr', 'target-redshift --metrics-file'],
  ['target-redshift --log-level d', 'target-redshift --log-level debug'],
  ['target-redshift check --form', 'target-redshift check --format'],
  ['target-redshift check --format j', 'target-redshift check --format json'],
  ['target-redshift check --format=j', 'target-redshift check --format=json'],
  ['target-redshift -c own-config.json che', 'target-redshift -c own-config.json check'],
  ['target-redshift -c load che', 'target-redshift -c load check'],
  ['target-redshift --config own-c', 'target-redshift --config own-config.json'],
  ['target-redshift sql -c own-c', 'target-redshift sql -c own-config.json'],
  ['target-redshift load --input load --rep', 'target-redshift load --input load --report'],
  ['target-redshift help sig', 'target-redshift help signals'],
  ['target-redshift help disca', 'target-redshift help discard'],
  ['target-redshift completion fi', 'target-redshift completion fish'],
  ['target-redshift run --stat', 'target-redshift run --state'],
  ['target-redshift run -- own-t', 'target-redshift run -- own-tap'],
  [
    'target-redshift run --state x -- own-tap own-c',
    'target-redshift run --state x -- own-tap own-config.json',
  ],
];

const CLEAR_LINE = '\u0015';
/** The shell waits for a line: what is typed earlier would be echoed by the terminal instead. */
const EMPTY_PROMPT = /(?:^|\n)>$/;

describe('completion', () => {
  let folder: Folder;
  let env: Readonly<Record<string, string>>;

  before(() => {
    folder = newFolder();
    const bin = folder.file('bin');
    mkdirSync(bin);
    for (const name of ['target-redshift', 'own-tap']) {
      writeFileSync(join(bin, name), '#!/bin/sh\n');
      chmodSync(join(bin, name), 0o755);
    }
    writeFileSync(folder.file('own-config.json'), '{}');
    env = { PATH: `${process.env['PATH'] ?? ''}${delimiter}${bin}`, HOME: folder.path };
  });
  after(() => folder.remove());

  async function scriptFor(shell: string): Promise<string> {
    const { stdout } = await run([...TARGET, 'completion', shell]);
    writeFileSync(folder.file(`script.${shell}`), stdout);
    return folder.file(`script.${shell}`);
  }

  /** The lines after Tab, on a terminal. */
  async function completed(shell: Shell, script: string): Promise<readonly string[]> {
    const terminal = new Terminal(shell.command, {
      columns: 200,
      cwd: folder.path,
      env: { ...env, ...shell.env },
    });
    try {
      const setup = ["PS1='> '", ...shell.setup, `source ${script}`, 'clear', "echo REA''DY"];
      terminal.type(`${setup.join('\n')}\n`);
      await terminal.seen(/^READY$/m);
      const lines: string[] = [];
      for (const [typed, whole] of LINES) {
        await terminal.seen(EMPTY_PROMPT);
        terminal.type(`${typed}\t`);
        const pattern = new RegExp(`^> ${whole.replace(/[.]/g, '\\.')}=?$`, 'm');
        await terminal.seen(pattern, 15_000).catch(() => undefined);
        lines.push(((await terminal.screen()).at(-1) ?? '').replace(/^> |=$/g, ''));
        terminal.type(CLEAR_LINE);
      }
      return lines;
    } finally {
      await terminal.close();
    }
  }

  const expected = LINES.map(([, whole]) => whole);

  it('works in bash', async function () {
    if (!(await hasTerminals())) return this.skip();
    expect(await completed(bash, await scriptFor('bash'))).to.deep.equal(expected);
  });

  it('works in zsh', async function () {
    if (!(await hasTerminals())) return this.skip();
    using shell = await orSkip(this, zsh());
    expect(await completed(shell, await scriptFor('zsh'))).to.deep.equal(expected);
  });

  it('works in fish', async function () {
    const { command, setup, env: own } = await orSkip(this, fish());
    const script = await scriptFor('fish');
    const lines: string[] = [];
    for (const [typed] of LINES) {
      const asked = [...setup, `source ${script}`, `complete -C '${typed}'`].join('\n');
      const { stdout, stderr } = await run([...command, '-c', asked], {
        cwd: folder.path,
        env: { ...env, ...own },
      });
      expect(stderr).to.equal('');
      const words = stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0] ?? '');
      lines.push(typed.replace(/\S*$/, words.join('|')));
    }
    expect(lines).to.deep.equal(expected);
  });
});
