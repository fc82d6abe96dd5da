/** The prompt of `sql` on a real terminal: what its keys do. */
import { expect } from 'chai';
import { type Folder, newFolder, queryLocal, TARGET } from './support/target.ts';
import { CTRL_C, CTRL_D, hasTerminals, Terminal } from './support/terminal.ts';

/** Two rows, and a query that would read 2^40. */
const MADE = 'CREATE TEMP TABLE two AS SELECT 1 AS a UNION ALL SELECT 2;';
const ENDLESS = `SELECT COUNT(*) FROM ${Array.from({ length: 40 }, (_, at) => `two t${at}`).join(', ')};`;

describe('the prompt of sql', () => {
  let folder: Folder;
  let terminal: Terminal;

  before(async function () {
    if (await hasTerminals()) return;
    console.log('    SKIPPED: python3 does not run');
    this.skip();
  });

  beforeEach(async () => {
    folder = newFolder();
    const args = ['sql', '--local', '--dir', folder.file('warehouse')];
    terminal = new Terminal([...TARGET, ...args], {
      columns: 120,
      cwd: folder.path,
      env: { HOME: folder.path },
    });
    await terminal.seen(/^sql>$/m);
  });
  afterEach(async () => {
    await terminal.close();
    folder.remove();
  });

  /** Types a line when the prompt is there, and waits for what it shows. */
  async function enter(line: string, shown: RegExp): Promise<void> {
    terminal.type(`${line}\r`);
    await terminal.seen(shown);
    await terminal.seen(/^(?:sql|\.\.\.)>$/m);
  }

  it('discards what was typed with Ctrl-C, and goes on', async () => {
    terminal.type(`SELECT 1 AS gone ${'x'.repeat(200)}`);
    await terminal.seen(/x$/);
    terminal.type(CTRL_C);
    await terminal.seen(/x\nsql>$/);
    terminal.type('SELECT 2 AS half\r');
    await terminal.seen(/\n\.\.\.>$/);
    terminal.type(CTRL_C);
    await terminal.seen(/half\n\.\.\.>\nsql>$/);
    terminal.type(`${CTRL_C}${CTRL_C}`);
    await enter('SELECT 3 AS kept;', /^kept\n----\n3\n\(1 row\)$/m);
    terminal.type(CTRL_D);
    expect(await terminal.ended).to.equal(0);
    expect((await terminal.screen()).filter((line) => !line.startsWith('SQL;'))).to.deep.equal([
      `sql> SELECT 1 AS gone ${'x'.repeat(98)}`,
      'x'.repeat(102),
      'sql> SELECT 2 AS half',
      '...>',
      'sql>',
      'sql>',
      'sql> SELECT 3 AS kept;',
      'kept',
      '----',
      '3',
      '(1 row)',
      'sql>',
    ]);
  });

  it('cancels the statement that is running with Ctrl-C, on the server, and keeps the session', async () => {
    await enter(MADE, /^SELECT(?: 2)?$/m);
    terminal.type(`${ENDLESS}\r`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    terminal.type(CTRL_C);
    await terminal.seen(/^canceled\nsql>$/m);
    await enter('SELECT COUNT(*) AS rows_left FROM two;', /^rows_left\n-+\n2\n/m);
    const running =
      "SELECT COUNT(*) AS n FROM stv_recents WHERE status = 'Running' AND query LIKE '%two t39%'";
    expect(
      await queryLocal(folder.file('warehouse'), `${running} AND query NOT LIKE '%stv_recents%'`),
    ).to.deep.equal([{ n: '0' }]);
    terminal.type('\\q\r');
    expect(await terminal.ended).to.equal(0);
  });

  it('ends with Ctrl-D, not with Ctrl-C, where nothing was typed', async () => {
    terminal.type(`${CTRL_C}${CTRL_C}${CTRL_C}`);
    await enter('SELECT 4 AS n;', /^n\n-\n4\n/m);
    terminal.type(CTRL_D);
    expect(await terminal.ended).to.equal(0);
  });
});
