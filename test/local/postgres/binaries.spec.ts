/** Healing and copying of an unpacked PostgreSQL package, on one that is made up. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findBinaries, prepareBinaries } from '../../../src/local/postgres/binaries.ts';

describe('the PostgreSQL binaries', () => {
  let base: string;
  let root: string;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'binaries-'));
    chmodSync(base, 0o755);
    root = join(base, 'package');
    for (const folder of ['native/bin', 'native/lib']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{"version":"16.1.0"}');
    for (const name of ['initdb', 'postgres', 'pg_ctl'])
      writeFileSync(join(root, 'native/bin', name), '#!', { mode: 0o644 });
    writeFileSync(join(root, 'native/lib/libx.so.1.2'), 'library');
    const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }];
    writeFileSync(join(root, 'native/pg-symlinks.json'), JSON.stringify(links));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const noCache = () => {
    throw new Error('no copy is needed');
  };

  it('get the links and modes that the install script would have made', () => {
    const { postgres } = prepareBinaries(root, noCache);
    expect(postgres).to.equal(join(root, 'native/bin/postgres'));
    expect(readFileSync(join(root, 'native/lib/libx.so.1'), 'utf8')).to.equal('library');
    expect(statSync(postgres).mode & 0o777).to.equal(0o755);
  });

  it('get a link that leads nowhere replaced', () => {
    symlinkSync('gone', join(root, 'native/lib/libx.so.1'));
    prepareBinaries(root, noCache);
    expect(readFileSync(join(root, 'native/lib/libx.so.1'), 'utf8')).to.equal('library');
  });

  it('are copied to where the engine can reach them when root has them in a closed folder', function () {
    if (process.getuid?.() !== 0) this.skip();
    chmodSync(base, 0o700);
    const cache = mkdtempSync(join(tmpdir(), 'cache-'));
    try {
      const { initdb } = prepareBinaries(root, () => cache);
      expect(initdb.startsWith(join(cache, 'postgres-16.1.0-'))).to.equal(true);
      expect(existsSync(join(initdb, '../../lib/libx.so.1'))).to.equal(true);
      expect(prepareBinaries(root, () => cache).initdb).to.equal(initdb);
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  });

  it('are installed for this platform', () => {
    expect(existsSync(findBinaries().initdb)).to.equal(true);
  });
});
