/**
 * Reports what had to be changed in the values of a stream to store them: each kind when it first happens, and the total at
 * the end.
 */
import type { Logger } from '../log.ts';
import { noLosses, type Losses } from '../rows/values.ts';
import type { Column } from '../table/types.ts';

type Sentence = string | ((stream: string, columns: readonly Column[]) => string);

const SENTENCES: Readonly<Record<keyof Losses, Sentence>> = {
  nulRemoved: 'strings had NUL characters, which Redshift cannot store; they were removed',
  surrogatesReplaced: 'strings had lone surrogates, which are not characters; they became U+FFFD',
  invalidUtf8: 'records had bytes that are not UTF-8; they became U+FFFD',
  fractionsCut:
    'times had more than six digits of a second, which Redshift cannot store; the other digits were cut',
  doublesRounded: (stream, columns) =>
    `numbers had more digits than a double holds; they were rounded to the nearest double${howToKeepDigits(stream, columns)}`,
  emptyBytes: 'binary values were empty, which COPY reads as NULL',
  marksUnread:
    '_sdc_deleted_at had values that its column cannot store; they count as deletions and were stored as NULL',
  expansionsShortened:
    'decimals were written with all digits of the nearest double (99.98999999999999488... for 99.99); the shortest form was stored',
  duplicateKeys: 'keys occurred twice in one JSON object; the last value was stored',
};

/** Numbers are also rounded inside SUPER columns, where no type helps. */
function howToKeepDigits(stream: string, columns: readonly Column[]): string {
  const rounding = columns.filter(({ type }) => type.kind === 'double' || type.kind === 'real');
  if (rounding.length === 0) return '';
  const names = rounding.map(({ property }) => property).join(', ');
  return (
    `; to keep all digits, set a type such as numeric(38,9) with streams.${stream}.columns.<property>.type ` +
    `(columns that round: ${names})`
  );
}

export class LossReport {
  readonly #stream: string;
  readonly #log: Logger;
  readonly #total = noLosses();
  readonly #told = noLosses();

  constructor(stream: string, log: Logger) {
    this.#stream = stream;
    this.#log = log;
  }

  /** Takes the counts of an encoder, which are reset to zero, and reports the kinds that are new. */
  take(losses: Losses, columns: readonly Column[]): void {
    for (const kind of kinds()) {
      this.#total[kind] += losses[kind];
      losses[kind] = 0;
      if (this.#told[kind] === 0) this.#tell(kind, columns);
    }
  }

  /** Reports the totals of kinds that occurred again after their first report. */
  end(columns: readonly Column[]): void {
    for (const kind of kinds()) this.#tell(kind, columns);
  }

  #tell(kind: keyof Losses, columns: readonly Column[]): void {
    const count = this.#total[kind];
    if (count === this.#told[kind]) return;
    this.#told[kind] = count;
    const sentence = SENTENCES[kind];
    this.#log.warn(
      { stream: this.#stream, count },
      typeof sentence === 'string' ? sentence : sentence(this.#stream, columns),
    );
  }
}

function kinds(): (keyof Losses)[] {
  return Object.keys(SENTENCES) as (keyof Losses)[];
}
