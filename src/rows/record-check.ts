/** Why a record as a whole is invalid, whatever its columns are. */
import type { RecordMessage } from '../protocol/message.ts';
import type { Rejection } from './rejection.ts';
import { repeatedKey, schemaRejection } from './rejections.ts';
import type { Tenant } from './tenant.ts';
import type { Violation } from './validate.ts';

export interface RecordChecks {
  /** Invalid values become NULL if the column allows that, so that only the record itself can be at fault. */
  readonly nullsInvalid?: boolean;
  /** The tenant that every record must belong to. */
  readonly tenant?: Tenant | undefined;
  /** Properties whose values must not be shown. */
  readonly hidden?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** `keys` are the key properties. */
export function checkRecord(
  message: RecordMessage,
  violations: readonly Violation[],
  keys: readonly string[],
  { nullsInvalid = false, tenant, hidden = NONE }: RecordChecks,
): Rejection | undefined {
  const stranger = tenant?.check(message);
  if (stranger) return hidden.has(stranger.property ?? '') ? { ...stranger, seen: undefined } : stranger;
  const fatal = violations.find(({ path }) => !nullsInvalid || path.length === 0);
  if (fatal) return schemaRejection(fatal, message.record, hidden);
  // A key property that occurs twice.
  const repeated = keys.find((key) => message.repeatedProperties.includes(key));
  return repeated === undefined ? undefined : repeatedKey(repeated);
}
