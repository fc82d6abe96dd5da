/**
 * Who serves a folder: one lock file with the port and the secrets of its holder. The holder is alive when it answers
 * there with its greeting, so a lock left by a killed process, or by one with a recycled process number, is told apart from
 * a living one. Another program that has the port since, perhaps another user's, does not know the greeting.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { programVersion } from './program-version.ts';

export interface Lock {
  readonly port: number;
  /** What shows the holder that a client has read the lock. */
  readonly token: string;
  /** With what the holder answers the token, to show that it has written the lock. */
  readonly greeting: string;
  readonly pid: number;
  /** The version of the holder's program; undefined for those that did not write it. */
  readonly version?: string;
}

const PROBE_MS = 5_000;

/** Two versions do not share a folder, because each has a catalog of its own. Undefined when the holder has this version. */
export function otherVersion({ version, pid }: Lock): string | undefined {
  const own = programVersion();
  if (version === own) return undefined;
  const other = version === undefined ? 'an older version' : `version ${version}`;
  return `process ${pid} serves it with ${other} of the program, and this is version ${own}`;
}

function lockPath(dir: string): string {
  return join(dir, 'lock.json');
}

export function readLock(dir: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(lockPath(dir), 'utf8')) as Lock;
  } catch {
    return undefined;
  }
}

/** Takes the lock, or returns the living holder's. */
export async function takeLock(dir: string, lock: Lock): Promise<Lock | undefined> {
  const draft = `${lockPath(dir)}.${randomBytes(6).toString('hex')}`;
  // Linked into place when complete: nobody ever reads half a lock.
  writeFileSync(draft, JSON.stringify(lock), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, lockPath(dir));
        return undefined;
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
      }
      const holder = readLock(dir);
      if (holder && (await isAlive(holder))) return holder;
      removeStale(dir, holder);
    }
  } finally {
    unlinkSync(draft);
  }
}

export function releaseLock(dir: string, lock: Lock): void {
  if (readLock(dir)?.token === lock.token) unlinkSync(lockPath(dir));
}

/** Opens a connection to the holder and presents the token. Rejects when nobody answers rightly. */
export async function callHolder(lock: Lock): Promise<Socket> {
  if (!lock.greeting) throw new Error('the lock is of an older version');
  const socket = connect({ host: '127.0.0.1', port: lock.port });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(PROBE_MS, () => reject(new Error('no answer')));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
      socket.once('connect', () => socket.write(`${lock.token}\n`));
      socket.once('data', (data) => {
        socket.pause();
        const greeting = Buffer.from(`${lock.greeting}\n`);
        const rest = data.subarray(greeting.length);
        if (!data.subarray(0, greeting.length).equals(greeting)) reject(new Error('another program answers'));
        if (rest.length > 0) socket.unshift(rest);
        resolve();
      });
    });
    socket.setTimeout(0);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function isAlive(lock: Lock): Promise<boolean> {
  try {
    (await callHolder(lock)).destroy();
    return true;
  } catch {
    return false;
  }
}

/** Two processes may find the same dead lock; only that one is removed, never a fresh one of the other process. */
function removeStale(dir: string, stale: Lock | undefined): void {
  const aside = `${lockPath(dir)}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(lockPath(dir), aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (tokenIn(aside) !== stale?.token) {
    try {
      linkSync(aside, lockPath(dir));
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
  }
  unlinkSync(aside);
}

/** Undefined when the file is no lock at all. */
function tokenIn(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Partial<Lock>).token;
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
