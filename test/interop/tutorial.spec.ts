/** docs/tutorial.md, from its first command to its last, with the tap that it installs and a database that it reads. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { expect } from 'chai';
import { MAIN } from '../support/cli.ts';
import { blocksOf, readPage, type Block } from '../docs/support/blocks.ts';
import { type Outcome, run } from './support/processes.ts';
import { environmentOrSkip } from './support/python.ts';
import { type SourceDatabase, startPostgresDatabase } from './support/source-database.ts';
import { type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const PAGE = 'docs/tutorial.md';
const text = readPage(PAGE);
const BLOCKS = blocksOf(PAGE, text);

const SOURCE = `
  CREATE TABLE orders (id int PRIMARY KEY, total numeric(12,2), updated_at timestamptz NOT NULL);
  CREATE TABLE customers (id int PRIMARY KEY, email text);
  CREATE TABLE secrets (id int PRIMARY KEY);
  INSERT INTO orders SELECT i, i + 0.1, timestamptz '2026-01-01' + i * interval '1 hour' FROM generate_series(1, 500) i;
  INSERT INTO customers SELECT i, 'c' || i || '@example.com' FROM generate_series(1, 30) i;
`;

/** The name of the file that a block is: the page says "Write `NAME`" before it. */
function fileOf(block: Block): string | undefined {
  const before =
    text
      .split('\n')
      .slice(0, block.line - 1)
      .join('\n')
      .split('\n```')
      .at(-1) ?? '';
  return /Write `([\w.]+)`/.exec(before)?.[1];
}

describe('the tutorial', () => {
  let folder: Folder;
  let source: SourceDatabase | undefined;
  let cluster: Served | undefined;
  const outputs = new Map<number, string>();

  before(async function () {
    const [, requirement = ''] = /pip install (\S+)/.exec(text) ?? [];
    const programs = await environmentOrSkip(this, [requirement]);
    folder = newFolder();
    source = await startPostgresDatabase(folder.file('source'));
    await source.query(SOURCE);
    cluster = await serveLocal(folder.file('cluster'));
    for (const made of ['bin', 'work']) mkdirSync(folder.file(made));
    writeFileSync(
      folder.file('bin/target-redshift'),
      `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`,
      {
        mode: 0o755,
      },
    );
    symlinkSync(dirname(dirname(programs('tap-postgres'))), folder.file('work/tap'));
  });

  after(async () => {
    await cluster?.stop();
    await source?.stop();
    folder.remove();
  });

  const shell = (script: string): Promise<Outcome> =>
    run(['bash', '-euo', 'pipefail', '-c', script], {
      cwd: folder.file('work'),
      env: { PATH: [folder.file('bin'), process.env['PATH'] ?? ''].join(delimiter), BASH_ENV: '' },
    });

  /** The page's files, with the addresses of this test where the page has made-up ones. */
  function contentOf(name: string, block: Block): string {
    if (name === 'tap.json') {
      const { port, user, password, database } = source!;
      return JSON.stringify({ ...(JSON.parse(block.text) as object), port, user, password, database });
    }
    return name === 'redshift.yaml' ? JSON.stringify(cluster!.config) : block.text;
  }

  for (const block of BLOCKS.filter(({ language }) => language !== 'text')) {
    const name = fileOf(block);
    it(`line ${block.line}: ${name ?? block.text.split('\n')[0]}`, async function () {
      if (/pip install|npm install/.test(block.text)) return this.skip();
      if (name !== undefined) {
        writeFileSync(folder.file(`work/${name}`), contentOf(name, block));
        return;
      }
      // What the page asks the reader to do before.
      if (block.text.includes('--loads'))
        await source!.query("UPDATE orders SET total = 0, updated_at = '2027-01-01' WHERE id <= 7");
      const { code, stdout, stderr } = await shell(block.text);
      expect(code, `${stdout}${stderr}`).to.equal(0);
      outputs.set(block.line, stdout);
    });
  }

  /** What the block with these words printed. */
  const printed = (words: string): string =>
    BLOCKS.filter((block) => block.text.includes(words) && outputs.has(block.line))
      .map(({ line }) => outputs.get(line))
      .join('');

  it('has shown the streams, the tables and the rows that the page speaks of', () => {
    expect(printed('.tap_stream_id'))
      .to.match(/public-customers\n/)
      .and.to.match(/public-orders\n/);
    expect(printed('--local tables')).to.contain('public-orders');
    expect(printed('SUM(total)')).to.match(/500 +125300\.00/);
    expect(printed('SELECT email')).to.contain('****').and.not.to.contain('@');
    expect(printed('state --local')).to.contain('"replication_key_value"');
    expect(printed('SELECT COUNT(*) FROM shop.orders"')).to.contain('500');
    const { streams, ...whole } = JSON.parse(printed('{outcome, rows')) as { streams: unknown[] };
    expect(whole).to.deep.equal({ outcome: 'succeeded', rows: 530 });
    expect(streams).to.have.deep.members([
      { stream: 'public-customers', rows: 30 },
      { stream: 'public-orders', rows: 500 },
    ]);
  });
});
