/** What a run did: the last lines of its log, and the file of --report. */
import { padEnd, padStart, shortened, widthOf } from '../io/fit.ts';
import { printable } from '../printable.ts';
import type { StreamFigures } from './figures.ts';
import type { Outcome } from '../warehouse/record-sql.ts';
import { be, count, digits, duration, rate, size } from '../amounts.ts';
import type { Status } from './status.ts';

/** What is known of a run when it has ended. */
export interface RunReport {
  readonly version: string;
  readonly run_id: string;
  readonly outcome: Outcome;
  /** The reason of a failure, without secrets. */
  readonly error: string | undefined;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly ended_at: string;
  readonly ms: number;
  readonly lines: number;
  readonly input_bytes: number;
  /** Committed rows. */
  readonly rows: number;
  /** Records that were set aside. */
  readonly rejected: number;
  /** Records that were read and are neither committed nor set aside. */
  readonly not_loaded: number;
  /** The newest state that was printed, as the tap wrote it; null if none was. */
  readonly last_state: string | null;
  readonly streams: readonly StreamReport[];
}

interface StreamReport {
  readonly stream: string;
  readonly table: string;
  readonly loads: number;
  readonly rows: number;
  /** Null where deletions make it uncountable. */
  readonly new: number | null;
  readonly replaced: number;
  readonly deleted: number;
  readonly superseded: number;
  readonly rejected: number;
  readonly not_loaded: number;
  readonly bytes: number;
  readonly ms: number;
}

export interface RunFacts {
  readonly version: string;
  readonly runId: string;
  readonly outcome: Outcome;
  readonly error: string | undefined;
  readonly lastState: string | undefined;
  /** Records that each stream has accepted. */
  readonly accepted: ReadonlyMap<string, number>;
}

export function reportOf({ figures, messages }: Status, facts: RunFacts, now: number): RunReport {
  const streams = figures.streams.map((stream) =>
    streamReport(stream, facts.accepted.get(stream.stream) ?? 0),
  );
  const unloaded = [...facts.accepted].filter(
    ([name]) => !figures.streams.some(({ stream }) => stream === name),
  );
  return {
    version: facts.version,
    run_id: facts.runId,
    outcome: facts.outcome,
    error: facts.error,
    started_at: new Date(figures.startedAt).toISOString(),
    ended_at: new Date(now).toISOString(),
    ms: now - figures.startedAt,
    lines: messages,
    input_bytes: figures.bytes,
    rows: figures.rows,
    rejected: figures.rejected,
    not_loaded: sum([
      ...streams.map(({ not_loaded }) => not_loaded),
      ...unloaded.map(([, records]) => records),
    ]),
    last_state: facts.lastState ?? null,
    streams,
  };
}

function streamReport(figures: StreamFigures, accepted: number): StreamReport {
  const { stream, table, loads, rows, collected, inserted, replaced, deleted, superseded, rejected } =
    figures;
  return {
    ...{ stream, table, loads, rows: rows - collected, new: inserted ?? null, replaced, deleted, superseded },
    ...{
      rejected,
      not_loaded: Math.max(0, accepted - rows) + collected,
      bytes: figures.bytes,
      ms: figures.loadMs,
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** One sentence. */
export function verdict({ outcome, rows, rejected, not_loaded, last_state }: RunReport): string {
  const aside = rejected > 0 ? `, ${digits(rejected)} set aside` : '';
  const all = `every record that was read is committed: ${count(rows, 'row')}${aside}`;
  if (outcome === 'succeeded') return all;
  if (outcome === 'stopped' && not_loaded === 0) return `stopped by a signal; ${all}`;
  const state = last_state === null ? 'no state is safe yet' : 'the last state on stdout is safe';
  return `${outcome}: ${count(rows, 'row')} ${be(rows)} committed${aside}, ${count(not_loaded, 'record')} ${not_loaded === 1 ? 'was' : 'were'} read and not loaded; ${state}`;
}

const HEAD = [
  'stream',
  'rows',
  'new',
  'replaced',
  'deleted',
  'set aside',
  'not loaded',
  'size',
  'time',
  'rate',
];

/** The columns that can be left out where the terminal is narrow, in this order: they follow from the others. */
const DISPENSABLE = ['rate', 'size', 'time'];

/** By how many blanks the log indents all lines of a message but the first. */
const INDENT = 4;

/** The name of a stream is not made shorter than this. */
const LEAST_NAME = 16;

/** The time and size of all, and below it a table with a line for each stream. `columns`: the width of the terminal. */
export function summaryTable(
  { streams, ms, input_bytes, lines, run_id }: RunReport,
  columns: number = Infinity,
): string {
  const rows = streams.map((one) => [
    printable(one.stream),
    digits(one.rows),
    one.new === null ? '?' : digits(one.new),
    digits(one.replaced),
    digits(one.deleted),
    digits(one.rejected),
    digits(one.not_loaded),
    size(one.bytes),
    duration(one.ms),
    rate(one.rows, one.ms),
  ]);
  // Columns that say nothing are left out.
  const kept = HEAD.map((_, at) => at < 2 || at > 6 || rows.some((row) => row[at] !== '0'));
  const cells = [HEAD, ...rows].map((row) => row.filter((_, at) => kept[at]));
  const total = `${duration(ms)}, ${count(lines, 'message')}, ${size(input_bytes)}; run ${run_id}`;
  return [total, ...(rows.length > 0 ? aligned(fitted(cells, columns - INDENT)) : [])].join('\n');
}

type Cells = readonly (readonly string[])[];

const widthsOf = (cells: Cells): readonly number[] =>
  (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ''))));

/** With shorter names of streams, or without columns that can be missed. */
function fitted(cells: Cells, width: number): Cells {
  const [name = 0, ...others] = widthsOf(cells);
  const left = width - others.reduce((sum, one) => sum + GAP.length + one, 0);
  if (name <= left) return cells;
  const head = cells[0] ?? [];
  const missed = DISPENSABLE.find((one) => head.includes(one));
  if (left < LEAST_NAME && missed !== undefined)
    return fitted(
      cells.map((row) => row.filter((_, at) => head[at] !== missed)),
      width,
    );
  return cells.map(([stream = '', ...row]) => [shortened(stream, Math.max(left, LEAST_NAME)), ...row]);
}

const GAP = '  ';

/** The first column to the left, the others to the right. */
function aligned(cells: Cells): readonly string[] {
  const widths = widthsOf(cells);
  const pad = (text: string, at: number): string => (at === 0 ? padEnd : padStart)(text, widths[at] ?? 0);
  return cells.map((row) => row.map(pad).join(GAP));
}
