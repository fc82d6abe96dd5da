/** What the sessions of one endpoint share: S3 and its rules, query numbers, faults, and the engine's administration. */
import type { Client } from 'pg';
import type { CopyAccess } from '../copy/credentials.ts';
import type { ErrorContext } from '../errors.ts';
import type { SqlFault } from '../../faults/sql.ts';
import { History } from './history.ts';
import { type LoadRecord, recordLoad } from '../copy/load-log.ts';
import { LongNames } from './names.ts';
import { Privileges } from './privileges.ts';
import type { Readings } from '../readings.ts';
import { engineName } from '../sql/names.ts';

/** See the file. All administration goes through one superuser connection, and so never waits for a session. */
export class World {
  access: CopyAccess;
  readonly database: string;
  readonly readings: Readings;
  /** The engine's number of the type SUPER. */
  readonly superOid: number;
  readonly fault: (sql: string, verb: string) => SqlFault | undefined;
  readonly privileges: Privileges;
  readonly #admin: Client;
  readonly longNames = new LongNames();
  readonly history = new History();
  #queries: number;

  constructor(options: {
    readonly access: CopyAccess;
    readonly database: string;
    readonly readings: Readings;
    readonly superOid: number;
    readonly fault: (sql: string, verb: string) => SqlFault | undefined;
    readonly admin: Client;
    /** The number of the last query of earlier runs. */
    readonly queries: number;
    /** Those that earlier runs have met. */
    readonly longNames: readonly string[];
  }) {
    this.access = options.access;
    this.database = options.database;
    this.readings = options.readings;
    this.superOid = options.superOid;
    this.fault = options.fault;
    this.#admin = options.admin;
    this.privileges = new Privileges(options.admin);
    this.#queries = options.queries;
    for (const name of options.longNames) this.longNames.add(name);
  }

  /** A new query of the session `pid` and its user, with a number that no query has had. */
  nextQuery(pid: number, userId: number): ErrorContext {
    this.#queries += 1;
    return { queryId: this.#queries, pid, userId };
  }

  /** Lets the engine's answers show these names in full; for all time, whatever becomes of the statement. */
  async rememberNames(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.longNames.knows(name)) continue;
      await this.#admin.query(
        'insert into pg_catalog.warehouse_name values ($1, $2) on conflict do nothing',
        [engineName(name), name],
      );
      this.longNames.add(name);
    }
  }

  /** Brings the system tables of queries up to date. */
  async writeHistory(): Promise<void> {
    await this.history.write(this.#admin, this.database);
  }

  /** Writes what a COPY leaves in the system tables, where every session sees it. */
  async recordLoad(load: LoadRecord): Promise<void> {
    await recordLoad(this.#admin, load);
  }
}
