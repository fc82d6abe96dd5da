/** What the endpoint's tests share: a warehouse, clients for it, and objects to load. */
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import {
  startLocalWarehouse,
  type ChooseFault,
  type LocalWarehouse,
  type S3FaultRule,
  type WarehouseOptions,
} from '../../../src/local/api.ts';
import { newWarehouseFolder } from '../../support/template.ts';
import { faults, runningWarehouse, s3Client } from '../../support/warehouse.ts';

export interface Fixture {
  readonly warehouse: LocalWarehouse;
  /** The fault rules in force; a test sets them. */
  fault: ChooseFault | undefined;
  s3Fault: S3FaultRule | undefined;
  /** A client that has logged in; close ends it. */
  connect(config?: pg.ClientConfig): Promise<pg.Client>;
  put(key: string, body: string | Buffer): Promise<void>;
  /** Puts each text gzipped, and a manifest of them all; gives the COPY's text without options after CSV. */
  stage(name: string, table: string, parts: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

let schemas = 0;

/** The warehouse that the test run shares; clients find and make tables in a schema of this fixture's own. */
export async function shareFixture(): Promise<Fixture> {
  const warehouse = await runningWarehouse();
  const schema = `shared_${++schemas}`;
  const fixture = makeFixture(warehouse, { options: `-c search_path=${schema}` }, () => Promise.resolve());
  const client = await fixture.connect();
  await client.query(`CREATE SCHEMA ${schema}`);
  return Object.defineProperties(fixture, {
    fault: { set: (rule: ChooseFault | undefined) => (faults.sql = rule ?? (() => undefined)) },
    s3Fault: { set: (rule: S3FaultRule | undefined) => (faults.s3 = rule ?? (() => undefined)) },
  });
}

/** A warehouse of this fixture's own, for tests of what all its users share: logins, settings of the database, access. */
export async function startFixture(options: Partial<WarehouseOptions> = {}): Promise<Fixture> {
  const dir = await newWarehouseFolder('warehouse-');
  const warehouse = await startLocalWarehouse({
    ...options,
    dir,
    sqlFault: (target) => fixture.fault?.(target),
    s3Fault: (request) => fixture.s3Fault?.(request),
  });
  const fixture = makeFixture(warehouse, {}, async () => {
    await warehouse.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return fixture;
}

function makeFixture(warehouse: LocalWarehouse, login: pg.ClientConfig, stop: () => Promise<void>): Fixture {
  const { config } = warehouse;
  const s3 = s3Client(config);
  const clients: pg.Client[] = [];
  const put = async (key: string, body: string | Buffer) => {
    await s3.send(new PutObjectCommand({ Bucket: config.s3_bucket, Key: key, Body: body }));
  };
  return {
    warehouse,
    fault: undefined,
    s3Fault: undefined,
    connect: async (more = {}) => {
      const client = new pg.Client({ ...clientConfig(warehouse), ...login, ...more });
      client.on('error', () => undefined);
      clients.push(client);
      await client.connect();
      return client;
    },
    put,
    stage: async (name, table, parts) => {
      const entries = [];
      for (const [at, part] of parts.entries()) {
        const key = `${name}/${at}.csv.gz`;
        await put(key, gzipSync(part));
        entries.push({ url: `s3://${config.s3_bucket}/${key}`, mandatory: true });
      }
      await put(`${name}/manifest`, JSON.stringify({ entries }));
      return `COPY ${table} FROM 's3://${config.s3_bucket}/${name}/manifest' IAM_ROLE '${config.iam_role}' MANIFEST GZIP CSV`;
    },
    close: async () => {
      await Promise.allSettled(clients.map((client) => client.end()));
      s3.destroy();
      await stop();
    },
  };
}

/** The configuration of `pg` for sslmode verify-full. */
export function clientConfig({ config }: LocalWarehouse): pg.ClientConfig {
  const { hostname, port, user, password, database, ssl_ca } = config;
  return { host: hostname, port, user, password, database, ssl: { ca: ssl_ca, rejectUnauthorized: true } };
}

/** How a query fails: SQLSTATE and message. */
export async function failureOf(
  work: Promise<unknown>,
): Promise<{ code: string | undefined; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) {
      return { code: 'code' in error ? String(error.code) : undefined, message: error.message };
    }
  }
  throw new Error('it did not fail');
}

/** The rows of a query as arrays. */
export async function rowsOf(client: pg.Client, text: string): Promise<unknown[][]> {
  const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
  return rows;
}

/** Asks by the protocol to cancel what the client runs: a CancelRequest on a connection of its own. */
export function cancel(warehouse: LocalWarehouse, client: pg.Client): void {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const request = Buffer.alloc(16);
  [16, 80877102, processID, secretKey].forEach((word, at) => request.writeInt32BE(word, at * 4));
  const socket = connect(warehouse.config.port, warehouse.config.hostname);
  socket.on('error', () => socket.destroy());
  socket.end(request);
}

/** Resolves once the session of `pid` runs a query. */
export async function untilActive(observer: pg.Client, pid: unknown): Promise<void> {
  for (;;) {
    const sessions = await rowsOf(
      observer,
      `SELECT current_query FROM pg_stat_activity WHERE procpid = ${String(pid)}`,
    );
    if (sessions.length > 0 && !String(sessions[0]?.[0]).startsWith('<IDLE>')) return;
  }
}
