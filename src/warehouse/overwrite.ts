/**
 * How the rows of a shadow take the place of a table's rows: all of them or none, counted before COMMIT. By default the
 * table stays and only its rows change, so that views, grants and keys stay too.
 */
import { LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import type { Sql } from '../sql.ts';
import { columnComment } from '../table/comment.ts';
import type { Replace } from '../table/changes.ts';
import type { TableDesign } from '../table/design.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import type { Column, TableRef } from '../table/types.ts';
import { readTables } from './catalog.ts';
import { readViews } from './dependents.ts';
import { grantSelect } from './grants.ts';
import * as statements from './overwrite-sql.ts';
import { refuseBound } from './alter-type.ts';
import { replaceSql } from './retype.ts';
import { commentOnColumn, commentOnTable } from './statements.ts';
import { counted, transaction, type Commit } from './transaction.ts';

/** Short: DDL that waits for a lock makes every new reader wait behind it. */
const DDL_TIMEOUT_MS = 60_000;

export type OverwriteMethod = 'delete-insert' | 'swap';

export interface OverwritePlan extends Commit<OverwriteCounts> {
  readonly target: TableRef;
  readonly shadow: TableRef;
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

/** Target and shadow exist, and the target has room. Throws LoadError or CommitUnknownError. */
export async function overwrite(session: Session, plan: OverwritePlan): Promise<OverwriteCounts> {
  return plan.method === 'swap' ? swap(session, plan) : deleteInsert(session, plan);
}

async function deleteInsert(session: Session, plan: OverwritePlan): Promise<OverwriteCounts> {
  const { target, shadow, columns, replaces } = plan;
  for (const replace of replaces) await refuseBound(session, target, replace);
  return transaction(session, plan, async () => {
    const deleted = counted(await session.run(statements.deleteAll(target)), 'DELETE');
    for (const replace of replaces)
      for (const statement of replaceSql(target, replace))
        await session.run(statement, { timeoutMs: DDL_TIMEOUT_MS });
    const inserted = counted(await session.run(statements.insertFrom(target, shadow, columns)), 'INSERT');
    account(plan, inserted);
    return { inserted, deleted };
  });
}

async function swap(session: Session, plan: OverwritePlan): Promise<OverwriteCounts> {
  const { target, shadow } = plan;
  const old = { ...target, table: `${RESERVED_PREFIX}old_${shadow.table.slice(RESERVED_PREFIX.length)}` };
  const ddl = { timeoutMs: DDL_TIMEOUT_MS };
  await refuseViews(session, target);
  return transaction(session, plan, async () => {
    await session.run(statements.renameTable(target, old.table), ddl);
    await session.run(statements.renameTable(shadow, target.table), ddl);
    await checkColumns(session, old, target);
    const { rows } = await session.run(statements.countRows(target));
    const inserted = Number(rows[0]?.[0]);
    account(plan, inserted);
    await session.run(statements.dropTable(old), ddl);
    for (const statement of belongings(plan)) await session.run(statement, ddl);
    return { inserted, deleted: undefined };
  });
}

/** What LIKE does not copy: readers and comments. */
function belongings({ target, design, columns }: OverwritePlan): readonly Sql[] {
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
export async function createLike(session: Session, shadow: TableRef, parent: TableRef): Promise<void> {
  const isThere = async ({ schema, table }: TableRef): Promise<boolean> =>
    (await readTables(session, schema, table)).has(table);
  if ((await isThere(shadow)) || !(await isThere(parent))) return;
  await refuseViews(session, parent);
  await session.run(statements.createTableLike(shadow, parent), { timeoutMs: DDL_TIMEOUT_MS });
}

/** The table may have got a column since the shadow was made like it. */
async function checkColumns(session: Session, old: TableRef, target: TableRef): Promise<void> {
  const namesOf = async ({ schema, table }: TableRef): Promise<readonly string[]> =>
    ((await readTables(session, schema, table)).get(table) ?? []).map(({ name }) => name);
  const now = new Set(await namesOf(target));
  const missing = (await namesOf(old)).filter((name) => !now.has(name));
  if (missing.length === 0) return;
  throw new LoadError(
    `Cannot swap table "${target.table}" for a new one: it got the column "${missing.join('", "')}" during the run; run again`,
  );
}

function account({ target, rows }: OverwritePlan, inserted: number): void {
  if (inserted === rows) return;
  throw new LoadError(
    `Cannot account for every row of table "${target.table}": ${rows} were loaded for it, but ${inserted} would take the ` +
      "old rows' place; the transaction was rolled back and the table is as it was",
  );
}
