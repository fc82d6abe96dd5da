/** Which records the walk left to the reference encoder, and why, for the summary of a run: they cost several times as much. */
import type { StreamSettings } from '../config/settings.ts';
import type { Origin, RecordMessage } from '../protocol/message.ts';
import type { Decline, RowWalk } from '../rows/walk/row-walk.ts';

export type Fallback = Decline | 'validate_records' | 'not UTF-8' | 'long line';

const SENTENCES: Readonly<Record<Fallback, string>> = {
  form: 'the line is written in an unusual way',
  value: 'a value is invalid, or changed in a key',
  'repeated key': 'a key stands twice in the record',
  deletion: '_sdc_deleted_at is set',
  'unknown properties': 'more than 1,000 different properties are not in the schema',
  validate_records: 'validate_records is on',
  'not UTF-8': 'the line holds bytes that are not UTF-8',
  'long line': 'the line has more than 16 MB',
};

/** Of a line. Longer ones would need memory beyond all proportion; hardly any of them becomes a row. */
export const MAX_WALKED_BYTES = 16 * 1024 * 1024;

/** Why a record that could not be walked was left to the reference encoder. */
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

  /** Records by the reason in words; undefined when there are none. */
  get counts(): Readonly<Record<string, number>> | undefined {
    if (this.#counts.size === 0) return undefined;
    return Object.fromEntries([...this.#counts].map(([why, count]) => [SENTENCES[why], count]));
  }
}
