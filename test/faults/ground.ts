/** The warehouse of a worker, in a process of its own that can be killed and started again, and what is in it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import pg from 'pg';
import type { WarehouseConfig } from '../../src/local/api.ts';
import { READS } from '../process/model/reader.ts';
import { newWarehouseFolder } from '../support/template.ts';
import { forbidSecrets, s3Client } from '../support/warehouse.ts';
import type { Strikes } from './plan.ts';
import type { FromWarehouse, ToWarehouse } from './warehouse.fixture.ts';

/** How often each fault has struck. */
export type Counts = Extract<FromWarehouse, { kind: 'counts' }>;

const FIXTURE = fileURLToPath(new URL('warehouse.fixture.ts', import.meta.url));
/** How long a look at a table may wait for a lock, in milliseconds. */
const PATIENCE_MS = 3000;
const START_TRIES = 5;

export class Ground {
  readonly #dir: string;
  #process: ChildProcess | undefined;
  #config: WarehouseConfig | undefined;
  #session: pg.Client | undefined;
  #s3: S3Client | undefined;
  #isStopping = false;
  /** Called when a blow has fallen. */
  onBlow: () => void = () => undefined;
  /** Resolves when the warehouse is up again after it was killed. */
  #up: Promise<void> = Promise.resolve();
  #deaths = 0;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(): Promise<Ground> {
    const ground = new Ground(await newWarehouseFolder('target-redshift-faults-'));
    await ground.#start();
    return ground;
  }

  get config(): WarehouseConfig {
    if (!this.#config) throw new Error('the warehouse has not started');
    return this.#config;
  }

  /** How often the process has ended without being told to. */
  get deaths(): number {
    return this.#deaths;
  }

  async arm({ faults, loadCommit, blow }: Strikes): Promise<void> {
    await this.up();
    this.#send({ kind: 'arm', strikes: { faults, loadCommit, blow } });
  }

  aim(pid: number): void {
    this.#send({ kind: 'target', pid });
  }

  /** Undefined if the warehouse was killed, which then takes the counts with it. */
  async disarm(): Promise<Counts | undefined> {
    await this.up();
    const child = this.#process!;
    const counts = new Promise<Counts>((resolve) => {
      const hear = (message: FromWarehouse): void => {
        if (message.kind !== 'counts') return;
        child.off('message', hear);
        resolve(message);
      };
      child.on('message', hear);
    });
    const answered = new AbortController();
    const gone = once(child, 'close', { signal: answered.signal }).then(() => undefined);
    gone.catch(() => undefined);
    this.#send({ kind: 'disarm' });
    try {
      return await Promise.race([counts, gone]);
    } finally {
      answered.abort();
    }
  }

  /** Resolves when it runs. */
  async up(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.#up) {
      seen = this.#up;
      await seen;
    }
  }

  /** Ends it in good order; it starts again by itself. */
  halt(): void {
    // Its end makes it start again, for which `up` then waits.
    this.#up = new Promise((resolve) => this.#process?.once('close', () => resolve()));
    this.#send({ kind: 'stop' });
  }

  async close(): Promise<void> {
    await this.up();
    this.#isStopping = true;
    const closed = once(this.#process!, 'close');
    await this.#session?.end().catch(() => undefined);
    this.#s3?.destroy();
    this.#send({ kind: 'stop' });
    await closed;
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Rows as arrays of the server's texts. Throws when the statement waits too long for a lock. */
  async query(
    text: string,
  ): Promise<{ readonly columns: readonly string[]; readonly rows: (string | null)[][] }> {
    await this.up();
    this.#session ??= await this.#login();
    const { fields, rows } = await this.#session.query<(string | null)[]>({
      text: READS + text,
      rowMode: 'array',
    });
    return { columns: fields.map(({ name }) => name), rows };
  }

  /** Keys below a prefix. */
  async objects(prefix: string): Promise<readonly string[]> {
    await this.up();
    const keys: string[] = [];
    const input = { Bucket: this.config.s3_bucket, Prefix: prefix };
    for await (const page of paginateListObjectsV2({ client: this.#client }, input))
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
    return keys;
  }

  async object(key: string): Promise<string> {
    const { Body } = await this.#client.send(
      new GetObjectCommand({ Bucket: this.config.s3_bucket, Key: key }),
    );
    return (await Body?.transformToString()) ?? '';
  }

  /** Keys of multipart uploads below a prefix that were neither completed nor aborted. */
  async uploads(prefix: string): Promise<readonly string[]> {
    const { Uploads = [] } = await this.#client.send(
      new ListMultipartUploadsCommand({ Bucket: this.config.s3_bucket, Prefix: prefix }),
    );
    return Uploads.map(({ Key }) => Key ?? '');
  }

  get #client(): S3Client {
    return (this.#s3 ??= s3Client(this.config));
  }

  async #login(): Promise<pg.Client> {
    const { hostname: host, port, database, user, password, ssl_ca: ca } = this.config;
    const types = { getTypeParser: () => (value: string) => value };
    const client = new pg.Client({ host, port, database, user, password, ssl: { ca }, types });
    client.on('error', () => undefined);
    client.on('end', () => {
      if (this.#session === client) this.#session = undefined;
    });
    await client.connect();
    // All digits of a double.
    await client.query(`${READS}SET extra_float_digits TO 2`);
    await client.query(`${READS}SET statement_timeout TO ${PATIENCE_MS}`);
    return client;
  }

  #send(message: ToWarehouse): void {
    // One that was killed hears nothing.
    if (this.#process?.connected) this.#process.send(message, () => undefined);
  }

  async #start(): Promise<void> {
    const ports = this.#config ? [String(this.#config.port), new URL(this.#config.s3_endpoint).port] : [];
    const child = fork(FIXTURE, [this.#dir, ...ports], {
      execArgv: ['--import', 'tsx/esm'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
    const ready = new Promise<WarehouseConfig>((resolve, reject) => {
      child.on('message', (message: FromWarehouse) => {
        if (message.kind === 'ready') resolve(message.config);
        if (message.kind === 'blow') this.onBlow();
      });
      child.once('close', () => reject(new Error(`the warehouse ended at its start: ${output}`)));
    });
    this.#config = await ready;
    this.#process = child;
    forbidSecrets(this.#config);
    child.once('close', () => {
      if (this.#isStopping) return;
      this.#deaths++;
      this.onBlow();
      this.#up = this.#startAgain();
    });
  }

  /** The engine of one that was killed may take a moment to end. */
  async #startAgain(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#start();
        return;
      } catch (error) {
        if (tries === START_TRIES) throw error;
        await sleep(500);
      }
    }
  }
}
