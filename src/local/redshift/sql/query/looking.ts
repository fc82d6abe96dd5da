/** Small looks at the tokens that come next, for the readers of queries. */
import { SQLSTATE } from '../../sqlstates.ts';
import { RedshiftError } from '../statement.ts';
import { isOperator, type TokenReader } from '../token-reader.ts';
import type { Token } from '../tokens.ts';

/** Whether a query opens at the parenthesis `ahead` of the next token, perhaps in more parentheses. */
export function opensQuery(reader: TokenReader, ahead = 0): boolean {
  let n = ahead;
  if (!isOperator(reader.peek(n), '(')) return false;
  while (isOperator(reader.peek(n), '(')) n += 1;
  const word = reader.peek(n)?.word ?? '';
  return word === 'SELECT' || word === 'WITH';
}

export function isNamed({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted';
}

/** The tokens of `( ... )`, with the parentheses. */
export function takeParentheses(reader: TokenReader): readonly Token[] {
  const open = reader.take();
  const inner = reader.takeUntil(() => false);
  if (!reader.seesOperator(')')) throw reader.unexpected();
  return [open, ...inner, reader.take()];
}

/** Queries may stand in each other this deep; each level is one of the stack's. */
const DEEPEST = 300;

/** How deep the queries of one statement stand in each other. */
const depths = new WeakMap<TokenReader, number>();

/** Reads what is one level deeper. @throws RedshiftError 54001 when that is too deep. */
export function deeper<T>(reader: TokenReader, read: () => T): T {
  const depth = (depths.get(reader) ?? 0) + 1;
  if (depth > DEEPEST) throw tooComplex('its queries are nested too deeply');
  depths.set(reader, depth);
  try {
    return read();
  } finally {
    depths.set(reader, depth - 1);
  }
}

/** The refusal of a statement that takes too much work. */
export function tooComplex(reason: string): RedshiftError {
  return new RedshiftError(SQLSTATE.statementTooComplex, `The statement is too complex: ${reason}.`);
}
