/**
 * Rewrites any run of Redshift tokens (expressions, queries) to PostgreSQL: folds names, replaces Redshift's own functions
 * and types, and refuses what Redshift does not have. Everything else keeps its text.
 */
import { SQLSTATE } from '../sqlstates.ts';
import { type FunctionContext, rewriteCall } from './calls.ts';
import { replaceCatalog } from './catalogs.ts';
import { Effort } from './effort.ts';
import { isForeignFunction } from './foreign-functions.ts';
import { rewriteListagg } from './listagg.ts';
import { isLongName, isReservedName, quoteName } from './names.ts';
import { isOperator, nameOf, TokenReader, unsupported } from './token-reader.ts';
import { RedshiftError } from './statement.ts';
import { literal, positionOf, syntaxError, type Token } from './tokens.ts';
import { readColumnType } from './types.ts';
import { rewriteWindow } from './windows.ts';

/**
 * Functions whose first argument is a date part, written as a word or a string, by the names that Redshift itself uses in columns
 * and errors. `catalog/` defines them with a string.
 */
const DATE_PART_FUNCTIONS: Readonly<Record<string, string>> = {
  DATEADD: 'pg_catalog.date_add',
  DATE_ADD: 'pg_catalog.date_add',
  DATEDIFF: 'pg_catalog.date_diff',
  DATE_DIFF: 'pg_catalog.date_diff',
  DATE_PART: 'pg_catalog.pgdate_part',
  DATEPART: 'pg_catalog.pgdate_part',
  PGDATE_PART: 'pg_catalog.pgdate_part',
};

/** How a run of tokens may begin: `VALUES` is no table in Redshift, only INSERT has it. */
export interface ExpressionContext {
  readonly source: string;
  readonly valuesAllowed?: boolean;
  /** What is left for calls; that of the outermost run of tokens goes on to those in it. */
  readonly effort?: Effort;
  /** Whether the query reads the catalog, where TEXT is PostgreSQL's (elsewhere it is VARCHAR(256)) and arrays may be made. */
  readonly readsCatalog?: boolean;
}

type RunContext = ExpressionContext & { readonly effort: Effort };

/** PostgreSQL text of the tokens; the gap before the first one is dropped. Throws what Redshift refuses. */
export function rewrite(tokens: readonly Token[], given: ExpressionContext): string {
  const context = { ...given, effort: given.effort ?? new Effort(tokens.length) };
  const parts: string[] = [];
  /** For each open parenthesis, whether it is that of CAST: the `AS` directly in it is followed by a type. */
  const casts: boolean[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token === undefined) break;
    // A number may be followed by a word at once.
    if (at > 0)
      parts.push(
        token.gap === '' && token.kind === 'word' && tokens[at - 1]?.kind === 'number' ? ' ' : token.gap,
      );
    if (isOperator(token, '(')) casts.push(tokens[at - 1]?.word === 'CAST');
    else if (isOperator(token, ')')) casts.pop();
    const special = rewriteSpecial(tokens, at, context, casts.at(-1) ?? false);
    if (special === undefined) {
      parts.push(renderToken(token));
      at += 1;
    } else {
      parts.push(special.text);
      at += special.length;
    }
  }
  return parts.join('');
}

/** One token for the engine: quoted names folded, long names in their short form. */
function renderToken(token: Token): string {
  if (token.kind === 'quoted') return quoteName(nameOf(token));
  if (token.kind !== 'word') return token.text;
  if (token.text.startsWith('#')) return quoteName(nameOf(token));
  return token.text.length > 21 && isLongName(nameOf(token)) ? quoteName(nameOf(token)) : token.text;
}

interface Replacement {
  readonly text: string;
  /** Tokens that it stands for. */
  readonly length: number;
}

function rewriteSpecial(
  tokens: readonly Token[],
  at: number,
  context: RunContext,
  inCast: boolean,
): Replacement | undefined {
  const token = tokens[at];
  if (token === undefined || isOperator(tokens[at - 1], '.')) return undefined;
  const catalog = replaceCatalog(tokens, at, context.source);
  if (catalog !== undefined) return catalog;
  if (token.kind === 'operator')
    return token.text === '::' ? rewriteCast(tokens, at, context, '::') : undefined;
  if (token.kind !== 'word') return undefined;
  refuseForeign(tokens, at, context);
  const call = isOperator(tokens[at + 1], '(');
  switch (token.word) {
    case 'SYSDATE':
      return call ? undefined : { text: 'getdate()', length: 1 };
    case 'CURRENT_USER_ID':
      return { text: 'pg_catalog.current_user_id()', length: 1 };
    case 'MINUS':
      return { text: 'EXCEPT', length: 1 };
    case 'LISTAGG':
      return call ? rewriteListagg(tokens, at, functionContext(context)) : undefined;
    case 'AS':
      return inCast ? rewriteCast(tokens, at, context, 'AS ') : undefined;
    default:
      return call || token.word === 'APPROXIMATE' ? rewriteFunction(tokens, at, context) : undefined;
  }
}

function functionContext(context: RunContext): FunctionContext {
  const { source, effort } = context;
  return { source, effort, rewrite: (inner) => rewrite(inner, context) };
}

function rewriteFunction(tokens: readonly Token[], at: number, context: RunContext): Replacement | undefined {
  const call = {
    source: context.source,
    rewrite: (inner: readonly Token[]) => rewrite(inner, context),
    effort: context.effort,
  };
  return rewriteWindow(tokens, at, call) ?? rewriteCall(tokens, at, call) ?? rewriteDatePart(tokens, at);
}

function refuseForeign(tokens: readonly Token[], at: number, context: ExpressionContext): void {
  const token = tokens[at];
  if (token === undefined) return;
  // After AS every word is a name.
  if (isReservedName(token.word) && tokens[at - 1]?.word !== 'AS' && !isOperator(tokens[at + 1], '(')) {
    throw syntaxError(context.source, token);
  }
  refuseClauses(tokens, at, context.source);
  const next = tokens[at + 1];
  const before = tokens[at - 1];
  if (token.word === 'FILTER' && isOperator(before, ')') && isOperator(next, '('))
    throw syntaxError(context.source, token);
  if (token.word === 'VALUES' && isQueryOfValues(at, before, context))
    throw syntaxError(context.source, token);
  refuseArraysAndFunctions(tokens, at, context);
}

/** VALUES as a query, not as the rows of INSERT. */
function isQueryOfValues(
  at: number,
  before: Token | undefined,
  { valuesAllowed }: ExpressionContext,
): boolean {
  return at === 0 ? valuesAllowed !== true : isOperator(before, '(');
}

/** A clause that only PostgreSQL has: its words, and what Redshift says. */
interface ForeignClause {
  readonly words: readonly string[];
  /** The word that the syntax error names, or the message in place of a syntax error. */
  readonly refusal: number | string;
}

const NO_LOCKS = 'SELECT FOR UPDATE/SHARE is not supported';

const FOREIGN_CLAUSES: readonly ForeignClause[] = [
  { words: ['RETURNING'], refusal: 0 },
  { words: ['LATERAL'], refusal: 0 },
  { words: ['TABLESAMPLE'], refusal: 0 },
  { words: ['ON', 'CONFLICT'], refusal: 0 },
  { words: ['IS', 'DISTINCT', 'FROM'], refusal: 1 },
  { words: ['IS', 'NOT', 'DISTINCT', 'FROM'], refusal: 2 },
  { words: ['DISTINCT', 'ON'], refusal: 'SELECT DISTINCT ON is not supported' },
  { words: ['FETCH', 'FIRST'], refusal: 0 },
  { words: ['FETCH', 'NEXT'], refusal: 0 },
  { words: ['FOR', 'UPDATE'], refusal: NO_LOCKS },
  { words: ['FOR', 'SHARE'], refusal: NO_LOCKS },
  { words: ['FOR', 'NO', 'KEY'], refusal: NO_LOCKS },
  { words: ['FOR', 'KEY', 'SHARE'], refusal: NO_LOCKS },
];

function refuseClauses(tokens: readonly Token[], at: number, source: string): void {
  const found = FOREIGN_CLAUSES.find(({ words }) =>
    words.every((word, index) => tokens[at + index]?.word === word),
  );
  if (found === undefined) return;
  const { refusal } = found;
  throw typeof refusal === 'string' ? unsupported(refusal) : syntaxError(source, tokens[at + refusal]);
}

/** Functions of Redshift whose results nothing documents well enough. */
const NOT_SERVED = new Set(['CHECKSUM', 'FARMFINGERPRINT64']);

function refuseArraysAndFunctions(tokens: readonly Token[], at: number, context: ExpressionContext): void {
  const token = tokens[at];
  if (token === undefined) return;
  if (token.word === 'ARRAY' && isOperator(tokens[at + 1], '[') && context.readsCatalog !== true)
    throw unsupported('Arrays are not supported');
  if (!isOperator(tokens[at + 1], '(')) return;
  if (token.word === 'ANY' || token.word === 'SOME') {
    const inner = tokens[at + 2];
    if (inner?.kind === 'parameter' || inner?.kind === 'string')
      throw unsupported('Arrays are not supported');
  }
  refuseFunction(tokens, at, context);
}

function refuseFunction(tokens: readonly Token[], at: number, context: ExpressionContext): void {
  const token = tokens[at];
  if (token === undefined) return;
  if (NOT_SERVED.has(token.word) && !isOperator(tokens[at - 1], '.'))
    throw unsupported(`The local warehouse does not serve ${token.word}.`);
  // On the leader node, lists of privileges are shown with it.
  const isShown = token.word === 'ARRAY_TO_STRING' && context.readsCatalog === true;
  const isSource = token.word === 'UNNEST' && isSourcePlace(tokens[at - 1]);
  if (isForeignFunction(token.word) && !isShown && !isSource) {
    throw new RedshiftError(
      SQLSTATE.undefinedFunction,
      `function ${token.text.toLowerCase()}(...) does not exist`,
      {
        position: positionOf(context.source, token.at),
      },
    );
  }
}

/** Whether a source of FROM may follow: a comma may be that of another list, whose UNNEST the engine does not know. */
function isSourcePlace(before: Token | undefined): boolean {
  return before?.word === 'FROM' || before?.word === 'JOIN' || isOperator(before, ',');
}

function rewriteDatePart(tokens: readonly Token[], at: number): Replacement | undefined {
  const name = DATE_PART_FUNCTIONS[tokens[at]?.word ?? ''];
  if (name === undefined) return undefined;
  const part = tokens[at + 2];
  const word = part?.kind === 'word' || part?.kind === 'quoted';
  if (part === undefined || !word || !isOperator(tokens[at + 3], ',')) return { text: name, length: 1 };
  return { text: `${name}(${literal(nameOf(part))}`, length: 3 };
}

/** Types that catalog queries on the leader node cast to, as PostgreSQL has them. */
const LEADER_TYPES = new Set([
  'NAME',
  'OID',
  'REGCLASS',
  'REGTYPE',
  'REGPROC',
  'REGPROCEDURE',
  'UNKNOWN',
  'INT2VECTOR',
  'CSTRING',
]);

function rewriteCast(
  tokens: readonly Token[],
  at: number,
  context: ExpressionContext,
  operator: string,
): Replacement | undefined {
  const type = tokens[at + 1];
  if (
    type === undefined ||
    type.kind !== 'word' ||
    LEADER_TYPES.has(type.word) ||
    type.word.startsWith('PG_') ||
    (type.word === 'TEXT' && context.readsCatalog === true)
  ) {
    return undefined;
  }
  if (isOperator(tokens[at + 2], '.') || type.word === 'INTERVAL') return undefined;
  const reader = new TokenReader(context.source, tokens, undefined, at + 1);
  const { sql, family } = readColumnType(reader, '?column?');
  // A string becomes a string in a SUPER; the engine would read a bare literal as the text of the SUPER.
  const first = family === 'super' && tokens[at - 1]?.kind === 'string' ? '::text' : '';
  return {
    text: `${first}${first === '' || operator === '::' ? '' : ' '}${operator}${sql}`,
    length: reader.position - at,
  };
}
