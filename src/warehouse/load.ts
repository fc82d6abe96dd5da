/**
 * One load: a closed batch into its table, in a transaction that accounts for all its rows before COMMIT. `loadSteps` makes the
 * statements.
 */
import type { Answer, Session } from '../ports.ts';
import type { Sql } from '../sql.ts';
import type { StoredColumn } from '../table/types.ts';
import { account, type LoadCounts, type Tally } from './accounting.ts';
import { refuseBound } from './alter-type.ts';
import { loadSteps, type LoadWork } from './load-steps.ts';
import { checkAllSeen } from './row-security.ts';
import type { Step } from './step.ts';
import { counted, countIn, type TransactionBody } from './transaction.ts';

/** A load with everything that it needs. */
export interface LoadTask extends LoadWork {
  /** Rows that the encoder wrote. */
  readonly rows: number;
  /** Resolves when the manifest is in S3. */
  readonly manifest: Promise<unknown>;
}

/** On a table that already has room for the batch. Throws LoadError. */
export async function loadBody(
  session: Session,
  task: LoadTask,
  existing: readonly StoredColumn[],
): Promise<TransactionBody<LoadCounts>> {
  const steps = loadSteps(task, existing);
  for (const replace of task.clears ?? []) await refuseBound(session, task.target, replace);
  const expected = { table: task.target.table, rows: task.rows, columns: existing.length };
  return {
    stage: sqlOf(steps.stage),
    statements: sqlOf(steps.transaction),
    before: task.manifest,
    count: (answers, staged) =>
      account(expected, steps, tallyOf(steps.transaction, answers, tallyOf(steps.stage, staged, {}))),
    last: sqlOf(steps.clean),
  };
}

const sqlOf = (steps: readonly Step[]): readonly Sql[] => steps.map(({ sql }) => sql);

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
