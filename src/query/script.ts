/**
 * The statements of a script, separated by semicolons. Quotes, comments and bodies of procedures are read as Redshift reads them:
 * a backslash is an escape inside '...', block comments are nested, and $$...$$ is a string.
 */

export interface Statement {
  /** Without the semicolon, the blanks and the comments around it. */
  readonly text: string;
  /** Where the text begins, from 0, in the script. */
  readonly start: number;
  /** The number of the statement in the script, from 1. */
  readonly number: number;
}

export interface Script {
  readonly statements: readonly Statement[];
  /** The last statement has a semicolon, and no quote or comment is open. */
  readonly isComplete: boolean;
}

/** A piece of a script. One that is open has no end: it extends to that of the script. */
interface Piece {
  readonly kind: 'blank' | 'end' | 'code';
  readonly next: number;
  readonly isOpen?: boolean;
}

const BLANKS = /\s+|--[^\n]*/y;
const WORD = /[\w$]+/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_]\w*)?\$/y;

/** What stands in a quoted piece beside ordinary characters; its last alternative is the end. */
const INSIDE: Readonly<Record<string, RegExp>> = { "'": /\\[^]|''|'/g, '"': /""|"/g };

export function readScript(script: string): Script {
  const statements: Statement[] = [];
  let start: number | undefined;
  let end = 0;
  let isComplete = true;
  const close = (): void => {
    if (start !== undefined)
      statements.push({ text: script.slice(start, end), start, number: statements.length + 1 });
    start = undefined;
  };
  for (let at = 0; at < script.length;) {
    const { kind, next, isOpen = false } = pieceAt(script, at);
    if (kind === 'end') close();
    if (kind === 'code') {
      start ??= at;
      end = next;
    }
    if (isOpen) isComplete = false;
    at = next;
  }
  if (start !== undefined) isComplete = false;
  close();
  return { statements, isComplete };
}

function pieceAt(script: string, at: number): Piece {
  const first = script[at] ?? '';
  const blanks = matchEnd(BLANKS, script, at);
  if (blanks !== undefined) return { kind: 'blank', next: blanks };
  if (first === ';') return { kind: 'end', next: at + 1 };
  if (script.startsWith('/*', at)) return pieceTo(script, 'blank', commentEnd(script, at));
  const inside = INSIDE[first];
  if (inside) return pieceTo(script, 'code', quoteEnd(script, at + 1, { inside, quote: first }));
  const afterTag = matchEnd(DOLLAR_QUOTE, script, at);
  if (afterTag !== undefined) {
    const tag = script.slice(at, afterTag);
    const found = script.indexOf(tag, afterTag);
    return pieceTo(script, 'code', found < 0 ? undefined : found + tag.length);
  }
  return { kind: 'code', next: matchEnd(WORD, script, at) ?? at + 1 };
}

function pieceTo(script: string, kind: Piece['kind'], next: number | undefined): Piece {
  return { kind, next: next ?? script.length, isOpen: next === undefined };
}

function matchEnd(pattern: RegExp, script: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(script) ? pattern.lastIndex : undefined;
}

/** The end of a quoted piece; undefined if it has none. */
function quoteEnd(
  script: string,
  from: number,
  { inside, quote }: { readonly inside: RegExp; readonly quote: string },
): number | undefined {
  inside.lastIndex = from;
  for (let found = inside.exec(script); found; found = inside.exec(script))
    if (found[0] === quote) return inside.lastIndex;
  return undefined;
}

/** The end of a block comment, in which others may be; undefined if it has none. */
function commentEnd(script: string, from: number): number | undefined {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 0;
  for (let found = edge.exec(script); found; found = edge.exec(script)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return undefined;
}

/** Line and column, from 1, of a place in a text. Columns count characters. */
export function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  const lines = before.split('\n');
  return { line: lines.length, column: Array.from(lines.at(-1) ?? '').length + 1 };
}

/** Where the character with this number (from 1) begins; a server counts characters, JavaScript counts units of UTF-16. */
export function offsetOfCharacter(text: string, number: number): number {
  return Array.from(text)
    .slice(0, number - 1)
    .join('').length;
}
