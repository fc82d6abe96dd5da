/**
 * `npm run bench -- --cluster`: what a run asks of a cluster, and how long it takes where each answer of the cluster and of S3 is
 * that far away. The same records are merged by this program and by other loaders, first into new tables, then again.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { CommandLine } from '../interop/support/processes.ts';
import { DLT, loaderEnvironment, PIPELINEWISE, pipelinewiseSettings } from '../interop/support/loaders.ts';
import { environment } from '../interop/support/python.ts';
import { RegistryUnreachableError } from '../interop/support/registry.ts';
import { serveLocal, TARGET, type Folder } from '../interop/support/target.ts';
import type { WarehouseConfig } from '../../src/local/warehouse.ts';
import { countingProxy, type Traffic } from './counting-proxy.ts';
import { costOf } from './measure.ts';
import { markdown } from './table.ts';

export interface ClusterOptions {
  readonly streams: readonly number[];
  /** Milliseconds. */
  readonly delays: readonly number[];
  /** Of each stream. */
  readonly records: number;
  readonly hasPeers: boolean;
  /** This program runs once with each of these values of `max_parallel_loads`; with its default if there are none. */
  readonly parallel: readonly number[];
  /** It runs again with `group_commit`, and with `exactly_once`. */
  readonly isGrouped: boolean;
  /** Milliseconds of a COMMIT. */
  readonly commitMs: number;
}

interface Loader {
  readonly name: string;
  /** Loads what stands on stdin into a schema of its own, through these addresses. */
  command(
    config: WarehouseConfig,
    place: string,
  ): { line: CommandLine; env: Readonly<Record<string, string>> };
}

interface Line {
  readonly streams: number;
  readonly delay: number;
  readonly name: string;
  readonly isFirst: boolean;
  readonly traffic: Traffic;
  /** Seconds. */
  readonly wall: number;
  /** Bytes of memory. */
  readonly peak: number;
}

const PIPELINEWISE_NAME = 'pipelinewise-target-redshift 1.6.0';
const DLT_PROGRAM = fileURLToPath(new URL('dlt_streams.py', import.meta.url));

/** Prints a line for each run on stderr. Resolves with a table of Markdown. */
export async function clusterTable(options: ClusterOptions, folder: Folder): Promise<string> {
  const loaders = await loadersOf(options, folder);
  const served = await serveLocal(folder.file('cluster'));
  const lines: Line[] = [];
  try {
    for (const streams of options.streams) {
      const input = folder.file(`${streams}.singer`);
      writeFileSync(input, inputOf(streams, options.records));
      for (const delay of options.delays) {
        const delays = { delayMs: delay, commitMs: options.commitMs };
        await using proxy = await countingProxy(served.config, delays);
        const { port, s3Endpoint } = proxy;
        const config = { ...served.config, hostname: '127.0.0.1', port, s3_endpoint: s3Endpoint };
        // In turn, because the machine is not the same from minute to minute.
        for (const isFirst of [true, false]) {
          for (const [number, loader] of loaders.entries()) {
            const schema = `l${number}_${streams}_${delay}`;
            const { wall, peak } = await costOf({ ...loader.command(config, schema), input });
            const line = { streams, delay, name: loader.name, isFirst, traffic: proxy.take(), wall, peak };
            lines.push(line);
            console.error(JSON.stringify(line));
            await expectRows(served.config, schema, streams, options.records);
          }
        }
      }
    }
  } finally {
    await served.stop();
  }
  return tableOf(lines);
}

async function loadersOf(
  { hasPeers, parallel, isGrouped }: ClusterOptions,
  folder: Folder,
): Promise<Loader[]> {
  const variants = [
    ...(parallel.length > 0 ? [] : [['', {}] as const]),
    ...parallel.map((loads) => [`, ${loads} loads at a time`, { max_parallel_loads: loads }] as const),
    ...(isGrouped
      ? ([
          [', group_commit', { group_commit: true }],
          [', exactly_once', { pipeline: 'bench', exactly_once: true }],
        ] as const)
      : []),
  ];
  const own = variants.map(([name, more]) => ownLoader(folder, `this loader${name}`, more));
  if (!hasPeers) return own;
  try {
    return [...own, await pipelinewise(folder), await dlt(folder)];
  } catch (error) {
    if (!(error instanceof RegistryUnreachableError)) throw error;
    console.error(`the other loaders are left out: ${error.message}`);
    return own;
  }
}

function ownLoader(folder: Folder, name: string, options: object): Loader {
  return {
    name,
    command(config, schema) {
      const { ssl_ca: _, ...rest } = config;
      const file = folder.file(`${schema}.json`);
      writeFileSync(
        file,
        JSON.stringify({
          ...rest,
          sslmode: 'disable',
          target_schema: schema,
          s3_prefix: schema,
          ...options,
        }),
      );
      return { line: [...TARGET, '--config', file], env: {} };
    },
  };
}

async function pipelinewise(folder: Folder): Promise<Loader> {
  const programs = await environment(PIPELINEWISE, { dependencies: 'listed' });
  return {
    name: PIPELINEWISE_NAME,
    command(config, schema) {
      const file = folder.file(`${schema}.json`);
      const settings = { ...pipelinewiseSettings(config, schema, 'gzip'), batch_size_rows: 100_000 };
      writeFileSync(file, JSON.stringify(settings));
      return { line: [programs('target-redshift'), '--config', file], env: loaderEnvironment(config) };
    },
  };
}

async function dlt(folder: Folder): Promise<Loader> {
  const programs = await environment(DLT);
  return {
    name: 'dlt 1.31.0, merge',
    command(config, schema) {
      const { hostname: host, port, database, user: username, password } = config;
      const file = folder.file(`${schema}.json`);
      const settings = {
        schema,
        credentials: { host, port, database, username, password, query: { sslmode: 'disable' } },
        bucket_url: `s3://${config.s3_bucket}/${schema}`,
        s3: {
          aws_access_key_id: config.aws_access_key_id,
          aws_secret_access_key: config.aws_secret_access_key,
          endpoint_url: config.s3_endpoint,
          region_name: config.s3_region,
        },
      };
      writeFileSync(file, JSON.stringify(settings));
      return {
        line: [programs('python'), DLT_PROGRAM, file, folder.file(`${schema}-dlt`)],
        env: { RUNTIME__DLTHUB_TELEMETRY: 'false', PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
      };
    },
  };
}

/** Records of streams one after another, and a state at the end. */
function inputOf(streams: number, records: number): string {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      name: { type: ['null', 'string'] },
      amount: { type: ['null', 'number'] },
      updated_at: { type: ['null', 'string'], format: 'date-time' },
    },
  };
  const lines: object[] = [];
  for (let n = 0; n < streams; n++) {
    const stream = `s${n}`;
    lines.push({ type: 'SCHEMA', stream, schema, key_properties: ['id'] });
    for (let id = 1; id <= records; id++) {
      const record = { id, name: `name ${id}`, amount: id / 4, updated_at: '2026-01-02T03:04:05Z' };
      lines.push({ type: 'RECORD', stream, record });
    }
  }
  lines.push({ type: 'STATE', value: { bookmarks: {} } });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Throws unless each record is one row of its table. */
async function expectRows(
  { hostname, port, database, user, password, ssl_ca }: WarehouseConfig,
  schema: string,
  streams: number,
  records: number,
): Promise<void> {
  const client = new pg.Client({ host: hostname, port, database, user, password, ssl: { ca: ssl_ca } });
  await client.connect();
  try {
    for (let n = 0; n < streams; n++) {
      const { rows } = await client.query<{ n: string; keys: string }>(
        `SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS keys FROM ${schema}.s${n}`,
      );
      if (Number(rows[0]?.n) !== records || Number(rows[0]?.keys) !== records)
        throw new Error(`${schema}.s${n} has ${JSON.stringify(rows)} instead of ${records} rows`);
    }
  } finally {
    await client.end();
  }
}

/** A line for each number of streams, delay and loader: first run / second run. */
function tableOf(lines: readonly Line[]): string {
  const firsts = lines.filter(({ isFirst }) => isFirst);
  const rows = firsts.map((first) => {
    const same = lines.filter(({ streams, delay }) => streams === first.streams && delay === first.delay);
    const second = same.find(({ isFirst, name }) => !isFirst && name === first.name) ?? first;
    const both = (show: (line: Line) => string | number): string => `${show(first)} / ${show(second)}`;
    const ratio = (line: Line): string => {
      const peer = same.find(({ name, isFirst }) => name === PIPELINEWISE_NAME && isFirst === line.isFirst);
      return peer ? (line.wall / peer.wall).toFixed(2) : '-';
    };
    return [
      String(first.streams),
      `${first.delay} ms`,
      first.name,
      both(({ traffic }) => traffic.messages),
      both(({ traffic }) => traffic.connections),
      both(
        ({ traffic: { transactions, statements, temporary } }) =>
          `${transactions}+${statements}+${temporary}`,
      ),
      both(({ traffic }) => traffic.requests),
      both(({ wall }) => wall.toFixed(1)),
      both(ratio),
    ];
  });
  const head = [
    'streams',
    'delay',
    'program',
    'messages',
    'connections',
    'commits',
    'S3',
    'wall s',
    'to pipelinewise',
  ];
  return markdown(head, rows, [0, 1, 3, 4, 5, 6, 7, 8]);
}
