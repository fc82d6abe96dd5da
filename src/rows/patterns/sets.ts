/** What `\d`, `\w` and `\s` stand for, and how characters are written in an expression of JavaScript. */

export type Dialect = 'ecma' | 'python' | 'python-ascii';

/** Any character. */
export const ANY = '[^]';

/** Python's `^` and `$` with (?m), and its `$` without, before which a line end may stand. */
export const LINE_START = String.raw`(?:^|(?<=\n))`;
export const LINE_END = String.raw`(?=\n|$)`;
export const TEXT_END = String.raw`(?=\n?$)`;

/** A capital letter stands for every character that is not in the set. */
export const ESCAPED_SETS: ReadonlySet<string> = new Set(['d', 'D', 'w', 'W', 's', 'S']);

/** `\p{L}` without its backslash: a property of Unicode, which ECMA-262 alone knows. */
export const PROPERTY = /^[pP]\{[A-Za-z_=0-9]{1,50}\}/;

/** As ranges of a class. Python: str.isdecimal, str.isalnum and _, str.isspace; with (?a) those of ASCII. */
const RANGES: Readonly<Record<Dialect, Readonly<Record<string, string>>>> = {
  ecma: { d: String.raw`\d`, w: String.raw`\w`, s: String.raw`\s` },
  python: {
    d: String.raw`\p{Nd}`,
    w: String.raw`\p{L}\p{N}_`,
    s: String.raw`\t-\r\x1c-\x20\x85\p{Zs}\u2028\u2029`,
  },
  'python-ascii': { d: '0-9', w: 'a-zA-Z0-9_', s: String.raw`\t-\r\x20` },
};

/** `letter` is `d`, `w` or `s`. */
export function rangesOf(letter: string, dialect: Dialect): string {
  return RANGES[dialect][letter] ?? '';
}

/** A class for one of the escaped sets. */
export function setClass(letter: string, dialect: Dialect): string {
  const small = letter.toLowerCase();
  return `[${letter === small ? '' : '^'}${rangesOf(small, dialect)}]`;
}

/** A character that stands for itself, inside a class and outside of one. */
export function literal(character: string): string {
  if (character === '-') return String.raw`\x2d`;
  if (/^[\^$\\.*+?()[\]{}|/]$/.test(character)) return `\\${character}`;
  const code = character.charCodeAt(0);
  // Half of a surrogate pair can be written in this way only.
  const isPlain =
    code >= 0x20 && code < 0x7f ? true : code >= 0xa1 && character !== '\u2028' && character !== '\u2029';
  return isPlain && !isSurrogate(character) ? character : `\\u${code.toString(16).padStart(4, '0')}`;
}

function isSurrogate(character: string): boolean {
  return character.length === 1 && character >= '\ud800' && character <= '\udfff';
}
