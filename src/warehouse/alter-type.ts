/** A column gets another type: it is replaced by a new one, with its values where they count, in one transaction. */
import { LoadError } from '../errors.ts';
import type { Answer, Session } from '../ports.ts';
import { raw } from '../sql.ts';
import type { Replace, Retype, Widen } from '../table/changes.ts';
import { typeSql, type TableRef } from '../table/types.ts';
import { columnsFrom, columnsOf } from './catalog.ts';
import { readDesignRole, readViews } from './dependents.ts';
import { committed, DDL_TIMEOUT_MS, retryBusyDdl, together } from './busy-ddl.ts';
import { replaceSql, retypeSql } from './retype.ts';
import { checkAllSeen, explainRead } from './row-security.ts';
import type { TransactionBody } from './transaction.ts';

/** The table has no rows yet. */
export async function replace(session: Session, target: TableRef, change: Replace): Promise<void> {
  await refuseBound(session, target, change);
  await retryBusyDdl(() => together(session, replaceSql(target, change)));
}

export async function retype(session: Session, target: TableRef, change: Retype): Promise<void> {
  await refuseBound(session, target, change);
  const { add, guard, fill, check, finish } = retypeSql(target, change);
  const work = async (): Promise<void> => {
    // The table is locked before its columns are read; before that, another run may have changed the column too.
    const first = [raw('BEGIN'), add, columnsOf(target)];
    const [, , columns] = await session.send(first, { timeoutMs: DDL_TIMEOUT_MS });
    const there = columnsFrom(columns as Answer)?.find(({ name }) => name === change.column);
    if (!there?.type || typeSql(there.type) !== typeSql(change.from)) {
      throw new LoadError(
        `Column "${change.column}" of table "${target.table}" was changed by another session`,
        { sqlstate: '40001' },
      );
    }
    if (guard) checkMisfits(target, change, (await session.run(guard)).rows[0] ?? []);
    const [plan, , seen] = await session.send([explainRead(target), fill, check]);
    checkAllSeen(target, plan);
    checkValues(target, change, seen?.rows[0] ?? []);
  };
  await retryBusyDdl(() => committed(session, finish, work));
}

/** The body with the changes before it: in a transaction, in which the rows before them become visible together with those after. */
export async function retypesFirst<Counts>(
  session: Session,
  target: TableRef,
  changes: readonly Retype[],
  body: TransactionBody<Counts>,
): Promise<TransactionBody<Counts>> {
  for (const change of changes) await refuseBound(session, target, change);
  const all = changes.map((change) => {
    const { add, guard, fill, check, finish } = retypeSql(target, change);
    const guards = guard ? [guard] : [];
    const statements = [add, ...guards, explainRead(target), fill, check, ...finish];
    return { change, hasGuard: guards.length > 0, statements };
  });
  const count: TransactionBody<Counts>['count'] = (answers, staged) => {
    let at = 0;
    for (const { change, hasGuard, statements } of all) {
      const [, ...own] = answers.slice(at, at + statements.length);
      if (hasGuard) checkMisfits(target, change, own.shift()?.rows[0] ?? []);
      const [plan, , seen] = own;
      checkAllSeen(target, plan);
      checkValues(target, change, seen?.rows[0] ?? []);
      at += statements.length;
    }
    return body.count(answers.slice(at), staged);
  };
  return { ...body, statements: [...all.flatMap(({ statements }) => statements), ...body.statements], count };
}

function checkValues(
  target: TableRef,
  change: Retype,
  [before, after, changed]: readonly (string | null)[],
): void {
  if (before === after && changed === '0') return;
  const lost = before === after ? `${changed ?? '?'} of` : 'some of';
  throw wouldChange(target, change, `${lost} its ${before ?? '?'} values`);
}

function checkMisfits(target: TableRef, change: Retype, [count]: readonly (string | null)[]): void {
  if (count !== '0') throw wouldChange(target, change, `${count ?? '?'} of its values`);
}

function wouldChange({ table }: TableRef, { column, from, to }: Retype, values: string): LoadError {
  return new LoadError(
    `Cannot change column "${column}" of table "${table}" from ${typeSql(from)} to ${typeSql(to)}: ${values} ` +
      'would not stay as they are; the table is as it was. Rename the column (the load then adds a new one), or set ' +
      'schema_changes.retype_column to ignore',
  );
}

/** Looked up first: the change would fail only after all rows were written. */
export async function refuseBound(
  session: Session,
  target: TableRef,
  change: Retype | Replace,
): Promise<void> {
  const role = await readDesignRole(session, target, change.column);
  if (role) {
    const remedy = role === 'DISTKEY' ? 'ALTER DISTSTYLE AUTO' : 'ALTER SORTKEY NONE';
    throw new LoadError(
      `Cannot change column "${change.column}" of table "${target.table}": it is a ${role} of the table, and Redshift does not ` +
        `drop such a column. ALTER TABLE ... ${remedy} first, load into another table, or ${keepingIt(change)}`,
    );
  }
  if ((await readViews(session, target, change.column)).length > 0) {
    throw await boundByViews(session, target, change);
  }
}

export function isBoundByView(error: unknown): error is LoadError {
  return error instanceof LoadError && /used by a view or rule/.test(error.message);
}

export async function boundByViews(
  session: Session,
  target: TableRef,
  change: Retype | Replace | Widen,
  cause?: LoadError,
): Promise<LoadError> {
  const views = await readViews(session, target, change.column);
  return new LoadError(
    `Cannot change column "${change.column}" of table "${target.table}", because views use it` +
      `${views.length > 0 ? `: ${views.join(', ')}` : ''}. Create them again WITH NO SCHEMA BINDING, drop them before the load ` +
      `and create them again after it, or ${keepingIt(change)}`,
    { cause },
  );
}

function keepingIt(change: Retype | Replace | Widen): string {
  const retypeKind =
    change.kind === 'retype' && typeSql(change.from) === typeSql(change.to)
      ? 'relax_not_null'
      : 'retype_column';
  const kind = change.kind === 'widen' ? 'widen_column' : retypeKind;
  return (
    `set schema_changes.${kind} to ignore: then values that do not fit the column are invalid, and on_invalid says what ` +
    'becomes of them'
  );
}
