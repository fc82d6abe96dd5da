/** Which records the walk left to the reference encoder, and why, for the summary of a run: they cost several times as much. */
import type { Decline } from '../rows/walk/row-walk.ts';

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
