/**
 * The ledger of the files that `copy-files` has loaded: one table beside each target table, so that loads of different tables do not
 * wait for each other. Its rows are written in the transaction that loads the files.
 */
import { createHash } from 'node:crypto';
import { LoadError, stateOf } from '../errors.ts';
import type { Answer, FoundObject, Session } from '../ports.ts';
import { ident, integer, join, literal, sql, timestamp, type Sql } from '../sql.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import type { TableRef } from '../table/types.ts';
import { DDL_TIMEOUT_MS, retryBusyDdl } from './busy-ddl.ts';
import { script } from './ddl.ts';
import { awaitWriters } from './statements.ts';
import { countIn, type TransactionBody } from './transaction.ts';

/** A file with the rows that its footer counts. */
export interface CountedFile extends FoundObject {
  readonly rows: number;
}

/** What a load writes to the ledger. */
export interface LedgerEntry {
  readonly ledger: TableRef;
  /** Rows that the ledger had when the files were chosen. */
  readonly known: number;
  /** The rows of the table are gone or go with this load, and what the ledger knows of them too. */
  readonly forgets: boolean;
  readonly files: readonly CountedFile[];
  /** The URLs of those that it lists already. */
  readonly replaced: readonly string[];
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A URL has a bucket of 63 bytes and a key of 1,024 (s3 object-keys). */
const URL_BYTES = 1_100;
const MAX_NAME = 80;
const ROWS_PER_STATEMENT = 1_000;
const MISSING = new Set(['42P01', '3F000']);

/** The ledger of a table. Tables whose names differ have different ledgers. */
export function ledgerOf({ schema, table }: TableRef): TableRef {
  if (table.length <= MAX_NAME) return { schema, table: `${RESERVED_PREFIX}files_${table}` };
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 10);
  return { schema, table: `${RESERVED_PREFIX}files_${table.slice(0, MAX_NAME)}__${hash}` };
}

const createLedger = (ledger: TableRef): Sql =>
  sql`CREATE TABLE IF NOT EXISTS ${ident(ledger.schema, ledger.table)} (url VARCHAR(${integer(URL_BYTES)}), etag VARCHAR(128), bytes BIGINT, row_count BIGINT, run_id VARCHAR(64), loaded_at TIMESTAMP)`;

/** The ETag of each file that was loaded, by URL; empty if there is no ledger. Throws LoadError. */
export async function readLedger(session: Session, ledger: TableRef): Promise<ReadonlyMap<string, string>> {
  try {
    const { rows } = await session.run(sql`SELECT url, etag FROM ${ident(ledger.schema, ledger.table)}`);
    return new Map(rows.map(([url, etag]) => [url ?? '', etag ?? '']));
  } catch (error) {
    if (MISSING.has(stateOf(error))) return new Map();
    throw error;
  }
}

/** Throws LoadError where nothing may be created. */
export async function makeLedger(session: Session, ledger: TableRef, forbidDdl: boolean): Promise<void> {
  if (!forbidDdl) {
    await retryBusyDdl(() => session.run(createLedger(ledger), { timeoutMs: DDL_TIMEOUT_MS }));
    return;
  }
  try {
    await session.run(sql`SELECT 1 FROM ${ident(ledger.schema, ledger.table)} LIMIT 1`);
  } catch (error) {
    if (!MISSING.has(stateOf(error))) throw error;
    throw new LoadError(
      `The table "${ledger.schema}"."${ledger.table}", which lists the files that were loaded, does not exist, and forbid_ddl is set. ` +
        `Run this statement, then the command again:\n${script([createLedger(ledger)])}`,
    );
  }
}

/**
 * The body with the entry of the ledger. The lock of the ledger keeps other loads of files out: it is taken first, except where the
 * body begins with the lock of the target table, which must be the first for its snapshot.
 */
export function withEntry<Counts>(
  body: TransactionBody<Counts>,
  { ledger, known, forgets, files, replaced, runId, at }: LedgerEntry,
): TransactionBody<Counts> {
  const table = ident(ledger.schema, ledger.table);
  const rows = files.map(
    ({ url, etag, bytes, rows: count }) =>
      sql`(${literal(url)}, ${literal(etag)}, ${integer(bytes)}, ${integer(count)}, ${literal(runId)}, ${timestamp(at)})`,
  );
  const isLocked = body.statements[0]?.safe.startsWith('COPY ') !== true;
  const first = isLocked ? [] : [awaitWriters(ledger)];
  const own = [
    ...(isLocked ? [awaitWriters(ledger)] : []),
    sql`SELECT COUNT(*) FROM ${table}`,
    ...(forgets ? [sql`DELETE FROM ${table}`] : removals(table, replaced)),
    ...chunks(rows).map(
      (chunk) =>
        sql`INSERT INTO ${table} (url, etag, bytes, row_count, run_id, loaded_at) VALUES ${join(chunk)}`,
    ),
  ];
  const begin = first.length;
  const end = begin + body.statements.length;
  return {
    ...body,
    statements: [...first, ...body.statements, ...own],
    count: (answers, staged) => {
      checkUnchanged(ledger, known, answers[isLocked ? end + 1 : end]);
      return body.count(answers.slice(begin, end), staged);
    },
  };
}

/** A file that is loaded again has one row. */
function removals(table: Sql, urls: readonly string[]): readonly Sql[] {
  return chunks(urls).map(
    (chunk) => sql`DELETE FROM ${table} WHERE url IN (${join(chunk.map((url) => literal(url)))})`,
  );
}

function chunks<T>(all: readonly T[]): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < all.length; at += ROWS_PER_STATEMENT)
    parts.push(all.slice(at, at + ROWS_PER_STATEMENT));
  return parts;
}

function checkUnchanged({ schema, table }: TableRef, known: number, answer: Answer | undefined): void {
  if (countIn(answer) === known) return;
  throw new LoadError(
    `Another run has loaded files into the same table, as "${schema}"."${table}" shows: nothing was loaded by this one. Run the same ` +
      'command again: it loads the files that are still missing',
  );
}
