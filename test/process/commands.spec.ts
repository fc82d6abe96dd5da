/** The tools around the load, as processes. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, record, runCli, schema, startCli, state } from '../support/cli.ts';
import { newFolder } from '../support/folder.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

const version = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

describe('--version, --help, --about', () => {
  it('answer without a configuration and without reading stdin', async () => {
    const answers = await Promise.all(
      [['--version'], ['--help'], ['--about'], ['--about', '--format', 'markdown']].map((args) =>
        runCli(args),
      ),
    );
    expect(answers.map(({ code }) => code)).to.deep.equal([0, 0, 0, 0]);
    expect(answers[0]?.stdout).to.equal(`target-redshift ${version}\n`);
    expect(answers[1]?.stdout).to.match(/^Usage:/);
    expect(answers[3]?.stdout).to.contain('| `hostname` | string | required |');
  });

  it('--about --format json has the keys that Meltano reads', async () => {
    const { stdout } = await runCli(['--about', '--format', 'json']);
    const about = JSON.parse(stdout) as Record<string, unknown>;
    expect(about).to.include({ name: 'target-redshift', version });
    expect(about).to.have.all.keys(
      'name',
      'description',
      'version',
      'sdk_version',
      'capabilities',
      'settings',
    );
  });
});

describe('--check', () => {
  it('does every step for real, one line each, and leaves nothing behind', async () => {
    const place = await newPlace();
    const { code, stdout } = await runCli(['--check', '--config', place.configFile()]);
    expect(code, stdout).to.equal(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 19).trim()),
    ).to.deep.equal([
      'ok     connect',
      'ok     schema',
      'ok     tables',
      'ok     create table',
      'ok     temp table',
      'ok     bucket',
      'ok     upload',
      'ok     multipart',
      'ok     list',
      'ok     copy',
      'ok     read',
      'ok     delete',
      'ok     remove',
      'ok     drop',
      'everything that a l',
    ]);
    expect(await place.objects()).to.deep.equal([]);
    expect(
      await place.query(`SELECT table_name FROM svv_tables WHERE table_schema = '${place.schema}'`),
    ).to.deep.equal([]);
  });

  it('is stopped by SIGTERM between two steps, and cleans up', async () => {
    const place = await newPlace();
    const run = startHere(['--check', '--config', place.configFile()]);
    await run.seen(/^ok {5}connect/m);
    run.signal();
    const { code, stdout } = await run.finished;
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^- {6}copy {9}skipped because the check was stopped$/m)
      .and.to.match(/^ok {5}drop /m)
      .and.to.match(/the check was stopped before it was complete\n$/);
    expect(await place.objects()).to.deep.equal([]);
  });

  it('names the step that fails, goes on where it can, and exits 1', async () => {
    const place = await newPlace();
    const { code, stdout } = await runHere([
      '--check',
      '--config',
      place.configFile({ s3_bucket: 'no-such-bucket' }),
    ]);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^ok {5}connect/m)
      .and.to.match(/^FAILED bucket .*the bucket does not exist/m)
      .and.to.contain(
        '\n       fix: run:\n         aws s3api create-bucket --bucket no-such-bucket --region us-east-1\n',
      )
      .and.to.match(/^- {6}copy .*skipped because "bucket" failed/m);
  });
});

describe('--discover', () => {
  it('prints the tables of the target schema as a Singer catalog', async () => {
    const place = await newPlace();
    const columns = {
      id: { type: 'integer' },
      name: { type: 'string' },
      at: { type: 'string', format: 'date-time' },
    };
    await runCli(['--config', place.configFile()], lines(schema('Users', columns, ['id'])));
    const { code, stdout } = await runCli(['--discover', '--config', place.configFile()]);
    expect(code).to.equal(0);
    const { streams } = JSON.parse(stdout) as { streams: Record<string, unknown>[] };
    expect(
      streams.map(({ stream, key_properties, schema: found }) => ({ stream, key_properties, found })),
    ).to.deep.equal([
      {
        stream: 'users',
        key_properties: ['id'],
        found: {
          type: 'object',
          properties: {
            id: { type: ['null', 'integer'] },
            name: { type: ['null', 'string'], maxLength: 64 },
            at: { type: ['null', 'string'], format: 'date-time' },
          },
        },
      },
    ]);
  });
});

describe('--local and local', () => {
  let dir: string;
  beforeEach(() => (dir = newFolder('target-redshift-local-')));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('--local needs no config, keeps its data from run to run, and warns of connection options it ignores', async () => {
    const input = (n: number): string =>
      lines(schema('t', { n: { type: 'integer' } }), record('t', { n }), state(n));
    const first = await runCli(['--local', '--dir', join(dir, 'w')], input(1));
    expect([first.code, first.stdout], first.stderr).to.deep.equal([0, '1\n']);
    const config = (await newPlace()).configFile({ target_schema: 'public', batch_size_rows: 1 });
    const second = await runCli(['--local', '--dir', join(dir, 'w'), '--config', config], input(2));
    expect([second.code, second.stdout]).to.deep.equal([0, '2\n']);
    expect(second.logs[0]?.message).to.match(
      /^--local ignores the connection options of the configuration: hostname, port,/,
    );
    const { stdout } = await runCli([
      'sql',
      'SELECT n FROM t ORDER BY n',
      '--local',
      '--dir',
      join(dir, 'w'),
      '--format',
      'csv',
    ]);
    expect(stdout).to.equal('n\n1\n2\n');
  });

  it('local says which option names a port that is in use, and leaves the folder free', async () => {
    const { port } = (await newPlace()).config;
    const folder = join(dir, 'w');
    for (const option of ['--port', '--s3-port']) {
      const { code, logs } = await runCli(['local', '--dir', folder, option, String(port)]);
      expect([code, logs.map(({ message }) => message)]).to.deep.equal([
        1,
        [
          `Cannot listen on port ${port} (${option}): it is in use; choose another one, or omit the option to use a free port`,
        ],
      ]);
    }
    expect(existsSync(join(folder, 'lock.json'))).to.equal(false);
  });

  it('local writes a configuration that works as --config of a second process, prints no secret then, is joined by --local, and ends on SIGTERM', async () => {
    const written = join(dir, 'config.json');
    // For everybody to read until now.
    writeFileSync(written, 'old', { mode: 0o644 });
    const server = startCli(['local', '--dir', join(dir, 'w'), '--write-config', written]);
    await server.seen(/\}\n/);
    const [loaded, joined] = await Promise.all([
      runCli(['--config', written], lines(schema('a', { n: { type: 'integer' } }), record('a', { n: 1 }))),
      runCli(
        ['--local', '--dir', join(dir, 'w')],
        lines(schema('b', { n: { type: 'integer' } }), record('b', { n: 2 })),
      ),
    ]);
    expect([loaded.code, joined.code], loaded.stderr + joined.stderr).to.deep.equal([0, 0]);
    expect(statSync(written).mode & 0o777).to.equal(0o600);
    const second = await runCli(['local', '--dir', join(dir, 'w')]);
    expect(second.code).to.equal(1);
    expect(second.logs.at(-1)?.message).to.match(/^Cannot serve .*: process \d+ serves it already$/);
    server.process.kill('SIGTERM');
    const { code, stdout } = await server.finished;
    expect(code).to.equal(0);
    const config = JSON.parse(readFileSync(written, 'utf8')) as Record<string, unknown>;
    const { hostname, port, database, user, s3_endpoint, s3_region, s3_bucket } = config;
    const shown = { hostname, port, database, user, s3_endpoint, s3_region, s3_bucket };
    expect(JSON.parse(stdout)).to.deep.equal({ ...shown, config_file: written });
    for (const secret of ['password', 'aws_secret_access_key']) expect(stdout).not.to.contain(config[secret]);
  });

  it('ends with its last user: no lock is left when the command returns, and a broken lock file does no harm', async () => {
    const folder = join(dir, 'w');
    await runCli(['sql', 'SELECT 1', '--local', '--dir', folder]);
    expect(existsSync(join(folder, 'lock.json'))).to.equal(false);
    writeFileSync(join(folder, 'lock.json'), 'garbage');
    const { code, stdout } = await runCli([
      'sql',
      'SELECT 1 AS one',
      '--local',
      '--dir',
      folder,
      '--format',
      'csv',
    ]);
    expect([code, stdout]).to.deep.equal([0, 'one\n1\n']);
  });

  it('names a folder or a file that cannot be used', async () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    const onFile = await runCli(['--local', '--dir', file]);
    expect([onFile.code, onFile.logs.at(-1)?.message]).to.deep.equal([
      1,
      `Cannot use ${file} for the local warehouse: EEXIST: file already exists, mkdir '${file}'; give a folder that can be written with --dir`,
    ]);
    const noPlace = await runCli([
      'local',
      '--dir',
      join(dir, 'w'),
      '--write-config',
      join(dir, 'none', 'x.json'),
    ]);
    expect(noPlace.code).to.equal(1);
    expect(noPlace.logs.at(-1)?.message).to.match(/cannot write --write-config .*ENOENT/);
    const noInput = await runCli(['--config', (await newPlace()).configFile(), '--input', join(dir, 'none')]);
    expect([noInput.code, noInput.logs.at(-1)?.message]).to.deep.equal([
      1,
      `Cannot read --input ${join(dir, 'none')}: the file does not exist`,
    ]);
  });
});

describe('large answers', () => {
  it('sql prints 200,000 rows as a table, and ends quietly when nobody reads them', async () => {
    const config = (await newPlace()).configFile();
    const query =
      'SELECT a.x * 1000 + b.x AS n FROM (SELECT generate_series(1, 200) AS x) a, (SELECT generate_series(1, 1000) AS x) b';
    const all = await runCli(['sql', query, '--config', config]);
    expect(all.stdout.trim().split('\n').at(-1), all.stderr).to.equal('(200000 rows)');
    const run = startCli(['sql', query, '--config', config, '--format', 'csv']);
    run.process.stdout?.once('data', () => run.process.stdout?.destroy());
    expect((await run.finished).stderr).to.equal('');
  });
});
