/**
 * Makes room for a batch: schema, table, columns, widths, types. What goes together is one transaction (Redshift refuses a change
 * of width inside one), under a short time limit, because DDL that waits for a lock makes every new reader wait after it.
 */
import { LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import type { Sql } from '../sql.ts';
import {
  planChanges,
  type Change,
  type Needs,
  type NewColumn,
  type Replace,
  type Retype,
  type Widen,
} from '../table/changes.ts';
import { withKeysOf, type TableDesign } from '../table/design.ts';
import type { TableSettings } from '../table/settings.ts';
import { typeSql, type Column, type StoredColumn, type TableRef } from '../table/types.ts';
import { boundByViews, isBoundByView, replace, retype } from './alter-type.ts';
import { hasSchema, readTable } from './catalog.ts';
import { columnComments, creation, ddlOf, script } from './ddl.ts';
import type { SchemaGrants } from './grants.ts';
import type { KnownTables } from './known-tables.ts';
import { DDL_TIMEOUT_MS, retryBusyDdl, together } from './busy-ddl.ts';
import * as statements from './statements.ts';

/** Another session was faster: the schema, table or column is there already. 23505 is the catalog's own answer to a race. */
const ALREADY_THERE = new Set(['42P06', '42P07', '42701', '23505']);

export interface TableRequest {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly needs: Needs;
  readonly settings: Pick<TableSettings, 'schema_changes' | 'forbid_ddl'>;
  /** The key is in the table's comment: it is not declared, because Redshift could never change its columns again. */
  readonly design: TableDesign;
  /** The comment of a table that is there says something else. */
  readonly isCommentDue: boolean;
  readonly usage: SchemaGrants;
  readonly known: KnownTables;
  /** The rows of the table go: columns are replaced instead of changed. `later`: by the transaction that removes the rows. */
  readonly discards: 'now' | 'later' | undefined;
  /** Columns with rows of this run: a table or column that vanished would take them along. Undefined before there are any. */
  readonly committed: ReadonlySet<string> | undefined;
  /**
   * What the transaction of the batch will have done to the table before it. Changes that keep values wait for their turn in the
   * transaction, because rows before them were encoded for the table as it is. Undefined where there are none: changes are made at once.
   */
  readonly before?: readonly Retype[] | undefined;
}

/** A table that has room for a batch. */
export interface PreparedTable {
  /** As they are when the batch is loaded. */
  readonly columns: readonly StoredColumn[];
  /** What the transaction is to do first. */
  readonly retypes: readonly Retype[];
  /** What is to be done once the rows are gone. */
  readonly replaces: readonly Replace[];
}

/** Looked up before it is created: creating needs a privilege that a loader seldom has. */
export async function prepareSchema(session: Session, schema: string, known: KnownTables): Promise<void> {
  if (known.isThere(schema) ?? (await hasSchema(session, schema))) return;
  await runDdl(session, [statements.createSchema(schema)]);
  known.created(schema);
}

/** Makes the changes; all columns that the batch writes are in the table afterwards and wide enough. */
export async function prepareTable(session: Session, request: TableRequest): Promise<PreparedTable> {
  const { target, known, settings, before = [] } = request;
  let existing = retyped(await known.columns(session, target), before);
  checkCommitted(request, existing);
  let changes = changesFor(request, existing);
  for (let round = 0; changes.now.length > 0; round++) {
    if (settings.forbid_ddl) throw await forbidden(session, request, changes.now);
    if (round > request.columns.length + 8) {
      throw new LoadError(
        `Cannot prepare table "${target.table}": its columns keep changing while they are altered`,
      );
    }
    // Another run may have altered the table since it was read.
    if (round === 0 && existing) {
      existing = retyped(await known.readAgain(session, target), before);
      checkCommitted(request, existing);
      changes = changesFor(request, existing);
      if (changes.now.length === 0) break;
    }
    const made = await apply(session, request, changes.now);
    if (made) known.setOwn(target);
    if (made) known.set(target, made);
    existing = made ?? retyped(await known.readAgain(session, target), before);
    changes = changesFor(request, existing);
  }
  if (request.isCommentDue && !settings.forbid_ddl) await updateComment(session, request);
  const { retypes, later } = changes;
  return { columns: retyped(existing, retypes) ?? [], retypes, replaces: later };
}

/** The columns after the changes. */
function retyped(
  columns: readonly StoredColumn[] | undefined,
  changes: readonly Retype[],
): readonly StoredColumn[] | undefined {
  if (changes.length === 0) return columns;
  return columns?.map((column) => {
    const change = changes.findLast((one) => one.column === column.name);
    if (!change) return column;
    const { to: type, comment } = change;
    return { ...column, type, typeText: typeSql(type), nullable: true, comment };
  });
}

interface Changes {
  readonly now: readonly Change[];
  /** In the transaction, after what is before them. */
  readonly retypes: readonly Retype[];
  /** Once the rows are gone. */
  readonly later: readonly Replace[];
}

function changesFor(
  { target, columns, needs, settings, discards, before }: TableRequest,
  existing: readonly StoredColumn[] | undefined,
): Changes {
  const rules = { retype: settings.schema_changes.retype_column, discards: discards !== undefined };
  const planned = planChanges({ target, columns }, needs, existing, rules);
  const all = settings.forbid_ddl ? planned : planned.map((change) => inTurn(change, existing, before));
  const isLater = (change: Change): change is Replace => change.kind === 'replace' && discards === 'later';
  const waits = (change: Change): change is Retype => change.kind === 'retype' && before !== undefined;
  const [later, retypes] = [all.filter(isLater), all.filter(waits)];
  const isNow = (change: Change): boolean => settings.forbid_ddl || !(isLater(change) || waits(change));
  return { now: all.filter(isNow), retypes, later };
}

/** A column that is a string only once the transaction has changed it cannot be widened before that: it is changed once more. */
function inTurn(
  change: Change,
  existing: readonly StoredColumn[] | undefined,
  before: readonly Retype[] = [],
): Change {
  if (change.kind !== 'widen' || !before.some(({ column }) => column === change.column)) return change;
  const { column, bytes } = change;
  const there = existing?.find(({ name }) => name === column);
  if (!there?.type) return change;
  return { kind: 'retype', column, from: there.type, to: { kind: 'varchar', bytes }, comment: there.comment };
}

/** Throws LoadError when something that holds rows of this run is gone: to make it again would hide that they are gone too. */
function checkCommitted(
  { target: { schema, table }, committed }: TableRequest,
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

async function forbidden(
  session: Session,
  request: TableRequest,
  changes: readonly Change[],
): Promise<LoadError> {
  const { target, design } = request;
  const missing = (await hasSchema(session, target.schema)) ? [] : [statements.createSchema(target.schema)];
  const all = [...missing, ...changes.flatMap((change) => ddlOf(target, design, change))];
  return new LoadError(
    `Table "${target.table}" has to be changed first, and forbid_ddl is set. Run these statements, then this load again:\n${script(all)}`,
  );
}

/** Makes the first of the changes, and those that go with it. The columns afterwards, where they are known without a look. */
async function apply(
  session: Session,
  request: TableRequest,
  changes: readonly Change[],
): Promise<readonly StoredColumn[] | undefined> {
  const { target } = request;
  // Only those before any other change: a change of a type moves its column to the end, and the order is that of the stream.
  const end = changes.findIndex(({ kind }) => kind !== 'add-column');
  const leading = end === -1 ? changes : changes.slice(0, end);
  const added = leading.flatMap((change) => (change.kind === 'add-column' ? [change.column] : []));
  const [change] = changes;
  if (added.length > 0) await addColumns(session, target, added);
  else if (change?.kind === 'create-table') return create(session, request, change.columns);
  else if (change?.kind === 'retype') await retype(session, target, change);
  else if (change?.kind === 'replace') await replace(session, target, change);
  else if (change?.kind === 'widen') await widen(session, target, change);
  return undefined;
}

/** All in one transaction, each with what the schema says of it. */
async function addColumns(session: Session, target: TableRef, columns: readonly NewColumn[]): Promise<void> {
  await runDdl(session, [
    ...columns.map((column) => statements.addColumn(target, column)),
    ...columnComments(target, columns),
  ]);
}

async function widen(session: Session, target: TableRef, change: Widen): Promise<void> {
  const alter = (): Promise<unknown> =>
    runDdl(session, [statements.widenColumn(target, change.column, change.bytes)]);
  try {
    await alter().catch(async (error: unknown) => {
      if (!isBoundByEncoding(error)) throw error;
      await runDdl(session, [statements.encodeColumn(target, change.column)]);
      await alter();
    });
  } catch (error) {
    const there = (await readTable(session, target))?.find(({ name }) => name === change.column);
    // Another run has widened it in between: then Redshift refuses what would cut that run's values.
    if (there?.type?.kind === 'varchar' && there.type.bytes >= change.bytes) return;
    throw isBoundByView(error) ? await boundByViews(session, target, change, error) : error;
  }
}

/** Its columns as they are then; undefined when another session has made it meanwhile. */
async function create(
  session: Session,
  request: TableRequest,
  columns: readonly NewColumn[],
): Promise<readonly StoredColumn[] | undefined> {
  const { target, design, usage } = request;
  if (design.readers.length > 0) await runWork(() => usage.allow(session, target.schema, design.readers));
  const isMade = await runDdl(session, creationOf(request, columns));
  return isMade ? madeFrom(request, columns) : undefined;
}

function creationOf({ target, design }: TableRequest, columns: readonly NewColumn[]): readonly Sql[] {
  const comments = [statements.commentOnTable(target, design.comment), ...columnComments(target, columns)];
  return [...creation(target, design, columns), ...comments];
}

function madeFrom({ design }: TableRequest, columns: readonly NewColumn[]): readonly StoredColumn[] {
  return withKeysOf(design, columns.map(storedColumn));
}

/**
 * Makes the tables that are missing in one transaction, which costs one commit instead of one for each. Tables that cannot be made
 * with others are left out; where another session was faster, none is made. `prepareTable` makes what is still missing.
 */
export async function createTables(session: Session, requests: readonly TableRequest[]): Promise<void> {
  const missing: { readonly request: TableRequest; readonly columns: readonly NewColumn[] }[] = [];
  for (const request of requests) {
    const { known, target, settings, design, committed } = request;
    // GRANT goes alone in its message.
    if (settings.forbid_ddl || design.readers.length > 0 || committed) continue;
    if (await known.columns(session, target)) continue;
    const [change] = changesFor(request, undefined).now;
    if (change?.kind === 'create-table') missing.push({ request, columns: change.columns });
  }
  if (missing.length < 2) return;
  const all = missing.flatMap(({ request, columns }) => creationOf(request, columns));
  const areMade = await runDdl(session, all).catch((error: unknown) => {
    // Where one of them cannot be made, the work that needs it says so.
    if (error instanceof LoadError) return false;
    throw error;
  });
  if (!areMade) return;
  for (const { request, columns } of missing) {
    request.known.setOwn(request.target);
    request.known.set(request.target, madeFrom(request, columns));
  }
}

/** BYTEDICT, RUNLENGTH, TEXT255 and TEXT32K keep a column from being widened (r_ALTER_TABLE). */
function isBoundByEncoding(error: unknown): boolean {
  return error instanceof LoadError && error.sqlstate === '0A000' && /\bencoding\b/i.test(error.message);
}

function storedColumn({ name, type, comment }: NewColumn): StoredColumn {
  return { name, type, typeText: typeSql(type), nullable: true, hasDefault: false, comment };
}

/** Only its owner may comment on a table; other users load without the comment. */
async function updateComment(session: Session, { target, design }: TableRequest): Promise<void> {
  await runDdl(session, [statements.commentOnTable(target, design.comment)]).catch((error: unknown) => {
    if (!(error instanceof LoadError) || error.sqlstate !== '42501') throw error;
  });
}

/** All of the statements or none. False when the thing was there already. */
async function runDdl(session: Session, all: readonly Sql[]): Promise<boolean> {
  const run = (): Promise<unknown> => session.run(all[0] as Sql, { timeoutMs: DDL_TIMEOUT_MS });
  return runWork(all.length === 1 ? run : () => together(session, all));
}

async function runWork(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await retryBusyDdl(work);
    return true;
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    if (ALREADY_THERE.has(error.sqlstate ?? '')) return false;
    throw error.saying(`${error.message}${advice(error.sqlstate)}`);
  }
}

function advice(sqlstate: string | undefined): string {
  switch (sqlstate) {
    case '57014':
      return '; another session holds a lock on the table for long, svv_transactions shows which';
    case '42501':
      return '; grant the user CREATE on the schema, and ownership of tables that it has to change';
    case '42704':
      return '; all users and roles in grant_select_to must exist, so the table was not created';
    default:
      return '';
  }
}
