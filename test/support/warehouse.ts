/**
 * One local warehouse for the whole test run, started when the first test needs it; a schema and a prefix per case. With
 * WAREHOUSE_READINGS=lenient it reads the open points of Redshift in the way that is kindest to a loader; with
 * TEST_LOG_LEVEL=debug the program logs as much where the test does not say otherwise.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import pg from 'pg';
import { HOSTILE, LENIENT, type Readings } from '../../src/local/redshift/readings.ts';
import {
  startLocalWarehouse,
  type Access,
  type ChooseFault,
  type LocalWarehouse,
  type S3FaultRule,
  type WarehouseConfig,
} from '../../src/local/api.ts';
import { endRunning } from './cli.ts';
import { forbid } from './leaks.ts';
import { newWarehouseFolder } from './template.ts';

interface Shared {
  readonly warehouse: LocalWarehouse;
  readonly dir: string;
  /** The sessions in which tests look at tables: a new one for each query would cost ten times the query. */
  readonly sessions: pg.Pool;
  readonly s3: S3Client;
}

// On Node 20 the SDK would write between the lines of the reporter that its releases of 2027 need a newer one.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const level = process.env['TEST_LOG_LEVEL'];
/** What configurations of tests say of the log. */
export const VERBOSITY = level === undefined ? {} : { log_level: level };

let shared: Promise<Shared> | undefined;
let places = 0;

/** Failures to order for the test that runs; every test resets them. */
export const faults: { sql: ChooseFault; s3: S3FaultRule } = { sql: () => undefined, s3: () => undefined };

/** A fault for the nth COMMIT of a load, from 0: the one after the record of the load. */
export function atLoadCommit<T>(
  nth: number,
  fault: T,
): (statement: Parameters<ChooseFault>[0]) => T | undefined {
  let seen = 0;
  let isRecorded = false;
  return ({ sql, verb }) => {
    if (/^INSERT INTO "[^"]*"."_target_redshift_loads"/.test(sql)) isRecorded = true;
    if (verb !== 'COMMIT' || !isRecorded) return undefined;
    isRecorded = false;
    return seen++ === nth ? fault : undefined;
  };
}

function chosenReadings(): Readings {
  const name = process.env['WAREHOUSE_READINGS'] ?? 'hostile';
  if (name !== 'hostile' && name !== 'lenient') throw new Error(`WAREHOUSE_READINGS is "${name}"`);
  return name === 'lenient' ? LENIENT : HOSTILE;
}

async function start(): Promise<Shared> {
  const dir = await newWarehouseFolder('target-redshift-test-');
  const warehouse = await startLocalWarehouse({
    dir,
    // A choice of each cluster, which tests make for themselves.
    readings: { ...chosenReadings(), largeStrings: false },
    sqlFault: (statement) => faults.sql(statement),
    s3Fault: (request) => faults.s3(request),
  });
  const { config } = warehouse;
  forbidSecrets(config);
  return { warehouse, dir, sessions: newSessions(config), s3: s3Client(config) };
}

function newSessions(config: WarehouseConfig): pg.Pool {
  const sessions = new pg.Pool({
    host: config.hostname,
    port: config.port,
    database: config.database,
    user: config.user,
    password: config.password,
    ssl: { ca: config.ssl_ca },
    types: { getTypeParser: () => (value: string) => value },
    idleTimeoutMillis: 0,
  });
  // One that is lost while nobody uses it is replaced.
  sessions.on('error', () => undefined);
  return sessions;
}

/** From here on no run of the program may write what leads into the warehouse. */
export function forbidSecrets({ password, aws_secret_access_key }: WarehouseConfig): void {
  forbid({ password, aws_secret_access_key });
}

export async function sharedWarehouse(): Promise<WarehouseConfig> {
  return (await runningWarehouse()).config;
}

export async function runningWarehouse(): Promise<LocalWarehouse> {
  shared ??= start();
  return (await shared).warehouse;
}

/** Replaces who may use it beside its own user; whoever calls it takes it back with `{}`. */
export async function setAccess(access: Access): Promise<void> {
  (await runningWarehouse()).setAccess(access);
}

/** A place of its own for one case: a schema and a prefix that nobody else uses. */
export interface Place {
  readonly config: WarehouseConfig;
  readonly schema: string;
  readonly prefix: string;
  /** Writes a config file with further options; returns its path. */
  configFile(options?: Readonly<Record<string, unknown>>): string;
  /** Rows as arrays of the server's texts. */
  query(sql: string): Promise<(string | null)[][]>;
  /** Keys below the prefix. */
  objects(): Promise<string[]>;
  /** What runs set aside: the lines of all files, by the name of the table. */
  rejected(): Promise<Record<string, string>>;
}

export async function newPlace(): Promise<Place> {
  shared ??= start();
  const { warehouse, dir, sessions, s3 } = await shared;
  const { config } = warehouse;
  const name = `case_${++places}`;
  const place = { ...config, target_schema: name, s3_prefix: name };
  return {
    config: place,
    schema: name,
    prefix: name,
    configFile(options = {}) {
      const path = join(dir, `${name}-${Math.random().toString(36).slice(2)}.json`);
      writeFileSync(path, JSON.stringify({ ...place, ...VERBOSITY, ...options }));
      return path;
    },
    query: async (text) => (await sessions.query<(string | null)[]>({ text, rowMode: 'array' })).rows,
    objects: () => objects(s3, config.s3_bucket, `${name}/`),
    rejected: () => rejected(s3, config.s3_bucket, `${name}-rejected/`),
  };
}

async function objects(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
  }
  return keys;
}

/** Keys are `<prefix><run>/<table>/<batch>.jsonl`. */
async function rejected(client: S3Client, bucket: string, prefix: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const key of (await objects(client, bucket, prefix)).sort()) {
    const [, table = ''] = key.slice(prefix.length).split('/');
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    files[table] = (files[table] ?? '') + ((await Body?.transformToString()) ?? '');
  }
  return files;
}

export function s3Client(config: WarehouseConfig): S3Client {
  return new S3Client({
    endpoint: config.s3_endpoint,
    region: config.s3_region,
    forcePathStyle: true,
    credentials: { accessKeyId: config.aws_access_key_id, secretAccessKey: config.aws_secret_access_key },
  });
}

export const mochaHooks = {
  afterEach(): void {
    faults.sql = () => undefined;
    faults.s3 = () => undefined;
  },
  async afterAll(): Promise<void> {
    endRunning();
    await stopSharedWarehouse();
  },
};

/** Takes down what `sharedWarehouse` and `newPlace` started. */
export async function stopSharedWarehouse(): Promise<void> {
  if (!shared) return;
  const { warehouse, dir, sessions, s3 } = await shared;
  await sessions.end();
  s3.destroy();
  await warehouse.stop();
  rmSync(dir, { recursive: true, force: true });
}
