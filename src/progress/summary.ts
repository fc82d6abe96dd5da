/** What a run did: the last lines of its log, and the file of --report. */
import { printable } from '../printable.ts';
import type { StreamFigures } from './figures.ts';
import type { Outcome } from '../warehouse/record-sql.ts';
import { count, digits, duration, rate, size } from './amounts.ts';
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
  const aside = rejected > 0 ? `, ${rejected} set aside` : '';
  const all = `every record that was read is committed: ${rows} rows${aside}`;
  if (outcome === 'succeeded') return all;
  if (outcome === 'stopped' && not_loaded === 0) return `stopped by a signal; ${all}`;
  const state = last_state === null ? 'no state is safe yet' : 'the last state on stdout is safe';
  return `${outcome}: ${rows} rows are committed${aside}, ${not_loaded} records were read and not loaded; ${state}`;
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

/** A table with a line for each stream, and the time and size of all. */
export function summaryTable({ streams, ms, input_bytes, lines, run_id }: RunReport): string {
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
  return [...(rows.length > 0 ? aligned(cells) : []), total].join('\n');
}

/** The first column to the left, the others to the right. */
function aligned(cells: readonly (readonly string[])[]): readonly string[] {
  const widthAt = (at: number): number => Math.max(...cells.map((row) => Array.from(row[at] ?? '').length));
  const widths = (cells[0] ?? []).map((_, at) => widthAt(at));
  return cells.map((row) =>
    row
      .map((text, at) => {
        const gap = ' '.repeat((widths[at] ?? 0) - Array.from(text).length);
        return at === 0 ? text + gap : gap + text;
      })
      .join('  '),
  );
}
