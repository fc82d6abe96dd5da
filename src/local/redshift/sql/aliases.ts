/**
 * Names of the select list in its later items and in WHERE: Redshift lets expressions use them, and Amazon's drivers do
 * so when they ask the catalog. Only queries of the catalog are changed here; a column of the same name comes first as
 * far as the expression itself shows it.
 */
import { isOperator, nameOf } from './token-reader.ts';
import type { Token } from './tokens.ts';

/** Drivers' queries are far shorter, and the work grows with the square of the length. In tokens. */
const LONGEST = 5000;

/** The tokens with the expressions in the place of their names, for one SELECT without set operations. */
export function expandAliases(tokens: readonly Token[]): readonly Token[] {
  if (tokens.length > LONGEST) return tokens;
  const depths = depthsOf(tokens);
  const find = (word: string, from: number, depth: number) =>
    tokens.findIndex((token, at) => at >= from && depths[at] === depth && token.word === word);
  const expanded = new Map<number, readonly Token[]>();
  const expand = (name: string, expression: readonly Token[], start: number, end: number) => {
    // The column of that name comes first.
    if (expression.some((token) => isNamed(token) && nameOf(token) === name)) return;
    for (let n = start; n < end; n += 1) {
      const used = tokens[n];
      if (used === undefined || !isNamed(used)) continue;
      if (isOperator(tokens[n - 1], '.') || isOperator(tokens[n + 1], '.') || isOperator(tokens[n + 1], '('))
        continue;
      if (tokens[n - 1]?.word === 'AS' || nameOf(used) !== name) continue;
      expanded.set(n, [punctuation('(', used), ...expression, punctuation(')', used)]);
    }
  };
  for (const [at, token] of tokens.entries()) {
    if (token.word !== 'SELECT') continue;
    const depth = depths[at] ?? 0;
    const from = find('FROM', at, depth);
    const where = find('WHERE', from, depth);
    if (from === -1 || where === -1 || endOf(depths, at, depth) < where) continue;
    const aliases = aliasesOf(tokens.slice(at + 1, from));
    const first = tokens[where + 1];
    // A number other than 0 is true.
    if (first?.text === '1' && tokens[where + 2]?.word === 'AND')
      expanded.set(where + 1, [{ ...first, kind: 'word', text: 'true', word: 'TRUE' }]);
    for (const [name, { end: known, expression }] of aliases) expand(name, expression, at + 1 + known, from);
    const end = Math.min(
      endOf(depths, where, depth),
      ...['ORDER', 'GROUP', 'HAVING', 'UNION', 'LIMIT'].map((word) => {
        const found = find(word, where, depth);
        return found === -1 ? tokens.length : found;
      }),
    );
    for (const [name, { expression }] of aliases) expand(name, expression, where + 1, end);
  }
  return expanded.size === 0 ? tokens : tokens.flatMap((token, at) => expanded.get(at) ?? [token]);
}

function isNamed({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted';
}

function punctuation(text: string, like: Token): Token {
  return { kind: 'operator', gap: ' ', text, word: '', at: like.at };
}

function depthsOf(tokens: readonly Token[]): number[] {
  let depth = 0;
  return tokens.map((token) => {
    if (isOperator(token, ')')) depth -= 1;
    const here = depth;
    if (isOperator(token, '(')) depth += 1;
    return here;
  });
}

/** Where the parentheses around `at` close. */
function endOf(depths: readonly number[], at: number, depth: number): number {
  const end = depths.findIndex((here, n) => n > at && here < depth);
  return end === -1 ? depths.length : end;
}

function aliasesOf(
  list: readonly Token[],
): Map<string, { readonly expression: readonly Token[]; readonly end: number }> {
  const depths = depthsOf(list);
  const aliases = new Map<string, { readonly expression: readonly Token[]; readonly end: number }>();
  let start = 0;
  for (let at = 0; at <= list.length; at += 1) {
    if (at < list.length && !(depths[at] === 0 && isOperator(list[at], ','))) continue;
    const item = list.slice(start, at);
    const name = item.at(-1);
    if (name !== undefined && item.at(-2)?.word === 'AS' && item.length > 2) {
      aliases.set(nameOf(name), { expression: item.slice(0, -2), end: at });
    }
    start = at + 1;
  }
  return aliases;
}
