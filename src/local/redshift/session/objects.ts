/** What the endpoint remembers for a session: which tables its prepared statements write, and its open cursor. */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError, type Statement, type TableName } from '../sql/statement.ts';

/** Statements that queue for the table's write lock; others take a stronger lock by themselves. */
const WRITERS = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY']);

/** A table, and the kind of statement that writes it. */
export interface Write {
  readonly verb: string;
  readonly table: TableName;
}

/** The prepared statements and the cursor of one session. */
export class SessionObjects {
  /** By name, the table that the statement writes. */
  readonly #prepared = new Map<string, Write | undefined>();
  #cursor: string | undefined;

  /** The table whose write lock the statement needs, by itself or by what it executes. */
  written({ verb, writes, executes }: Statement): Write | undefined {
    if (executes !== undefined) return this.#prepared.get(executes);
    return WRITERS.has(verb) && writes ? { verb, table: writes } : undefined;
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
    if (prepares) {
      const { name, verb, writes } = prepares;
      this.#prepared.set(name, writes && { verb, table: writes });
    }
    if (cursor) this.#cursor = cursor.opens ? cursor.name : undefined;
  }

  /** Cursors end with their transaction. */
  endTransaction(): void {
    this.#cursor = undefined;
  }
}
