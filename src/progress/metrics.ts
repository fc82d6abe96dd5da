/** The metrics of a run. The file of --metrics-file and the OpenTelemetry collector get the same ones. All are gauges, because each run begins at 0. */
import type { Outcome } from '../warehouse/record-sql.ts';
import type { StreamFigures } from './figures.ts';
import type { Status } from './status.ts';

const OUTCOMES: readonly Outcome[] = ['running', 'succeeded', 'failed', 'stopped'];

export const LAST_SUCCESS = 'target_redshift_last_success_timestamp_seconds';

/** A run at one moment. */
export interface Moment {
  readonly status: Status;
  readonly outcome: Outcome;
  /** In milliseconds since the epoch. */
  readonly now: number;
  /** When a run last succeeded, in milliseconds since the epoch; undefined if none is known. */
  readonly lastSuccess: number | undefined;
  /** Of the program. */
  readonly version: string;
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly value: number;
  readonly labels: Labels;
}

export interface Metric {
  readonly name: string;
  readonly help: string;
  /** In the notation of UCUM, as OpenTelemetry has it. */
  readonly unit: '1' | 's' | 'By';
  readonly samplesAt: (moment: Moment) => readonly Sample[];
}

export const METRICS: readonly Metric[] = [
  {
    name: 'target_redshift_info',
    help: 'The version of the program.',
    unit: '1',
    samplesAt: ({ version }) => [{ value: 1, labels: { version } }],
  },
  {
    name: 'target_redshift_run_outcome',
    help: 'The outcome of the latest run: 1 for the one that applies.',
    unit: '1',
    samplesAt: ({ outcome }) =>
      OUTCOMES.map((one) => ({ value: one === outcome ? 1 : 0, labels: { outcome: one } })),
  },
  ofRun(
    'run_start_timestamp_seconds',
    's',
    'When the latest run began.',
    ({ status }) => status.figures.startedAt / 1000,
  ),
  ofRun(
    'run_seconds',
    's',
    'How long the latest run has taken so far, or took.',
    ({ status, now }) => (now - status.figures.startedAt) / 1000,
  ),
  {
    name: LAST_SUCCESS,
    help: 'When a run last succeeded.',
    unit: 's',
    samplesAt: ({ lastSuccess }) =>
      lastSuccess === undefined ? [] : [{ value: lastSuccess / 1000, labels: {} }],
  },
  ofRun('messages', '1', 'Messages that were read.', ({ status }) => status.messages),
  ofRun('input_bytes', 'By', 'Bytes that were read.', ({ status }) => status.figures.bytes),
  ofStreams('rows', '1', 'Committed rows.', ({ rows, collected }) => rows - collected),
  ofStreams('rejected_records', '1', 'Records that were set aside.', ({ rejected }) => rejected),
  ofStreams('loads', '1', 'Committed loads.', ({ loads }) => loads),
  ofStreams('csv_bytes', 'By', 'Bytes of CSV before compression.', ({ bytes }) => bytes),
  ofStreams('load_seconds', 's', 'Time in which batches were loaded.', ({ loadMs }) => loadMs / 1000),
];

function ofRun(
  name: string,
  unit: Metric['unit'],
  help: string,
  valueAt: (moment: Moment) => number,
): Metric {
  return {
    name: `target_redshift_${name}`,
    help,
    unit,
    samplesAt: (moment) => [{ value: valueAt(moment), labels: {} }],
  };
}

/** A figure of each stream. */
function ofStreams(
  name: string,
  unit: Metric['unit'],
  help: string,
  valueOf: (stream: StreamFigures) => number,
): Metric {
  const sampleOf = (one: StreamFigures): Sample => ({
    value: valueOf(one),
    labels: { stream: one.stream, table: one.table },
  });
  return {
    name: `target_redshift_stream_${name}`,
    help,
    unit,
    samplesAt: ({ status }) => status.figures.streams.map(sampleOf),
  };
}
