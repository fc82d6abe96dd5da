/** What `report` shows, as it is read from the history. Nothing in it grows with the number of loads. */
import type { Answer, Session } from '../ports.ts';
import type { Sql } from '../sql.ts';
import * as statements from '../warehouse/report-sql.ts';
import type { AgeClass, ReportPeriod } from '../warehouse/report-sql.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The ages of streams that the page counts, the newest first. */
export const AGES: readonly AgeClass[] = [
  { name: 'under 1 h', seconds: 0 },
  { name: '1–6 h', seconds: HOUR },
  { name: '6–24 h', seconds: 6 * HOUR },
  { name: '1–3 d', seconds: DAY },
  { name: '3–7 d', seconds: 3 * DAY },
  { name: '7–30 d', seconds: 7 * DAY },
  { name: 'over 30 d', seconds: 30 * DAY },
];

/** How many streams have a color of their own; the others share one. */
const LARGEST = 7;
/** The table of streams is not longer: a page must open in a browser. */
const MAX_STREAMS = 2_000;
export const MAX_SLOWEST = 20;
export const MAX_FAILED = 50;
export const MAX_RUNNING = 20;

export interface StreamName {
  readonly stream: string;
  readonly schema: string;
  readonly table: string;
}

/** Sums of loads. */
interface Sums {
  readonly loads: number;
  /** Received, the rejected ones too. */
  readonly rows: number;
  readonly rejected: number;
  /** Of the compressed parts. */
  readonly bytes: number;
  /** In which loads ran. */
  readonly ms: number;
}

export interface StreamFacts extends StreamName, Sums {
  /** UTC, `YYYY-MM-DD HH:MI:SS`. */
  readonly lastLoad: string;
  readonly ageSeconds: number;
}

export interface PartOfStream extends Sums {
  /** The first day of the part, `YYYY-MM-DD`. */
  readonly day: string;
  /** The position in `largest`; undefined for all other streams. */
  readonly place: number | undefined;
}

export interface SlowLoad extends StreamName {
  readonly method: string;
  readonly committed: string;
  readonly ms: number;
  readonly rows: number;
  readonly bytes: number;
  readonly runId: string;
}

export interface RunFacts {
  readonly runId: string;
  readonly version: string;
  readonly started: string;
  /** Undefined for a run that has not ended. */
  readonly seconds: number | undefined;
  readonly error: string;
}

export interface Facts {
  readonly period: ReportPeriod;
  /** How many runs ended how, or have not ended. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** For each part of the period in which something happened. */
  readonly parts: {
    readonly outcomes: readonly { readonly day: string; readonly outcome: string; readonly runs: number }[];
    readonly durations: readonly { readonly day: string; readonly median: number; readonly max: number }[];
    readonly streams: readonly PartOfStream[];
  };
  readonly totals: Sums & { readonly streams: number };
  readonly largest: readonly StreamName[];
  readonly streams: readonly StreamFacts[];
  /** How many streams there are in each class of AGES. */
  readonly ages: readonly number[];
  readonly slowest: readonly SlowLoad[];
  readonly failed: readonly RunFacts[];
  readonly running: readonly RunFacts[];
}

/** Reads everything in one transaction, so that the figures agree. `redact` masks secrets. Throws LoadError. */
export async function readFacts(
  session: Session,
  schema: string,
  period: ReportPeriod,
  redact: (text: string) => string,
): Promise<Facts> {
  const asked = {
    outcomes: statements.sumOutcomes(schema, period),
    outcomesByPart: statements.sumOutcomesByPart(schema, period),
    durations: statements.sumDurations(schema, period),
    totals: statements.sumLoads(schema, period),
    largest: statements.findLargest(schema, period, LARGEST),
    streamsByPart: statements.sumStreamsByPart(schema, period, LARGEST),
    streams: statements.sumStreams(schema, period, MAX_STREAMS),
    ages: statements.countAges(schema, period, AGES),
    slowest: statements.findSlowest(schema, period, MAX_SLOWEST),
    failed: statements.findRuns(schema, period, 'failed', MAX_FAILED),
    running: statements.findRuns(schema, period, 'running', MAX_RUNNING),
  } satisfies Record<string, Sql>;
  const answers = await session.send(Object.values(asked));
  const names = Object.keys(asked);
  const rows = (name: keyof typeof asked): readonly Row[] => rowsOf(answers[names.indexOf(name)], redact);
  const ages = new Map(rows('ages').map((row) => [row.number('age_class'), row.number('streams')]));
  const [totals = new Row(new Map(), redact)] = rows('totals');
  return {
    period,
    outcomes: new Map(rows('outcomes').map((row) => [row.text('outcome'), row.number('runs')])),
    parts: {
      outcomes: rows('outcomesByPart').map((row) => ({
        day: row.text('day'),
        outcome: row.text('outcome'),
        runs: row.number('runs'),
      })),
      durations: rows('durations').map((row) => ({
        day: row.text('day'),
        median: row.number('median_seconds'),
        max: row.number('max_seconds'),
      })),
      streams: rows('streamsByPart').map(partOfStream),
    },
    totals: { ...sumsOf(totals), streams: totals.number('streams') },
    largest: rows('largest').map(nameOf),
    streams: rows('streams').map((row) => ({
      ...nameOf(row),
      ...sumsOf(row),
      lastLoad: row.text('last_load'),
      ageSeconds: row.number('age_seconds'),
    })),
    ages: AGES.map((_, at) => ages.get(at) ?? 0),
    slowest: rows('slowest').map(slowLoad),
    failed: rows('failed').map(runFacts),
    running: rows('running').map(runFacts),
  };
}

/** A row of an answer, by the names of its columns. */
class Row {
  readonly #values: ReadonlyMap<string, string | null>;
  readonly #redact: (text: string) => string;

  constructor(values: ReadonlyMap<string, string | null>, redact: (text: string) => string) {
    this.#values = values;
    this.#redact = redact;
  }

  /** NULL is the empty string. */
  text(column: string): string {
    return this.#redact(this.#values.get(column) ?? '');
  }

  /** NULL is 0. */
  number(column: string): number {
    return Number(this.#values.get(column) ?? 0);
  }

  isNull(column: string): boolean {
    return (this.#values.get(column) ?? null) === null;
  }
}

function rowsOf(answer: Answer | undefined, redact: (text: string) => string): readonly Row[] {
  const { columns = [], rows = [] } = answer ?? {};
  return rows.map((row) => new Row(new Map(columns.map((column, at) => [column, row[at] ?? null])), redact));
}

const nameOf = (row: Row): StreamName => ({
  stream: row.text('stream'),
  schema: row.text('table_schema'),
  table: row.text('table_name'),
});

const sumsOf = (row: Row): Sums => ({
  loads: row.number('loads'),
  rows: row.number('rows_received'),
  rejected: row.number('rows_rejected'),
  bytes: row.number('bytes'),
  ms: row.number('load_ms'),
});

function partOfStream(row: Row): PartOfStream {
  const place = row.number('place');
  return { day: row.text('day'), place: place === 0 ? undefined : place - 1, ...sumsOf(row) };
}

const slowLoad = (row: Row): SlowLoad => ({
  ...nameOf(row),
  method: row.text('method'),
  committed: row.text('committed'),
  ms: row.number('load_ms'),
  rows: row.number('rows_received'),
  bytes: row.number('bytes'),
  runId: row.text('run_id'),
});

const runFacts = (row: Row): RunFacts => ({
  runId: row.text('run_id'),
  version: row.text('version'),
  started: row.text('started'),
  seconds: row.isNull('seconds') ? undefined : row.number('seconds'),
  error: row.text('error'),
});
