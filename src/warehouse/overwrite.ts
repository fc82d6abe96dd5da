/**
 * How the rows of a shadow take the place of a table's rows: all of them or none, counted before COMMIT. By default the
 * table stays and only its rows change, so that views, grants and keys stay too.
 */
import { LoadError } from '../errors.ts';
import type { Answer, Session } from '../ports.ts';
import type { Sql } from '../sql.ts';
import { columnComment } from '../table/comment.ts';
import type { Replace } from '../table/changes.ts';
import type { TableDesign } from '../table/design.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import type { Column, TableRef } from '../table/types.ts';
import { columnsOf } from './catalog.ts';
import { readViews } from './dependents.ts';
import { grantSelect } from './grants.ts';
import type { KnownTables } from './known-tables.ts';
import * as statements from './overwrite-sql.ts';
import { refuseBound } from './alter-type.ts';
import { checkAllSeen, explainRead } from './row-security.ts';
import { replaceSql } from './retype.ts';
import { commentOnColumn, commentOnTable } from './statements.ts';
import { DDL_TIMEOUT_MS } from './busy-ddl.ts';
import { counted, countIn, type TransactionBody } from './transaction.ts';

export type OverwriteMethod = 'delete-insert' | 'swap';

export interface OverwriteTask {
  readonly target: TableRef;
  readonly shadow: TableRef;
  /** The names of all its columns. */
  readonly shadowColumns: readonly string[];
  readonly columns: readonly Column[];
  /** Rows that were loaded into the shadow. */
  readonly rows: number;
  readonly method: OverwriteMethod;
  readonly design: TableDesign;
  /** Columns of the target that get another type once its rows are gone. */
  readonly replaces: readonly Replace[];
}

export interface OverwriteCounts {
  readonly inserted: number;
  /** Rows that were there before; undefined where the table was swapped. */
  readonly deleted: number | undefined;
}

/** Target and shadow exist, and the target has room. Throws LoadError. */
export async function overwriteBody(
  session: Session,
  task: OverwriteTask,
): Promise<TransactionBody<OverwriteCounts>> {
  return task.method === 'swap' ? swap(session, task) : deleteInsert(session, task);
}

async function deleteInsert(
  session: Session,
  task: OverwriteTask,
): Promise<TransactionBody<OverwriteCounts>> {
  const { target, shadow, columns, replaces } = task;
  for (const replace of replaces) await refuseBound(session, target, replace);
  return {
    statements: [
      statements.deleteAll(target),
      explainRead(target),
      ...replaces.flatMap((replace) => replaceSql(target, replace)),
      statements.insertFrom(target, shadow, columns),
    ],
    count: (answers) => {
      checkAllSeen(target, answers[1]);
      const inserted = counted(answers.at(-1), 'INSERT');
      account(task, inserted);
      return { inserted, deleted: counted(answers[0], 'DELETE') };
    },
  };
}

async function swap(session: Session, task: OverwriteTask): Promise<TransactionBody<OverwriteCounts>> {
  const { target, shadow, shadowColumns } = task;
  const old = { ...target, table: `${RESERVED_PREFIX}old_${shadow.table.slice(RESERVED_PREFIX.length)}` };
  await refuseViews(session, target);
  return {
    statements: [
      statements.renameTable(target, old.table),
      statements.renameTable(shadow, target.table),
      columnsOf(old),
      statements.countRows(target),
      statements.dropTable(old),
      ...belongings(task),
    ],
    timeoutMs: DDL_TIMEOUT_MS,
    count: ([, , before, rows]) => {
      checkColumns(target, namesOf(before), shadowColumns);
      const inserted = countIn(rows);
      account(task, inserted);
      return { inserted, deleted: undefined };
    },
  };
}

/** Of the answer to `columnsOf`. */
function namesOf(answer: Answer | undefined): readonly string[] {
  return answer?.rows.map(([name]) => name ?? '') ?? [];
}

/** What LIKE does not copy: readers and comments. */
function belongings({ target, design, columns }: OverwriteTask): readonly Sql[] {
  const grants = design.readers.length > 0 ? [grantSelect(target, design.readers)] : [];
  return [
    ...grants,
    commentOnTable(target, design.comment),
    ...columns.flatMap((column) => {
      const comment = columnComment(column);
      return comment === undefined ? [] : [commentOnColumn(target, column.name, comment)];
    }),
  ];
}

/** Throws LoadError when a view depends on the table: it would go on reading the old one, and keep it from being dropped. */
async function refuseViews(session: Session, target: TableRef): Promise<void> {
  const views = await readViews(session, target);
  if (views.length === 0) return;
  throw new LoadError(
    `Cannot swap table "${target.table}" for a new one: ${views.join(', ')} depends on it; set overwrite_method to delete-insert, ` +
      'or make the view WITH NO SCHEMA BINDING',
  );
}

/** Makes a shadow that can be swapped for the table: with the same columns, distribution, sort key and encodings. */
export async function createLike(
  session: Session,
  shadow: TableRef,
  parent: TableRef,
  known: KnownTables,
): Promise<void> {
  if (await known.columns(session, shadow)) return;
  if (!(await known.columns(session, parent))) return;
  await refuseViews(session, parent);
  await session.run(statements.createTableLike(shadow, parent), { timeoutMs: DDL_TIMEOUT_MS });
  known.setOwn(shadow);
  known.doubt(shadow);
}

/** The table may have got a column since the shadow was made like it. */
function checkColumns({ table }: TableRef, before: readonly string[], now: readonly string[]): void {
  const missing = before.filter((name) => !now.includes(name));
  if (missing.length === 0) return;
  throw new LoadError(
    `Cannot swap table "${table}" for a new one: it got the column "${missing.join('", "')}" during the run; run again`,
  );
}

function account({ target, rows }: OverwriteTask, inserted: number): void {
  if (inserted === rows) return;
  throw new LoadError(
    `Cannot account for every row of table "${target.table}": ${rows} were loaded for it, but ${inserted} would take the ` +
      "old rows' place; the transaction was rolled back and the table is as it was",
  );
}
