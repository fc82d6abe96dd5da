/** What the sessions of one endpoint share: S3 and its rules, query numbers, faults, and the engine's administration. */
import type { Client } from 'pg';
import type { CopyAccess } from './credentials.ts';
import type { ErrorContext } from './errors.ts';
import type { SqlFault } from './fault.ts';
import { type FailedLoad, type LoadError, recordLoadErrors } from './load-errors.ts';
import type { Fields } from './message.ts';
import type { Readings } from './readings.ts';
import { engineName } from './sql/names.ts';

/** See the file. All administration goes through one superuser connection, and so never waits for a session. */
export class World {
  readonly access: CopyAccess;
  readonly database: string;
  readonly readings: Readings;
  readonly fault: (sql: string, verb: string) => SqlFault | undefined;
  private readonly admin: Client;
  private readonly names = new Set<string>();
  private queries: number;

  constructor(options: {
    readonly access: CopyAccess;
    readonly database: string;
    readonly readings: Readings;
    readonly fault: (sql: string, verb: string) => SqlFault | undefined;
    readonly admin: Client;
    /** The number of the last query of earlier runs. */
    readonly queries: number;
  }) {
    this.access = options.access;
    this.database = options.database;
    this.readings = options.readings;
    this.fault = options.fault;
    this.admin = options.admin;
    this.queries = options.queries;
  }

  /** A new query of the session `pid`, with a number that no query has had. */
  nextQuery(pid: number): ErrorContext {
    this.queries += 1;
    return { queryId: this.queries, pid };
  }

  /** Lets the catalog views show these names in full; true for all time, whatever becomes of the statement. */
  async rememberNames(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.names.has(name)) continue;
      await this.admin.query('insert into pg_catalog.warehouse_name values ($1, $2) on conflict do nothing', [
        engineName(name),
        name,
      ]);
      this.names.add(name);
    }
  }

  /** Writes the load errors of a COPY where every session sees them. */
  async recordLoadErrors(load: FailedLoad, errors: readonly LoadError[]): Promise<void> {
    await recordLoadErrors(this.admin, load, errors);
  }

  /** The length in bytes of the column that broke a byte limit; undefined while its table is not committed. */
  async findByteLimit(failure: Fields): Promise<number | undefined> {
    const { rows } = await this.admin.query<{ length: number }>(
      `select a.atttypmod - 4 as length from pg_constraint k join pg_attribute a
         on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
       where k.conname = $1 and k.conrelid = to_regclass(quote_ident($2) || '.' || quote_ident($3))`,
      [failure['n'], failure['s'], failure['t']],
    );
    return rows[0]?.length;
  }
}
