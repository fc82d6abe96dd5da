/** Everything that a load sends, in its order: `transaction` sends it, and `plan` prints it. */
import { raw } from '../sql.ts';
import type { Replace } from '../table/changes.ts';
import type { StoredColumn } from '../table/types.ts';
import { clearedFirst } from './clearing-steps.ts';
import { newestSteps, type Newest } from './newest-steps.ts';
import type { LoadSteps, Step } from './step.ts';
import { stepsOf, type LoadShape } from './steps.ts';

/** What the statements of a load follow from. */
export interface LoadWork extends LoadShape {
  /** How the newest row of a key is found; undefined: the last one counts. */
  readonly newest: Newest | undefined;
  /** All rows of the table are deleted first, and then these columns get another type; undefined: the rows stay. */
  readonly clears: readonly Replace[] | undefined;
}

/** The steps of a load into a table whose columns are `existing`, those of the batch among them. */
export function loadSteps(load: LoadWork, existing: readonly StoredColumn[]): LoadSteps {
  const steps = load.newest ? newestSteps(load, load.newest, existing) : stepsOf(load, existing);
  if (!load.clears) return steps;
  return { ...steps, transaction: clearedFirst(load.target, load.clears, steps.transaction) };
}

/** The stage is filled in a transaction of its own, see `transaction`. Without a stage there are no statements. */
function stageStatements({ stage }: LoadSteps): readonly Step[] {
  if (stage.length === 0) return [];
  return [
    { what: 'begin filling the stage', sql: raw('BEGIN') },
    ...stage,
    { what: 'keep the stage', sql: raw('COMMIT') },
  ];
}

/** All statements of a load. `record` is what records it in its transaction. */
export function statementsOf(steps: LoadSteps, record: readonly Step[]): readonly Step[] {
  return [
    ...stageStatements(steps),
    { what: 'begin the load', sql: raw('BEGIN') },
    ...steps.transaction,
    ...record,
    ...steps.clean,
    { what: 'commit the load if every row is accounted for', sql: raw('COMMIT') },
  ];
}
