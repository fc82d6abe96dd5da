/** Servers of other people on loopback, each for as long as this process lives, however this process ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { CommandLine } from './processes.ts';

const START_SECONDS = 60;
const STOP_SECONDS = 20;
const ATTEMPTS = 3;
/** Another program may take the port between our look and the server's start. */
const TAKEN = /Address already in use/i;

export interface ServerOptions {
  readonly command: (port: number) => CommandLine;
  /** All that it finds in its environment besides PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** What a line of its standard error says when it takes connections. */
  readonly ready: RegExp;
  /** The signal that ends it, and the sessions of its clients. */
  readonly signal: 'INT' | 'TERM';
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
}

export interface Server {
  readonly port: number;
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts the server and ends it when standard input closes, which the kernel does however this process dies. */
const GUARD = `"$0" "$@" </dev/null & P=$!; exec 2>/dev/null; cat >/dev/null; kill -$SIGNAL $P; wait $P`;

/** @throws Error with what the server said when it ends, or is not ready after a minute */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options, await freePort());
    } catch (error) {
      if (attempt === ATTEMPTS || !TAKEN.test(String(error))) throw error;
    }
  }
}

async function startOnce(options: ServerOptions, port: number): Promise<Server> {
  const { env, ready, signal, account } = options;
  const command = options.command(port);
  const child = spawn('/bin/sh', ['-c', GUARD, ...command], {
    ...account,
    // The current folder may be closed to that account.
    cwd: '/',
    env: { PATH: process.env['PATH'], ...env, SIGNAL: signal },
    stdio: ['pipe', 'ignore', 'pipe'],
    // A group of its own, which can be killed as a whole.
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close');
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const stop = async (): Promise<void> => {
    const overdue = setTimeout(kill, STOP_SECONDS * 1000);
    child.stdin.end();
    await ended;
    clearTimeout(overdue);
  };
  let said = '';
  const isReady = new Promise<void>((resolve, reject) => {
    const overdue = setTimeout(
      () => reject(new Error(`${command[0]} is not ready after ${START_SECONDS} s: ${said.slice(-4000)}`)),
      START_SECONDS * 1000,
    );
    // It is read to the end of the server's life, or the pipe would fill and block it.
    child.stderr.on('data', (data: Buffer) => {
      said = `${said}${data.toString()}`.slice(-10_000);
      if (!ready.test(said)) return;
      clearTimeout(overdue);
      resolve();
    });
    child.once('error', reject);
    child.stderr.once('close', () => {
      clearTimeout(overdue);
      reject(new Error(`${command[0]} has ended: ${said.slice(-4000)}`));
    });
  });
  try {
    await isReady;
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
