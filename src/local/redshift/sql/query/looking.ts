/** Small looks at the tokens that come next, for the readers of queries. */
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
