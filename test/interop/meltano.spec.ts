/** Meltano, with the loader declared as the documentation says. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { MAIN } from '../support/cli.ts';
import { statesOf } from './support/extraction.ts';
import { type Outcome, run, runPipe } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { type Folder, newFolder, type Row, type Served, serveLocal, TARGET } from './support/target.ts';

const MELTANO = ['meltano==4.4.1'];
const CSV_TAP = ['tap-csv-folder==0.0.1a1'];
const PIPELINE = ['tap-csv-folder', 'target-redshift'] as const;

const documentation = readFileSync(fileURLToPath(new URL('../../docs/meltano.md', import.meta.url)), 'utf8');

/** The declaration in the documentation. */
function declaration(): string {
  const [, yaml] = /<!-- plugin -->\s*```yaml\n(.*?)```/s.exec(documentation) ?? [];
  if (yaml === undefined) throw new Error('docs/meltano.md declares no plugin');
  return yaml;
}

describe('meltano', () => {
  let folder: Folder;
  let served: Served | undefined;
  let tap: Programs;
  let meltano: (args: readonly string[], more?: Readonly<Record<string, string>>) => Promise<Outcome>;

  before(async function () {
    folder = newFolder();
    const programs = await environmentOrSkip(this, MELTANO);
    tap = await environmentOrSkip(this, CSV_TAP);
    served = await serveLocal(folder.file('warehouse'));
    const project = folder.file('project');
    const bin = folder.file('bin');
    for (const made of [bin, folder.file('csv')]) mkdirSync(made);
    writeFileSync(`${bin}/target-redshift`, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, {
      mode: 0o755,
    });
    writeFileSync(folder.file('csv/moons.csv'), 'name,planet\nMoon,Earth\nTitan,Saturn\n');
    const env = {
      PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
      MELTANO_SEND_ANONYMOUS_USAGE_STATS: 'false',
      NO_COLOR: '1',
      PYTHONUTF8: '1',
      ...variables(served.config),
    };
    meltano = (args, more) => run([programs('meltano'), ...args], { cwd: project, env: { ...env, ...more } });
    const made = await run([programs('meltano'), 'init', project], { env });
    expect(made.code, made.stderr).to.equal(0);
    const { ssl_ca, s3_endpoint, s3_force_path_style } = served.config;
    // JSON is YAML. These options are none that the declaration names.
    const more = { ssl_ca, s3_endpoint, s3_force_path_style };
    const loaders = [{ name: 'target-redshift', config: more }];
    writeFileSync(
      `${project}/meltano.yml`,
      JSON.stringify({
        default_environment: 'dev',
        project_id: 'shop',
        environments: [{ name: 'dev', config: { plugins: { loaders } } }],
        include_paths: ['./*.meltano.yml'],
      }),
    );
    writeFileSync(`${project}/loader.meltano.yml`, declaration());
    writeFileSync(
      `${project}/extractor.meltano.yml`,
      JSON.stringify({
        plugins: {
          extractors: [
            {
              name: 'tap-csv-folder',
              namespace: 'tap_csv_folder',
              executable: tap('tap-csv-folder'),
              // It cannot read the catalog that it writes.
              capabilities: ['state'],
              load_schema: 'space',
              config: tapConfig(),
            },
          ],
        },
      }),
    );
  });

  after(async () => {
    await served?.stop();
    folder.remove();
  });

  function tapConfig(): object {
    return { filesystem: 'local', path: folder.file('csv'), read_mode: 'one_stream_per_file' };
  }

  function variables({
    hostname,
    port,
    database,
    user,
    password,
    ...s3
  }: Served['config']): Record<string, string> {
    return {
      TARGET_REDSHIFT_HOSTNAME: hostname,
      TARGET_REDSHIFT_PORT: String(port),
      TARGET_REDSHIFT_DATABASE: database,
      TARGET_REDSHIFT_USER: user,
      TARGET_REDSHIFT_PASSWORD: password,
      TARGET_REDSHIFT_S3_BUCKET: s3.s3_bucket,
      TARGET_REDSHIFT_S3_REGION: s3.s3_region,
      TARGET_REDSHIFT_IAM_ROLE: s3.iam_role,
      TARGET_REDSHIFT_AWS_ACCESS_KEY_ID: s3.aws_access_key_id,
      TARGET_REDSHIFT_AWS_SECRET_ACCESS_KEY: s3.aws_secret_access_key,
    };
  }

  function configFile(name: string, config: object): string {
    writeFileSync(folder.file(name), JSON.stringify(config));
    return folder.file(name);
  }

  async function moons(): Promise<readonly Row[]> {
    const config = configFile('query.json', served?.config ?? {});
    const query = 'SELECT name, planet FROM space.moons ORDER BY name';
    const { stdout } = await run([...TARGET, 'sql', query, '--config', config, '--format', 'json']);
    return JSON.parse(stdout) as Row[];
  }

  it('shows what the program says about itself, and the declaration has its capabilities', async () => {
    const { code, stdout, stderr } = await meltano(['invoke', PIPELINE[1], '--about', '--format', 'json']);
    expect(code, stderr).to.equal(0);
    const { capabilities, settings } = JSON.parse(stdout) as {
      capabilities: string[];
      settings: { properties: object };
    };
    const listed = declaration();
    expect([...listed.matchAll(/^ {8}- ([\w-]+)$/gm)].map(([, name]) => name)).to.deep.equal(capabilities);
    const declared = [...listed.matchAll(/^ {8}- name: (\w+)$/gm)].map(([, name]) => name);
    expect(settings.properties).to.include.all.keys(declared);
  });

  it('loads, and keeps the last state that the program printed', async () => {
    const { code, stdout, stderr } = await meltano(['run', ...PIPELINE]);
    expect(code, `${stdout}${stderr}`).to.equal(0);
    expect(await moons()).to.deep.equal([
      { name: 'Moon', planet: 'Earth' },
      { name: 'Titan', planet: 'Saturn' },
    ]);
    const log = `${stdout}${stderr}`;
    expect(log).to.contain(
      'METRIC: {"type":"counter","metric":"record_count","value":2,"tags":{"stream":"moons"}}',
    );
    expect(log).to.match(/metric_name=.?record_count.? metric_value=2\b/);
    expect(log).to.match(/\[info +\] target-redshift +every record that was read is committed: 2 rows/);
    // The same pipe without Meltano.
    const direct = await runPipe(
      [tap('tap-csv-folder'), '--config', configFile('tap.json', tapConfig())],
      [...TARGET, '--config', configFile('target.json', { ...served?.config, target_schema: 'direct' })],
    );
    expect(JSON.parse(await keptState())).to.deep.equal({ singer_state: statesOf(direct).at(-1) });
  });

  it('fails when the program fails, and keeps the state', async () => {
    const state = await keptState();
    const { code, stdout, stderr } = await meltano(['run', ...PIPELINE], {
      TARGET_REDSHIFT_PASSWORD: 'wrong',
    });
    expect(code).to.not.equal(0);
    expect(`${stdout}${stderr}`).to.match(/\[error +\] [^{]*password authentication failed/);
    expect(await keptState()).to.equal(state);
  });

  async function keptState(): Promise<string> {
    const { code, stdout, stderr } = await meltano(['state', 'get', `dev:${PIPELINE.join('-to-')}`]);
    expect(code, stderr).to.equal(0);
    return stdout;
  }
});
