/**
 * Runs a private PostgreSQL server for as long as this process lives, however this process ends. It is a stand-in: its
 * files survive the death of any process, but not a loss of power (fsync is off). It listens on a socket in a folder that
 * only its owner can enter, because on a port every program of the machine could take up its connections.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import split2 from 'split2';
import { writeAccessFile } from './hba-file.ts';
import { type Account, findAccount } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { placeFiles } from './directory.ts';
import { findFreePort, makeSocketFolder, type Place } from './place.ts';
import { endPostmaster } from './postmaster.ts';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** A running server. */
export interface LocalPostgres {
  /** As PGHOST: the folder of the server's socket, or an address. */
  readonly host: string;
  /** As PGPORT: a part of the socket's name, or a port. */
  readonly port: number;
  readonly superuser: string;
  readonly password: string;
  /** Folder of the database files. */
  readonly files: string;
  /** Ends all sessions and the server; resolves when it is gone. May be called again. */
  stop(): Promise<void>;
}

const SUPERUSER = 'warehouse_admin';
const PASSWORD_FILE = 'postgres-password';
const ATTEMPTS = 3;
const LOG_LINES_KEPT = 20;

/**
 * Starts postgres and ends it as soon as standard input closes: the kernel closes our end of the pipe however we
 * die, so that no server is left behind. Standard error is given up by the shell so that its end means the
 * server's end.
 */
const GUARD =
  '"$0" "$@" </dev/null & P=$!; exec 2>/dev/null; trap "kill -INT $P" TERM INT; cat >/dev/null; kill -INT $P; wait $P';

const SETTINGS = {
  // Redshift's 500, those of the warehouse's own user beyond, and the endpoint's.
  max_connections: '530',
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  shared_buffers: '128MB',
  dynamic_shared_memory_type: process.platform === 'win32' ? 'windows' : 'mmap',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Objects of the dialect are made in pg_catalog so that they resolve whatever the search path is.
  allow_system_table_mods: 'on',
  // Redshift has kept the backslash escapes of PostgreSQL 8.0.
  standard_conforming_strings: 'off',
  escape_string_warning: 'off',
  // A client that dies leaves no statement running, and no lock. Only Linux can tell a closed connection.
  ...(process.platform === 'linux' && { client_connection_check_interval: '500ms' }),
};

/** Where to keep the files of a server, and how clients reach it. */
export interface PostgresOptions {
  /** The folder of the warehouse, which must exist. */
  readonly dir: string;
  /** Listens on a port of 127.0.0.1 instead of a socket, for clients that cannot use one. */
  readonly onPort?: boolean;
}

/** Starts the server of a warehouse. The first start makes its database. */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const account = findAccount();
  const binaries = findBinaries();
  const files = placeFiles(options.dir, account);
  const password = keepPassword(join(options.dir, PASSWORD_FILE));
  await endPostmaster(files);
  if (!existsSync(join(files, 'global', 'pg_control'))) await initialise(binaries, files, password, account);
  writeAccessFile(files, account);
  const isOnPort = options.onPort === true || process.platform === 'win32';
  for (let attempt = 1; ; attempt += 1) {
    const place = isOnPort ? await findFreePort() : makeSocketFolder(files, account);
    const child = launch(binaries, files, place, account);
    try {
      await waitUntilReady(child);
    } catch (error) {
      await end(child, files);
      place.remove();
      // Another program may take the port between our look and the server's start.
      if (attempt < ATTEMPTS && String(error).includes('could not bind')) continue;
      throw error;
    }
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= end(child, files).finally(() => place.remove()));
    return { host: place.host, port: place.port, superuser: SUPERUSER, password, files, stop };
  }
}

function keepPassword(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8');
}

async function initialise(
  binaries: Binaries,
  files: string,
  password: string,
  account: Account | undefined,
): Promise<void> {
  rmSync(files, { recursive: true, force: true });
  mkdirSync(files, { mode: 0o700 });
  const passwordFile = `${files}.pw`;
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) for (const path of [files, passwordFile]) chownSync(path, account.uid, account.gid);
    await promisify(execFile)(
      binaries.initdb,
      [
        ...[
          '-D',
          files,
          '-U',
          SUPERUSER,
          '--auth=md5',
          '-c',
          'password_encryption=md5',
          `--pwfile=${passwordFile}`,
          '-E',
          'UTF8',
        ],
        ...['--locale=C', '--no-sync', '--no-instructions'],
      ],
      { ...account, cwd: systemRoot(), env: engineEnvironment() },
    );
  } catch (error) {
    rmSync(files, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalWarehouseError(`PostgreSQL could not make its files in ${files}: ${reason}`, {
      cause: error,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function launch(binaries: Binaries, files: string, place: Place, account: Account | undefined): ChildProcess {
  const settings = Object.entries({ ...SETTINGS, ...place.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = [binaries.postgres, '-D', files, '-p', String(place.port), ...settings];
  const guarded = process.platform !== 'win32';
  return spawn(
    guarded ? '/bin/sh' : binaries.postgres,
    guarded ? ['-c', GUARD, ...command] : command.slice(1),
    {
      ...account,
      cwd: systemRoot(),
      env: engineEnvironment(),
      stdio: ['pipe', 'ignore', 'pipe'],
      // A group of its own: Ctrl-C in the terminal is ours to handle, while sessions still need the server.
      detached: guarded,
    },
  );
}

/** The current folder may be closed to the engine's account. */
function systemRoot(): string {
  return process.platform === 'win32' ? tmpdir() : '/';
}

/** English messages, because readiness is read from them, and nothing of ours such as keys or PGDATA. */
function engineEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return {
    ...(PATH && { PATH }),
    ...(SystemRoot && { SystemRoot }),
    ...(TEMP && { TEMP }),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  const { stderr } = child;
  if (!stderr) throw new Error('postgres was started without a pipe for its messages');
  const kept: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new LocalWarehouseError(`PostgreSQL did not start: ${error.message}`)),
    );
    child.stdin?.on('error', () => undefined);
    const lines = stderr.pipe(split2());
    // The lines are read to the end of the server's life, or its pipe would fill up and block it.
    lines.on('data', (line: string) => {
      kept.push(line);
      if (kept.length > LOG_LINES_KEPT) kept.shift();
      if (line.includes('ready to accept connections')) resolve();
    });
    lines.once('end', () => reject(new LocalWarehouseError(`PostgreSQL did not start: ${kept.join('\n')}`)));
  });
}

async function end(child: ChildProcess, files: string): Promise<void> {
  child.stdin?.end();
  if (process.platform === 'win32') child.kill();
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const overdue = setTimeout(() => void endPostmaster(files), 3000);
    try {
      await once(child, 'exit');
    } finally {
      clearTimeout(overdue);
    }
  }
  await endPostmaster(files);
}
