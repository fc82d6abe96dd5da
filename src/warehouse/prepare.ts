/**
 * Makes room for a batch: schema, table, columns, widths, types. Most of it outside transactions (Redshift refuses a change
 * of width inside one), each statement that takes a lock under a short time limit, because DDL that waits for a lock makes
 * every new reader wait behind it.
 */
import { LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import { join, type Sql } from '../sql.ts';
import {
  planChanges,
  type Change,
  type Needs,
  type NewColumn,
  type Replace,
  type Widen,
} from '../table/changes.ts';
import type { TableDesign } from '../table/design.ts';
import type { TableSettings } from '../table/settings.ts';
import type { Column, StoredColumn, TableRef } from '../table/types.ts';
import { boundByViews, isBoundByView, replace, retype } from './alter-type.ts';
import { hasSchema, mayBeIdentity, readTables, withDefaults } from './catalog.ts';
import { columnComments, creation, ddlOf, script } from './ddl.ts';
import type { SchemaGrants } from './grants.ts';
import { DDL_TIMEOUT_MS, patiently, together } from './patience.ts';
import * as statements from './statements.ts';

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
  let existing = await readTable(session, wish);
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
    existing = await readTable(session, wish);
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

/** With the defaults that decide whether a column that the batch does not carry needs a value. */
async function readTable(
  session: Session,
  { target: { schema, table }, columns }: TableWish,
): Promise<readonly StoredColumn[] | undefined> {
  const tables = await readTables(session, schema, table);
  const carried = new Set(columns.map(({ name }) => name));
  const left = tables.get(table)?.filter(({ name }) => !carried.has(name)) ?? [];
  return (left.some(mayBeIdentity) ? await withDefaults(session, schema, tables) : tables).get(table);
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
    const columns = (await readTables(session, target.schema, target.table)).get(target.table);
    const there = columns?.find(({ name }) => name === change.column);
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
