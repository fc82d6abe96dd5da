/** Tells what a run is going to do, what it is doing, and what it did. */
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { writePrivateFile } from '../private-file.ts';
import type { RunStatus, RunSummary } from '../run/run.ts';
import type { Outcome } from '../warehouse/record-sql.ts';
import { tellLoad } from './metric-lines.ts';
import type { Moment } from './metrics.ts';
import { MetricsFile } from './metrics-file.ts';
import type { Otlp } from './otlp.ts';
import { reportOf, summaryTable, verdict } from './summary.ts';
import { watchProgress } from './watch.ts';

export interface TellerOptions {
  readonly version: string;
  readonly runId: string;
  readonly log: Logger;
  /** The log is read by a person. */
  readonly isForPeople: boolean;
  readonly showStatus: ((text: string | undefined) => void) | undefined;
  /** The width of the terminal on which the log is, if it is known. */
  readonly columns: () => number | undefined;
  /** The file of --report. */
  readonly reportFile: string | undefined;
  /** The file of --metrics-file. */
  readonly metricsFile: string | undefined;
  /** The log has lines with metrics. */
  readonly hasMetricLines: boolean;
  /** Takes the metrics too. */
  readonly otlp: Pick<Otlp, 'start' | 'end'> | undefined;
  readonly now: () => number;
}

/** How often the file of --metrics-file is renewed. In milliseconds. */
const METRICS_MS = 30_000;

/** The run that is told of. */
interface ToldRun {
  readonly status: RunStatus;
  readonly summary: RunSummary;
}

export class RunTeller {
  readonly #options: TellerOptions;
  readonly #run: ToldRun;
  readonly #watching: Disposable;
  readonly #metrics: MetricsFile | undefined;
  readonly #metricsTimer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** `target`: where the rows go. */
  constructor(options: TellerOptions, run: ToldRun, target: string) {
    this.#options = options;
    this.#run = run;
    const { log, version, runId, showStatus, columns, now } = options;
    log.info({ version }, `target-redshift ${version} loads into ${target} (${runId})`);
    const { metricsFile, hasMetricLines } = options;
    if (hasMetricLines) run.status.figures.onCommitted = (load) => tellLoad(log, load);
    if (metricsFile !== undefined) {
      const metrics = new MetricsFile(metricsFile, { version, log });
      const write = (): void => metrics.write(run.status, 'running', now());
      write();
      this.#metrics = metrics;
      this.#metricsTimer = setInterval(write, METRICS_MS).unref();
    }
    options.otlp?.start(() => this.#moment('running'));
    this.#watching = watchProgress({ statusOf: () => run.status, log, showStatus, columns, now });
  }

  /** Resolves when the collector of OpenTelemetry has the last metrics, or after two seconds. Call it after `end`. */
  async sendLast(outcome: Outcome): Promise<void> {
    await this.#options.otlp?.end(this.#moment(outcome));
  }

  #moment(outcome: Outcome): Moment {
    const now = this.#options.now();
    const lastSuccess = outcome === 'succeeded' ? now : undefined;
    return { status: this.#run.status, outcome, now, lastSuccess, version: this.#options.version };
  }

  /** Tells what the run did, once. */
  end(outcome: Outcome, error?: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#watching[Symbol.dispose]();
    clearInterval(this.#metricsTimer);
    this.#metrics?.write(this.#run.status, outcome, this.#options.now());
    const { version, runId, log, isForPeople, columns, reportFile, now } = this.#options;
    const { status, summary } = this.#run;
    const lastState = status.lastState?.toString();
    const report = reportOf(
      status,
      { version, runId, outcome, error, lastState, accepted: status.accepted },
      now(),
    );
    const { ms, rows, rejected, not_loaded, input_bytes } = report;
    log.info({ ...summary, outcome, rows, rejected, not_loaded, input_bytes, ms }, verdict(report));
    if (isForPeople) log.info(summaryTable(report, columns()));
    if (reportFile === undefined) return;
    try {
      writePrivateFile(reportFile, `${JSON.stringify(report, undefined, 2)}\n`);
    } catch (cause) {
      log.warn(`Cannot write --report ${reportFile}: ${messageOf(cause)}`);
    }
  }
}
