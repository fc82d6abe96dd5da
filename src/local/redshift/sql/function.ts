/** CREATE FUNCTION: functions of LANGUAGE sql, whose body is a list of expressions ("CREATE FUNCTION"). */
import { SQLSTATE } from '../sqlstates.ts';
import { quoteTable } from './names.ts';
import { isOperator, TokenReader, unsupported } from './token-reader.ts';
import { readTokens } from './read-tokens.ts';
import { RedshiftError, type Statement } from './statement.ts';
import { check, columnLiteral } from './steps.ts';
import { literal, literalValue, splitStatements, type Token } from './tokens.ts';
import { readColumnType } from './types.ts';

const VOLATILITIES = ['VOLATILE', 'STABLE', 'IMMUTABLE'];
/** "The SELECT clause can't include any of the following types of clauses: FROM, INTO, WHERE, GROUP BY, ORDER BY, and LIMIT." */
const REFUSED_CLAUSES = new Set(['FROM', 'INTO', 'WHERE', 'GROUP', 'ORDER', 'LIMIT']);

/** Translates the body, which is a SELECT. */
type TranslateBody = (source: string, tokens: readonly Token[]) => Statement;

/**
 * Reads the statement after `CREATE [OR REPLACE] FUNCTION`. The body goes through the dialect as every statement does:
 * the engine is given nothing that a client has written for it alone.
 */
export function readCreateFunction(
  reader: TokenReader,
  replace: boolean,
  translate: TranslateBody,
): Statement {
  const name = reader.tableName();
  const types = readTypes(reader);
  reader.expect('RETURNS');
  const { sql: result } = readColumnType(reader, '?column?');
  const { volatility, body } = readAttributes(reader);
  const head = `CREATE ${replace ? 'OR REPLACE ' : ''}FUNCTION ${quoteTable(name)}(${types.join(', ')})`;
  const text = literal(translateBody(reader, body, translate));
  return {
    verb: 'CREATE FUNCTION',
    sql: `${head} RETURNS ${result} ${volatility} AS ${text} LANGUAGE sql`,
    before: [check('warehouse_check_function', columnLiteral(name.table))],
  };
}

/** SQL functions have no names of their arguments: those are $1, $2 and so on. */
function readTypes(reader: TokenReader): string[] {
  reader.expectOperator('(');
  if (reader.acceptOperator(')')) return [];
  const types: string[] = [];
  do types.push(readColumnType(reader, '?column?').sql);
  while (reader.acceptOperator(','));
  reader.expectOperator(')');
  return types;
}

function readAttributes(reader: TokenReader): { readonly volatility: string; readonly body: string } {
  let volatility: string | undefined;
  let body: string | undefined;
  let language: string | undefined;
  while (!reader.done) {
    const word = reader.acceptAny([...VOLATILITIES, 'AS', 'LANGUAGE']);
    if (word === 'AS' && body === undefined) body = readBody(reader);
    else if (word === 'LANGUAGE' && language === undefined) language = reader.name();
    else if (word !== undefined && VOLATILITIES.includes(word) && volatility === undefined) volatility = word;
    else throw reader.unexpected();
  }
  if (language !== 'sql') throw unsupported('The local warehouse serves functions of LANGUAGE sql only.');
  if (body === undefined || volatility === undefined) throw reader.unexpected();
  return { volatility, body };
}

function readBody(reader: TokenReader): string {
  const token = reader.take();
  if (token.kind === 'string') return literalValue(token.text);
  if (token.kind !== 'dollar') throw reader.unexpected(token);
  const tag = token.text.slice(0, token.text.indexOf('$', 1) + 1);
  return token.text.slice(tag.length, -tag.length);
}

function translateBody(reader: TokenReader, body: string, translate: TranslateBody): string {
  const [tokens, ...others] = splitStatements(readTokens(body, reader.dialect));
  if (others.length > 0 || tokens?.[0]?.word !== 'SELECT') {
    throw new RedshiftError(
      SQLSTATE.invalidFunctionDefinition,
      'The body of an SQL function must be a single SELECT clause',
    );
  }
  refuseClauses(tokens);
  return translate(body, tokens).sql;
}

/** In parentheses FROM may be a part of a call, as in EXTRACT(year FROM x). */
function refuseClauses(tokens: readonly Token[]): void {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    const opens = at > 0 && ['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(token.word);
    if (!opens && (depth > 0 || !REFUSED_CLAUSES.has(token.word))) continue;
    throw unsupported(
      `The SELECT clause of an SQL function cannot include ${opens ? 'a subquery' : token.word}`,
    );
  }
}
