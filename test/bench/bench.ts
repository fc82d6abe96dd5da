/**
 * `npm run bench`: how fast this program is, beside gzip, a plain Node loop, other people's loaders and psql, in one run on one
 * machine. Whole processes are measured on inputs that are made here. Needs python3, and PyPI for the other loaders.
 *
 *   npm run bench -- [--records SHARE] [--rounds N] [--only NAME]... [--no-peers]
 *   npm run bench -- --cluster [--streams N]... [--delay MS]... [--parallel N]... [--grouped] [--commit MS] [--no-peers]
 *   npm run bench -- --shapes N [--seed S] [--rounds N] [--records SHARE]
 *
 * `--shapes` takes N random shapes of input instead, and names the one that takes longest beside gzip, see shapes.ts.
 * `--cluster` measures what a run asks of a cluster instead, see cluster.ts.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { run, type CommandLine } from '../interop/support/processes.ts';
import { RegistryUnreachableError } from '../interop/support/registry.ts';
import { newFolder, serveLocal, TARGET, type Served } from '../interop/support/target.ts';
import { clusterTable } from './cluster.ts';
import { DATASETS, inputOf, ORDERS, type Input } from './datasets.ts';
import { engineOf, type Engine } from './engine.ts';
import { costOf, median, medians, type Command, type Cost } from './measure.ts';
import { copyingPeers, meltanoPeer, type Peer } from './peers.ts';
import { shapesTable } from './shape-ratios.ts';
import { tableOf, type Line } from './table.ts';

const PLAIN_LOOP: CommandLine = [
  process.execPath,
  '--import=tsx',
  fileURLToPath(new URL('plain-loop.ts', import.meta.url)),
];

/** The columns of the orders as this program makes them. */
const COLUMNS = `id BIGINT, customer_id BIGINT, status VARCHAR(64), amount NUMERIC(38,2), currency VARCHAR(64), is_gift BOOLEAN,
  created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, email VARCHAR(64), discount FLOAT8, address VARCHAR(256), note VARCHAR(256)`;

/** What two tables have in common when they hold the same orders. */
const DIGEST = `COUNT(*), SUM(id), SUM(customer_id), SUM(amount), COUNT(note), SUM(LENGTH(note)), SUM(LENGTH(email)), SUM(CAST(discount AS NUMERIC(18,6))),
  MIN(created_at), MAX(updated_at), COUNT(CASE WHEN is_gift THEN 1 END), COUNT(is_gift)`;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    'no-peers': { type: 'boolean', default: false },
    cluster: { type: 'boolean', default: false },
    streams: { type: 'string', multiple: true, default: ['1', '10', '50'] },
    delay: { type: 'string', multiple: true, default: ['0', '50', '200'] },
    parallel: { type: 'string', multiple: true, default: [] },
    grouped: { type: 'boolean', default: false },
    commit: { type: 'string', default: '0' },
    shapes: { type: 'string' },
    seed: { type: 'string' },
  },
});
const share = Number(values.records);
const rounds = Number(values.rounds);

const lines: Line[] = [];
const folder = newFolder();

try {
  if (values.cluster) await onCluster();
  else if (values.shapes !== undefined) await onShapes(Number(values.shapes));
  else await throughput();
} finally {
  folder.remove();
}

async function onCluster(): Promise<void> {
  const [streams, delays] = [values.streams.map(Number), values.delay.map(Number)];
  const parallel = values.parallel.map(Number);
  const hasPeers = !values['no-peers'];
  const [isGrouped, commitMs] = [values.grouped, Number(values.commit)];
  const options = { streams, delays, records: 1000, hasPeers, parallel, isGrouped, commitMs };
  console.log(await clusterTable(options, folder));
}

async function onShapes(count: number): Promise<void> {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
  console.log(await shapesTable({ count, seed, rounds, share }, folder));
}

async function throughput(): Promise<void> {
  try {
    for (const dataset of DATASETS) {
      if (values.only && !values.only.includes(dataset.name)) continue;
      await alone(inputOf(dataset, share));
    }
    if (!values.only || values.only.includes('warehouse')) await inWarehouses(inputOf(ORDERS, share));
  } finally {
    console.log(tableOf(lines));
  }
}

/** This program without a warehouse, beside gzip. */
async function alone(input: Input): Promise<void> {
  const { path } = input;
  const costs = await medians(
    {
      gzip: { line: ['gzip', '-1'], input: path },
      discard: { line: [...TARGET, '--discard'], input: path },
    },
    rounds,
  );
  note(input, 'gzip -1', costs.gzip);
  note(input, 'target-redshift --discard', costs.discard, `${times(costs.discard, costs.gzip)} gzip -1`);
  if (input.dataset !== ORDERS) return;
  const loop = await costOf({ line: PLAIN_LOOP, input: path });
  note(input, 'split2 + JSON.parse + csv-stringify', loop, `${times(loop, costs.gzip)} gzip -1`);
}

/** Whole loads of the orders: with a warehouse that answers COPY at once, and end to end. */
async function inWarehouses(input: Input): Promise<void> {
  const faults = folder.file('faults.json');
  const order = { on: 'COPY', nth: 'every', fault: 'copy-answers-at-once', rows: input.records };
  writeFileSync(faults, JSON.stringify({ sql: [order] }));
  await withWarehouse('at_once', ['--faults', faults], async ({ config }) => {
    const own = await repeated((round) =>
      costOf(ownLoad(config, `at_once_${round}`, 'append-only', input.path)),
    );
    note(input, 'target-redshift, COPY at once', own);
    for (const peer of values['no-peers'] ? [] : copyingPeers(config, folder, 'at_once')) {
      await besidePeer(peer, 'COPY at once', { input, cost: own });
    }
  });
  await withWarehouse('whole', [], async ({ config }, dir) => {
    const engine = engineOf(dir, config.database);
    const csv = (await hasPsql()) ? await csvOf(input) : undefined;
    const costs: Record<'copied' | 'appended' | 'upserted', Cost[]> = {
      copied: [],
      appended: [],
      upserted: [],
    };
    // In turn, and each into tables of its own.
    for (let round = 0; round < rounds; round++) {
      const ways = ['appended', 'upserted', ...(csv === undefined ? [] : ['copied'])];
      const schemas = ways.map((way) => `${way}_${round}`);
      if (csv !== undefined) costs.copied.push(await psqlCopy(engine, `copied_${round}`, csv));
      costs.appended.push(await costOf(ownLoad(config, `appended_${round}`, 'append-only', input.path)));
      costs.upserted.push(await costOf(ownLoad(config, `upserted_${round}`, 'upsert', input.path)));
      await compareTables(engine, schemas);
    }
    const [append, upsert] = [median(costs.appended), median(costs.upserted)];
    if (csv !== undefined) note(input, 'psql \\copy into the engine', median(costs.copied));
    const ratio = csv === undefined ? '' : (median(costs.copied).wall / append.wall).toFixed(2);
    note(input, 'target-redshift, append', append, ratio === '' ? undefined : `${ratio} x the rate of psql`);
    note(input, 'target-redshift, upsert', upsert);
    if (values['no-peers']) return;
    for (const peer of copyingPeers(config, folder, 'whole')) {
      await besidePeer(peer, 'upsert', { input, cost: upsert });
    }
    await besidePeer(meltanoPeer(engine, folder, 'whole'), 'upsert', { input, cost: upsert });
  });
}

async function repeated(measure: (round: number) => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < rounds; round++) costs.push(await measure(round));
  return median(costs);
}

async function withWarehouse(
  name: string,
  more: readonly string[],
  work: (served: Served, dir: string) => Promise<void>,
): Promise<void> {
  const dir = folder.file(name);
  const served = await serveLocal(dir, more);
  try {
    // One of the other loaders does not create its schema.
    const config = folder.file(`${name}.json`);
    writeFileSync(config, JSON.stringify(served.config));
    await run([...TARGET, 'sql', `CREATE SCHEMA datamill_${name}`, '--config', config]);
    await work(served, dir);
  } finally {
    await served.stop();
  }
}

function ownLoad(config: Served['config'], schema: string, method: string, input: string): Command {
  const file = folder.file(`${schema}.json`);
  writeFileSync(file, JSON.stringify({ ...config, target_schema: schema, load_method: method }));
  return { line: [...TARGET, '--config', file], input };
}

/** A peer loads a part of the orders; its rate is compared with that of this program. */
async function besidePeer(
  peer: Peer,
  way: string,
  own: { readonly input: Input; readonly cost: Cost },
): Promise<void> {
  const input = inputOf(ORDERS, share * peer.share);
  try {
    const cost = await costOf({ ...(await peer.command()), input: input.path });
    const ratio = own.input.records / own.cost.wall / (input.records / cost.wall);
    note(input, `${peer.name}, ${way}`, cost, `target-redshift: ${ratio.toFixed(1)} x its records/s`);
  } catch (error) {
    if (!(error instanceof RegistryUnreachableError)) throw error;
    console.error(`left out: ${error.message}`);
  }
}

async function hasPsql(): Promise<boolean> {
  const psql = await run(['psql', '--version']).catch(() => undefined);
  if (psql?.code !== 0) console.error('left out: psql is not installed');
  return psql?.code === 0;
}

/** The rows of an input as CSV for psql. */
async function csvOf(input: Input): Promise<string> {
  const csv = `${input.path}.csv`;
  if (existsSync(csv)) return csv;
  const made = await run(['/bin/sh', '-c', '"$@" < "$INPUT" > "$OUTPUT"', 'sh', ...PLAIN_LOOP], {
    env: { INPUT: input.path, OUTPUT: `${csv}.part` },
    seconds: 600,
  });
  if (made.code !== 0) throw new Error(`the CSV for psql cannot be made: ${made.stderr}`);
  renameSync(`${csv}.part`, csv);
  return csv;
}

/** psql copies the same rows into the engine. */
async function psqlCopy({ login }: Engine, schema: string, csv: string): Promise<Cost> {
  const url = `postgresql://${login.user}@${login.host}:${login.port}/${login.database}`;
  const env = { PGPASSWORD: login.password };
  const ddl = `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.orders (${COLUMNS})`;
  const table = await run(['psql', url, '-c', ddl], { env });
  if (table.code !== 0) throw new Error(`psql cannot create a table: ${table.stderr}`);
  const copy = `\\copy ${schema}.orders from pstdin csv`;
  return costOf({ line: ['psql', '-v', 'ON_ERROR_STOP=1', url, '-c', copy], env, input: csv });
}

/** All loads have the same rows, or this throws. The tables go. */
async function compareTables({ login }: Engine, schemas: readonly string[]): Promise<void> {
  const client = new pg.Client({ ...login, types: { getTypeParser: () => (text: string) => text } });
  await client.connect();
  try {
    const digests = new Map<string, string>();
    for (const schema of schemas) {
      const text = `SELECT ${DIGEST} FROM ${schema}.orders`;
      const { rows } = await client.query<string[]>({ text, rowMode: 'array' });
      digests.set(schema, JSON.stringify(rows));
    }
    if (new Set(digests.values()).size > 1)
      throw new Error(`the tables differ: ${JSON.stringify([...digests])}`);
    console.error(`the tables are equal: ${schemas.join(', ')}: ${[...digests.values()][0] ?? ''}`);
    for (const schema of schemas) await client.query(`DROP SCHEMA ${schema} CASCADE`);
  } finally {
    await client.end();
  }
}

function note(input: Input, program: string, cost: Cost, beside?: string): void {
  const { dataset, records, bytes } = input;
  lines.push({
    ...{ input: dataset.name, program, records, bytes, cost },
    ...(beside === undefined ? {} : { beside }),
  });
  const rate = Math.round(records / cost.wall).toLocaleString('en');
  console.error(`${dataset.name}: ${program}: ${rate} records/s${beside === undefined ? '' : `, ${beside}`}`);
}

function times(cost: Cost, other: Cost): string {
  return `${(cost.wall / other.wall).toFixed(2)} x`;
}
