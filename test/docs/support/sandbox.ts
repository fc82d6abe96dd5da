/**
 * A folder in which the commands of a page run as a reader would run them: `target-redshift` and the taps are on the PATH, and
 * the files that the pages name are there. The configuration is that of the shared local warehouse, with a schema for the page.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { NOBODY } from '../../support/aws.ts';
import { MAIN, started } from '../../support/cli.ts';
import type { Finished } from '../../support/transcript.ts';
import { newPlace, type Place } from '../../support/warehouse.ts';
import { ROOT } from './blocks.ts';

/** The taps that the pages name. All of them are one program, which writes two streams and a state. */
const TAPS = ['tap-github', 'tap-shop', 'tap-csv', 'tap-mine'];

/** What commands with the default schema leave in it. */
const TABLES = ['issues', 'orders', '_target_redshift_loads', '_target_redshift_runs'];

const TAP = `
const say = (message) => console.log(JSON.stringify(message));
const columns = { id: { type: 'integer' }, title: { type: ['null', 'string'] } };
for (const stream of ['issues', 'orders']) {
  say({ type: 'SCHEMA', stream, schema: { type: 'object', properties: columns }, key_properties: ['id'] });
  for (let id = 1; id <= 1000; id++) say({ type: 'RECORD', stream, record: { id, title: 'number ' + id } });
}
say({ type: 'STATE', value: { bookmarks: { issues: { id: 1000 }, orders: { id: 1000 } } } });
`;

/** A configuration of pipelinewise-target-redshift. */
const PIPELINEWISE = {
  ...{ host: 'h', user: 'u', password: 'Secret1', dbname: 'd', s3_bucket: 'bucket', slices: 2 },
  ...{ aws_redshift_copy_role_arn: 'default', default_target_schema: 'landing' },
};

const AIRBYTE_STREAM = {
  stream: { name: 'users', json_schema: { type: 'object', properties: { id: { type: 'integer' } } } },
  ...{ sync_mode: 'full_refresh', destination_sync_mode: 'append' },
  ...{ generation_id: 1, minimum_generation_id: 0, sync_id: 1 },
};

const AIRBYTE_MESSAGES = [
  { type: 'RECORD', record: { stream: 'users', data: { id: 1 }, emitted_at: 1767225600000 } },
  {
    type: 'TRACE',
    trace: {
      ...{ type: 'STREAM_STATUS', emitted_at: 1767225600001 },
      stream_status: { stream_descriptor: { name: 'users' }, status: 'COMPLETE' },
    },
  },
];

export interface Sandbox {
  readonly place: Place;
  readonly path: string;
  /** Runs lines of a shell that stops at the first error. */
  run(script: string): Promise<Finished>;
  /** Starts a command that serves, and waits until it is ready. It is stopped with the sandbox, as Ctrl-C does it. */
  serve(script: string): Promise<Finished>;
  /** Runs statements as a file of `target-redshift sql`. */
  query(sql: string): Promise<Finished>;
  /** Runs a module of JavaScript that may import this package. */
  runModule(script: string): Promise<Finished>;
  /** Stops what serves, and removes the folder and the tables of the pages. */
  end(): Promise<void>;
}

export async function newSandbox(options: Readonly<Record<string, unknown>> = {}): Promise<Sandbox> {
  const place = await newPlace();
  const path = mkdtempSync(join(tmpdir(), 'target-redshift-docs-'));
  const file = (name: string): string => join(path, name);
  const program = (name: string, script: string): void =>
    writeFileSync(file(`bin/${name}`), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, {
      mode: 0o755,
    });
  for (const folder of ['bin', 'seed', 'node_modules', 'module', 'module/seed']) mkdirSync(file(folder));
  symlinkSync(ROOT, file('node_modules/target-redshift'));
  writeFileSync(file('tap.mjs'), TAP);
  program('target-redshift', MAIN);
  program('destination-redshift', MAIN.replace('main.js', 'destination.js'));
  for (const tap of TAPS) program(tap, file('tap.mjs'));
  const config = JSON.stringify({ ...place.config, ...options });
  writeFileSync(file('config.json'), config);
  writeFileSync(file('local.json'), config);
  writeFileSync(file('old.json'), JSON.stringify(PIPELINEWISE));
  writeFileSync(file('ca.pem'), place.config.ssl_ca);
  writeFileSync(file('tap.json'), '{}');
  writeFileSync(file('report.sql'), 'SELECT 1 AS one;\n');
  for (const seed of ['seed', 'module/seed'])
    writeFileSync(file(`${seed}/1.sql`), 'CREATE TABLE seeded (a INT);\n');
  writeFileSync(file('catalog.json'), JSON.stringify({ streams: [AIRBYTE_STREAM] }));
  writeFileSync(
    file('messages.jsonl'),
    AIRBYTE_MESSAGES.map((message) => `${JSON.stringify(message)}\n`).join(''),
  );
  const env = {
    ...process.env,
    ...NOBODY,
    BASH_ENV: '',
    PATH: [file('bin'), process.env['PATH'] ?? ''].join(delimiter),
  };
  const bash = (script: string): ReturnType<typeof started> =>
    started(spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: path, env }));
  const run = (script: string): Promise<Finished> => {
    const running = bash(script);
    running.end();
    return running.finished;
  };
  const serving: ReturnType<typeof started>[] = [];
  return {
    place,
    path,
    run,
    serve: async (script) => {
      const running = bash(`exec ${script.trim()}`);
      serving.push(running);
      await running.seen(/"hostname"/);
      return { code: 0, signal: null, stdout: '', stderr: '', logs: [] };
    },
    query: (sql) => {
      writeFileSync(file('statements.sql'), sql);
      return run('target-redshift sql --config config.json --file statements.sql');
    },
    runModule: (script) => {
      writeFileSync(file('module/module.mjs'), script);
      return started(spawn(process.execPath, ['module.mjs'], { cwd: file('module'), env })).finished;
    },
    end: async () => {
      for (const { process, finished } of serving) {
        process.kill('SIGTERM');
        await finished;
      }
      rmSync(path, { recursive: true, force: true });
      for (const table of TABLES) await place.query(`DROP TABLE IF EXISTS public.${table}`);
      await place.query('DROP SCHEMA IF EXISTS landing CASCADE');
    },
  };
}
