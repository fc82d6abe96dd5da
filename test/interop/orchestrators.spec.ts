/** docs/orchestrators.md and the manifests of docs/docker.md: engines run the examples, or their own validators read them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { lines, MAIN, record, schema, state } from '../support/cli.ts';
import { blocksOf } from '../docs/support/blocks.ts';
import { type CommandLine, type Outcome, run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { clientOf, type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const AIRFLOW = ['apache-airflow==3.1.3', 'apache-airflow-providers-standard==1.9.2'];
const DAGSTER = ['dagster==1.12.0'];
/** Newer releases of FastAPI lack what this one uses. */
const PREFECT = ['prefect==3.6.0', 'fastapi==0.120.0'];
const KUBERNETES = ['kubernetes-validate==1.34.1'];
const CLOUDFORMATION = ['cfn-lint==1.41.0'];

const SECONDS = 180;

/** The block of a page that contains these words. */
function blockWith(page: string, words: string): string {
  const block = blocksOf(page).find(({ text }) => text.includes(words));
  if (!block) throw new Error(`${page} has no block with "${words}"`);
  return block.text;
}

const PAGE = 'docs/orchestrators.md';

const MESSAGES = lines(
  schema('orders', { id: { type: 'integer' } }, ['id']),
  ...[1, 2, 3].map((id) => record('orders', { id })),
  state({ bookmarks: { orders: 3 } }),
);

describe('orchestrators', () => {
  let folder: Folder;
  let served: Served;

  before(async () => {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    mkdirSync(folder.file('bin'));
    const script = (name: string, line: string): void =>
      writeFileSync(folder.file(`bin/${name}`), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    script('target-redshift', `exec '${process.execPath}' '${MAIN}' "$@"`);
    script('tap-shop', `exec cat '${folder.file('messages.jsonl')}'`);
    writeFileSync(folder.file('messages.jsonl'), MESSAGES);
    writeFileSync(folder.file('tap.json'), '{}');
  });

  after(async () => {
    await served.stop();
    folder.remove();
  });

  /** Writes the configuration of a pipeline of its own, in a schema of its own. */
  function configure(name: string): void {
    const config = { ...served.config, target_schema: name, pipeline: name };
    writeFileSync(folder.file('config.json'), JSON.stringify(config));
  }

  const execute = (command: CommandLine, env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
    run(command, {
      cwd: folder.path,
      seconds: SECONDS,
      env: {
        PATH: [folder.file('bin'), process.env['PATH'] ?? ''].join(delimiter),
        HOME: folder.path,
        ...env,
      },
    });

  async function rowsOf(name: string): Promise<unknown> {
    const client = await clientOf(served.config);
    try {
      return (await client.query(`SELECT id FROM ${name}.orders ORDER BY id`)).rows;
    } finally {
      await client.end();
    }
  }

  const ROWS = [{ id: '1' }, { id: '2' }, { id: '3' }];

  describe(DAGSTER[0] ?? '', () => {
    let programs: Programs;
    before(async function () {
      programs = await environmentOrSkip(this, DAGSTER);
    });

    it('materializes the asset, and fails when the tap fails', async () => {
      configure('dagster');
      writeFileSync(folder.file('shop.py'), blockWith(PAGE, 'define_asset_job'));
      const job = ['job', 'execute', '--python-file', 'shop.py', '--job', 'load'];
      const env = { DAGSTER_HOME: folder.path, DAGSTER_DISABLE_TELEMETRY: '1' };
      writeFileSync(folder.file('dagster.yaml'), 'telemetry: { enabled: false }\n');
      const { code, stdout, stderr } = await execute([programs('dagster'), ...job], env);
      expect(code, `${stdout}${stderr}`).to.equal(0);
      expect(await rowsOf('dagster')).to.deep.equal(ROWS);
      writeFileSync(folder.file('config.json'), '{}');
      expect((await execute([programs('dagster'), ...job], env)).code).not.to.equal(0);
    }).timeout(2 * SECONDS * 1000);
  });

  describe(PREFECT[0] ?? '', () => {
    let programs: Programs;
    before(async function () {
      programs = await environmentOrSkip(this, PREFECT);
    });

    it('runs the flow, and returns how many rows were loaded', async () => {
      configure('prefect');
      writeFileSync(folder.file('flow.py'), blockWith(PAGE, 'from prefect import'));
      const env = {
        PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: '150',
        DO_NOT_TRACK: '1',
        PREFECT_HOME: folder.file('prefect'),
      };
      const { code, stdout, stderr } = await execute([programs('python'), 'flow.py'], env);
      expect(code, `${stdout}${stderr}`).to.equal(0);
      expect(stdout.trim().split('\n').at(-1)).to.equal('3');
      expect(await rowsOf('prefect')).to.deep.equal(ROWS);
    }).timeout(2 * SECONDS * 1000);
  });

  describe(AIRFLOW[0] ?? '', () => {
    let programs: Programs;
    before(async function () {
      programs = await environmentOrSkip(this, AIRFLOW);
    });

    it('reads the DAG, and its command loads', async () => {
      configure('airflow');
      const dag = blockWith(PAGE, 'airflow.sdk');
      writeFileSync(folder.file('dag.py'), dag);
      const read = [
        'import runpy, json',
        'from airflow.sdk import DAG',
        "made = runpy.run_path('dag.py')",
        "task = made['shop_to_redshift']().get_task('load')",
        'print(json.dumps([task.task_id, task.retries, task.bash_command]))',
      ].join('\n');
      const env = {
        AIRFLOW_HOME: folder.file('airflow'),
        AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
        AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: 'False',
      };
      const { code, stdout, stderr } = await execute([programs('python'), '-c', read], env);
      expect(code, `${stdout}${stderr}`).to.equal(0);
      const [id, retries, command] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as [
        string,
        number,
        string,
      ];
      expect([id, retries]).to.deep.equal(['load', 2]);
      const { password } = served.config;
      const loaded = await execute(['bash', '-c', command], { TARGET_REDSHIFT_PASSWORD: password });
      expect(loaded.code, loaded.stderr).to.equal(0);
      expect(await rowsOf('airflow')).to.deep.equal(ROWS);
    }).timeout(2 * SECONDS * 1000);
  });

  describe('the manifests', () => {
    it('of Kubernetes are valid', async function () {
      const programs = await environmentOrSkip(this, KUBERNETES);
      // As kubectl does, with the anchors replaced.
      const documents = parseAllDocuments(blockWith('docs/docker.md', 'kind: CronJob'));
      expect(documents.length).to.equal(2);
      for (const [i, document] of documents.entries()) {
        const file = folder.file(`manifest-${i}.json`);
        writeFileSync(file, JSON.stringify(document.toJS()));
        const { code, stdout, stderr } = await execute([programs('kubernetes-validate'), '--strict', file]);
        expect(code, `${stdout}${stderr}`).to.equal(0);
      }
    });

    it('of ECS is valid', async function () {
      const programs = await environmentOrSkip(this, CLOUDFORMATION);
      writeFileSync(folder.file('ecs.yaml'), blockWith(PAGE, 'AWSTemplateFormatVersion'));
      const { code, stdout, stderr } = await execute([programs('cfn-lint'), 'ecs.yaml']);
      expect(code, `${stdout}${stderr}`).to.equal(0);
    });

    it('of systemd is read by systemd, where there is one', async function () {
      const [service = '', timer = ''] = blockWith(PAGE, '# shop.service').split('# shop.timer\n');
      const { code } = await execute(['sh', '-c', 'command -v systemd-analyze']);
      if (code !== 0) return this.skip();
      writeFileSync(
        folder.file('shop.service'),
        service.replace('/usr/local/bin/target-redshift', '/bin/true'),
      );
      writeFileSync(folder.file('shop.timer'), timer);
      const files = [folder.file('shop.service'), folder.file('shop.timer')];
      const verified = await execute(['systemd-analyze', 'verify', '--man=no', ...files]);
      expect(verified.stderr).not.to.match(/shop\.(?:service|timer)/);
    });
  });
});
