/** A check is a list of steps, each of which does the real thing. The finding of a failed step has a fix. */
import { messageOf } from '../errors.ts';
import type { Fix } from './fix.ts';

export interface Step {
  readonly name: string;
  /** Steps that must succeed before this one. */
  readonly needs: readonly string[];
  /** Done even if other steps failed. */
  readonly isCleanUp?: true;
  /** Resolves with a sentence about what was found. Throws Finding. */
  readonly work: () => Promise<string>;
}

export interface Outcome {
  readonly name: string;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  readonly milliseconds: number;
  /** One sentence about what was found or what is wrong. */
  readonly message: string;
  readonly fix: Fix | undefined;
  /** The failed step because of which this one was skipped. */
  readonly because?: string;
  /** What a failed step has thrown. */
  readonly error?: unknown;
}

/** A problem and, if it is known, the fix. */
export class Finding extends Error {
  override readonly name = 'Finding';
  readonly fix: Fix | undefined;

  constructor(message: string, fix?: Fix, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fix = fix;
  }
}

/** A problem of tables that are created. Tables that exist can be loaded. */
export class CreationFinding extends Finding {}

/** A finding for an error, with its fix, and with a clearer sentence if there is one. */
export function finding(
  error: unknown,
  fix: Fix | undefined,
  { message }: { message?: string } = {},
): Finding {
  const seen = messageOf(error);
  return new Finding(message === undefined ? seen : `${message} (${seen})`, fix, error);
}

/**
 * Runs the steps in order and reports each outcome. It continues with steps that do not need a failed one. After it is stopped,
 * the clean-up steps are still done.
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
    message: `skipped because ${why}`,
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
    return { name, outcome: 'failed', message: messageOf(error), milliseconds: milliseconds(), fix, error };
  }
}
