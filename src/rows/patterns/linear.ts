/**
 * Expressions of JavaScript in the syntax of RE2, whose matcher takes time in proportion to the length of the string, whatever
 * the expression is. Only what `Translation` writes is read here.
 */
import { RE2JS } from 're2js';
import { LINE_END, LINE_START, TEXT_END } from './sets.ts';

export interface LinearPattern {
  test(value: string): boolean;
}

/** Undefined for an expression that RE2 does not have, such as one with a backreference, or does not read in the same way. */
export function linearPattern({ source, flags }: RegExp): LinearPattern | undefined {
  const ignoresCase = flags.includes('i');
  // Without the flag u, JavaScript has rules of its own for letters beyond ASCII.
  if (ignoresCase && !flags.includes('u')) return undefined;
  const written = rewrite(source, ignoresCase);
  if (written === undefined) return undefined;
  try {
    return RE2JS.compile(ignoresCase ? `(?i)${written}` : written);
  } catch {
    // Too many repetitions, too deep, or a property that it does not know.
    return undefined;
  }
}

/** ECMA-262, "CharacterClassEscape" and "WhiteSpace": what RE2 calls \s is less. */
const SPACE = String.raw`\t-\r\x20\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const NO_SPACE =
  String.raw`\x00-\x08\x0e-\x1f\x21-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}` +
  String.raw`\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`;

/** Terms that are written in another way. */
const TERMS: Readonly<Record<string, string>> = {
  '[^]': '(?s:.)',
  '.': String.raw`[^\n\r\x{2028}\x{2029}]`,
  [LINE_START]: '(?m:^)',
  [LINE_END]: '(?m:$)',
};

/** The same inside classes. */
const MEMBERS: Readonly<Record<string, string>> = { '\\s': SPACE, '\\S': NO_SPACE };

const TOKEN = new RegExp(
  [
    ...[LINE_START, LINE_END, TEXT_END, '[^]'].map(escaped),
    String.raw`\(\?<[A-Za-z_]\w*>`,
    String.raw`\(\?(?:[=!]|<[=!])`,
    String.raw`\\k<`,
    String.raw`\\u[0-9a-f]{4}`,
    String.raw`\\.`,
    '[^]',
  ].join('|'),
  'gu',
);

/** What differs in RE2 when case is ignored: what is a word, and complements. */
const DEPENDS_ON_CASE = /^(?:\\[bBWDSpP])$/;

function rewrite(source: string, ignoresCase: boolean): string | undefined {
  let written = '';
  let isInClass = false;
  for (const match of source.matchAll(TOKEN)) {
    const [token] = match;
    if (ignoresCase && DEPENDS_ON_CASE.test(token)) return undefined;
    if (isInClass) {
      const member = memberOf(token);
      if (member === undefined) return undefined;
      written += member;
      isInClass = token !== ']';
      continue;
    }
    const term = termOf(token, source.slice(match.index + token.length));
    if (term === undefined) return undefined;
    written += term;
    isInClass = token === '[';
    if (isInClass && ignoresCase && source[match.index + 1] === '^') return undefined;
  }
  return written;
}

function memberOf(token: string): string | undefined {
  return token.startsWith('\\u') ? character(token) : (MEMBERS[token] ?? token);
}

function termOf(token: string, rest: string): string | undefined {
  if (token.startsWith('\\u')) return character(token);
  // At the end of an expression it makes no difference whether the line end is taken or only looked at.
  if (token === TEXT_END) return /^\)*$/.test(rest) ? String.raw`(?:\n?$)` : undefined;
  if (Object.hasOwn(TERMS, token)) return TERMS[token];
  if (token === '\\k<' || /^\(\?(?:[=!]|<[=!])$/.test(token)) return undefined;
  // What a group has matched is of no interest.
  return token.startsWith('(?<') ? '(?:' : token;
}

/** Half of a surrogate pair is no character to RE2. */
function character(token: string): string | undefined {
  const code = token.slice(2);
  return /^d[89a-f]/.test(code) ? undefined : `\\x{${code}}`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
