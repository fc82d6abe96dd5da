/** Where the database files go. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { placeFiles } from '../../../src/local/postgres/directory.ts';

describe('the place of the database files', () => {
  const account = { uid: 65_534, gid: 65_534 };
  let base: string;
  let dir: string;
  let outside: string;

  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    base = mkdtempSync(join(tmpdir(), 'place-'));
    chmodSync(base, 0o755);
    dir = join(base, 'warehouse');
    mkdirSync(dir, { mode: 0o700 });
    outside = join(base, 'public');
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const place = (account_?: typeof account) => placeFiles(dir, account_, () => outside);

  it('is below the warehouse', () => {
    expect(place()).to.equal(join(dir, 'postgres'));
    expect(place(account)).to.equal(join(dir, 'postgres'));
  });

  it('lets another account pass through the folder, not list it', function () {
    if (process.getuid?.() !== 0) this.skip();
    place(account);
    expect(statSync(dir).mode & 0o777).to.equal(0o711);
  });

  it('is outside, and remembered, when another account can not get to the warehouse', () => {
    chmodSync(base, 0o700);
    const files = place(account);
    expect(files.startsWith(join(outside, 'data'))).to.equal(true);
    mkdirSync(files);
    writeFileSync(join(files, 'PG_VERSION'), '16');
    chmodSync(base, 0o755);
    expect(place(account)).to.equal(files);
    expect(existsSync(join(files, 'PG_VERSION'))).to.equal(true);
  });

  it('is removed when the warehouse that it belongs to is gone', () => {
    chmodSync(base, 0o700);
    const files = place(account);
    rmSync(dir, { recursive: true });
    dir = join(base, 'other');
    mkdirSync(dir);
    place(account);
    expect(existsSync(dirname(files))).to.equal(false);
  });

  it('starts anew at a path whose former warehouse is gone', () => {
    chmodSync(base, 0o700);
    const files = place(account);
    mkdirSync(files);
    rmSync(dir, { recursive: true });
    mkdirSync(dir);
    expect(place(account)).to.equal(files);
    expect(existsSync(files)).to.equal(false);
  });
});
