/** What ends a transaction of a pipeline, before COMMIT: it shows that no newer run has taken over, and keeps the state. */
import type { CommitUnknownError, LoadError } from '../errors.ts';
import type { TableRef } from '../table/types.ts';
import type { TransactionBody } from './transaction.ts';
import type { Done } from './work.ts';

export interface Seal {
  /** The table that it writes. */
  readonly table: TableRef;
  readonly body: TransactionBody<Done>;
  /** The error when it cannot be found out whether the transaction was committed. */
  readonly unknown: (error: CommitUnknownError) => LoadError;
}
