/**
 * Runs DDL beside other work: under a short time limit, because DDL that waits for a lock makes every new reader wait
 * after it, and tried a few times, so that readers get through in between.
 */
import { CommitUnknownError, LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import { retry } from '../retry.ts';
import { raw, type Sql } from '../sql.ts';
import { goesAlone, inMessages } from './message.ts';

export const DDL_TIMEOUT_MS = 60_000;
const DDL_TRIES = 3;
const DDL_PAUSE_MS = 2_000;

/** What a statement ends with at its time limit. */
const QUERY_CANCELED = '57014';

/** Statements in one transaction. Whether a COMMIT without answer took effect, the catalog tells when the load is tried again. */
export async function together(session: Session, all: readonly Sql[]): Promise<void> {
  const messages = inMessages([raw('BEGIN'), ...all].map((sql) => ({ sql }))).map((message) =>
    message.map(({ sql }) => sql),
  );
  const end = messages.at(-1) ?? [];
  const last = end.some(goesAlone) ? [] : end;
  const before = last.length === 0 ? messages : messages.slice(0, -1);
  await committed(session, last, async () => {
    for (const message of before) await session.send(message, { timeoutMs: DDL_TIMEOUT_MS });
  });
}

/** The same of work that looks at answers; `last` goes in one message with COMMIT. */
export async function committed<T>(
  session: Session,
  last: readonly Sql[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    const done = await work();
    await session.commit(last, { timeoutMs: DDL_TIMEOUT_MS });
    return done;
  } catch (error) {
    await session.run(raw('ROLLBACK'), { timeoutMs: 5_000 }).catch(() => undefined);
    if (!(error instanceof CommitUnknownError)) throw error;
    throw new LoadError('The connection was lost while a change of the table was committed', {
      sqlstate: '08006',
      cause: error,
    });
  }
}

/**
 * A table may be busy for a while: the short limit is tried a few times, so that readers get through in between. Needs no
 * signal: once the run is given up its session is gone, and the next try fails.
 */
export async function retryBusyDdl(work: () => Promise<unknown>): Promise<void> {
  await retry(work, {
    tries: DDL_TRIES,
    pauseMs: DDL_PAUSE_MS,
    maxPauseMs: DDL_PAUSE_MS,
    isTransient: isBusy,
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof LoadError && error.sqlstate === QUERY_CANCELED;
}
