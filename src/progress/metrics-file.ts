/**
 * The file of --metrics-file: the figures of the latest run in the text format of Prometheus, for the textfile collector of
 * node_exporter.
 */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { writeWhole } from '../private-file.ts';
import type { Outcome } from '../warehouse/record-sql.ts';
import { LAST_SUCCESS, METRICS, type Labels, type Moment, type Sample } from './metrics.ts';
import type { Status } from './status.ts';

export class MetricsFile {
  readonly #path: string;
  readonly #version: string;
  readonly #log: Logger;
  /** In milliseconds since the epoch; undefined if no run has succeeded. */
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
    if (outcome === 'succeeded') this.#lastSuccess = now;
    try {
      // Other users may read it, because the collector is one.
      const moment = { status, outcome, now, lastSuccess: this.#lastSuccess, version: this.#version };
      writeWhole(this.#path, this.#text(moment), 0o644);
    } catch (error) {
      if (!this.#hasFailed) this.#log.warn(`Cannot write --metrics-file ${this.#path}: ${messageOf(error)}`);
      this.#hasFailed = true;
    }
  }

  #text(moment: Moment): string {
    const text = new Exposition({ pipeline: basename(this.#path, extname(this.#path)) });
    for (const { name, help, samplesAt } of METRICS) text.gauge(name, help, samplesAt(moment));
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
  gauge(name: string, help: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (const { value, labels } of samples) {
      const all = Object.entries({ ...this.#labels, ...labels });
      this.#text += `${name}{${all.map(([key, text]) => `${key}="${escaped(text)}"`).join(',')}} ${value}\n`;
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
    return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : undefined;
  } catch {
    return undefined;
  }
}
