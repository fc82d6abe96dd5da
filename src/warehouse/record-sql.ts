/**
 * The statements that record runs and loads in the target schema: `_target_redshift_loads` with a row for each load, written in
 * the load's own transaction, and `_target_redshift_runs` with a row for each run. Without `load_history`, rows of
 * `_target_redshift_commits` stand in for them while the run lasts.
 */
import { ident, integer, join, literal, raw, sql, timestamp, type Sql } from '../sql.ts';
import { RESERVED_PREFIX } from '../table/names.ts';

/** What a load did. No state and no secret: anybody who may read the schema reads this. */
export interface LoadRow {
  readonly batch: number;
  readonly stream: string;
  readonly schema: string;
  readonly table: string;
  readonly method: string;
  /** Rows that the input had. */
  readonly received: number;
  /** Of them, those that were set aside. */
  readonly rejected: number;
  /** Of them, those that are in the table now. */
  readonly written: number;
  /** Rows of the table that these were written over. */
  readonly replaced: number;
  readonly deleted: number;
  /** Of the compressed parts. */
  readonly bytes: number;
  readonly parts: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly committedAt: number;
}

export type Outcome = 'running' | 'succeeded' | 'failed' | 'stopped';

/** A run as its row tells it. */
export interface RunRow {
  readonly runId: string;
  /** Of this program. */
  readonly version: string;
  /** Milliseconds since the epoch; undefined for a run that has not begun. */
  readonly startedAt: number | undefined;
  readonly endedAt?: number;
  readonly outcome: Outcome;
  /** Why it failed. */
  readonly error?: string | undefined;
}

const LOADS = `${RESERVED_PREFIX}loads`;
const RUNS = `${RESERVED_PREFIX}runs`;

const MAX_STREAM_BYTES = 512;
const MAX_ERROR_BYTES = 4096;

interface RecordColumn<Row> {
  readonly name: string;
  readonly type: string;
  readonly value: (row: Row) => Sql;
}

/** Which run, and of which version of this program. */
export type RunFacts = Pick<RunRow, 'runId' | 'version'>;

/** What only the load itself knows. */
type Results = Pick<LoadRow, 'written' | 'replaced' | 'deleted' | 'bytes' | 'startedAt' | 'committedAt'>;

/** The row of a load, or of one that has not been run: its results are unknown, and written as NULL. */
export type PlannedLoadRow = Omit<LoadRow, keyof Results> & Partial<Results>;

type Load = PlannedLoadRow & RunFacts;

const column = <Row>(name: string, type: string, value: (row: Row) => Sql): RecordColumn<Row> => {
  return { name, type, value };
};

const LOAD_COLUMNS: readonly RecordColumn<Load>[] = [
  column('run_id', 'VARCHAR(64)', ({ runId }) => literal(runId)),
  column('batch', 'BIGINT', ({ batch }) => integer(batch)),
  column('stream', `VARCHAR(${MAX_STREAM_BYTES})`, ({ stream }) => literal(cut(stream, MAX_STREAM_BYTES))),
  column('table_schema', 'VARCHAR(127)', ({ schema }) => literal(schema)),
  column('table_name', 'VARCHAR(127)', ({ table }) => literal(table)),
  column('method', 'VARCHAR(32)', ({ method }) => literal(method)),
  column('rows_received', 'BIGINT', ({ received }) => integer(received)),
  column('rows_rejected', 'BIGINT', ({ rejected }) => integer(rejected)),
  column('rows_written', 'BIGINT', ({ written }) => integerOrNull(written)),
  column('rows_replaced', 'BIGINT', ({ replaced }) => integerOrNull(replaced)),
  column('rows_deleted', 'BIGINT', ({ deleted }) => integerOrNull(deleted)),
  column('bytes', 'BIGINT', ({ bytes }) => integerOrNull(bytes)),
  column('parts', 'BIGINT', ({ parts }) => integer(parts)),
  column('started_at', 'TIMESTAMP', ({ startedAt }) => timestampOrNull(startedAt)),
  column('committed_at', 'TIMESTAMP', ({ committedAt }) => timestampOrNull(committedAt)),
  column('version', 'VARCHAR(64)', ({ version }) => literal(version)),
];

const RUN_COLUMNS: readonly RecordColumn<RunRow>[] = [
  column('run_id', 'VARCHAR(64)', ({ runId }) => literal(runId)),
  column('version', 'VARCHAR(64)', ({ version }) => literal(version)),
  column('started_at', 'TIMESTAMP', ({ startedAt }) => timestampOrNull(startedAt)),
  column('ended_at', 'TIMESTAMP', ({ endedAt }) => timestampOrNull(endedAt)),
  column('outcome', 'VARCHAR(16)', ({ outcome }) => literal(outcome)),
  column('error', `VARCHAR(${MAX_ERROR_BYTES})`, ({ error }) => textOrNull(error)),
];

/** What is needed to find out what became of a COMMIT. */
const MARKS = ['run_id', 'batch', 'committed_at'];

interface RecordTable<Row> {
  readonly name: string;
  readonly columns: readonly RecordColumn<Row>[];
}

/** Where loads and runs are recorded. */
export interface RecordTables {
  readonly loads: RecordTable<Load>;
  /** Undefined where runs are not recorded. */
  readonly runs: RecordTable<RunRow> | undefined;
}

/** The history that people read. */
export const HISTORY = {
  loads: { name: LOADS, columns: LOAD_COLUMNS },
  runs: { name: RUNS, columns: RUN_COLUMNS },
} satisfies RecordTables;

/** Without a history: a row for each load, until the run ends. */
export const COMMITS: RecordTables = {
  loads: {
    name: `${RESERVED_PREFIX}commits`,
    columns: LOAD_COLUMNS.filter(({ name }) => MARKS.includes(name)),
  },
  runs: undefined,
};

/** Tables that are there stay as they are. */
export function createRecords(schema: string, { loads, runs }: RecordTables): readonly Sql[] {
  return [create(schema, loads), ...(runs ? [create(schema, runs)] : [])];
}

function create<Row>(schema: string, { name, columns }: RecordTable<Row>): Sql {
  const list = columns.map((one) => raw(`${one.name} ${one.type}`));
  return sql`CREATE TABLE IF NOT EXISTS ${ident(schema, name)} (${join(list)})`;
}

function insert<Row>(schema: string, { name, columns }: RecordTable<Row>, rows: readonly Row[]): Sql {
  const list = join(columns.map((one) => raw(one.name)));
  const values = rows.map((row) => sql`(${join(columns.map((one) => one.value(row)))})`);
  return sql`INSERT INTO ${ident(schema, name)} (${list}) VALUES ${join(values)}`;
}

export function insertLoads(
  schema: string,
  { loads }: RecordTables,
  { runId, version }: RunFacts,
  rows: readonly PlannedLoadRow[],
): Sql {
  return insert(
    schema,
    loads,
    rows.map((row) => ({ ...row, runId, version })),
  );
}

export function insertRun(schema: string, table: RecordTable<RunRow>, run: RunRow): Sql {
  return insert(schema, table, [run]);
}

/** The statements that record loads in their transaction; the first of a run also inserts the row of the run. */
export function recordOf(
  schema: string,
  tables: RecordTables,
  {
    loads,
    run,
    isFirst,
  }: { readonly loads: readonly PlannedLoadRow[]; readonly run: RunRow; readonly isFirst: boolean },
): readonly Sql[] {
  return [
    insertLoads(schema, tables, run, loads),
    ...(tables.runs && isFirst ? [insertRun(schema, tables.runs, run)] : []),
  ];
}

export const endRun = (schema: string, { name }: RecordTable<RunRow>, run: RunRow): Sql =>
  sql`UPDATE ${ident(schema, name)} SET ended_at = ${timestampOrNull(run.endedAt)}, outcome = ${literal(run.outcome)}, error = ${textOrNull(run.error)} WHERE run_id = ${literal(run.runId)}`;

export const findLoad = (schema: string, { loads }: RecordTables, runId: string, batch: number): Sql =>
  sql`SELECT 1 FROM ${ident(schema, loads.name)} WHERE run_id = ${literal(runId)} AND batch = ${integer(batch)}`;

export const removeLoads = (schema: string, { loads }: RecordTables, runId: string): Sql =>
  sql`DELETE FROM ${ident(schema, loads.name)} WHERE run_id = ${literal(runId)}`;

/** Shows the locks of the transaction that a server process has open; other users see none (r_SVV_TRANSACTIONS). */
export const findTransaction = (pid: number): Sql =>
  sql`SELECT 1 FROM svv_transactions WHERE pid = ${integer(pid)} LIMIT 1`;

const integerOrNull = (value: number | undefined): Sql =>
  value === undefined ? raw('NULL') : integer(value);

const timestampOrNull = (at: number | undefined): Sql => (at === undefined ? raw('NULL') : timestamp(at));

const textOrNull = (text: string | undefined): Sql =>
  text === undefined ? raw('NULL') : literal(cut(text, MAX_ERROR_BYTES));

/** The beginning of a text that has at most so many bytes. */
function cut(text: string, bytes: number): string {
  const clean = text.toWellFormed().replaceAll('\0', '');
  return new TextDecoder().decode(Buffer.from(clean).subarray(0, bytes), { stream: true });
}
