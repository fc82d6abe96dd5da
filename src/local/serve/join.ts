/**
 * A lease on the warehouse of a folder: joins the process that serves it, or starts one, which ends with its last lease.
 * The started process has a group of its own, so that Ctrl-C at the terminal does not end it before its user is done.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join as joinPath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolder } from './folder.ts';
import { callHolder, otherVersion, readLock } from './lock.ts';
import type { WarehouseConfig } from '../warehouse.ts';
import { LocalWarehouseError } from '../warehouse-error.ts';

export interface Lease {
  readonly config: WarehouseConfig;
  /** Ends the lease; if it was the last one, resolves when the warehouse has stopped. */
  release(): Promise<void>;
}

/** Exit code of a server that found another one in the folder (EX_TEMPFAIL). */
export const FOLDER_IN_USE = 75;

const START_MS = 90_000;
const RELEASE_MS = 20_000;

/** `command` starts a process that serves `dir` until it is released. */
export async function leaseLocal(dir: string, command: readonly string[]): Promise<Lease> {
  openFolder(dir);
  const deadline = Date.now() + START_MS;
  let server: StartedServer | undefined;
  for (;;) {
    const lease = await tryJoin(dir, deadline);
    if (lease) return { ...lease, release: () => releaseStarted(lease, server) };
    if (server?.end !== undefined && server.end !== FOLDER_IN_USE) throw startError(dir, server.end);
    if (Date.now() > deadline) throw startError(dir, 'it takes too long');
    if (server?.end !== undefined || !server) server = startServer(dir, command);
    await sleep(50);
  }
}

/** A process that was told to serve. */
interface StartedServer {
  readonly process: ChildProcess;
  /** How it ended: its exit code, or the signal or the error that ended it. Undefined while it runs. */
  end: number | string | undefined;
}

/** The pipe to a server that this process started counts as a lease too. */
async function releaseStarted(lease: Lease, server: StartedServer | undefined): Promise<void> {
  server?.process.stdin?.end();
  await lease.release();
}

async function tryJoin(dir: string, deadline: number): Promise<Lease | undefined> {
  const lock = readLock(dir);
  if (!lock) return undefined;
  let socket: Socket;
  try {
    socket = await callHolder(lock);
  } catch {
    return undefined;
  }
  const other = otherVersion(lock);
  if (other !== undefined) {
    socket.destroy();
    throw new LocalWarehouseError(`Cannot use ${dir}: ${other}; end that process, or give another --dir`);
  }
  try {
    const config = JSON.parse(await firstLine(socket, deadline - Date.now())) as WarehouseConfig;
    return { config, release: () => release(socket) };
  } catch {
    socket.destroy();
    return undefined;
  }
}

function firstLine(socket: Socket, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('no answer')), Math.max(timeoutMs, 0));
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('closed'));
    });
    socket.on('data', (data) => {
      text += data.toString();
      const end = text.indexOf('\n');
      if (end === -1) return;
      clearTimeout(timer);
      resolve(text.slice(0, end));
    });
    socket.on('error', () => undefined);
    socket.resume();
  });
}

function release(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), RELEASE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.write('release\n');
  });
}

function logPath(dir: string): string {
  return joinPath(dir, 'local.log');
}

function startServer(dir: string, [program = '', ...args]: readonly string[]): StartedServer {
  const log = openSync(logPath(dir), 'w', 0o600);
  const server = spawn(program, args, { detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  const started: StartedServer = { process: server, end: undefined };
  server.once('exit', (code, signal) => (started.end ??= code ?? `its process was ended by ${signal}`));
  server.on('error', (error) => (started.end ??= `its process did not start: ${error.message}`));
  // Never written to: its end tells the server that this process has ended, however it did.
  server.stdin?.on('error', () => undefined);
  (server.stdin as Socket | null)?.unref();
  server.unref();
  return started;
}

/** What the server said last is the reason, or else how it ended. */
function startError(dir: string, end: number | string): Error {
  const lines = readFileSync(logPath(dir), 'utf8').trim().split('\n');
  const last = lines.at(-1) ?? '';
  return new LocalWarehouseError(
    `Cannot start the local warehouse in ${dir}: ${messageIn(last) || (typeof end === 'string' ? end : 'it gave no reason')}`,
  );
}

function messageIn(line: string): string {
  try {
    const entry = JSON.parse(line) as { message?: string };
    return entry.message ?? line;
  } catch {
    return line;
  }
}
