/**
 * One load: a closed batch into its table, as one transaction whose rows are all accounted for before COMMIT. What is to be
 * done is made by `stepsOf`; here it is done.
 */
import type { Answer, Session } from '../ports.ts';
import type { StoredColumn } from '../table/types.ts';
import { account, type LoadCounts, type Tally } from './accounting.ts';
import { newestSteps, type Newest } from './newest-steps.ts';
import { stepsOf, type LoadShape, type Step } from './steps.ts';
import { counted, transaction, type Commit } from './transaction.ts';

export interface LoadPlan extends LoadShape, Commit<LoadCounts> {
  /** Rows that the encoder wrote. */
  readonly rows: number;
  /** How the newest row of a key is told; undefined: the last one counts. */
  readonly newest: Newest | undefined;
}

/** Runs on a table that already has room for the batch. Throws LoadError or CommitUnknownError. */
export async function load(
  session: Session,
  plan: LoadPlan,
  existing: readonly StoredColumn[],
): Promise<LoadCounts> {
  const steps = plan.newest ? newestSteps(plan, plan.newest, existing) : stepsOf(plan, existing);
  const expected = { table: plan.target.table, rows: plan.rows, columns: existing.length };
  try {
    const staged = await runAll(session, steps.stage, {});
    return await transaction(session, plan, async () =>
      account(expected, steps, await runAll(session, steps.transaction, staged)),
    );
  } finally {
    // The stage goes with the session in any case; dropping it frees its space for a session that is used again.
    for (const step of steps.clean) await session.run(step.sql).catch(() => undefined);
  }
}

async function runAll(session: Session, steps: readonly Step[], before: Tally): Promise<Tally> {
  const tally = { ...before };
  for (const step of steps) {
    const answer = await session.run(step.sql);
    for (const name of step.counts ?? []) tally[name] = (tally[name] ?? 0) + countOf(step, answer);
  }
  return tally;
}

/** A query answers with the count as its only value, any other statement in its command tag. */
function countOf({ sql: { safe } }: Step, answer: Answer): number {
  const command = safe.slice(0, safe.indexOf(' '));
  return command === 'SELECT' ? Number(answer.rows[0]?.[0]) : counted(answer, command);
}
