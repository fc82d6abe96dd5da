/** Splits SQL text into the tokens of Redshift's dialect, and keeps the text between them so that it can be put together again. */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError } from './statement.ts';

/** `operator` also covers punctuation; `dollar` is a `$$...$$` body. */
type TokenKind = 'word' | 'quoted' | 'string' | 'dollar' | 'number' | 'parameter' | 'operator';

/** One token of the client's text. */
export interface Token {
  readonly kind: TokenKind;
  /** White space and comments before the token. */
  readonly gap: string;
  readonly text: string;
  /** The text in upper case when the token is a word, else empty: makes keyword tests cheap. */
  readonly word: string;
  /** Offset in UTF-16 units. */
  readonly at: number;
  /** Set on a quoted name that is not to be folded. */
  readonly keepsCase?: boolean;
  /** Set on a literal of bits (`b'01'`, `x'1f'`), in which a backslash escapes nothing. */
  readonly isBits?: boolean;
}

/** 1-based position in characters, as PostgreSQL counts it. */
export function positionOf(source: string, offset: number): number {
  let characters = 1;
  for (const _ of source.slice(0, offset)) characters += 1;
  return characters;
}

/** PostgreSQL's wording of a syntax error, 42601. */
export function syntaxError(source: string, token: Token | undefined): RedshiftError {
  if (token === undefined) return new RedshiftError(SQLSTATE.syntaxError, 'syntax error at end of input');
  return new RedshiftError(SQLSTATE.syntaxError, `syntax error at or near "${nearText(token)}"`, {
    position: positionOf(source, token.at),
  });
}

function nearText(token: Token): string {
  return token.kind === 'quoted' ? token.text.slice(1, -1) : token.text;
}

const WORD_START = /[A-Za-z_\u0080-\uffff]/;
const WORD_REST = /[A-Za-z0-9_$\u0080-\uffff]*/y;
const NUMBER = /(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\$\d+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const OPERATOR = /::|\|\||<=|>=|<>|!=|->>|->|[^\s\w]/y;
const SPACE = /[ \t\r\n\f\v]+/y;

/**
 * All tokens of a text; `keepCase` is for quoted names. Throws 42601 for what is unterminated and 42704 for `E'...'`,
 * which Redshift does not know; with `escapeStrings` it is a word and a literal.
 */
export function tokenize(source: string, keepCase = false, escapeStrings = false): Token[] {
  const tokens: Token[] = [];
  let gapStart = 0;
  let at = skipGap(source, 0);
  while (at < source.length) {
    const previous = tokens.at(-1);
    const kind = kindAt(source, at, previous, at === gapStart);
    const isBits = kind === 'string' && opensBits(previous, source.slice(gapStart, at));
    if (isUnicode(kind, tokens, at === gapStart)) {
      throw syntaxError(source, { kind, gap: '', text: source.slice(at, at + 20), word: '', at });
    }
    const end = isBits ? bitsEnd(source, at) : endOf(source, at, kind);
    const text = source.slice(at, end);
    const word = kind === 'word' ? text.toUpperCase() : '';
    if (word === 'E' && source[end] === "'" && !escapeStrings) {
      throw new RedshiftError(SQLSTATE.undefinedObject, 'type "e" does not exist', {
        position: positionOf(source, at),
      });
    }
    const token = { kind, gap: source.slice(gapStart, at), text, word, at, ...(isBits && { isBits }) };
    tokens.push(keepCase && kind === 'quoted' ? { ...token, keepsCase: true } : token);
    gapStart = end;
    at = skipGap(source, end);
  }
  return tokens;
}

/** The statements of a message: tokens between semicolons, empty ones dropped. */
export function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'operator' && token.text === ';') {
      if (current.length > 0) statements.push(current);
      current = [];
    } else {
      current.push(token);
    }
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

/** The nth statement of a message as it was written, with the comments before it and without the space around it. */
export function statementText(source: string, n: number): string {
  const tokens = splitStatements(tokenize(source))[n];
  const [first, last] = [tokens?.[0], tokens?.at(-1)];
  return source.slice(first && first.at - first.gap.trimStart().length, last && last.at + last.text.length);
}

function skipGap(source: string, from: number): number {
  let at = from;
  for (;;) {
    const space = matchEnd(SPACE, source, at);
    if (space > at) at = space;
    else if (source.startsWith('--', at)) at = lineEnd(source, at);
    else if (source.startsWith('/*', at)) at = commentEnd(source, at);
    else return at;
  }
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end === -1 ? source.length : end + 1;
}

/** Comments nest, as in PostgreSQL. */
function commentEnd(source: string, from: number): number {
  let depth = 1;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from + 2;
  for (let match = edge.exec(source); match !== null; match = edge.exec(source)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  throw unterminated(source, from, '/* comment');
}

function kindAt(source: string, at: number, previous: Token | undefined, adjacent: boolean): TokenKind {
  const char = source.charAt(at);
  if (char === "'") return 'string';
  if (char === '"') return 'quoted';
  if (WORD_START.test(char)) return 'word';
  if (matchEnd(NUMBER, source, at) > at) return 'number';
  if (char === '$') return dollarKind(source, at);
  if (char === '#' && startsTempName(source, at, previous, adjacent)) return 'word';
  return 'operator';
}

function dollarKind(source: string, at: number): TokenKind {
  if (matchEnd(PARAMETER, source, at) > at) return 'parameter';
  return matchEnd(DOLLAR_TAG, source, at) > at ? 'dollar' : 'operator';
}

/** `#name` names a temporary table; after an operand `#` is the bitwise XOR operator. */
function startsTempName(source: string, at: number, previous: Token | undefined, adjacent: boolean): boolean {
  if (!WORD_START.test(source.charAt(at + 1))) return false;
  if (previous === undefined) return true;
  const operand = previous.kind !== 'word' && (previous.kind !== 'operator' || previous.text === ')');
  return !operand && !(adjacent && previous.kind === 'word');
}

function endOf(source: string, at: number, kind: TokenKind): number {
  switch (kind) {
    case 'string':
      return literalEnd(source, at);
    case 'quoted':
      return quotedEnd(source, at);
    case 'word':
      return matchEnd(WORD_REST, source, at + 1);
    case 'number':
      return matchEnd(NUMBER, source, at);
    case 'parameter':
      return matchEnd(PARAMETER, source, at);
    case 'dollar':
      return dollarEnd(source, at);
    case 'operator':
      return Math.max(matchEnd(OPERATOR, source, at), at + 1);
  }
}

/** Whether a string is one of bits: after B or X, or on a line of its own after such a string, which continues it. */
function opensBits(previous: Token | undefined, gap: string): boolean {
  if (previous?.isBits === true) return gap.includes('\n') || gap.includes('\r');
  return gap === '' && (previous?.word === 'B' || previous?.word === 'X');
}

/** Whether it is a string or name in the form `U&'...'` or `U&"..."`, which Redshift does not know. */
function isUnicode(kind: TokenKind, tokens: readonly Token[], adjacent: boolean): boolean {
  if (!adjacent || (kind !== 'string' && kind !== 'quoted')) return false;
  const [letter, ampersand] = tokens.slice(-2);
  return letter?.word === 'U' && ampersand?.gap === '' && ampersand.text === '&';
}

function bitsEnd(source: string, from: number): number {
  const end = source.indexOf("'", from + 1);
  if (end === -1) throw unterminated(source, from, 'bit string literal');
  return end + 1;
}

/** Backslashes are live in every other literal of Redshift (PostgreSQL before 8.1). */
function literalEnd(source: string, from: number): number {
  const stop = /[\\']/g;
  stop.lastIndex = from + 1;
  for (let match = stop.exec(source); match !== null; match = stop.exec(source)) {
    if (match[0] === "'" && source[stop.lastIndex] !== "'") return stop.lastIndex;
    stop.lastIndex += 1;
  }
  throw unterminated(source, from, 'quoted string');
}

function quotedEnd(source: string, from: number): number {
  let at = source.indexOf('"', from + 1);
  while (at !== -1) {
    if (source[at + 1] !== '"') return at + 1;
    at = source.indexOf('"', at + 2);
  }
  throw unterminated(source, from, 'quoted identifier');
}

function dollarEnd(source: string, from: number): number {
  const bodyStart = matchEnd(DOLLAR_TAG, source, from);
  const tag = source.slice(from, bodyStart);
  const end = source.indexOf(tag, bodyStart);
  if (end === -1) throw unterminated(source, from, 'dollar-quoted string');
  return end + tag.length;
}

function matchEnd(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : at;
}

function unterminated(source: string, at: number, what: string): RedshiftError {
  return new RedshiftError(
    SQLSTATE.syntaxError,
    `unterminated ${what} at or near "${source.slice(at, at + 40)}"`,
    {
      position: positionOf(source, at),
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The value of a '...' literal: doubled quotes and the backslash escapes of PostgreSQL 8.0 (letters and octal digits). */
export function literalValue(text: string): string {
  return text.slice(1, -1).replaceAll(/''|\\([0-7]{1,3}|[^])/g, (match, escaped: string | undefined) => {
    if (match === "''" || escaped === undefined) return "'";
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(parseInt(escaped, 8) & 0xff);
    return ESCAPES[escaped] ?? escaped;
  });
}

/** A '...' literal for PostgreSQL with live backslashes. */
export function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
