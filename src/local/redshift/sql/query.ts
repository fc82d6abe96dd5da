/** A whole query for the engine. */
import { type ExpressionContext, rewrite } from './expression.ts';
import type { Token } from './tokens.ts';

/** PostgreSQL's text of a query; `SELECT TOP n ...` is `SELECT ... LIMIT n`. */
export function rewriteQuery(tokens: readonly Token[], context: ExpressionContext): string {
  const [select, second, count] = tokens;
  if (second?.word !== 'TOP' || count?.kind !== 'number') return rewrite(tokens, context);
  return `${select?.text ?? 'SELECT'} ${rewrite(tokens.slice(3), context)} LIMIT ${count.text}`;
}
