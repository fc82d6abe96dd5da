/** LISTAGG as the engine's string_agg ("LISTAGG function", "LISTAGG window function"). */
import type { FunctionContext } from './calls.ts';
import { isOperator, TokenReader, unsupported } from './token-reader.ts';
import type { Token } from './tokens.ts';

/**
 * `LISTAGG([DISTINCT] x [, delimiter]) [WITHIN GROUP (ORDER BY y)]` is `string_agg(x::text, delimiter ORDER BY y)`. With OVER the order is
 * that of the window, whose frame has all of its rows.
 */
export function rewriteListagg(
  tokens: readonly Token[],
  at: number,
  context: FunctionContext,
): { readonly text: string; readonly length: number } {
  const reader = new TokenReader(context.source, tokens, undefined, at + 1);
  const inner = reader.parenthesized();
  context.effort.spend(inner.length);
  const call = new TokenReader(context.source, inner);
  const distinct = call.accept('DISTINCT') ? 'DISTINCT ' : '';
  const value = context.rewrite(call.takeUntil((token) => isOperator(token, ',')));
  const delimiter = call.acceptOperator(',') ? context.rewrite(call.rest()) : "''";
  const text = `(${value})::text`;
  const clause = reader.accept('WITHIN', 'GROUP') ? context.rewrite(reader.parenthesized()) : '';
  if (reader.sees('OVER') && isOperator(reader.peek(1), '(')) {
    reader.take();
    const over = reader.parenthesized();
    if (distinct !== '') throw unsupported('LISTAGG DISTINCT is not supported as a window function');
    if (over.some(({ word }) => word === 'ORDER' || word === 'ROWS'))
      throw unsupported('The window of LISTAGG has no ORDER BY and no frame');
    const frame = clause === '' ? '' : ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING';
    const window = [context.rewrite(over), clause].filter((part) => part !== '').join(' ');
    return {
      text: `string_agg(${text}, ${delimiter}) OVER (${window}${frame})`,
      length: reader.position - at,
    };
  }
  const byValue = distinct !== '' && clause.toUpperCase().startsWith(`ORDER BY ${value.toUpperCase()}`);
  const order = byValue ? `ORDER BY ${text}${clause.slice('ORDER BY '.length + value.length)}` : clause;
  return {
    text: `string_agg(${distinct}${text}, ${delimiter}${order === '' ? '' : ` ${order}`})`,
    length: reader.position - at,
  };
}
