/** The option `copy_options` of other loaders: each word of it, and what happens here instead. */

const INSTEAD: readonly (readonly [words: readonly string[], instead: string])[] = [
  [['EMPTYASNULL', 'BLANKSASNULL'], 'empty and blank strings are stored as they are, not as NULL'],
  [['TRIMBLANKS'], 'trailing blanks of strings are kept'],
  [['TRUNCATECOLUMNS'], 'strings are not shortened; columns are widened'],
  [['ACCEPTINVCHARS'], 'invalid UTF-8 becomes U+FFFD and is counted'],
  [['ACCEPTANYDATE'], 'a wrong date is an invalid value, see on_invalid'],
  [['MAXERROR'], 'on_invalid and max_rejected decide about invalid records'],
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
  return ['"copy_options" is not used because the options of COPY follow from the data', ...parts].join('; ');
}
