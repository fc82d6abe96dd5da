/** A check is a list of steps, each done for real. What a step finds wrong says what to do about it. */
import { messageOf } from '../errors.ts';
import type { Fix } from './fix.ts';

export interface Step {
  readonly name: string;
  /** Steps without which this one cannot be done. */
  readonly needs: readonly string[];
  /** Done whatever became of the others. */
  readonly isCleanUp?: true;
  /** Resolves with what was seen. Throws Finding. */
  readonly work: () => Promise<string>;
}

export interface Outcome {
  readonly name: string;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  readonly milliseconds: number;
  /** What was seen, or what is wrong, in one sentence. */
  readonly message: string;
  readonly fix: Fix | undefined;
  /** The step that failed, when this one was skipped. */
  readonly because?: string;
}

/** What is wrong and, where that is known, what to do. */
export class Finding extends Error {
  override readonly name = 'Finding';
  readonly fix: Fix | undefined;

  constructor(message: string, fix?: Fix, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fix = fix;
  }
}

/** An error with what to do, and with another sentence where there is a clearer one. */
export function finding(
  error: unknown,
  fix: Fix | undefined,
  { message }: { message?: string } = {},
): Finding {
  const seen = messageOf(error);
  return new Finding(message === undefined ? seen : `${message} (${seen})`, fix, error);
}

/**
 * Does the steps in order and tells each outcome; goes on where a step does not need one that failed. When it is stopped, what
 * cleans up is still done.
 */
export async function runSteps(
  steps: readonly Step[],
  tell: (outcome: Outcome) => void,
  stop: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    const isStopped = stop.aborted && step.isCleanUp !== true;
    const outcome = isStopped ? skipped(step.name, 'the check was stopped') : await runStep(step, outcomes);
    outcomes.push(outcome);
    tell(outcome);
  }
  return outcomes;
}

function skipped(name: string, why: string): Outcome {
  return {
    name,
    outcome: 'skipped',
    milliseconds: 0,
    message: `not tried, because ${why}`,
    fix: undefined,
  };
}

async function runStep({ name, needs, work }: Step, before: readonly Outcome[]): Promise<Outcome> {
  const missing = before.find((one) => needs.includes(one.name) && one.outcome !== 'ok');
  if (missing !== undefined) {
    const because = missing.because ?? missing.name;
    return { ...skipped(name, `"${because}" failed`), because };
  }
  const started = performance.now();
  const milliseconds = (): number => Math.round(performance.now() - started);
  try {
    return { name, outcome: 'ok', message: await work(), milliseconds: milliseconds(), fix: undefined };
  } catch (error) {
    const fix = error instanceof Finding ? error.fix : undefined;
    return { name, outcome: 'failed', message: messageOf(error), milliseconds: milliseconds(), fix };
  }
}
