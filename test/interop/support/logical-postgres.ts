/** PostgreSQL's server, of the Debian package, which decodes its log logically, in the format of wal2json too. */
import { chmodSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, findAccount, isReachable } from '../../../src/local/postgres/account.ts';
import { librariesOf, unpackedPackages } from './debian.ts';
import { run } from './processes.ts';
import { startServer } from './servers.ts';
import { connected, type SourceDatabase } from './source-database.ts';
import { type Folder, newFolder } from './target.ts';

const PACKAGES = ['postgresql-15', 'postgresql-15-wal2json'];
const PROGRAMS = 'usr/lib/postgresql/15/bin';

const USER = 'tap';
const PASSWORD = 'a word';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  fsync: 'off',
  jit: 'off',
  timezone: 'UTC',
};

/** Starts a server, with its files in a folder that goes when it is stopped. @throws RegistryUnreachableError */
export async function startLogicalPostgres(): Promise<SourceDatabase> {
  const packages = await unpackedPackages(PACKAGES);
  const folder = newFolder();
  try {
    const source = await startIn(folder, packages);
    const stop = async (): Promise<void> => {
      await source.stop();
      folder.remove();
    };
    return { ...source, stop };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

async function startIn({ path, file }: Folder, packages: string): Promise<SourceDatabase> {
  const account = findAccount();
  chmodSync(path, 0o711);
  const root = runnable(packages, file('root'), account);
  const [data, secret] = [file('data'), file('password')];
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(secret, PASSWORD);
  if (account) for (const path of [data, secret]) chownSync(path, account.uid, account.gid);
  const program = (name: string): string => join(root, PROGRAMS, name);
  const env = { ...librariesOf(root), LC_ALL: 'C' };
  const made = await run(
    [
      ...([program('initdb'), '-D', data, '-U', USER, `--pwfile=${secret}`] as const),
      ...['--auth=scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    ],
    { env, cwd: '/', ...(account && { account }) },
  );
  if (made.code !== 0) throw new Error(`initdb: ${made.stderr}`);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = await startServer({
    command: (port) => [program('postgres'), '-D', data, '-p', String(port), ...settings],
    ...{ env, account, ready: /ready to accept connections/, signal: 'INT' },
  });
  const source = await connected({ ...server, user: USER, password: PASSWORD });
  try {
    await allowWal2json(source);
  } catch (error) {
    await source.stop();
    throw error;
  }
  return source;
}

/** The newest releases must be told which plugins may decode the log; earlier ones do not know the setting. */
async function allowWal2json(source: SourceDatabase): Promise<void> {
  const setting = 'output_plugin_libraries';
  const known = await source.query(`SELECT 1 FROM pg_settings WHERE name = '${setting}'`);
  if (known.length === 0) return;
  await source.query(`SET ${setting} = 'wal2json'; ALTER ROLE ${USER} SET ${setting} = 'wal2json'`);
}

/** The packages where the account may run them: in place, or copied. */
function runnable(root: string, copy: string, account: Account | undefined): string {
  if (account === undefined || isReachable(join(root, PROGRAMS, 'postgres'))) return root;
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(copy, 0o755);
  return copy;
}
