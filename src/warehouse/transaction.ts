/**
 * One transaction. An error before COMMIT is rolled back and thrown; only a COMMIT without an answer leaves the outcome open.
 */
import { LoadError } from '../errors.ts';
import type { Answer, Session } from '../ports.ts';
import { raw, type Sql } from '../sql.ts';
import { sendAll } from './message.ts';

export interface CommitHooks<Counts> {
  /** What records the transaction in itself, sent in one message with COMMIT; none where records cannot be written. */
  readonly record: (counts: Counts) => readonly Sql[];
  /** Called right before COMMIT: if no answer comes, these are the counts if it took effect. */
  readonly onCounted: (counts: Counts) => void;
}

export interface TransactionBody<Counts> {
  /** Between BEGIN and COMMIT. */
  readonly statements: readonly Sql[];
  /** Awaited before COPY. */
  readonly before?: Promise<unknown>;
  /** Of each message; that of the connection without it. */
  readonly timeoutMs?: number;
  /** Makes the counts from the answers, one for each statement; an error that it throws is rolled back. */
  readonly count: (answers: readonly Answer[]) => Counts;
  /** Sent in the message of COMMIT, before it. */
  readonly last?: readonly Sql[];
}

/** Time for a ROLLBACK, which the end of the connection brings about in any case. */
const ROLLBACK = { timeoutMs: 5_000 };

/** Throws what the work throws, or CommitUnknownError. */
export async function transaction<Counts>(
  session: Session,
  { record, onCounted }: CommitHooks<Counts>,
  { statements, count, last = [], ...options }: TransactionBody<Counts>,
): Promise<Counts> {
  let counts: Counts;
  try {
    const answers = await sendAll(session, [raw('BEGIN'), ...statements], options);
    counts = count(answers.slice(1));
  } catch (error) {
    await session.run(raw('ROLLBACK'), ROLLBACK).catch(() => undefined);
    throw error;
  }
  onCounted(counts);
  await session.commit([...record(counts), ...last]);
  return counts;
}

/** The rows that a statement's tag counts. Throws LoadError for another tag, or one without a count. */
export function counted(answer: Answer | undefined, command: string): number {
  if (answer?.command !== command || answer.count === null) {
    throw new LoadError(
      `Cannot account for the rows of a load: ${command} answered ${answer?.command ?? 'nothing'} without a count`,
    );
  }
  return answer.count;
}

/** The count that is the only value of a query's answer. */
export function countIn(answer: Answer | undefined): number {
  return Number(answer?.rows[0]?.[0]);
}
