/** Tells what a run is going to do, what it is doing, and what it did. */
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { writePrivateFile } from '../private-file.ts';
import type { RunStatus, RunSummary } from '../run/run.ts';
import type { Outcome } from '../warehouse/record-sql.ts';
import { reportOf, summaryTable, verdict } from './summary.ts';
import { watchProgress } from './watch.ts';

export interface TellerOptions {
  readonly version: string;
  readonly runId: string;
  readonly log: Logger;
  /** The log is read by a person. */
  readonly isForPeople: boolean;
  readonly showStatus: ((text: string | undefined) => void) | undefined;
  /** The file of --report. */
  readonly reportFile: string | undefined;
  readonly now: () => number;
}

/** The run that is told of. */
interface ToldRun {
  readonly status: RunStatus;
  readonly summary: RunSummary;
}

export class RunTeller {
  readonly #options: TellerOptions;
  readonly #run: ToldRun;
  readonly #watching: Disposable;
  #hasEnded = false;

  /** `target`: where the rows go. */
  constructor(options: TellerOptions, run: ToldRun, target: string) {
    this.#options = options;
    this.#run = run;
    const { log, version, runId, showStatus, now } = options;
    log.info({ version }, `target-redshift ${version} loads into ${target} (${runId})`);
    this.#watching = watchProgress({ statusOf: () => run.status, log, showStatus, now });
  }

  /** Tells what the run did, once. */
  end(outcome: Outcome, error?: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#watching[Symbol.dispose]();
    const { version, runId, log, isForPeople, reportFile, now } = this.#options;
    const { status, summary } = this.#run;
    const lastState = status.lastState?.toString();
    const report = reportOf(
      status,
      { version, runId, outcome, error, lastState, accepted: status.accepted },
      now(),
    );
    const { ms, rows, rejected, not_loaded, input_bytes } = report;
    log.info({ ...summary, outcome, rows, rejected, not_loaded, input_bytes, ms }, verdict(report));
    if (isForPeople) log.info(summaryTable(report));
    if (reportFile === undefined) return;
    try {
      writePrivateFile(reportFile, `${JSON.stringify(report, undefined, 2)}\n`);
    } catch (cause) {
      log.warn(`Cannot write --report ${reportFile}: ${messageOf(cause)}`);
    }
  }
}
