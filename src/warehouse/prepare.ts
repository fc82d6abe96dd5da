/**
 * Makes room for a batch: schema, table, columns, widths, types. Most of it outside transactions (Redshift refuses a change
 * of width inside one), each statement that takes a lock under a short time limit, because DDL that waits for a lock makes
 * every new reader wait behind it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommitUnknownError, LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import { join, type Sql } from '../sql.ts';
import {
  planChanges,
  type Change,
  type Needs,
  type NewColumn,
  type Replace,
  type Retype,
  type Widen,
} from '../table/changes.ts';
import type { TableDesign } from '../table/design.ts';
import type { TableSettings } from '../table/settings.ts';
import { typeSql, type Column, type StoredColumn, type TableRef } from '../table/types.ts';
import { hasSchema, readTables } from './catalog.ts';
import { columnComments, creation, ddlOf, script } from './ddl.ts';
import { readDesignRole, readViews } from './dependents.ts';
import type { SchemaGrants } from './grants.ts';
import { replaceSql, retypeSql } from './retype.ts';
import * as statements from './statements.ts';
import { transaction } from './transaction.ts';

const DDL_TIMEOUT_MS = 60_000;
const DDL_TRIES = 3;
const DDL_PAUSE_MS = 2_000;

/** Somebody else was faster: the schema, table or column is there already. */
const ALREADY_THERE = new Set(['42P06', '42P07', '42701']);

export interface TableWish {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly needs: Needs;
  readonly settings: Pick<TableSettings, 'schema_changes' | 'forbid_ddl'>;
  /** The key is in the table's comment: it is not declared, because Redshift could never change its columns again. */
  readonly design: TableDesign;
  /** The comment of a table that is there says something else. */
  readonly isCommentDue: boolean;
  readonly usage: SchemaGrants;
  /** The rows of the table go: columns are replaced instead of changed. `later`: by the transaction that removes the rows. */
  readonly discards: 'now' | 'later' | undefined;
  /** Columns with rows of this run: a table or column that vanished would take them along. Undefined before there are any. */
  readonly committed: ReadonlySet<string> | undefined;
}

/** A table that has room for a batch. */
export interface PreparedTable {
  readonly columns: readonly StoredColumn[];
  /** What is to be done once the rows are gone. */
  readonly replaces: readonly Replace[];
}

/** Looked up before it is created: creating needs a privilege that a loader seldom has. */
export async function prepareSchema(session: Session, schema: string): Promise<void> {
  if (!(await hasSchema(session, schema))) await runDdl(session, [statements.createSchema(schema)]);
}

/** Makes the changes; all columns that the batch writes are in the table afterwards and wide enough. */
export async function prepareTable(session: Session, wish: TableWish): Promise<PreparedTable> {
  let existing = await readTable(session, wish.target);
  checkCommitted(wish, existing);
  const replaces = new Map<string, Replace>();
  for (let round = 0; ; round++) {
    const changes = changesFor(wish, existing).filter((change) => {
      if (change.kind !== 'replace' || wish.discards !== 'later') return true;
      replaces.set(change.column, change);
      return wish.settings.forbid_ddl;
    });
    const [change] = changes;
    if (!change) break;
    if (wish.settings.forbid_ddl) throw await forbidden(session, wish, changes);
    if (round > wish.columns.length + 8) {
      throw new LoadError(
        `Cannot prepare table "${wish.target.table}": its columns keep changing while they are altered`,
      );
    }
    await apply(session, wish, change);
    // Read again before each further change: another run may have altered the table in between.
    existing = await readTable(session, wish.target);
  }
  if (wish.isCommentDue && !wish.settings.forbid_ddl) await updateComment(session, wish);
  return { columns: existing ?? [], replaces: [...replaces.values()] };
}

function changesFor(
  { target, columns, needs, settings, discards }: TableWish,
  existing: readonly StoredColumn[] | undefined,
): readonly Change[] {
  const rules = { retype: settings.schema_changes.retype_column, discards: discards !== undefined };
  return planChanges(target.table, columns, needs, existing, rules);
}

/** Throws LoadError when something that holds rows of this run is gone: to make it again would hide that they are gone too. */
function checkCommitted(
  { target: { schema, table }, committed }: TableWish,
  existing: readonly StoredColumn[] | undefined,
): void {
  if (!committed) return;
  const names = new Set(existing?.map(({ name }) => name));
  const [gone] = [...committed].filter((name) => !names.has(name));
  if (gone === undefined) return;
  const what = existing ? `Column "${gone}" of table "${schema}"."${table}"` : `Table "${schema}"."${table}"`;
  throw new LoadError(
    `${what} vanished during the run: it was dropped or renamed by another session, with rows that this run had loaded. ` +
      `Put it back, or load the stream from its beginning`,
  );
}

async function readTable(
  session: Session,
  { schema, table }: TableRef,
): Promise<readonly StoredColumn[] | undefined> {
  return (await readTables(session, schema, table)).get(table);
}

async function forbidden(session: Session, wish: TableWish, changes: readonly Change[]): Promise<LoadError> {
  const { target, design } = wish;
  const missing = (await hasSchema(session, target.schema)) ? [] : [statements.createSchema(target.schema)];
  const all = [...missing, ...changes.flatMap((change) => ddlOf(target, design, change))];
  return new LoadError(
    `Table "${target.table}" has to be changed first, and forbid_ddl is set. Run these statements, then this load again:\n${script(all)}`,
  );
}

async function apply(session: Session, wish: TableWish, change: Change): Promise<void> {
  const { target } = wish;
  switch (change.kind) {
    case 'retype':
      await retype(session, target, change);
      return;
    case 'replace':
      await replace(session, target, change);
      return;
    case 'widen':
      await widen(session, target, change);
      return;
    case 'create-table':
      await create(session, wish, change.columns);
      return;
    case 'add-column':
      if (await runDdl(session, [statements.addColumn(target, change.column)])) {
        await comment(session, columnComments(target, [change.column]));
      }
  }
}

async function widen(session: Session, target: TableRef, change: Widen): Promise<void> {
  try {
    await runDdl(session, [statements.widenColumn(target, change.column, change.bytes)]);
  } catch (error) {
    const there = (await readTable(session, target))?.find(({ name }) => name === change.column);
    // Another run has widened it in between: then Redshift refuses what would cut that run's values.
    if (there?.type?.kind === 'varchar' && there.type.bytes >= change.bytes) return;
    throw isBoundByView(error) ? await boundByViews(session, target, change, error) : error;
  }
}

async function create(
  session: Session,
  { target, design, usage }: TableWish,
  columns: readonly NewColumn[],
): Promise<void> {
  if (design.readers.length > 0) await runWork(() => usage.allow(session, target.schema, design.readers));
  if (!(await runDdl(session, creation(target, design, columns)))) return;
  await comment(session, [
    statements.commentOnTable(target, design.comment),
    ...columnComments(target, columns),
  ]);
}

/** In one message, because a commit each takes long. Best effort: a comment is no data. */
async function comment(session: Session, all: readonly Sql[]): Promise<void> {
  if (all.length === 0) return;
  await session.run(join(all, '; '), { timeoutMs: DDL_TIMEOUT_MS }).catch(() => undefined);
}

/** Only its owner may comment on a table; whoever may not still loads. */
async function updateComment(session: Session, { target, design }: TableWish): Promise<void> {
  await runDdl(session, [statements.commentOnTable(target, design.comment)]).catch((error: unknown) => {
    if (!(error instanceof LoadError) || error.sqlstate !== '42501') throw error;
  });
}

/** The table has no rows yet. */
async function replace(session: Session, target: TableRef, change: Replace): Promise<void> {
  await refuseBound(session, target, change);
  const run = async (): Promise<void> => {
    for (const statement of replaceSql(target, change))
      await session.run(statement, { timeoutMs: DDL_TIMEOUT_MS });
  };
  await patiently(() => together(session, run));
}

async function retype(session: Session, target: TableRef, change: Retype): Promise<void> {
  await refuseBound(session, target, change);
  const { add, guard, fill, check, finish } = retypeSql(target, change);
  const work = async (): Promise<void> => {
    await session.run(add, { timeoutMs: DDL_TIMEOUT_MS });
    // The table is locked now; before, another run may have changed the column too.
    const there = (await readTable(session, target))?.find(({ name }) => name === change.column);
    if (!there?.type || typeSql(there.type) !== typeSql(change.from)) {
      throw new LoadError(
        `Column "${change.column}" of table "${target.table}" was changed by another session`,
        {
          sqlstate: '40001',
        },
      );
    }
    if (guard) checkMisfits(target, change, (await session.run(guard)).rows[0] ?? []);
    await session.run(fill);
    checkValues(target, change, (await session.run(check)).rows[0] ?? []);
    for (const statement of finish) await session.run(statement);
  };
  await patiently(() => together(session, work));
}

/** A transaction of DDL. Whether a COMMIT without answer took effect, the catalog tells when the load is tried again. */
async function together(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await transaction(session, { marker: undefined, onCounted: () => undefined }, work);
  } catch (error) {
    if (!(error instanceof CommitUnknownError)) throw error;
    throw new LoadError('The connection was lost while a change of the table was committed', {
      sqlstate: '08006',
      cause: error,
    });
  }
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

function isBoundByView(error: unknown): error is LoadError {
  return error instanceof LoadError && /used by a view or rule/.test(error.message);
}

async function boundByViews(
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

/** All of the statements or none. False when the thing was there already. */
async function runDdl(session: Session, all: readonly Sql[]): Promise<boolean> {
  const run = async (): Promise<void> => {
    for (const statement of all) await session.run(statement, { timeoutMs: DDL_TIMEOUT_MS });
  };
  return runWork(all.length === 1 ? run : () => together(session, run));
}

async function runWork(work: () => Promise<void>): Promise<boolean> {
  try {
    await patiently(work);
    return true;
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    if (ALREADY_THERE.has(error.sqlstate ?? '')) return false;
    throw new LoadError(`${error.message}${advice(error.sqlstate)}`, {
      ...(error.sqlstate === undefined ? {} : { sqlstate: error.sqlstate }),
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      cause: error.cause,
    });
  }
}

/** A table may be busy for a while: the short limit is tried a few times, so that readers get through in between. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const isBusy = error instanceof LoadError && error.sqlstate === '57014';
      if (!isBusy || attempt === DDL_TRIES) throw error;
      await sleep(DDL_PAUSE_MS);
    }
  }
}

function advice(sqlstate: string | undefined): string {
  switch (sqlstate) {
    case '57014':
      return '; another session holds a lock on the table for long, svv_transactions shows which';
    case '42501':
      return '; grant the user CREATE on the schema, and ownership of tables that it has to change';
    case '42704':
      return '; whoever is named in grant_select_to must exist: the table was not created';
    default:
      return '';
  }
}
