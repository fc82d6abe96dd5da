/** What a session has open on the endpoint's account: what its prepared statements write, and its cursor. */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError, type Statement, type TableName } from '../sql/statement.ts';

/** Statements that queue for the table's write lock; others take a stronger lock by themselves. */
const WRITERS = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY']);

/** See the file. */
export class SessionObjects {
  /** By name, the table that the statement writes. */
  readonly #prepared = new Map<string, TableName | undefined>();
  #cursor: string | undefined;

  /** The table whose write lock the statement needs, by itself or by what it executes. */
  written(statement: Statement): TableName | undefined {
    if (statement.executes !== undefined) return this.#prepared.get(statement.executes);
    return WRITERS.has(statement.verb) ? statement.writes : undefined;
  }

  /** @throws RedshiftError when the statement opens a second cursor, or one outside of a transaction. */
  check({ cursor }: Statement, inTransaction: boolean): void {
    if (cursor?.opens !== true) return;
    if (!inTransaction) {
      throw new RedshiftError(
        SQLSTATE.noActiveSqlTransaction,
        'DECLARE CURSOR may only be used in transaction blocks',
      );
    }
    if (this.#cursor !== undefined && this.#cursor !== cursor.name) {
      throw new RedshiftError(
        SQLSTATE.featureNotSupported,
        `A session has one open cursor: close "${this.#cursor}" first.`,
      );
    }
  }

  /** Notes a statement that has succeeded. */
  note({ prepares, cursor }: Statement): void {
    if (prepares) this.#prepared.set(prepares.name, prepares.writes);
    if (cursor) this.#cursor = cursor.opens ? cursor.name : undefined;
  }

  /** Cursors end with their transaction. */
  endTransaction(): void {
    this.#cursor = undefined;
  }
}
