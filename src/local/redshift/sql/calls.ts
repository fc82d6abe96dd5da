/** Rewrites calls of Redshift's functions that the engine needs as other expressions. */
import type { Effort } from './effort.ts';
import { COLLATIONS } from './collation.ts';
import { isOperator, nameOf, TokenReader } from './token-reader.ts';
import { literal, literalValue, type Token } from './tokens.ts';
import { readColumnType } from './types.ts';

/** Functions of another name in the engine: theirs differ from PostgreSQL's of the same name. */
const RENAMED: Readonly<Record<string, string>> = {
  NVL: 'COALESCE',
  ISNULL: 'COALESCE',
};

/** How to rewrite the expressions in a call, and the text that they come from. */
export interface FunctionContext {
  readonly source: string;
  readonly rewrite: (tokens: readonly Token[]) => string;
  readonly effort: Effort;
}

/** The engine's text for the tokens from `at` on, and how many they are; undefined when it is no call of these. */
export function rewriteCall(
  tokens: readonly Token[],
  at: number,
  context: FunctionContext,
): { readonly text: string; readonly length: number } | undefined {
  const word = tokens[at]?.word ?? '';
  if (word === 'APPROXIMATE') return { text: '', length: 1 };
  if (!isOperator(tokens[at + 1], '(')) return undefined;
  const renamed = RENAMED[word];
  if (renamed !== undefined) return { text: renamed, length: 1 };
  const build = PATTERN_FUNCTIONS.has(word) ? buildPattern(word) : BUILDERS[word];
  if (build === undefined) return undefined;
  const reader = new TokenReader(context.source, tokens, undefined, at + 1);
  const inner = reader.parenthesized();
  context.effort.spend(inner.length);
  const text = build(inner, context, reader);
  return text === undefined ? undefined : { text, length: inner.length + 3 };
}

/** Functions that PostgreSQL has with other arguments: a first argument more finds Redshift's, see `catalog/patterns.ts`. */
const PATTERN_FUNCTIONS = new Set(['REGEXP_REPLACE', 'REGEXP_SUBSTR', 'REGEXP_INSTR', 'REGEXP_COUNT']);

type Build = (inner: readonly Token[], context: FunctionContext, reader: TokenReader) => string | undefined;

function buildPattern(word: string): Build {
  return (inner, context) => `pg_catalog.${word.toLowerCase()}(true, ${context.rewrite(inner)})`;
}

const BUILDERS: Readonly<Record<string, Build>> = {
  NVL2: (inner, context, reader) => {
    const [value, some, none, ...others] = argumentsOf(inner, context);
    if (value === undefined || some === undefined || none === undefined || others.length > 0)
      throw reader.unexpected();
    return `CASE WHEN (${value}) IS NOT NULL THEN ${some} ELSE ${none} END`;
  },
  DECODE: (inner, context, reader) => {
    const [value, ...pairs] = argumentsOf(inner, context);
    if (value === undefined || pairs.length < 2) throw reader.unexpected();
    // The value is written once for each pair, and may hold such a call itself.
    context.effort.spend((value.length * pairs.length) / 2);
    const branches: string[] = [];
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const [search = '', result = ''] = [pairs[at], pairs[at + 1]];
      branches.push(`WHEN (${value}) IS NOT DISTINCT FROM (${search}) THEN ${result}`);
    }
    const otherwise = pairs.length % 2 === 1 ? ` ELSE ${pairs.at(-1) ?? ''}` : '';
    return `CASE ${branches.join(' ')}${otherwise} END`;
  },
  COLLATE: (inner, context, reader) => {
    const [value, name] = argumentsOf(inner, context);
    const collation = name === undefined ? undefined : COLLATIONS[literalValue(name).toLowerCase()];
    if (value === undefined || collation === undefined) throw reader.unexpected();
    return `((${value}) COLLATE ${collation})`;
  },
  ARRAY: (inner, context) => `pg_catalog."array"(${jsonOf(argumentsOf(inner, context))})`,
  OBJECT: (inner, context, reader) => {
    const given = argumentsOf(inner, context);
    if (given.length % 2 === 1) throw reader.unexpected();
    const keys = given.filter((_, at) => at % 2 === 0).map((key) => `(${key})::text`);
    const values = given.filter((_, at) => at % 2 === 1);
    return `pg_catalog.object(array[${keys.join(', ')}]::text[], ${jsonOf(values)})`;
  },
  EXTRACT: (inner, context, reader) => {
    const [part, from, ...value] = inner;
    if (part === undefined || from?.word !== 'FROM' || value.length === 0) throw reader.unexpected();
    const name = part.kind === 'string' ? literalValue(part.text) : nameOf(part);
    return `pg_catalog.date_part(${context.rewrite(value)}, ${literal(name)}::name)`;
  },
  MEDIAN: (inner, context) =>
    `pg_catalog.median(percentile_cont(0.5) WITHIN GROUP (ORDER BY ${context.rewrite(inner)}))`,
  TRY_CAST: (inner, context) => {
    const reader = new TokenReader(context.source, inner);
    const value = context.rewrite(reader.takeUntil(({ word }) => word === 'AS'));
    reader.expect('AS');
    const { sql } = readColumnType(reader, '?column?');
    reader.expectEnd();
    return `CAST(pg_catalog.try_cast(${value}, NULL::${sql}, ${literal(sql)}) AS ${sql})`;
  },
  JSON_EXTRACT_PATH_TEXT: (inner, context) => {
    const given = argumentsOf(inner, context);
    const last = given.at(-1)?.trim() ?? '';
    if (!/^(?:true|false)$/i.test(last)) return undefined;
    return `pg_catalog.json_extract_path_text(${[last, ...given.slice(0, -1)].join(', ')})`;
  },
  CONVERT: (inner, context) => {
    const reader = new TokenReader(context.source, inner);
    const { sql } = readColumnType(reader, '?column?');
    reader.expectOperator(',');
    return `CAST(${context.rewrite(reader.rest())} AS ${sql})`;
  },
};

/** The engine's array of the values as JSON. */
function jsonOf(values: readonly string[]): string {
  const items = values.map((value) => `pg_catalog.warehouse_json_of(pg_catalog.warehouse_item(${value}))`);
  return `array[${items.join(', ')}]::text[]`;
}

function argumentsOf(inner: readonly Token[], context: FunctionContext): string[] {
  if (inner.length === 0) return [];
  const reader = new TokenReader(context.source, inner);
  const found: string[] = [];
  do found.push(context.rewrite(reader.takeUntil((token) => isOperator(token, ','))));
  while (reader.acceptOperator(','));
  return found;
}
