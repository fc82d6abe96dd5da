/** The option `copy_options` of other loaders: what each word of it did to the data, and what happens here instead. */

const INSTEAD: readonly (readonly [words: readonly string[], instead: string])[] = [
  [['EMPTYASNULL', 'BLANKSASNULL'], 'empty and blank strings are stored as they are and do not become NULL'],
  [['TRIMBLANKS'], 'blanks at the end of strings are kept'],
  [['TRUNCATECOLUMNS'], 'strings are not cut, columns are widened'],
  [['ACCEPTINVCHARS'], 'what is not UTF-8 becomes U+FFFD and is counted'],
  [['ACCEPTANYDATE'], 'a date that is none is an invalid value, see on_invalid'],
  [['MAXERROR'], 'on_invalid and max_rejected say what becomes of invalid records'],
  [['ROUNDEC'], 'decimals are not rounded'],
  [['NULL'], 'only NULL is stored as NULL'],
  [['STATUPDATE'], 'analyze_after_rows updates statistics'],
  [['COMPUPDATE'], 'encodings are chosen by Redshift or set in streams.NAME.columns'],
];

/** One sentence for a value of `copy_options`. */
export function copyOptionsWarning(value: unknown): string {
  const given = new Set(
    String(value)
      .replace(/'[^']*'/g, '')
      .toUpperCase()
      .split(/\W+/),
  );
  const parts = INSTEAD.flatMap(([words, instead]) => {
    const found = words.filter((word) => given.has(word));
    return found.length === 0 ? [] : [`${found.join(' and ')}: ${instead}`];
  });
  return ['"copy_options" is not used, the options of COPY follow from the data', ...parts].join('; ');
}
