/** The lock of a table that a statement takes before it writes. */
import { EngineError } from '../errors.ts';
import { quoteTable } from '../sql/names.ts';
import { RedshiftError, type TableName } from '../sql/statement.ts';
import { regclass } from '../sql/steps.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { Upstream } from '../wire/upstream.ts';
import type { Write } from './objects.ts';
import type { SessionUser } from './user.ts';

/**
 * "You can't update, insert into, or delete from a view" (CREATE VIEW). The messages are those of PostgreSQL 8.0. The engine would
 * write the table of a simple view; it rejects COPY by itself.
 */
const VIEW_REFUSALS: Readonly<Record<string, string>> = {
  INSERT: 'cannot insert into a view',
  UPDATE: 'cannot update a view',
  DELETE: 'cannot delete from a view',
  MERGE: 'cannot update a view',
};

/**
 * What kind of relation it is, and its number, and a promise that the engine counts the rows that are written as soon as they are
 * committed, which it does once a second otherwise; the table of a materialized view is written by REFRESH only, as if it were the view. */
function kindOf(table: TableName): string {
  const isStored = `EXISTS (SELECT FROM pg_catalog.warehouse_mv m WHERE m.backing = c.oid)`;
  return `SELECT CASE WHEN ${isStored} THEN 'v' ELSE c.relkind END, c.oid, pg_catalog.pg_stat_force_next_flush() FROM pg_catalog.pg_class c WHERE c.oid = ${regclass(table)}`;
}

/** Takes the write locks of a session. */
export class WriteLock {
  readonly #upstream: Upstream;
  readonly #user: SessionUser;

  constructor(upstream: Upstream, user: SessionUser) {
    this.#upstream = upstream;
    this.#user = user;
  }

  /**
   * The exclusive lock comes before the snapshot, so that a writer that had to wait sees what the one before it wrote. Under
   * SNAPSHOT, INSERTs and COPYs share a lock ("Write and read/write operations"), and read what was there before they waited. The
   * number of the table.
   */
  async take({ verb, table }: Write, isSerializable: boolean): Promise<number> {
    const isShared = !isSerializable && (verb === 'INSERT' || verb === 'COPY');
    const mode = isShared ? 'ROW EXCLUSIVE' : await this.#user.lockMode(table);
    try {
      if (isShared) await this.#upstream.run('SELECT 1');
      const [[kind, oid] = []] = await this.#upstream.run(
        `LOCK TABLE ${quoteTable(table)} IN ${mode} MODE`,
        kindOf(table),
      );
      const refusal = kind === 'v' ? VIEW_REFUSALS[verb] : undefined;
      if (refusal !== undefined) throw new RedshiftError(SQLSTATE.featureNotSupported, refusal);
      return Number(oid);
    } catch (error) {
      const isMissing = error instanceof EngineError && error.fields['C'] === SQLSTATE.undefinedTable;
      if (verb !== 'COPY' || !isMissing) throw error;
      throw new RedshiftError(SQLSTATE.internalError, `Cannot COPY into nonexistent table ${table.table}`);
    }
  }
}
