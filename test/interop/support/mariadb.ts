/** MariaDB's server, of the Debian package, with row-based binary logging and one empty database. */
import { writeFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { librariesOf, unpackedPackages } from './debian.ts';
import { run } from './processes.ts';
import type { Programs } from './python.ts';
import { startServer } from './servers.ts';
import type { SourceDatabase } from './source-database.ts';
import type { Row } from './target.ts';

const CLIENT = fileURLToPath(new URL('../mariadb_client.py', import.meta.url));

const USER = 'tap';
const PASSWORD = 'a word';
const DATABASE = 'shop';

/** What `mariadb-install-db` feeds to the server, without help, time zones and the test database. */
const SYSTEM_TABLES = ['mysql_system_tables', 'mysql_performance_tables', 'mysql_system_tables_data'];

/**
 * Starts a server.
 * @param folder is made, and holds its files
 * @param python an environment with PyMySQL
 * @throws RegistryUnreachableError
 */
export async function startMariaDb(folder: string, python: Programs): Promise<SourceDatabase> {
  const root = await unpackedPackages(['mariadb-server-core']);
  const shared = join(root, 'usr/share/mysql');
  const [data, env] = [join(folder, 'data'), librariesOf(root)];
  mkdirSync(data, { recursive: true });
  const program = join(root, 'usr/sbin/mariadbd');
  const options = [
    ...['--no-defaults', `--datadir=${data}`, `--basedir=${join(root, 'usr')}`],
    ...[`--lc-messages-dir=${shared}`, `--character-sets-dir=${join(shared, 'charsets')}`],
    ...['--character-set-server=utf8mb4', '--innodb-log-file-size=8M', '--innodb-flush-log-at-trx-commit=0'],
    // It refuses to run as root unless it is told to.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
  const setup = [
    'CREATE DATABASE mysql;',
    'USE mysql;',
    'SET @auth_root_socket = NULL;',
    ...SYSTEM_TABLES.map((name) => readFileSync(join(shared, `${name}.sql`), 'utf8')),
    'FLUSH PRIVILEGES;',
    `CREATE USER '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';`,
    `GRANT ALL ON *.* TO '${USER}'@'%';`,
    `CREATE DATABASE ${DATABASE};`,
  ];
  const made = await run([program, ...options, '--bootstrap', '--enforce-storage-engine='], {
    ...{ input: `${setup.join('\n')}\n`, env },
  });
  if (made.code !== 0) throw new Error(`mariadbd --bootstrap: ${made.stderr.slice(-4000)}`);
  const server = await startServer({
    command: (port) => [
      program,
      ...options,
      ...['--bind-address=127.0.0.1', `--port=${port}`, '--socket=', '--skip-name-resolve'],
      ...[`--pid-file=${join(data, 'pid')}`, '--default-time-zone=+00:00'],
      ...['--server-id=1', '--log-bin=binlog', '--binlog-format=ROW', '--binlog-row-image=FULL'],
    ],
    ...{ env, ready: /ready for connections/, signal: 'TERM' },
  });
  const login = { host: '127.0.0.1', port: server.port, user: USER, password: PASSWORD, database: DATABASE };
  const loginFile = join(folder, 'login.json');
  writeFileSync(loginFile, JSON.stringify(login));
  return {
    ...login,
    async query(sql) {
      const { code, stdout, stderr } = await run([python('python'), CLIENT, loginFile], {
        input: sql,
        env: { PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
      });
      if (code !== 0) throw new Error(`${sql}: ${stderr}`);
      return JSON.parse(stdout) as Row[];
    },
    stop: () => server.stop(),
  };
}
