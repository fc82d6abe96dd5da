/** What all sessions of an endpoint share. */
import type { Pool } from 'pg';
import type { CopyAccess } from '../copy/credentials.ts';
import { type LoadRecord, recordLoad } from '../copy/load-log.ts';
import type { ErrorContext } from '../errors.ts';
import type { Readings } from '../readings.ts';
import { engineName } from '../sql/names.ts';
import { recordUnload, type UnloadRecord } from '../unload/unload-log.ts';
import { History } from './history.ts';
import { LongNames } from './names.ts';
import { Privileges } from './privileges.ts';
import { Translator } from './translator.ts';
import { ticketFor } from '../catalog/endpoint.ts';

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly access: CopyAccess;
  readonly database: string;
  readonly readings: Readings;
  /** The engine's number of the type SUPER. */
  readonly superOid: number;
  readonly admin: Pool;
  /** What the tickets of sessions are made of. */
  readonly secret: string;
  /** The number of the last query of earlier runs. */
  readonly queries: number;
  /** Those that earlier runs have met. */
  readonly longNames: readonly string[];
  /** Whether earlier runs have made late-binding views. */
  readonly hasLateViews: boolean;
  /** Whether earlier runs have made SUPER columns. */
  readonly hasSuper: boolean;
}

/**
 * S3 and its roles, query numbers, long names, the history of queries, and the engine's administration. All administration
 * goes through one connection of the engine's superuser, and so never waits for a session.
 */
export class Cluster {
  /** Replaced when roles change. */
  access: CopyAccess;
  readonly database: string;
  readonly readings: Readings;
  readonly superOid: number;
  readonly privileges: Privileges;
  readonly longNames = new LongNames();
  readonly history = new History();
  readonly translator = new Translator();
  /** Whether a late-binding view was ever made. */
  hasLateViews: boolean;
  /** Whether a SUPER column was ever made. */
  hasSuper: boolean;
  readonly #admin: Pool;
  readonly #secret: string;
  #queries: number;

  constructor(options: ClusterOptions) {
    this.access = options.access;
    this.database = options.database;
    this.readings = options.readings;
    this.superOid = options.superOid;
    this.privileges = new Privileges(options.admin);
    this.#admin = options.admin;
    this.#secret = options.secret;
    this.#queries = options.queries;
    this.hasLateViews = options.hasLateViews;
    this.hasSuper = options.hasSuper;
    for (const name of options.longNames) this.longNames.add(name);
  }

  /** The ticket with which the endpoint calls its own functions in the engine's session `pid`. */
  ticket(pid: number): string {
    return ticketFor(this.#secret, pid);
  }

  /** A new query of the session `pid` and its user, with a number that no other query has. */
  nextQuery(pid: number, userId: number): ErrorContext {
    this.#queries += 1;
    return { queryId: this.#queries, pid, userId };
  }

  /** Lets results and errors show these names in full from now on, even if the statement fails. */
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

  /** Writes what an UNLOAD leaves in the system tables, where every session sees it. */
  async recordUnload(record: UnloadRecord): Promise<void> {
    await recordUnload(this.#admin, this.database, record);
  }
}
