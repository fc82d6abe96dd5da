/** A step of a load: a statement, what it is for, and what its answer says. */
import type { Sql } from '../sql.ts';
import type { TableRef } from '../table/types.ts';
import { explainRead } from './row-security.ts';
import { awaitWriters } from './statements.ts';

/** What answers count. `replaced` and `removed` are rows of the table, `columns` its columns, the rest rows of the batch. */
export type Count =
  | 'copied'
  | 'superseded'
  | 'outdated'
  | 'deleted'
  | 'unmarked'
  | 'inserted'
  | 'present'
  | 'unkeyed'
  | 'replaced'
  | 'removed'
  | 'columns'
  /** Rows of the table that a load has deleted because it replaces all of them. */
  | 'cleared';

export interface Step {
  /** What it is for, as the object of "in order to". */
  readonly what: string;
  readonly sql: Sql;
  /** What its answer counts. */
  readonly counts?: readonly Count[];
  /** The table of which its answer must say that no row is hidden. */
  readonly sees?: TableRef;
}

export interface LoadSteps {
  /** Before the transaction of the load, in one of its own, on tables of the session. */
  readonly stage: readonly Step[];
  /** Between BEGIN and COMMIT. The first one writes the target: it queues behind other writers and sees what they did. */
  readonly transaction: readonly Step[];
  /** In the message that carries COMMIT, before it: frees the tables of the session. */
  readonly clean: readonly Step[];
  /** What became of rows that are in the table without having been inserted. */
  readonly present: 'updated' | 'ignored';
}

export const given = (condition: boolean, step: () => Step): readonly Step[] => (condition ? [step()] : []);

/**
 * The steps of a transaction whose first one takes the lock that no other writer shares, so that the rest sees what the others did.
 * UPDATE and DELETE do. INSERT does not: under SNAPSHOT isolation several run at the same time, and none sees the rows of the other
 * (c_write_readwrite). No policy can be attached to the table from then on, so that it is asked then whether all rows are seen.
 */
export function beginning(target: TableRef, steps: readonly Step[]): readonly Step[] {
  const [first, ...others] = steps;
  if (!first) return [];
  const see: Step = {
    what: 'see that no row of the table is hidden',
    sql: explainRead(target),
    sees: target,
  };
  if (!first.sql.safe.startsWith('INSERT ')) return [first, see, ...others];
  return [{ what: 'wait for other writers of the table', sql: awaitWriters(target) }, see, ...steps];
}
