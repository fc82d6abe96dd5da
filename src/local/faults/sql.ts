/** Failures that a test or a demonstration asks the SQL endpoint for, each at one statement of a client. */

/** What the choice of a fault knows of the statement that is about to run. */
export interface FaultTarget {
  /** The statement as the client wrote it. */
  readonly sql: string;
  /** The statement's command in upper case: `COPY`, `CREATE TABLE`. */
  readonly verb: string;
  /** The number of this statement among those with its command, from 1, on all connections since the start. */
  readonly nth: number;
}

/** What goes wrong. */
export type SqlFault =
  | {
      readonly kind: 'error';
      readonly sqlstate: string;
      readonly message: string;
      readonly detail?: string;
    }
  /** The connection is lost and the statement is not executed. */
  | { readonly kind: 'drop-before' }
  /** The statement is executed, and the connection is lost in place of a reply. */
  | { readonly kind: 'drop-after' }
  /** The statement waits before it is executed, in milliseconds. */
  | { readonly kind: 'stall'; readonly ms: number }
  /** The statement is executed, and its reply waits. */
  | { readonly kind: 'stall-after'; readonly ms: number }
  /** The statement is not executed, and nothing is ever answered on a connection that stays open. */
  | { readonly kind: 'black-hole' }
  /** The same after the statement has been executed. */
  | { readonly kind: 'black-hole-after' }
  /** A COMMIT that rolls back and says so in its tag. */
  | { readonly kind: 'commit-answers-rollback' }
  /** A COPY that reports `rows` fewer than it has loaded. */
  | { readonly kind: 'copy-reports-fewer'; readonly rows: number }
  /** A COPY that loads nothing, reads nothing, and reports `rows` at once: to time a loader alone. */
  | { readonly kind: 'copy-answers-at-once'; readonly rows: number };

/** Chooses the fault of a statement; undefined lets it run. */
export type ChooseFault = (statement: FaultTarget) => SqlFault | undefined;
