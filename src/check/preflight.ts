/**
 * Tries what a load needs while the run waits for its first load, which may be minutes away: a run that cannot succeed then ends
 * soon, with the sentence of `--check`. It creates nothing but a temporary table and a few objects, which it removes.
 */
import { SetupError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { sharedAbort } from '../abort.ts';
import { schemasOf } from '../config/schemas.ts';
import type { PlannedWork } from '../streams/context.ts';
import { passing } from '../warehouse/transient.ts';
import type { CheckContext } from './context.ts';
import { copyStep } from './copy-step.ts';
import { loginStep, schemaStep, temporaryTableStep } from './redshift-steps.ts';
import { problemOf } from './report.ts';
import { CreationFinding, runSteps, type Outcome, type Step } from './step.ts';
import { bucketStep, removeStep, uploadStep } from './storage-steps.ts';

/** How long a run may be without a load before it is tried whether one could succeed, in milliseconds. */
const WAIT_MS = 3000;

export interface PreflightOptions {
  /** `stop` is aborted when no more steps should run. */
  readonly context: (stop: AbortSignal) => CheckContext;
  readonly log: Logger;
  /** Ends the run. */
  readonly fail: (error: SetupError) => void;
}

/** A step, and the work that cannot be done if it fails. */
interface Trial {
  readonly step: Step;
  /** Omitted: everything needs it. */
  readonly isNeededBy?: (work: PlannedWork, outcome: Outcome) => boolean;
}

/** A step that failed, and what needs it. */
interface Problem {
  readonly outcome: Outcome;
  readonly isNeededBy: (work: PlannedWork) => boolean;
}

export class Preflight {
  readonly #options: PreflightOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #stop = sharedAbort();
  readonly #planned: PlannedWork[] = [];
  readonly #problems: Problem[] = [];
  #running: Promise<void> | undefined;

  constructor(options: PreflightOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => void (this.#running = this.#try()), WAIT_MS);
  }

  /** A load begins, which shows the same. What is being tried is still completed. */
  readonly workBegan = (): void => clearTimeout(this.#timer);

  /** Ends the run if what failed is needed for this work. */
  planned(work: PlannedWork): void {
    this.#planned.push(work);
    const problem = this.#problems.find(({ isNeededBy }) => isNeededBy(work));
    if (problem) this.#fail(problem.outcome);
  }

  /** Resolves when nothing is tried any more and everything is removed. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop.abort();
    await this.#running;
  }

  async #try(): Promise<void> {
    const { log } = this.#options;
    const context = this.#options.context(this.#stop.signal);
    const trials = trialsOf(context);
    const steps = trials.map(({ step }) => step);
    const tell = (outcome: Outcome): void => {
      log.debug(`preflight: ${outcome.name}: ${outcome.outcome}, ${outcome.message}`);
      if (outcome.outcome !== 'failed') return;
      const trial = trials.find(({ step }) => step.name === outcome.name);
      if (trial) this.#judge(trial, outcome);
      else log.warn(outcome.message);
    };
    await runSteps([...steps, removeStep(context)], tell, this.#stop.signal);
  }

  #judge({ isNeededBy }: Trial, outcome: Outcome): void {
    if (this.#stop.signal.aborted) return;
    if (mayPass(outcome.error)) {
      this.#options.log.warn(
        `a load would fail now, the run goes on because that may pass: ${outcome.message}`,
      );
      return;
    }
    if (!isNeededBy) {
      this.#fail(outcome);
      return;
    }
    const problem: Problem = { outcome, isNeededBy: (work) => isNeededBy(work, outcome) };
    this.#problems.push(problem);
    if (this.#planned.some(problem.isNeededBy)) this.#fail(outcome);
  }

  #fail(outcome: Outcome): void {
    this.#stop.abort();
    this.#options.fail(new SetupError(problemOf(outcome), { cause: outcome.error }));
  }
}

/** What every load needs, and what loads into a schema, into a new table, or with a stage need. */
function trialsOf(context: CheckContext): readonly Trial[] {
  return [
    { step: loginStep(context) },
    ...schemasOf(context.config).map((schema): Trial => ({
      step: schemaStep(context, schema),
      isNeededBy: ({ target, creates }, { error }) =>
        target.schema === schema && (creates || !(error instanceof CreationFinding)),
    })),
    { step: bucketStep(context) },
    { step: uploadStep(context) },
    { step: temporaryTableStep(context), isNeededBy: ({ method }) => method !== 'append' },
    { step: copyStep(context) },
  ];
}

/** The cause of a finding is the error that was seen. */
function mayPass(error: unknown): boolean {
  return [error, error instanceof Error ? error.cause : undefined].some(
    (one) => passing(one) !== undefined && passing(one)?.kind !== 'expired',
  );
}
