/** The warehouse that a fuzzer works on, in a process of its own, and a watch over it: alive, answering, not growing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { WarehouseConfig } from '../../../src/local/api.ts';
import { newWarehouseFolder } from '../../support/template.ts';
import { inTime } from './patience.ts';

const FIXTURE = fileURLToPath(new URL('./warehouse.fixture.ts', import.meta.url));
/** No answer within this time is a stall, on a machine that does other work too; in milliseconds. */
const STALL_MS = 60_000;

/** For the end of a warehouse, in milliseconds. */
const END_MS = 20_000;

/** In bytes, after a collection of garbage. */
export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

export interface Subject {
  readonly config: WarehouseConfig;
  memory(): Promise<Memory>;
  /** A session that has logged in. */
  login(more?: pg.ClientConfig): Promise<pg.Client>;
  /** Fails with what is wrong: the process has ended, or did not answer a new and an old session and S3 in time. */
  check(): Promise<void>;
  /** The longest time of a check, in milliseconds. */
  readonly slowest: number;
  stop(): Promise<void>;
}

/** Says what has failed, and after how long. */
async function step<T>(what: string, work: Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${what} failed after ${Math.round(performance.now() - start)} ms`, { cause });
  }
}

export async function startSubject(): Promise<Subject> {
  const dir = await newWarehouseFolder('fuzz-');
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', FIXTURE, dir], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
    throw new Error(`the warehouse has ended (${String(code)}, ${String(signal)}): ${said}`);
  });
  ended.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<unknown> => {
    const { value } = (await Promise.race([lines.next(), ended])) as { readonly value: string };
    return JSON.parse(value);
  };
  const config = (await line()) as WarehouseConfig;
  const login = async (more: pg.ClientConfig = {}): Promise<pg.Client> => {
    const { hostname, port, user, password, database, ssl_ca } = config;
    const client = new pg.Client({
      host: hostname,
      port,
      user,
      password,
      database,
      ssl: { ca: ssl_ca },
      ...more,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const old = await login();
  let slowest = 0;
  const answerAll = async (): Promise<void> => {
    await step('a query of an old session', old.query('SELECT 1'));
    const fresh = await step('a login', login());
    await step('a query of a new session', fresh.query('SELECT 1'));
    await fresh.end();
    const { status } = await step('a request to S3', fetch(`${config.s3_endpoint}/bucket/key`));
    if (status !== 403) throw new Error(`S3 answers ${status} to an anonymous request`);
  };
  return {
    config,
    login,
    get slowest() {
      return slowest;
    },
    memory: async () => {
      child.stdin.write('\n');
      return (await line()) as Memory;
    },
    check: async () => {
      const start = performance.now();
      const outcome = await inTime(Promise.race([answerAll(), ended]), STALL_MS);
      if (outcome === 'late') throw new Error('the warehouse does not answer');
      slowest = Math.max(slowest, performance.now() - start);
    },
    stop: async () => {
      child.stdin.end();
      // A warehouse that has stalled does not end by itself; its engine ends with it.
      const overdue = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended.catch(() => undefined);
      clearTimeout(overdue);
      rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
