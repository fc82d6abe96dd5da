/** The statements of one planned batch: those that a load would send. */
import type { CsvFormat } from '../rows/csv.ts';
import type { Replace } from '../table/changes.ts';
import type { StoredColumn } from '../table/types.ts';
import type { LoadJob } from '../warehouse/jobs.ts';
import { loadSteps, statementsOf } from '../warehouse/load-steps.ts';
import { COMMITS, HISTORY, recordOf } from '../warehouse/record-sql.ts';
import type { CopyAccess } from '../warehouse/statements.ts';
import { stageTables } from '../warehouse/stage-tables.ts';
import type { Step } from '../warehouse/step.ts';
import type { Collected } from './collected.ts';

export interface StepOptions {
  readonly access: CopyAccess;
  readonly region: string | undefined;
  readonly format: CsvFormat;
  readonly url: (key: string) => string;
  /** How loads are recorded. */
  readonly history: PlannedHistory;
}

interface PlannedHistory {
  /** The schema of the tables of records. */
  readonly schema: string;
  /** Whether records stay after the run. */
  readonly keepsRecords: boolean;
  /** Of this program. */
  readonly version: string;
}

/** Stands for what is new in each run: its id, and with it the names of its objects and shadow tables. */
export const RUN = 'RUN';

interface PlannedTable {
  /** Columns that get another type in the transaction of the load, which deletes all rows first; undefined: the rows stay. */
  readonly clears: readonly Replace[] | undefined;
  /** The load would make the table, or an earlier one of this program has, and its user owns it. */
  readonly isOwn: boolean;
  /** It is the first load of the run. */
  readonly isFirst: boolean;
}

/** No steps for jobs that bring no rows. */
export function plannedSteps(
  one: Collected,
  existing: readonly StoredColumn[],
  { clears, isOwn, isFirst }: PlannedTable,
  { url, format, access, region, history }: StepOptions,
): readonly Step[] {
  const { load, maxBytes, census, narrow, nullKeys, mayRepeatKeys } = one;
  if (!load) return [];
  const { target, columns, method, newest, settings, keyPrefix } = load;
  const source = { manifestUrl: url(`${keyPrefix}manifest-1.json`), format, access, region };
  const shape = { target, columns, method, newest, maxBytes, census, narrow, nullKeys, mayRepeatKeys };
  const tables = stageTables(0);
  const work = { ...shape, hardDelete: settings.hard_delete, isOwn, clears, source, tables };
  return statementsOf(loadSteps(work, existing), recordSteps(load, isFirst, history));
}

/** Where only the load knows a value, the row has NULL. */
function recordSteps(
  { batch, stream, historyRow }: LoadJob,
  isFirst: boolean,
  { schema, keepsRecords, version }: PlannedHistory,
): readonly Step[] {
  const { table, method, received = 0, rejected = 0, parts = 0 } = historyRow;
  const row = { batch, stream, ...table, method, received, rejected, parts };
  const run = { runId: RUN, version, startedAt: undefined, outcome: 'running' } as const;
  const tables = keepsRecords ? HISTORY : COMMITS;
  const [loads, ...runs] = recordOf(schema, tables, { loads: [row], run, isFirst });
  return [
    ...(loads ? [{ what: 'record the load', sql: loads }] : []),
    ...runs.map((sql) => ({ what: 'record the run, with its first load', sql })),
  ];
}
