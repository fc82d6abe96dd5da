/** Which columns a violation of the schema concerns. */
import type { Column } from '../table/types.ts';
import type { Violation } from './validate.ts';
import { ValueError } from './value-error.ts';

/**
 * A violation concerns the columns that contain its value and, if objects are flattened, those of the members of its value. Throws
 * ValueError if one of them concerns the column.
 */
export function checkViolations({ source }: Column, violations: readonly Violation[]): void {
  if (source.kind !== 'property') return;
  const { path } = source;
  const violation = violations.find((one) =>
    one.path.every((step, i) => i >= path.length || step === path[i]),
  );
  if (violation) throw new ValueError(violation.reason, 'schema');
}
