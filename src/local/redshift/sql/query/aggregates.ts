/** Which expressions of the engine are aggregated. */
import { isOperator, TokenReader } from '../token-reader.ts';
import { tokenize, type Token } from '../tokens.ts';

/** The aggregate functions by their names in the engine. */
const AGGREGATES = new Set(
  `SUM COUNT AVG MIN MAX STRING_AGG STDDEV STDDEV_SAMP STDDEV_POP VARIANCE VAR_SAMP VAR_POP BIT_AND BIT_OR BOOL_AND BOOL_OR
  PERCENTILE_CONT PERCENTILE_DISC ANY_VALUE`.split(/\s+/),
);

/** Whether an aggregate function is called that is no window function, outside of subqueries. */
export function isAggregated(text: string): boolean {
  const tokens = tokenize(text, true, true);
  return tokens.some((token, at) => isCall(tokens, at, token) && !isWindow(tokens, at));
}

function isCall(tokens: readonly Token[], at: number, { word }: Token): boolean {
  return AGGREGATES.has(word) && isOperator(tokens[at + 1], '(') && !isInQuery(tokens, at);
}

/** Whether OVER follows the call. */
function isWindow(tokens: readonly Token[], at: number): boolean {
  const reader = new TokenReader('', tokens, undefined, at + 1);
  reader.parenthesized();
  if (reader.accept('WITHIN', 'GROUP')) reader.parenthesized();
  return reader.sees('OVER');
}

function isInQuery(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  for (let n = at; n >= 0; n -= 1) {
    if (isOperator(tokens[n], ')')) depth += 1;
    else if (isOperator(tokens[n], '(')) {
      if (depth === 0 && ['SELECT', 'WITH'].includes(tokens[n + 1]?.word ?? '')) return true;
      depth = Math.max(depth - 1, 0);
    }
  }
  return false;
}
