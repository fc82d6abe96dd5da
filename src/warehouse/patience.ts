/**
 * DDL as it should be run beside others: under a short time limit, because DDL that waits for a lock makes every new reader wait
 * after it, and tried a few times, so that readers get through in between.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommitUnknownError, LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import { transaction } from './transaction.ts';

export const DDL_TIMEOUT_MS = 60_000;
const DDL_TRIES = 3;
const DDL_PAUSE_MS = 2_000;

/** A transaction of DDL. Whether a COMMIT without answer took effect, the catalog tells when the load is tried again. */
export async function together(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await transaction(session, { marker: undefined, onCounted: () => undefined }, work);
  } catch (error) {
    if (!(error instanceof CommitUnknownError)) throw error;
    throw new LoadError('The connection was lost while a change of the table was committed', {
      sqlstate: '08006',
      cause: error,
    });
  }
}

/** A table may be busy for a while: the short limit is tried a few times, so that readers get through in between. */
export async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const isBusy = error instanceof LoadError && error.sqlstate === '57014';
      if (!isBusy || attempt === DDL_TRIES) throw error;
      await sleep(DDL_PAUSE_MS);
    }
  }
}
