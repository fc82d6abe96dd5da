/**
 * The file of --metrics-file: the figures of the latest run in the text format of Prometheus, for the textfile collector of
 * node_exporter. Values are gauges, because each run begins at 0.
 */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { writeWhole } from '../private-file.ts';
import type { Outcome } from '../warehouse/record-sql.ts';
import type { StreamFigures } from './figures.ts';
import type { Status } from './status.ts';

const OUTCOMES: readonly Outcome[] = ['running', 'succeeded', 'failed', 'stopped'];

const LAST_SUCCESS = 'target_redshift_last_success_timestamp_seconds';

/** The figures of a stream, with what they mean. */
const OF_STREAMS: readonly (readonly [
  name: string,
  help: string,
  value: (stream: StreamFigures) => number,
])[] = [
  ['rows', 'Committed rows.', ({ rows, collected }) => rows - collected],
  ['rejected_records', 'Records that were set aside.', ({ rejected }) => rejected],
  ['loads', 'Committed loads.', ({ loads }) => loads],
  ['csv_bytes', 'Bytes of CSV before compression.', ({ bytes }) => bytes],
  ['load_seconds', 'Time in which batches were loaded.', ({ loadMs }) => loadMs / 1000],
];

type Labels = Readonly<Record<string, string>>;

export class MetricsFile {
  readonly #path: string;
  readonly #version: string;
  readonly #log: Logger;
  /** In seconds since the epoch; undefined if no run has succeeded. */
  #lastSuccess: number | undefined;
  #hasFailed = false;

  constructor(path: string, { version, log }: { readonly version: string; readonly log: Logger }) {
    this.#path = path;
    this.#version = version;
    this.#log = log;
    this.#lastSuccess = lastSuccessIn(path);
  }

  /** Replaces the file. A failure is logged once and does not end the run. */
  write(status: Status, outcome: Outcome, now: number): void {
    if (outcome === 'succeeded') this.#lastSuccess = now / 1000;
    try {
      // Other users may read it, because the collector is one.
      writeWhole(this.#path, this.#text(status, outcome, now), 0o644);
    } catch (error) {
      if (!this.#hasFailed) this.#log.warn(`Cannot write --metrics-file ${this.#path}: ${messageOf(error)}`);
      this.#hasFailed = true;
    }
  }

  #text({ figures, messages }: Status, outcome: Outcome, now: number): string {
    const text = new Exposition({ pipeline: basename(this.#path, extname(this.#path)) });
    text.gauge('target_redshift_info', 'The version of the program.', [[1, { version: this.#version }]]);
    text.gauge(
      'target_redshift_run_outcome',
      'The outcome of the latest run: 1 for the one that applies.',
      OUTCOMES.map((one) => [one === outcome ? 1 : 0, { outcome: one }]),
    );
    text.gauge('target_redshift_run_start_timestamp_seconds', 'When the latest run began.', [
      [figures.startedAt / 1000],
    ]);
    text.gauge('target_redshift_run_seconds', 'How long the latest run has taken so far, or took.', [
      [(now - figures.startedAt) / 1000],
    ]);
    if (this.#lastSuccess !== undefined)
      text.gauge(LAST_SUCCESS, 'When a run last succeeded.', [[this.#lastSuccess]]);
    text.gauge('target_redshift_messages', 'Messages that were read.', [[messages]]);
    text.gauge('target_redshift_input_bytes', 'Bytes that were read.', [[figures.bytes]]);
    for (const [name, help, value] of OF_STREAMS)
      text.gauge(
        `target_redshift_stream_${name}`,
        help,
        figures.streams.map((one) => [value(one), { stream: one.stream, table: one.table }]),
      );
    return text.toString();
  }
}

/** Text in the exposition format of Prometheus (prometheus.io/docs/instrumenting/exposition_formats). */
class Exposition {
  readonly #labels: Labels;
  #text = '';

  /** `labels`: those of every sample. */
  constructor(labels: Labels) {
    this.#labels = labels;
  }

  /** A metric without samples is left out. */
  gauge(name: string, help: string, samples: readonly (readonly [value: number, labels?: Labels])[]): void {
    if (samples.length === 0) return;
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (const [value, own] of samples) {
      const labels = Object.entries({ ...this.#labels, ...own });
      this.#text += `${name}{${labels.map(([key, text]) => `${key}="${escaped(text)}"`).join(',')}} ${value}\n`;
    }
  }

  toString(): string {
    return this.#text;
  }
}

/** The format is UTF-8. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** What an earlier run has left in the file, so that a failed run does not hide it. */
function lastSuccessIn(path: string): number | undefined {
  try {
    const line = readFileSync(path, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${LAST_SUCCESS}{`));
    const seconds = Number(line?.slice(line.lastIndexOf(' ')));
    return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
  } catch {
    return undefined;
  }
}
