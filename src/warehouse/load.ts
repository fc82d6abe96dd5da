/**
 * One load: a closed batch into its table, as one transaction whose rows are all accounted for before COMMIT. What is to be
 * done is made by `stepsOf`; here it is done.
 */
import type { Answer, Session } from '../ports.ts';
import { raw } from '../sql.ts';
import type { Replace } from '../table/changes.ts';
import type { StoredColumn } from '../table/types.ts';
import { account, type LoadCounts, type Tally } from './accounting.ts';
import { refuseBound } from './alter-type.ts';
import { clearedFirst } from './clearing-steps.ts';
import { sendAll } from './message.ts';
import { newestSteps, type Newest } from './newest-steps.ts';
import { checkAllSeen } from './row-security.ts';
import type { Step } from './step.ts';
import { stepsOf, type LoadShape } from './steps.ts';
import { counted, countIn, transaction, type Commit } from './transaction.ts';

export interface LoadPlan extends LoadShape, Commit<LoadCounts> {
  /** Rows that the encoder wrote. */
  readonly rows: number;
  /** How the newest row of a key is found; undefined: the last one counts. */
  readonly newest: Newest | undefined;
  /** Resolves when the manifest is in S3. */
  readonly manifest: Promise<unknown>;
  /** All rows of the table go first, and then these columns get another type; undefined: the rows stay. */
  readonly clears: readonly Replace[] | undefined;
}

/** Runs on a table that already has room for the batch. Throws LoadError or CommitUnknownError. */
export async function load(
  session: Session,
  plan: LoadPlan,
  existing: readonly StoredColumn[],
): Promise<LoadCounts> {
  const merge = plan.newest ? newestSteps(plan, plan.newest, existing) : stepsOf(plan, existing);
  const steps = plan.clears
    ? { ...merge, transaction: clearedFirst(plan.target, plan.clears, merge.transaction) }
    : merge;
  for (const replace of plan.clears ?? []) await refuseBound(session, plan.target, replace);
  const expected = { table: plan.target.table, rows: plan.rows, columns: existing.length };
  const staged = steps.stage.length === 0 ? {} : await stage(session, steps.stage, plan.manifest);
  return transaction(session, plan, {
    statements: steps.transaction.map(({ sql }) => sql),
    before: plan.manifest,
    count: (answers) => account(expected, steps, tallyOf(steps.transaction, answers, staged)),
    last: steps.clean.map(({ sql }) => sql),
  });
}

/**
 * Fills the stage, in a transaction of its own: one commit instead of one for each statement. It cannot be that of the
 * table, whose snapshot would then be older than the table's lock (load-safety 6).
 */
async function stage(session: Session, steps: readonly Step[], before: Promise<unknown>): Promise<Tally> {
  const statements = [raw('BEGIN'), ...steps.map(({ sql }) => sql), raw('COMMIT')];
  const answers = await sendAll(session, statements, { before });
  return tallyOf(steps, answers.slice(1), {});
}

function tallyOf(steps: readonly Step[], answers: readonly Answer[], before: Tally): Tally {
  const tally = { ...before };
  steps.forEach((step, i) => {
    if (step.sees) checkAllSeen(step.sees, answers[i]);
    for (const name of step.counts ?? []) tally[name] = (tally[name] ?? 0) + countOf(step, answers[i]);
  });
  return tally;
}

/** A query answers with the count as its only value, any other statement in its command tag. */
function countOf({ sql: { safe } }: Step, answer: Answer | undefined): number {
  const command = safe.slice(0, safe.indexOf(' '));
  return command === 'SELECT' ? countIn(answer) : counted(answer, command);
}
