/**
 * Window functions in forms that the engine does not have: IGNORE NULLS, RATIO_TO_REPORT, and MEDIAN and percentiles with OVER. What
 * Redshift requires of their windows is checked ("Window functions", "Window function syntax summary"). `catalog/windows.ts` has the
 * aggregates that stand for them.
 */
import type { FunctionContext } from './calls.ts';
import { isOperator, TokenReader, unsupported } from './token-reader.ts';
import type { Token } from './tokens.ts';

/** A call, read up to OVER. */
interface WindowCall {
  readonly name: string;
  readonly inner: readonly Token[];
  readonly ignoresNulls: boolean;
  /** What is between the parentheses of WITHIN GROUP. */
  readonly order?: readonly Token[];
  /** What is between the parentheses after OVER. */
  readonly over?: readonly Token[];
}

const AGGREGATES = new Set(
  'SUM COUNT AVG MIN MAX STDDEV STDDEV_SAMP STDDEV_POP VARIANCE VAR_SAMP VAR_POP'.split(' '),
);
const VALUES = new Set(['FIRST_VALUE', 'LAST_VALUE', 'NTH_VALUE']);
const OFFSETS = new Set(['LAG', 'LEAD']);
const PERCENTILES = new Set(['MEDIAN', 'PERCENTILE_CONT', 'PERCENTILE_DISC']);
const NAMES = new Set([...AGGREGATES, ...VALUES, ...OFFSETS, ...PERCENTILES, 'RATIO_TO_REPORT']);

/** The engine's text for the call at `at`, and how many tokens it has; undefined where the engine's own form is the same. */
export function rewriteWindow(
  tokens: readonly Token[],
  at: number,
  context: FunctionContext,
): { readonly text: string; readonly length: number } | undefined {
  const name = tokens[at]?.word ?? '';
  if (!NAMES.has(name) || !isOperator(tokens[at + 1], '(')) return undefined;
  const reader = new TokenReader(context.source, tokens, undefined, at + 1);
  const call = readCall(name, reader);
  if (call.over) checkFrame(call, call.over, reader);
  const text = write(call, context);
  if (text === undefined) return undefined;
  context.effort.spend(reader.position - at);
  return { text, length: reader.position - at };
}

function readCall(name: string, reader: TokenReader): WindowCall {
  const inner = reader.parenthesized();
  const end = new TokenReader(reader.source, inner.slice(-2));
  const inside = readNulls(end);
  const nulls = inside ?? readNulls(reader);
  const order = reader.accept('WITHIN', 'GROUP') ? reader.parenthesized() : undefined;
  const over = reader.sees('OVER') && isOperator(reader.peek(1), '(') ? readOver(reader) : undefined;
  const takesNulls = over !== undefined && (VALUES.has(name) || OFFSETS.has(name));
  if (nulls !== undefined && !takesNulls) throw reader.unexpected();
  return {
    ...{ name, inner: inside === undefined ? inner : inner.slice(0, -2), ignoresNulls: nulls === 'IGNORE' },
    ...(order && { order }),
    ...(over && { over }),
  };
}

/** The word before NULLS. */
function readNulls(reader: TokenReader): string | undefined {
  return ['IGNORE', 'RESPECT'].find((word) => reader.accept(word, 'NULLS'));
}

function readOver(reader: TokenReader): readonly Token[] {
  reader.expect('OVER');
  return reader.parenthesized();
}

/** What comes in the parentheses of OVER outside of others. */
function hasWord(over: readonly Token[], ...wanted: readonly string[]): boolean {
  let depth = 0;
  return over.some((token) => {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    return depth === 0 && token.kind === 'word' && wanted.includes(token.word);
  });
}

function checkFrame({ name }: WindowCall, over: readonly Token[], reader: TokenReader): void {
  const [hasOrder, hasFrame] = [hasWord(over, 'ORDER'), hasWord(over, 'ROWS', 'RANGE', 'GROUPS')];
  if (hasWord(over, 'RANGE', 'GROUPS', 'EXCLUDE')) throw unsupported('Window frames have ROWS only');
  if ((AGGREGATES.has(name) || VALUES.has(name)) && hasOrder && !hasFrame)
    throw unsupported('Aggregate window functions with an ORDER BY clause require a frame clause');
  if (OFFSETS.has(name) && hasFrame) throw reader.unexpected();
  if ((PERCENTILES.has(name) || name === 'RATIO_TO_REPORT') && (hasOrder || hasFrame))
    throw unsupported(`The window of ${name} has no ORDER BY and no frame`);
}

function write(call: WindowCall, context: FunctionContext): string | undefined {
  const { name, inner, over, ignoresNulls } = call;
  if (name === 'RATIO_TO_REPORT') {
    if (!over) throw unsupported('RATIO_TO_REPORT needs OVER');
    const value = context.rewrite(inner);
    return `pg_catalog.ratio_to_report((${value})::float8, (sum(${value}) OVER (${context.rewrite(over)}))::float8)`;
  }
  if (PERCENTILES.has(name)) return over && writePercentile(call, over, context);
  if (!over || !(VALUES.has(name) || OFFSETS.has(name))) return undefined;
  const window = context.rewrite(over);
  if (!ignoresNulls) return `${name.toLowerCase()}(${context.rewrite(inner)}) OVER (${window})`;
  const [value, count = '1'] = argumentsOf(inner, context);
  if (value === undefined) throw unsupported(`${name} needs an expression`);
  if (name === 'FIRST_VALUE' || name === 'LAST_VALUE')
    return `pg_catalog.${name.toLowerCase()}(true, ${value}) OVER (${window})`;
  if (!/^\s*[1-9]\d*\s*$/.test(count))
    throw unsupported('The local warehouse takes a positive constant only as the offset with IGNORE NULLS');
  return `pg_catalog.${name.toLowerCase()}(true, ${value}, ${count}) OVER (${window}${FRAMES[name] ?? ''})`;
}

/** The rows in which LAG and LEAD look for values that are not NULL. */
const FRAMES: Readonly<Record<string, string>> = {
  LAG: ' ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING',
  LEAD: ' ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING',
};

/** The values of the window in their order, from which the catalog's function takes one. */
function writePercentile(
  { name, inner, order }: WindowCall,
  over: readonly Token[],
  context: FunctionContext,
): string {
  const reader = new TokenReader(context.source, order ?? []);
  if (name !== 'MEDIAN') reader.expect('ORDER', 'BY');
  const tokens =
    name === 'MEDIAN' ? inner : reader.takeUntil(({ word }) => word === 'ASC' || word === 'DESC');
  const descends = name !== 'MEDIAN' && reader.acceptAny(['ASC', 'DESC']) === 'DESC';
  if (name !== 'MEDIAN') reader.expectEnd();
  const value = `(${context.rewrite(tokens)})${name === 'PERCENTILE_DISC' ? '' : '::float8'}`;
  const sorted = `pg_catalog.warehouse_sorted(${value}) FILTER (WHERE ${value} IS NOT NULL) OVER (${context.rewrite(over)})`;
  if (name === 'MEDIAN') return `pg_catalog.median(${sorted})`;
  return `pg_catalog.${name.toLowerCase()}(${context.rewrite(inner)}, ${sorted}, ${descends})`;
}

function argumentsOf(inner: readonly Token[], context: FunctionContext): string[] {
  const reader = new TokenReader(context.source, inner);
  const found: string[] = [];
  do found.push(context.rewrite(reader.takeUntil((token) => isOperator(token, ','))));
  while (reader.acceptOperator(','));
  return found;
}
