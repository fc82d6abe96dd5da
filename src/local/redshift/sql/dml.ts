/** INSERT, UPDATE, DELETE and queries: Redshift's own forms, without the target aliases and clauses that only PostgreSQL has. */
import { type ExpressionContext, rewrite } from './expression.ts';
import { readsCatalog, refuseLeaderFunctions } from './leader.ts';
import { quoteName, quoteTable } from './names.ts';
import { isOperator, TokenReader, unsupported } from './reader.ts';
import type { Statement } from './statement.ts';
import type { Token } from './tokens.ts';

/** Reads the statement after INSERT. */
export function readInsert(reader: TokenReader): Statement {
  reader.expect('INTO');
  const table = reader.tableName();
  const opensQuery =
    ['SELECT', 'WITH'].includes(reader.peek(1)?.word ?? '') || isOperator(reader.peek(1), '(');
  const columns = reader.seesOperator('(') && !opensQuery ? reader.nameList() : undefined;
  const list = columns === undefined ? '' : ` (${columns.map(quoteName).join(', ')})`;
  const target = `INSERT INTO ${quoteTable(table)}${list}`;
  if (reader.accept('DEFAULT')) {
    reader.expect('VALUES');
    reader.expectEnd();
    return { verb: 'INSERT', sql: `${target} DEFAULT VALUES`, writes: table };
  }
  const first = reader.peek();
  if (!isOperator(first, '(') && !['VALUES', 'SELECT', 'WITH'].includes(first?.word ?? ''))
    throw reader.unexpected();
  const source = reader.rest();
  refuseLeaderFunctions(source, { userTable: true });
  const body = rewrite(source, { source: reader.source, valuesAllowed: true });
  const onComputeNodes = first?.word !== 'VALUES' && source.some(({ word }) => word === 'FROM');
  return {
    verb: 'INSERT',
    sql: `${target} ${body}`,
    writes: table,
    ...(onComputeNodes && { onComputeNodes }),
  };
}

/** Reads the statement after UPDATE; `head` is the WITH clause before it, for the engine. */
export function readUpdate(reader: TokenReader, head = ''): Statement {
  const table = reader.tableName();
  reader.expect('SET');
  if (reader.seesOperator('(')) throw reader.unexpected();
  const rest = reader.rest();
  if (rest.length === 0) throw reader.unexpected();
  refuseLeaderFunctions(rest, { userTable: true });
  const body = rewrite(rest, { source: reader.source });
  return {
    verb: 'UPDATE',
    sql: `${head}UPDATE ${quoteTable(table)} SET ${body}`,
    writes: table,
    onComputeNodes: true,
  };
}

/** Reads the statement after DELETE; `head` is the WITH clause before it, for the engine. */
export function readDelete(reader: TokenReader, head = ''): Statement {
  const withFrom = reader.accept('FROM');
  const table = reader.tableName();
  const next = reader.peek();
  if (next !== undefined && next.word !== 'WHERE' && !(withFrom && next.word === 'USING'))
    throw reader.unexpected();
  const rest = reader.rest();
  refuseLeaderFunctions(rest, { userTable: true });
  const body = rewrite(rest, { source: reader.source });
  return { verb: 'DELETE', sql: `${head}DELETE FROM ${quoteTable(table)} ${body}`.trimEnd(), writes: table };
}

/** A statement that begins with SELECT or an opening parenthesis. */
export function translateSelect(source: string, tokens: readonly Token[]): Statement {
  refuseLeaderFunctions(tokens, { userTable: false });
  return { verb: 'SELECT', sql: rewriteTop(tokens, { source, readsCatalog: readsCatalog(tokens) }) };
}

/** `SELECT TOP n ...` is `SELECT ... LIMIT n`. */
function rewriteTop(tokens: readonly Token[], context: ExpressionContext): string {
  const count = tokens[2];
  const second = tokens[1];
  if (second?.word !== 'TOP' || count?.kind !== 'number') return rewrite(tokens, context);
  const [select] = tokens;
  const query = rewrite(tokens.slice(3), context);
  return `${select?.text ?? 'SELECT'} ${query} LIMIT ${count.text}`;
}

/** A statement that begins with WITH: the common table expressions are queries, then comes SELECT, UPDATE or DELETE. */
export function translateWith(source: string, tokens: readonly Token[]): Statement {
  const reader = new TokenReader(source, tokens);
  reader.expect('WITH');
  reader.accept('RECURSIVE');
  do readCommonTable(reader);
  while (reader.acceptOperator(','));
  const main = reader.peek();
  const length = tokens.length - reader.rest().length;
  const context = { source, readsCatalog: readsCatalog(tokens) };
  const head = `${rewrite(tokens.slice(0, length), context)} `;
  const body = tokens.slice(length);
  const bodyReader = new TokenReader(source, body.slice(1));
  if (main?.word === 'UPDATE') return readUpdate(bodyReader, head);
  if (main?.word === 'DELETE') return readDelete(bodyReader, head);
  if (main?.word !== 'SELECT' && !isOperator(main, '(')) throw reader.unexpected(main);
  refuseLeaderFunctions(tokens, { userTable: false });
  return { verb: 'SELECT', sql: `${head}${rewriteTop(body, context)}` };
}

function readCommonTable(reader: TokenReader): void {
  reader.name();
  if (reader.seesOperator('(')) reader.nameList();
  reader.expect('AS');
  if (reader.sees('MATERIALIZED') || reader.sees('NOT', 'MATERIALIZED')) throw reader.unexpected();
  const [first] = reader.parenthesized();
  if (first === undefined) throw reader.unexpected();
  if (['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(first.word)) {
    throw unsupported('Statements that write are not supported in WITH');
  }
}
