/**
 * Queries of the catalog that compute with names. The engine holds a name of more than 63 bytes in a short form (`engineName`), which
 * results and comparisons with literals give back; functions, LIKE, `||` and casts are given the name in full.
 */
import { NAME_COLUMNS } from '../catalog/system-catalogs.ts';
import { STRICT_SCHEMA } from '../catalog/shown.ts';
import { isOperator, nameOf } from './token-reader.ts';
import type { Token } from './tokens.ts';

const COLUMNS = new Set(NAME_COLUMNS);
/** Functions that look for the object of a name in the engine, which knows its short form. */
const LOOKING = /^(?:HAS_\w+_PRIVILEGE|TO_REG\w+|PG_\w+|WAREHOUSE_\w+)$/;
/** Words before a parenthesis that is that of no call. */
const NO_CALLS = new Set(
  `IN ANY ALL SOME EXISTS AND OR NOT WHERE ON FROM JOIN BY SELECT WHEN THEN ELSE USING VALUES AS OVER HAVING DISTINCT UNION
  EXCEPT INTERSECT`.split(/\s+/),
);
const MATCHES = new Set(['LIKE', 'ILIKE', 'SIMILAR']);
/** Types in which the engine looks for the object. */
const OBJECT_TYPES = new Set(['REGCLASS', 'REGTYPE', 'REGPROC', 'REGPROCEDURE', 'REGNAMESPACE']);

/** The tokens with the names in full where something is computed from them. */
export function withNamesInFull(tokens: readonly Token[]): readonly Token[] {
  const shown: Token[] = [];
  const calls: boolean[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (isOperator(token, '(')) calls.push(opensCall(tokens, at));
    else if (isOperator(token, ')')) calls.pop();
    const length = chainLength(tokens, at);
    const chain = tokens.slice(at, at + length);
    const computes = length > 0 && (calls.at(-1) === true || isComputed(tokens, at, length));
    shown.push(...(computes ? inFull(chain) : length > 0 ? chain : [token]));
    if (length > 0) at += length - 1;
  }
  return shown;
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'quoted';
}

/** How many tokens `relname`, `c.relname` or the like has that begins here; 0 if none does. */
function chainLength(tokens: readonly Token[], at: number): number {
  if (!isName(tokens[at]) || isOperator(tokens[at - 1], '.')) return 0;
  let last = at;
  while (isOperator(tokens[last + 1], '.') && isName(tokens[last + 2])) last += 2;
  const column = tokens[last];
  const isColumn = isName(column) && COLUMNS.has(nameOf(column)) && tokens[at - 1]?.word !== 'AS';
  return isColumn && !isOperator(tokens[last + 1], '(') ? last - at + 1 : 0;
}

function opensCall(tokens: readonly Token[], at: number): boolean {
  const [name, next] = [tokens[at - 1], tokens[at + 1]];
  if (!isName(name) || NO_CALLS.has(name.word) || LOOKING.test(name.text.toUpperCase())) return false;
  return next?.word !== 'SELECT' && next?.word !== 'WITH';
}

function isComputed(tokens: readonly Token[], at: number, length: number): boolean {
  const [before, after, next] = [tokens[at - 1], tokens[at + length], tokens[at + length + 1]];
  if (isOperator(after, '::')) return !OBJECT_TYPES.has(next?.word ?? '');
  const isMatched =
    MATCHES.has(after?.word ?? '') || (after?.word === 'NOT' && MATCHES.has(next?.word ?? ''));
  return isMatched || ['||', '~', '+'].some((text) => isOperator(before, text) || isOperator(after, text));
}

/** `warehouse_catalog.relname(c.relname)` */
function inFull(chain: readonly Token[]): readonly Token[] {
  const [first, last, ...rest] = [chain[0], chain.at(-1), ...chain.slice(1)];
  if (first === undefined || last === undefined) return [];
  const { gap, at } = first;
  const made = (kind: Token['kind'], text: string, before = ''): Token => {
    return { kind, gap: before, text, word: kind === 'word' ? text.toUpperCase() : '', at };
  };
  return [
    ...[
      made('word', STRICT_SCHEMA, gap),
      made('operator', '.'),
      made('word', nameOf(last)),
      made('operator', '('),
    ],
    ...[{ ...first, gap: '' }, ...rest, made('operator', ')')],
  ];
}
