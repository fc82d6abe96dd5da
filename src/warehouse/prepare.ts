/**
 * Makes room for a batch: schema, table, columns, widths. All of it outside transactions (Redshift refuses a change of
 * width inside one), each statement under a short time limit, because DDL that waits for a lock makes every new reader
 * wait behind it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import type { Sql } from '../sql.ts';
import { planChanges, resolveColumns, type Change } from '../table/changes.ts';
import { typeSql, type Column, type StoredColumn, type TableRef } from '../table/types.ts';
import { hasSchema, readTables } from './catalog.ts';
import * as statements from './statements.ts';

const DDL_TIMEOUT_MS = 60_000;
const DDL_TRIES = 3;
const DDL_PAUSE_MS = 2_000;

/** Somebody else was faster: the schema, table or column is there already. */
const ALREADY_THERE = new Set(['42P06', '42P07', '42701']);

export interface TableWish {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly maxBytes: readonly number[];
  /** Kept in the table's comment: the key is not declared, because Redshift could never change its columns again. */
  readonly comment: string;
}

/** Looked up before it is created: creating needs a privilege that a loader seldom has. */
export async function prepareSchema(session: Session, schema: string): Promise<void> {
  if (!(await hasSchema(session, schema))) await runDdl(session, statements.createSchema(schema));
}

/** Returns the table's columns as they are afterwards; all that the batch writes are among them and wide enough. */
export async function prepareTable(session: Session, wish: TableWish): Promise<readonly StoredColumn[]> {
  let existing = await readTable(session, wish.target);
  for (let round = 0; ; round++) {
    checkUnchanged(wish, existing);
    const [change] = planChanges(wish.columns, wish.maxBytes, existing);
    if (!change) return existing ?? [];
    if (round > wish.columns.length + 8) {
      throw new LoadError(
        `Cannot prepare table "${wish.target.table}": its columns keep changing while they are altered`,
      );
    }
    await apply(session, wish, change);
    // Read again before each further change: another run may have altered the table in between.
    existing = await readTable(session, wish.target);
  }
}

async function readTable(
  session: Session,
  { schema, table }: TableRef,
): Promise<readonly StoredColumn[] | undefined> {
  return (await readTables(session, schema, table)).get(table);
}

/** The rows were encoded for certain types; they must still be those of the table. */
function checkUnchanged({ target, columns }: TableWish, existing: readonly StoredColumn[] | undefined): void {
  const now = resolveColumns(target.table, columns, existing);
  columns.forEach(({ name, type }, i) => {
    const there = now[i]?.type ?? type;
    // Texts are widened; the catalog may not say how wide a VARBYTE is, COPY refuses what is too long for it.
    if (there.kind === type.kind && (there.kind === 'varchar' || there.kind === 'varbyte')) return;
    if (typeSql(there) === typeSql(type)) return;
    throw new LoadError(
      `Cannot load into table "${target.table}": its column "${name}" became ${typeSql(there)} during the run, ` +
        `the rows were encoded for ${typeSql(type)}; run again`,
    );
  });
}

async function apply(session: Session, { target, comment }: TableWish, change: Change): Promise<void> {
  switch (change.kind) {
    case 'create-table':
      if (await runDdl(session, statements.createTable(target, change.columns))) {
        await runDdl(session, statements.commentOnTable(target, comment));
      }
      return;
    case 'add-column':
      await runDdl(session, statements.addColumn(target, change.column));
      return;
    case 'widen':
      await runDdl(session, statements.widenColumn(target, change.column, change.bytes));
      return;
  }
}

/** False when the thing was there already. */
async function runDdl(session: Session, statement: Sql): Promise<boolean> {
  try {
    await runPatiently(session, statement);
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
async function runPatiently(session: Session, statement: Sql): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await session.run(statement, { timeoutMs: DDL_TIMEOUT_MS });
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
    default:
      return '';
  }
}
