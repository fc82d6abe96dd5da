/** Finds and ends the PostgreSQL server that works on a folder of database files, by its file postmaster.pid. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** How long a fast shutdown may take before the server is told to quit without one, in milliseconds. */
const PATIENCE = 5000;
const POLL = 10;

/** Process id of the live server on `files`, else undefined. A pid that another program got since is not one. */
export function readPostmaster(files: string): number | undefined {
  const path = join(files, 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const [pid, directory] = readFileSync(path, 'utf8').split('\n');
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 1 || directory !== files) return undefined;
  return isAlive(number) && isPostgres(number) ? number : undefined;
}

/** Ends the server on `files`, if any: a fast shutdown, and the hard way after five seconds. */
export async function endPostmaster(files: string): Promise<void> {
  const pid = readPostmaster(files);
  if (pid === undefined) {
    // PostgreSQL itself would believe a process of the same user that has got the number since.
    rmSync(join(files, 'postmaster.pid'), { force: true });
    return;
  }
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!send(pid, signal)) return;
    for (let waited = 0; waited < PATIENCE; waited += POLL) {
      if (!isAlive(pid)) return;
      await delay(POLL);
    }
  }
  throw new LocalWarehouseError(`the PostgreSQL server ${pid} on ${files} does not end`);
}

function isAlive(pid: number): boolean {
  return send(pid, 0);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    // EPERM: it lives, but it is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process runs a program called postgres and is not a zombie. */
function isPostgres(pid: number): boolean {
  const status = `/proc/${pid}/stat`;
  if (!existsSync(status)) {
    return spawnSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).stdout.includes(
      'postgres',
    );
  }
  const text = readFileSync(status, 'utf8');
  return text.includes('(postgres)') && !text.includes(') Z ');
}
