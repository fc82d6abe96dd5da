/** The steps with which the transaction of a load begins that replaces all rows of its table. */
import type { Replace } from '../table/changes.ts';
import type { TableRef } from '../table/types.ts';
import { deleteAll } from './overwrite-sql.ts';
import { replaceSql } from './retype.ts';
import { beginning, type Step } from './step.ts';

/** `steps` are those of a merge. `replaces` are columns that get another type once the rows are gone. */
export function clearedFirst(
  target: TableRef,
  replaces: readonly Replace[],
  steps: readonly Step[],
): readonly Step[] {
  const clearing = beginning(target, [
    { what: 'delete all rows of the table', sql: deleteAll(target), counts: ['cleared'] },
    ...replaces.flatMap((replace) =>
      replaceSql(target, replace).map((sql): Step => ({ what: `replace column "${replace.column}"`, sql })),
    ),
  ]);
  return [...clearing, ...steps.filter(({ sees }) => sees === undefined)];
}
