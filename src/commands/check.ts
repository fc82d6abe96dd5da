/** `--check`: tries every step of a load with one row, and removes what it created. */
import { asJson, closingLine, stepLines } from '../check/report.ts';
import { copyStep } from '../check/copy-step.ts';
import { newContext, type CheckResources } from '../check/context.ts';
import {
  deleteStep,
  dropAll,
  loginStep,
  readStep,
  schemaStep,
  tablesStep,
  tableStep,
  temporaryTableStep,
} from '../check/redshift-steps.ts';
import { runSteps, type Outcome, type Step } from '../check/step.ts';
import { bucketStep, listStep, multipartStep, removeStep, uploadStep } from '../check/storage-steps.ts';
import { hasGuard, tenantStep } from '../check/tenant-step.ts';
import type { Config } from '../config/options.ts';
import { schemasOf } from '../config/schemas.ts';

interface CheckOutput {
  readonly format: 'text' | 'json';
  /** How long lines may be. */
  readonly columns: number;
  readonly say: (text: string) => void;
}

/** Reports each step through `say` as soon as it is done. Resolves with whether all succeeded. */
export async function check(
  config: Config,
  resources: CheckResources,
  { format, columns, say }: CheckOutput,
): Promise<boolean> {
  const tell = (outcome: Outcome): void => {
    if (format === 'text') say(stepLines(outcome, columns));
  };
  const outcomes = await runSteps(checkSteps(config, resources), tell, resources.stop);
  say(format === 'text' ? closingLine(outcomes) : asJson(outcomes));
  return outcomes.every(({ outcome }) => outcome === 'ok');
}

/** Every step, in its order. */
export function checkSteps(config: Config, resources: CheckResources): readonly Step[] {
  const context = newContext(config, resources);
  return [
    loginStep(context),
    ...schemasOf(context.config).map((schema) => schemaStep(context, schema)),
    ...(hasGuard(context) ? schemasOf(context.config).map((schema) => tenantStep(context, schema)) : []),
    ...(context.mayCreate ? [tablesStep(context), tableStep(context)] : []),
    temporaryTableStep(context),
    bucketStep(context),
    uploadStep(context),
    multipartStep(context),
    listStep(context),
    copyStep(context),
    ...(context.mayCreate ? [readStep(context), deleteStep(context)] : []),
    removeStep(context),
    { name: 'drop', needs: [], isCleanUp: true, work: () => dropAll(context) },
  ];
}
