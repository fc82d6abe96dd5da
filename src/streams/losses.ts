/** Tells, once for each kind and schema, what had to be changed in the values of a stream to store them. */
import type { Logger } from '../log.ts';
import type { Losses } from '../rows/values.ts';

const SENTENCES: Readonly<Record<keyof Losses, string>> = {
  nulRemoved: 'texts held NUL characters, which Redshift cannot store; they were removed',
  surrogatesReplaced: 'texts held lone surrogates, which are not characters; they became U+FFFD',
  invalidUtf8: 'records held bytes that are not UTF-8; they became U+FFFD',
  fractionsCut: 'times had more than six digits of a second, which Redshift cannot store; the rest was cut',
  doublesRounded: 'numbers had more digits than their column holds; they are rounded to the nearest',
  emptyBytes: 'binary values were empty, which COPY reads as NULL',
  marksUnread:
    '_sdc_deleted_at held values that its column cannot hold; they were taken as deletions and stored as NULL',
  expansionsShortened:
    'decimals were written with all digits of the nearest double (99.98999999999999488... for 99.99); its shortest form was stored',
  duplicateKeys: 'keys stood twice in one JSON object; the last value was taken',
};

/** Sets the counts back to zero. */
export function reportLosses(stream: string, losses: Losses, log: Logger): void {
  for (const [kind, sentence] of Object.entries(SENTENCES) as [keyof Losses, string][]) {
    if (losses[kind] === 0) continue;
    log.warn({ stream, count: losses[kind] }, sentence);
    losses[kind] = 0;
  }
}
