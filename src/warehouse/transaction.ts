/** One transaction whose outcome is never in doubt: nothing is caught inside, any error there means ROLLBACK. */
import { LoadError } from '../errors.ts';
import type { Answer, Session } from '../ports.ts';
import { raw, sql, type Sql } from '../sql.ts';

export interface Commit<Counts> {
  /** The blind INSERT that marks this transaction as committed; undefined when the marker table cannot be written. */
  readonly marker: Sql | undefined;
  /** Told right before COMMIT: should no answer come, these are the counts if it took effect. */
  readonly onCounted: (counts: Counts) => void;
}

/** Throws what the work throws, or CommitUnknownError. */
export async function transaction<Counts>(
  session: Session,
  { marker, onCounted }: Commit<Counts>,
  work: () => Promise<Counts>,
): Promise<Counts> {
  await session.run(raw('BEGIN'));
  let counts: Counts;
  try {
    counts = await work();
  } catch (error) {
    await session.run(raw('ROLLBACK')).catch(() => undefined);
    throw error;
  }
  onCounted(counts);
  await session.commit(marker ? sql`${marker}; COMMIT` : raw('COMMIT'));
  return counts;
}

/** The rows that a statement's tag counts. Throws LoadError for another tag, or one without a count. */
export function counted(answer: Answer, command: string): number {
  if (answer.command !== command || answer.count === null) {
    throw new LoadError(
      `Cannot account for the rows of a load: ${command} answered ${answer.command} without a count`,
    );
  }
  return answer.count;
}
