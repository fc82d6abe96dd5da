/** The fixture for pytest that the documentation shows, with the warehouse that it starts. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { type Folder, newFolder } from './support/target.ts';

const PAGE = fileURLToPath(new URL('../../docs/local-warehouse-ci.md', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const TESTS = `
def test_seed(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT a FROM seeded")
        assert cursor.fetchall() == [(7,)]

def test_clean_schema(connection):
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SAVE SCHEMA public")
        cursor.execute("DELETE FROM seeded")
        cursor.execute("RESTORE SCHEMA public")
        cursor.execute("SELECT COUNT(*) FROM seeded")
        assert cursor.fetchone() == (1,)
`;

describe('pytest with the fixture of the documentation', () => {
  let programs: Programs;
  let folder: Folder | undefined;
  before(async function () {
    programs = await environmentOrSkip(this, ['pytest==8.3.5', 'psycopg2-binary==2.9.13']);
    folder = newFolder();
  });
  after(() => folder?.remove());

  it('starts a warehouse with its seed, and ends it', async () => {
    const file = (name: string) => folder!.file(name);
    const [, fixture = ''] =
      /```python\n(import json, subprocess\n[^]*?)```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
    mkdirSync(file('bin'));
    mkdirSync(file('seed'));
    writeFileSync(file('bin/target-redshift'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    chmodSync(file('bin/target-redshift'), 0o755);
    writeFileSync(file('seed/1.sql'), 'CREATE TABLE seeded (a INT); INSERT INTO seeded VALUES (7);');
    writeFileSync(file('conftest.py'), fixture);
    writeFileSync(file('test_seed.py'), TESTS);
    const path = [join(file('bin')), process.env['PATH']].join(delimiter);
    const { code, stdout, stderr } = await run(
      [programs('python'), '-m', 'pytest', '-q', '-p', 'no:cacheprovider'],
      {
        cwd: file('.'),
        seconds: 120,
        env: { PATH: path, PYTHONDONTWRITEBYTECODE: '1' },
      },
    );
    expect(code, `${stdout}${stderr}`.slice(-4000)).to.equal(0);
    expect(stdout).to.match(/2 passed/);
  });
});
