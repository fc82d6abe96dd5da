/** `--check`: tries every step of a load with one row, and removes what it created. */
import { asJson, closingLine, stepLines } from '../check/report.ts';
import { copyStep } from '../check/copy-step.ts';
import { newPlace, type Doors } from '../check/place.ts';
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
import type { Config } from '../config/options.ts';
import { schemasOf } from '../config/schemas.ts';

/** Reports each step through `say` as soon as it is done. Resolves with whether all succeeded. */
export async function check(
  config: Config,
  doors: Doors,
  format: 'text' | 'json',
  say: (text: string) => void,
): Promise<boolean> {
  const tell = (outcome: Outcome): void => {
    if (format === 'text') say(stepLines(outcome));
  };
  const outcomes = await runSteps(checkSteps(config, doors), tell, doors.stop);
  say(format === 'text' ? closingLine(outcomes) : asJson(outcomes));
  return outcomes.every(({ outcome }) => outcome === 'ok');
}

/** Every step, in its order. */
export function checkSteps(config: Config, doors: Doors): readonly Step[] {
  const place = newPlace(config, doors);
  return [
    loginStep(place),
    ...schemasOf(place.config).map((schema) => schemaStep(place, schema)),
    ...(place.mayCreate ? [tablesStep(place), tableStep(place)] : []),
    temporaryTableStep(place),
    bucketStep(place),
    uploadStep(place),
    multipartStep(place),
    listStep(place),
    copyStep(place),
    ...(place.mayCreate ? [readStep(place), deleteStep(place)] : []),
    removeStep(place),
    { name: 'drop', needs: [], isCleanUp: true, work: () => dropAll(place) },
  ];
}
