/** `check`: runs the steps of `--check` and reports the problem of the first one that fails. */
import type { CheckResources } from '../check/context.ts';
import { problemOf } from '../check/report.ts';
import { runSteps } from '../check/step.ts';
import { checkSteps } from '../commands/check.ts';
import type { Config } from '../config/options.ts';
import type { Logger } from '../log.ts';

/** Resolves with the problem and its fix; undefined if a sync has everything that it needs. */
export async function checkConnection(
  config: Config,
  resources: CheckResources,
  log: Logger,
): Promise<string | undefined> {
  const outcomes = await runSteps(
    checkSteps(config, resources),
    ({ name, outcome, message }) => log.debug(`${name}: ${outcome}, ${message}`),
    resources.stop,
  );
  const failed = outcomes.find(({ outcome }) => outcome === 'failed');
  if (failed) {
    const { name, message } = failed;
    return problemOf({ ...failed, message: `${message} (step "${name}")` });
  }
  return outcomes.some(({ outcome }) => outcome === 'skipped')
    ? 'The check was stopped before it was complete'
    : undefined;
}
