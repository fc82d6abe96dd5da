/** The folder of a warehouse: whose it is, what it holds, and what is written into it at first. */
import {
  chmodSync,
  chownSync,
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
import { LocalWarehouseError, startLocalWarehouse } from '../../../src/local/api.ts';
import { openFolder } from '../../../src/local/serve/folder.ts';
import { leaseLocal } from '../../../src/local/serve/join.ts';

const isRoot = process.getuid?.() === 0;
/** Somebody else: `nobody` on most systems. */
const OTHER = 65534;

describe('the folder of a local warehouse', () => {
  let base: string;
  let dir: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'folder-'));
    dir = join(base, 'warehouse');
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const refusal = (): string => {
    try {
      openFolder(dir);
    } catch (error) {
      expect(error).to.be.instanceOf(LocalWarehouseError);
      return (error as Error).message.replace(`Cannot use ${dir} for the local warehouse: `, '');
    }
    return 'none';
  };
  const fill = (names: readonly string[], mode = 0o600): void => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const name of names) {
      writeFileSync(join(dir, name), '{}');
      chmodSync(join(dir, name), mode);
    }
  };

  it('is made for its owner only, and kept out of git', () => {
    openFolder(dir);
    expect(statSync(dir).mode & 0o777).to.equal(0o700);
    expect(readFileSync(join(dir, '.gitignore'), 'utf8')).to.equal('*\n');
  });

  it('keeps a .gitignore of its owner’s', () => {
    fill(['.gitignore']);
    openFolder(dir);
    expect(readFileSync(join(dir, '.gitignore'), 'utf8')).to.equal('{}');
  });

  for (const names of [
    [],
    ['.gitkeep'],
    ['local.log', 'lock.json', 'lock.json.ab12'],
    ['secrets.json', 'notes.txt'],
  ]) {
    it(`may hold ${names.join(', ') || 'nothing'}`, () => {
      fill(names);
      expect(refusal()).to.equal('none');
    });
  }

  for (const [names, first] of [
    [['package.json', 'src'], 'package.json'],
    [['.git'], '.git'],
    [['config.json'], 'config.json'],
    [['local.log', 'orders.csv'], 'orders.csv'],
    [['PG_VERSION'], 'PG_VERSION'],
  ] as const) {
    it(`is refused when it holds ${names.join(', ')} and no warehouse`, () => {
      fill(names);
      expect(refusal()).to.equal(
        `it holds something else (${first}) and no warehouse; give a new or empty folder with --dir`,
      );
      expect(existsSync(join(dir, '.gitignore'))).to.equal(false);
    });
  }

  it('is made private when it is empty and others may write it', () => {
    fill([]);
    chmodSync(dir, 0o777);
    openFolder(dir);
    expect(statSync(dir).mode & 0o777).to.equal(0o700);
  });

  for (const mode of [0o777, 0o770, 0o707]) {
    it(`is refused when it holds a warehouse and has the mode ${mode.toString(8)}`, () => {
      fill(['secrets.json']);
      chmodSync(dir, mode);
      expect(refusal()).to.match(
        /^other users may write it \(mode 07[07]{2}\), and may have changed what is in it;/,
      );
    });
  }

  for (const name of ['secrets.json', 'lock.json', 'postgres-password', 'server.key']) {
    it(`is refused when others may write its ${name}, or it is a link`, () => {
      fill(['secrets.json']);
      fill([name], 0o666);
      expect(refusal()).to.equal(`other users may write ${name} in it (mode 0666)`);
      rmSync(join(dir, name));
      symlinkSync('/etc/hostname', join(dir, name));
      expect(refusal()).to.equal(`${name} in it is a symbolic link`);
    });
  }

  it('is refused when it, or a file in it, belongs to another user', function () {
    if (!isRoot) this.skip();
    fill(['secrets.json', 'postgres-password']);
    chownSync(join(dir, 'postgres-password'), OTHER, OTHER);
    expect(refusal()).to.equal(`postgres-password in it belongs to another user (uid ${OTHER})`);
    chownSync(dir, OTHER, OTHER);
    expect(refusal()).to.match(new RegExp(`^it belongs to another user \\(uid ${OTHER}\\), who could`));
  });

  it('is looked at by who serves it and by who joins it', async () => {
    fill(['orders.csv']);
    for (const start of [() => startLocalWarehouse({ dir }), () => leaseLocal(dir, ['false'])]) {
      const error = await start().then(
        () => 'started',
        (reason: unknown) => reason,
      );
      expect(String(error)).to.equal(
        `LocalWarehouseError: Cannot use ${dir} for the local warehouse: it holds something else (orders.csv) and no warehouse; give a new or empty folder with --dir`,
      );
    }
  });

  it('is refused with secrets that the warehouse did not write', async () => {
    for (const text of ['', '{}', '[]', 'null', '{"password":"x"}']) {
      fill(['secrets.json']);
      writeFileSync(join(dir, 'secrets.json'), text);
      const error = await startLocalWarehouse({ dir }).catch((reason: unknown) => reason);
      expect(String(error)).to.equal(
        `LocalWarehouseError: ${join(dir, 'secrets.json')} was not written by the local warehouse`,
      );
    }
  });
});
