/**
 * Counts the records that the walk left to the reference encoder, by reason, for the summary of a run. They take several
 * times as long.
 */
import type { StreamSettings } from '../config/settings.ts';
import type { Origin, RecordMessage } from '../protocol/message.ts';
import type { Decline, RowWalk } from '../rows/walk/row-walk.ts';

export type Fallback = Decline | 'validate_records' | 'not UTF-8' | 'long line';

const SENTENCES: Readonly<Record<Fallback, string>> = {
  form: 'the line has an unusual form',
  value: 'a value is invalid, or changed in a key',
  'repeated key': 'a key occurs twice in the record',
  deletion: '_sdc_deleted_at is set',
  tenant: 'it belongs to no tenant, or to another one',
  'unknown properties': 'more than 1,000 different properties are not in the schema',
  validate_records: 'validate_records is set',
  'not UTF-8': 'the line contains bytes that are not UTF-8',
  'long line': 'the line has more than 16 MB',
};

/** The longest line that is walked. Longer ones would need too much memory, and hardly any of them becomes a row. */
export const MAX_WALKED_BYTES = 16 * 1024 * 1024;

/** Why a record was left to the reference encoder. */
export function whyFallback(
  walk: RowWalk | undefined,
  settings: StreamSettings,
  { invalidUtf8 }: RecordMessage,
  { bytes }: Origin,
): Fallback {
  if (settings.validate_records) return 'validate_records';
  if (invalidUtf8) return 'not UTF-8';
  return bytes.length > MAX_WALKED_BYTES ? 'long line' : (walk?.takeReason() ?? 'form');
}

export class Fallbacks {
  readonly #counts = new Map<Fallback, number>();

  add(why: Fallback): void {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1);
  }

  /** The number of records by reason, in words; undefined if there are none. */
  get counts(): Readonly<Record<string, number>> | undefined {
    if (this.#counts.size === 0) return undefined;
    return Object.fromEntries([...this.#counts].map(([why, count]) => [SENTENCES[why], count]));
  }
}
