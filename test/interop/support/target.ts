/** The built program in the roles that these tests need: loading into a folder, querying it, serving it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import split2 from 'split2';
import type { WarehouseConfig } from '../../../src/local/warehouse.ts';
import { MAIN } from '../../support/cli.ts';
import { type CommandLine, run } from './processes.ts';
import { JsonNumber, parseObject, type Json, type JsonObject } from '../../../src/protocol/json.ts';

export const TARGET: CommandLine = [process.execPath, MAIN];

const START_SECONDS = 60;
const STOP_SECONDS = 30;

/** A folder that goes away with `remove`. */
export interface Folder {
  readonly path: string;
  readonly file: (name: string) => string;
  readonly remove: () => void;
}

export function newFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'target-redshift-interop-'));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export type Row = Readonly<Record<string, string | null>>;

/** Rows of the local warehouse in `dir`, as the server's texts. */
export async function queryLocal(dir: string, sql: string): Promise<readonly Row[]> {
  const { code, stdout, stderr } = await run([
    ...TARGET,
    'sql',
    sql,
    '--local',
    '--dir',
    dir,
    '--format',
    'json',
  ]);
  if (code !== 0) throw new Error(`${sql}: exit ${code}: ${stderr}`);
  const rows = parseObject(`{"rows":${stdout}}`).members.get('rows') as readonly JsonObject[];
  return rows.map((row) => Object.fromEntries([...row].map(([name, value]) => [name, textOf(value)])));
}

/** The server's text of a value: `sql` writes numbers and booleans as those of JSON. */
function textOf(value: Json): string | null {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return value instanceof JsonNumber ? value.text : (value as string | null);
}

/** A client of a served warehouse that gives values as the server's texts. */
export async function clientOf(config: WarehouseConfig): Promise<pg.Client> {
  const { hostname: host, port, database, user, password, ssl_ca: ca } = config;
  const client = new pg.Client({
    ...{ host, port, database, user, password, ssl: { ca } },
    types: { getTypeParser: () => (text: string) => text },
  });
  await client.connect();
  return client;
}

export interface Served {
  readonly config: WarehouseConfig;
  readonly pid: number;
  /** Ends it as Ctrl-C does; rejects when it does not end with 0. */
  stop(): Promise<void>;
}

/** Runs `target-redshift local` with these arguments too, and reads the configuration that it prints. */
export async function serveLocal(dir: string, more: readonly string[] = []): Promise<Served> {
  const [program, ...args] = TARGET;
  const child = spawn(program, [...args, 'local', '--dir', dir, ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const overdue = setTimeout(() => child.kill('SIGKILL'), START_SECONDS * 1000);
  const line = await Promise.race([
    once(child.stdout.pipe(split2()), 'data').then(([first]) => first as string),
    ended.then((code): never => {
      throw new Error(`target-redshift local ended with ${String(code)}: ${said}`);
    }),
  ]).finally(() => clearTimeout(overdue));
  return {
    config: JSON.parse(line) as WarehouseConfig,
    pid: child.pid ?? 0,
    async stop() {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
      child.kill('SIGINT');
      const code = await ended;
      clearTimeout(late);
      if (code !== 0) throw new Error(`target-redshift local ended with ${String(code)}: ${said}`);
    },
  };
}
