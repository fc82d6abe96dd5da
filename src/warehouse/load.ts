/**
 * One load: a closed batch into its table, as one transaction whose rows are all accounted for before COMMIT. `loadSteps` makes
 * the statements; `load` runs them.
 */
import type { Answer, Session } from '../ports.ts';
import type { StoredColumn } from '../table/types.ts';
import { account, type LoadCounts, type Tally } from './accounting.ts';
import { refuseBound } from './alter-type.ts';
import { loadSteps, stageStatements, type LoadWork } from './load-steps.ts';
import { sendAll } from './message.ts';
import { checkAllSeen } from './row-security.ts';
import type { LoadSteps, Step } from './step.ts';
import { counted, countIn, transaction, type CommitHooks } from './transaction.ts';

/** A load with everything that it needs. */
export interface LoadTask extends LoadWork, CommitHooks<LoadCounts> {
  /** Rows that the encoder wrote. */
  readonly rows: number;
  /** Resolves when the manifest is in S3. */
  readonly manifest: Promise<unknown>;
}

/** Runs on a table that already has room for the batch. Throws LoadError or CommitUnknownError. */
export async function load(
  session: Session,
  task: LoadTask,
  existing: readonly StoredColumn[],
): Promise<LoadCounts> {
  const steps = loadSteps(task, existing);
  for (const replace of task.clears ?? []) await refuseBound(session, task.target, replace);
  const expected = { table: task.target.table, rows: task.rows, columns: existing.length };
  const staged = await stage(session, steps, task.manifest);
  return transaction(session, task, {
    statements: steps.transaction.map(({ sql }) => sql),
    before: task.manifest,
    count: (answers) => account(expected, steps, tallyOf(steps.transaction, answers, staged)),
    last: steps.clean.map(({ sql }) => sql),
  });
}

/** Fills the stage, if there is one. */
async function stage(session: Session, steps: LoadSteps, before: Promise<unknown>): Promise<Tally> {
  const statements = stageStatements(steps);
  if (statements.length === 0) return {};
  const answers = await sendAll(
    session,
    statements.map(({ sql }) => sql),
    { before },
  );
  return tallyOf(statements, answers, {});
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
