/** A project of dbt in a warehouse of its own, with the adapter for Redshift, unchanged. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { run } from './processes.ts';
import { environmentOrSkip, type Programs } from './python.ts';
import { type Folder, newFolder, type Served, serveLocal } from './target.ts';

const DBT = ['dbt-redshift==1.10.2', 'dbt-core==1.10.23', 'dbt-adapters==1.24.5', 'dbt-postgres==1.11.0'];
const SECONDS = 120;

interface Results {
  readonly results: readonly { readonly unique_id: string; readonly status: string }[];
}

/**
 * A copy of a project, and the warehouse that it works in; its models are in the schema `analytics`, and those of the target `other`
 * in `elsewhere`.
 */
export class DbtProject {
  readonly #programs: Programs;
  readonly #folder: Folder;
  readonly #served: Served;
  readonly #client: pg.Client;

  private constructor(programs: Programs, folder: Folder, served: Served, client: pg.Client) {
    this.#programs = programs;
    this.#folder = folder;
    this.#served = served;
    this.#client = client;
  }

  /** For a `before` hook, which skips its tests when pip is offline. `source` is the folder of the project. */
  static async open(context: Mocha.Context, source: string): Promise<DbtProject> {
    const programs = await environmentOrSkip(context, DBT);
    const folder = newFolder();
    const served = await serveLocal(folder.file('warehouse'));
    const { hostname: host, port, database, user, password, ssl_ca: ca } = served.config;
    const client = new pg.Client({
      ...{ host, port, database, user, password, ssl: { ca } },
      types: { getTypeParser: () => (text: string) => text },
    });
    await client.connect();
    const profile = { type: 'redshift', host, port, user, password, dbname: database, sslmode: 'require' };
    cpSync(source, folder.file('project'), { recursive: true });
    mkdirSync(folder.file('project/seeds'));
    writeFileSync(folder.file('ca.pem'), ca);
    writeFileSync(
      folder.file('project/profiles.yml'),
      JSON.stringify({
        shop: {
          target: 'local',
          outputs: {
            local: { ...profile, schema: 'analytics', threads: 4 },
            other: { ...profile, schema: 'elsewhere', threads: 2, autocommit: false, ra3_node: true },
          },
        },
      }),
    );
    return new DbtProject(programs, folder, served, client);
  }

  async close(): Promise<void> {
    await this.#client.end();
    await this.#served.stop();
    this.#folder.remove();
  }

  /** Writes a file of the project. */
  write(path: string, text: string): void {
    writeFileSync(join(this.#path, path), text);
  }

  /** Runs a command, which must succeed; what it wrote. */
  async run(...command: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(
      [this.#programs('dbt'), '--no-use-colors', '--no-version-check', ...command, '--profiles-dir', '.'],
      {
        cwd: this.#path,
        seconds: SECONDS,
        env: {
          // The driver trusts the certificates of Amazon and those of the system.
          SSL_CERT_FILE: join(this.#path, '../ca.pem'),
          DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
          PYTHONUTF8: '1',
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    );
    expect(code, `${stdout}${stderr}`.slice(-4000)).to.equal(0);
    return stdout;
  }

  /** Keeps what the last command has left as a folder for `--state`. */
  keepState(name: string): void {
    cpSync(join(this.#path, 'target'), join(this.#path, name), { recursive: true });
  }

  /** A file of JSON that the last command has left. */
  artifact(name: string): unknown {
    return JSON.parse(readFileSync(join(this.#path, 'target', name), 'utf8')) as unknown;
  }

  /** Runs `build`; the status of each node by its name. */
  async build(...options: string[]): Promise<Readonly<Record<string, string>>> {
    await this.run('build', ...options);
    const { results } = this.artifact('run_results.json') as Results;
    return Object.fromEntries(results.map(({ unique_id: id, status }) => [id.split('.')[2] ?? id, status]));
  }

  /** The rows of a query in the warehouse, as the server's strings. */
  async rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return (await this.#client.query<(string | null)[]>({ text: sql, rowMode: 'array' })).rows;
  }

  get #path(): string {
    return this.#folder.file('project');
  }
}
