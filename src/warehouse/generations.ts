/**
 * What a sync of Airbyte does to a table beside loading batches: which rows of older generations are there, the rows of a refresh
 * that another sync has left, and what makes a stream complete. Rows go only when their generation is below the minimum; rows
 * that were acknowledged are never dropped for any other reason.
 */
import { LoadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Answer } from '../ports.ts';
import type { Sql } from '../sql.ts';
import { GENERATION } from '../table/airbyte-columns.ts';
import type { Column, StoredColumn, StoredTable, TableRef } from '../table/types.ts';
import { readTable } from './catalog.ts';
import { collated } from './collation.ts';
import * as sql from './generations-sql.ts';
import type { TableJob } from './jobs.ts';
import type { Loader } from './loader.ts';
import { insertRows } from './merge-sql.ts';
import { deleteOutdone, deleteStaged } from './newest-sql.ts';
import type { Newest } from './newest-steps.ts';
import { countRows, dropTable, dropTableIfExists } from './overwrite-sql.ts';
import { checkAllSeen, explainRead } from './row-security.ts';
import { commentOnTable } from './statements.ts';
import { counted, countIn, type TransactionBody } from './transaction.ts';

/** What makes the table of a stream complete. */
export interface Completion {
  /** The table, with the columns of the stream. */
  readonly job: TableJob;
  /** The table beside it whose rows it gets; undefined when its rows were loaded into it. */
  readonly refreshTable: TableRef | undefined;
  /** Rows of older generations go when the table gets those. */
  readonly minimum: bigint;
  /** How the newest row of a key is recognized; undefined where all rows stay. */
  readonly newest: Newest | undefined;
  /** Rows in which this column is set go: they were deleted in the source. */
  readonly mark: Column | undefined;
  /** What the table's comment says afterwards; undefined to leave it. */
  readonly comment: string | undefined;
}

export interface CompletionCounts {
  /** Rows of older generations that went. */
  readonly older: number;
  /** Rows of the refresh that became rows of the table. */
  readonly inserted: number;
  /** Rows of the refresh that are older than the row of their key. */
  readonly outdated: number;
  /** Rows that were deleted in the source. */
  readonly deleted: number;
}

const NOT_OWNER = '42501';

export class Generations {
  readonly #loader: Pick<Loader, 'inTransaction' | 'ask' | 'doubt'>;
  readonly #log: Logger;

  constructor(loader: Pick<Loader, 'inTransaction' | 'ask' | 'doubt'>, log: Logger) {
    this.#loader = loader;
    this.#log = log;
  }

  /** Whether the table has rows that are older than the minimum. */
  async hasOlder(table: TableRef, { columns }: StoredTable, minimum: bigint): Promise<boolean> {
    const hasGenerations = columns.some(({ name }) => name === GENERATION);
    const find = hasGenerations ? sql.findOlder(table, minimum) : sql.findAny(table);
    return this.#finds(table, find);
  }

  /** Whether a table beside another one has rows that are not older than the minimum. */
  async hasCurrent(refreshTable: TableRef, minimum: bigint): Promise<boolean> {
    return this.#finds(refreshTable, sql.findCurrent(refreshTable, minimum));
  }

  async #finds(table: TableRef, query: ReturnType<typeof sql.findAny>): Promise<boolean> {
    return this.#loader.ask(`look at the generations of table "${table.table}"`, async (session) => {
      const [plan, found] = await session.send([explainRead(table), query]);
      checkAllSeen(table, plan);
      return (found?.rows.length ?? 0) > 0;
    });
  }

  /** Makes the table of a refresh, with the columns of the table that it is for. */
  async createBeside(refreshTable: TableRef, target: TableRef): Promise<void> {
    await this.#loader.ask(`make a table for the refresh of "${target.table}"`, (session) =>
      session.run(sql.createBeside(refreshTable, target), DDL),
    );
    this.#loader.doubt(refreshTable);
  }

  /** Drops the rows of a refresh that no sync goes on with, because a newer generation has begun. */
  async drop(refreshTable: TableRef): Promise<void> {
    await this.#loader.ask(`drop table "${refreshTable.table}"`, (session) =>
      session.run(dropTableIfExists(refreshTable), DDL),
    );
    this.#loader.doubt(refreshTable);
  }

  /** Removes the rows of a refresh that are older than the minimum. */
  async dropOlder(refreshTable: TableRef, minimum: bigint): Promise<void> {
    await this.#loader.ask(`remove older rows of table "${refreshTable.table}"`, (session) =>
      session.run(sql.deleteOlder(refreshTable, minimum)),
    );
  }

  /** Does all that makes a stream complete, in one transaction. Throws LoadError or CommitUnknownError. */
  async complete(completion: Completion): Promise<CompletionCounts> {
    const { job, comment } = completion;
    try {
      return await this.#complete(completion);
    } catch (error) {
      if (!(error instanceof LoadError) || error.sqlstate !== NOT_OWNER || comment === undefined) throw error;
      this.#log.warn(
        { stream: job.stream },
        `table "${job.target.table}" belongs to another user, so its comment cannot tell which generation is complete: an ` +
          'overwrite with the same generation will add its rows',
      );
      return this.#complete({ ...completion, comment: undefined });
    }
  }

  async #complete(completion: Completion): Promise<CompletionCounts> {
    const { refreshTable } = completion;
    const job = refreshTable ? await this.#jobFor(completion, refreshTable) : completion.job;
    const counts = await this.#loader.inTransaction<CompletionCounts>(
      job,
      ({ inserted, older, deleted }) => ({ written: inserted, deleted: older + deleted }),
      workOf({ ...completion, job }),
    );
    if (refreshTable) this.#loader.doubt(refreshTable);
    return counts;
  }

  /** The job of the table with the columns that the refresh has given to its own. */
  async #jobFor({ job, newest = [] }: Completion, refreshTable: TableRef): Promise<TableJob> {
    const { schema, table } = refreshTable;
    const stored = await this.#loader.ask(`read the columns of table "${table}"`, (session) =>
      readTable(session, refreshTable),
    );
    if (!stored) {
      throw new LoadError(
        `Table "${schema}"."${table}" vanished during the run, with the rows of the refresh of "${job.target.table}" that were ` +
          'loaded so far: it was dropped by another session. Refresh the stream again',
      );
    }
    const keys = new Set(job.columns.filter(({ isKey }) => isKey).map(({ name }) => name));
    const columns = stored.flatMap((column) => columnOf(column, keys));
    const missing = newest.find(({ name }) => !columns.some((column) => column.name === name));
    if (missing) throw new LoadError(`Table "${schema}"."${table}" has no column "${missing.name}" any more`);
    const widths = new Map(stored.map(({ name, type }) => [name, type?.kind === 'varchar' ? type.bytes : 0]));
    const nullable = new Map(stored.map((column) => [column.name, column.nullable]));
    return {
      ...job,
      columns,
      maxBytes: columns.map(({ name }) => widths.get(name) ?? 0),
      nulls: columns.map(({ name }) => nullable.get(name) ?? true),
      committed: undefined,
    };
  }
}

const DDL = { timeoutMs: 60_000 };

/** Columns of types that this program does not write hold nothing but NULL. */
function columnOf({ name, type }: StoredColumn, keys: ReadonlySet<string>): readonly Column[] {
  return type ? [{ property: name, source: { kind: 'nothing' }, name, type, isKey: keys.has(name) }] : [];
}

/** The statements of a completion; the first one writes the table, so that it waits for other writers and the rest sees what they did. */
function workOf({
  job,
  refreshTable,
  minimum,
  newest,
  mark,
  comment,
}: Completion): TransactionBody<CompletionCounts> {
  const { target, columns } = job;
  // Both tables may ignore the case of letters, and then nothing would refuse to compare their keys.
  const keys = collated(columns).filter(({ isKey }) => isKey);
  const steps: [keyof Tally | 'plan', Sql][] = [];
  if (refreshTable) {
    steps.push(['older', sql.deleteOlder(target, minimum)], ['staged', countRows(refreshTable)]);
    if (newest) {
      steps.push(['outdone', deleteOutdone(target, refreshTable, keys, newest)]);
      steps.push(['outdated', deleteStaged(refreshTable, target, keys)]);
    }
    steps.push(['inserted', insertRows(target, refreshTable, columns, 'all')]);
  }
  if (mark) steps.push(['deleted', sql.deleteMarked(target, mark)]);
  // After the first statement, which takes the lock of writers: no policy can come from then on.
  if (steps.length > 0) steps.splice(1, 0, ['plan', explainRead(target)]);
  if (refreshTable) steps.push(['done', dropTable(refreshTable)]);
  if (comment !== undefined) steps.push(['done', commentOnTable(target, comment)]);
  return {
    statements: steps.map(([, statement]) => statement),
    count: (answers) => {
      const plan = steps.findIndex(([name]) => name === 'plan');
      checkAllSeen(target, answers[plan]);
      return account(target, tallyOf(steps, answers));
    },
  };
}

interface Tally {
  older: number;
  staged: number;
  outdone: number;
  outdated: number;
  inserted: number;
  deleted: number;
  /** Of statements that count nothing. */
  done: number;
}

function tallyOf(
  steps: readonly (readonly [keyof Tally | 'plan', Sql])[],
  answers: readonly Answer[],
): Tally {
  const tally = { older: 0, staged: 0, outdone: 0, outdated: 0, inserted: 0, deleted: 0, done: 0 };
  steps.forEach(([name, { safe }], i) => {
    if (name === 'done' || name === 'plan') return;
    const command = safe.slice(0, safe.indexOf(' '));
    tally[name] = command === 'SELECT' ? countIn(answers[i]) : counted(answers[i], command);
  });
  return tally;
}

function account(
  { table }: TableRef,
  { older, staged, outdated, inserted, deleted }: Tally,
): CompletionCounts {
  if (staged !== inserted + outdated) {
    throw new LoadError(
      `Cannot account for every row of table "${table}": the refresh has ${staged}, but ${inserted} were inserted and ` +
        `${outdated} are older than the row of their key; the transaction was rolled back and the table is as it was`,
    );
  }
  return { older, inserted, outdated, deleted };
}
