/** A history of runs and loads that tests write by themselves, with days and numbers that no real run has. */
import * as records from '../../src/warehouse/record-sql.ts';
import type { LoadRow, RunRow } from '../../src/warehouse/record-sql.ts';
import type { Place } from './warehouse.ts';

/** One statement may not have more rows in it, or it gets too long. */
const ROWS = 500;

export interface PastLoad extends Partial<LoadRow> {
  readonly stream: string;
  readonly runId?: string;
}

/** `endedAt: undefined`: it has not ended. */
export type PastRun = Omit<Partial<RunRow>, 'endedAt'> & { readonly endedAt?: number | undefined };

/** Creates the tables of the history, also without rows. Loads have the defaults of `LOAD`. */
export async function writeHistory(
  place: Place,
  runs: readonly PastRun[],
  loads: readonly PastLoad[],
): Promise<void> {
  const { schema } = place;
  await place.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  for (const { text } of records.createRecords(schema, records.HISTORY)) await place.query(text);
  for (const one of runs) {
    const { endedAt, ...run } = { ...RUN, ...one };
    const row = { ...run, ...(endedAt !== undefined && { endedAt }) };
    await place.query(records.insertRun(schema, records.HISTORY.runs, row).text);
  }
  for (let at = 0; at < loads.length; at += ROWS) {
    const rows = loads.slice(at, at + ROWS);
    for (const runId of new Set(rows.map((one) => one.runId ?? RUN.runId)))
      await place.query(
        records.insertLoads(
          schema,
          records.HISTORY,
          { runId, version: RUN.version },
          rows
            .filter((one) => (one.runId ?? RUN.runId) === runId)
            .map((one) => ({ ...LOAD, schema, table: one.stream.slice(0, 100), ...one })),
        ).text,
      );
  }
}

const RUN = {
  runId: 'run-1',
  version: '1.0.0',
  startedAt: Date.UTC(2026, 0, 1),
  endedAt: Date.UTC(2026, 0, 1, 0, 1),
  outcome: 'succeeded',
} as const;

const LOAD: Omit<LoadRow, 'stream' | 'schema' | 'table'> = {
  batch: 1,
  method: 'upsert',
  received: 10,
  rejected: 0,
  written: 10,
  replaced: 0,
  deleted: 0,
  bytes: 1_000,
  parts: 1,
  startedAt: Date.UTC(2026, 0, 1),
  committedAt: Date.UTC(2026, 0, 1, 0, 0, 1),
};
