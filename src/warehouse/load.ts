/**
 * One load: a closed batch into its table, as one transaction whose rows are all accounted for before COMMIT.
 * DDL and the stage come before the transaction; the first statement in it writes the target, so that it queues behind
 * other writers and takes its snapshot after them. Nothing is caught inside a transaction: any error there means ROLLBACK.
 */
import { LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import { readTables } from './catalog.ts';
import type { NewColumn } from '../table/changes.ts';
import { varcharWidth, type Column, type StoredColumn, type TableRef } from '../table/types.ts';
import * as statements from './statements.ts';
import type { CopySource } from './statements.ts';
import { counted, transaction, type Commit } from './transaction.ts';

/** How the rows of a batch meet those of the table. */
export type LoadMethod = 'append' | 'upsert';

/** What one load did, in rows. */
export interface LoadCounts {
  readonly copied: number;
  /** Rows that a later row of the same key in the same batch replaced. */
  readonly superseded: number;
  readonly inserted: number;
  /** Rows of the table that were replaced or updated. */
  readonly replaced: number;
  /** By how many rows the table grew. */
  readonly grown: number;
}

export interface LoadPlan extends Commit<LoadCounts> {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  /** The widest value of each column in the batch, in bytes. */
  readonly maxBytes: readonly number[];
  readonly method: LoadMethod;
  /** The rows end with a truth value: whether the row is a stub of a deletion. */
  readonly hasStubs: boolean;
  /** Rows that the encoder wrote. */
  readonly rows: number;
  readonly source: CopySource;
}

/** Runs on a table that already has room for the batch. Throws LoadError or CommitUnknownError. */
export async function load(
  session: Session,
  plan: LoadPlan,
  existing: readonly StoredColumn[],
): Promise<LoadCounts> {
  return plan.method === 'append' ? append(session, plan) : upsert(session, plan, existing);
}

async function append(session: Session, plan: LoadPlan): Promise<LoadCounts> {
  return transaction(session, plan, async () => {
    await session.run(statements.copyToTable(plan.target, plan.columns, plan.source));
    const copied = await copiedRows(session, plan);
    return { copied, superseded: 0, inserted: copied, replaced: 0, grown: copied };
  });
}

async function upsert(
  session: Session,
  plan: LoadPlan,
  existing: readonly StoredColumn[],
): Promise<LoadCounts> {
  const { target, columns } = plan;
  const keys = columns.filter(({ isKey }) => isKey);
  const stage = '_target_redshift_stage';
  const repeated = '_target_redshift_repeated';
  try {
    const staged = stageColumns(plan);
    await session.run(statements.createStage(stage, staged));
    await session.run(statements.copyToStage(stage, staged, plan.source));
    const copied = await copiedRows(session, plan);
    await session.run(statements.findRepeatedKeys(repeated, stage, keys));
    const superseded = counted(
      await session.run(statements.deleteSuperseded(stage, repeated, keys)),
      'DELETE',
    );
    const remaining = copied - superseded;
    return await transaction(session, plan, async () => {
      const merged = covers(columns, existing)
        ? await replace(session, target, stage, columns, keys)
        : await update(session, target, stage, columns, keys);
      const { written, ...counts } = merged;
      account(plan, written === remaining, { copied, superseded, remaining, ...merged });
      return { copied, superseded, ...counts };
    });
  } finally {
    await dropQuietly(session, [stage, repeated]);
  }
}

interface Merged {
  readonly inserted: number;
  readonly replaced: number;
  readonly grown: number;
  /** Rows of the stage that are in the table now. */
  readonly written: number;
}

/** The batch carries every column of the table: old rows go, new rows come. */
async function replace(
  session: Session,
  target: TableRef,
  stage: string,
  columns: readonly Column[],
  keys: readonly Column[],
): Promise<Merged> {
  const replaced = counted(await session.run(statements.deleteMatching(target, stage, keys)), 'DELETE');
  // The write lock is held now: no column can come any more, but one may have come since the table was prepared.
  const now = (await readTables(session, target.schema, target.table)).get(target.table) ?? [];
  if (!covers(columns, now)) {
    throw new LoadError(`Table "${target.table}" got another column while its batch was staged`, {
      sqlstate: '40001',
    });
  }
  const inserted = counted(await session.run(statements.insertAll(target, stage, columns)), 'INSERT');
  return { inserted, replaced, grown: inserted - replaced, written: inserted };
}

/** The table has columns that the batch does not carry: they keep their values. */
async function update(
  session: Session,
  target: TableRef,
  stage: string,
  columns: readonly Column[],
  keys: readonly Column[],
): Promise<Merged> {
  const updated = counted(
    await session.run(statements.updateMatching(target, stage, columns, keys)),
    'UPDATE',
  );
  const inserted = counted(
    await session.run(statements.insertMissing(target, stage, columns, keys)),
    'INSERT',
  );
  const matched = await session.run(statements.countMatching(target, stage, keys));
  return { inserted, replaced: updated, grown: inserted, written: Number(matched.rows[0]?.[0]) };
}

function covers(columns: readonly Column[], existing: readonly StoredColumn[]): boolean {
  const carried = new Set(columns.map(({ name }) => name));
  return existing.every(({ name }) => carried.has(name));
}

/** The columns of the batch, as wide as its values, and behind them what only the stage has. */
function stageColumns({ columns, maxBytes, hasStubs }: LoadPlan): readonly NewColumn[] {
  return [
    ...columns.map(({ name, type }, i): NewColumn => {
      return type.kind === 'varchar'
        ? { name, type: { kind: 'varchar', bytes: varcharWidth(maxBytes[i] ?? 0) } }
        : { name, type };
    }),
    { name: statements.ORDINAL, type: { kind: 'bigint' } },
    ...(hasStubs ? [{ name: statements.STUB, type: { kind: 'boolean' } } as const] : []),
  ];
}

/** COPY's own count, which must be what the encoder wrote. */
async function copiedRows(session: Session, plan: LoadPlan): Promise<number> {
  const { rows } = await session.run(statements.lastCopyCount());
  const copied = Number(rows[0]?.[0]);
  account(plan, copied === plan.rows, { copied });
  return copied;
}

function account(plan: LoadPlan, isRight: boolean, seen: Readonly<Record<string, number>>): void {
  if (isRight) return;
  const counts = Object.entries(seen).map(([name, count]) => `${name} ${count}`);
  throw new LoadError(
    `Cannot account for every row of table "${plan.target.table}": sent ${plan.rows}, but ${counts.join(', ')}; ` +
      'the transaction was rolled back and nothing of this batch is visible',
  );
}

/** The stage goes with the session in any case; dropping it frees its space for a session that is used again. */
async function dropQuietly(session: Session, stages: readonly string[]): Promise<void> {
  for (const stage of stages) await session.run(statements.dropStage(stage)).catch(() => undefined);
}
