/** INSERT, UPDATE, DELETE and queries: Redshift's own forms, without the target aliases and clauses that only PostgreSQL has. */
import { SQLSTATE } from '../sqlstates.ts';
import { rewrite } from './expression.ts';
import { readsCatalog, refuseLeaderFunctions } from './leader.ts';
import { quoteName, quoteTable } from './names.ts';
import { rewriteQuery } from './query.ts';
import { isOperator, TokenReader, unsupported } from './token-reader.ts';
import { MULTIPLE_MATCHES, RedshiftError, type Statement, type Step } from './statement.ts';
import { translateInto } from './table-as.ts';
import type { Token } from './tokens.ts';

/** Reads the statement after INSERT. */
export function readInsert(reader: TokenReader): Statement {
  reader.expect('INTO');
  const table = reader.tableName();
  const columns = readColumns(reader);
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
  refuseLeaderFunctions(source, { userTable: true, readings: reader.dialect.readings });
  if (first?.word === 'VALUES') refuseSubqueries(source);
  const body = rewrite(source, { source: reader.source, valuesAllowed: true });
  const onComputeNodes = first?.word !== 'VALUES' && source.some(({ word }) => word === 'FROM');
  return {
    verb: 'INSERT',
    sql: `${target} ${body}`,
    writes: table,
    ...(onComputeNodes && { onComputeNodes }),
    ...(source.some((token) => isOperator(token, '/')) && { divides: true }),
  };
}

/** The list of columns; undefined if there is none, also where a parenthesis opens the query. */
function readColumns(reader: TokenReader): readonly string[] | undefined {
  const next = reader.peek(1);
  const opensQuery = ['SELECT', 'WITH'].includes(next?.word ?? '') || isOperator(next, '(');
  return reader.seesOperator('(') && !opensQuery ? reader.nameList() : undefined;
}

/** A subquery may be a value of INSERT in a single row only ("INSERT"). */
function refuseSubqueries(tokens: readonly Token[]): void {
  let depth = 0;
  const rows = tokens.filter((token) => {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    return depth === 1 && isOperator(token, '(');
  }).length;
  if (rows > 1 && tokens.some(({ word }) => word === 'SELECT'))
    throw unsupported('Subqueries are not supported in the VALUES list of several rows');
}

/** Reads the statement after UPDATE; `head` is the WITH clause before it, for the engine. */
export function readUpdate(reader: TokenReader, head = ''): Statement {
  const table = reader.tableName();
  const target = quoteTable(table);
  const alias = readTargetAlias(reader);
  reader.expect('SET');
  if (reader.seesOperator('(')) throw reader.unexpected();
  const rest = reader.rest();
  if (rest.length === 0) throw reader.unexpected();
  refuseLeaderFunctions(rest, { userTable: true, readings: reader.dialect.readings });
  const name = alias === undefined ? target : `${target} AS ${quoteName(alias)}`;
  const refusal = readUpdateSources(reader, rest, {
    head,
    name,
    row: alias === undefined ? target : quoteName(alias),
  });
  return {
    verb: 'UPDATE',
    sql: `${head}UPDATE ${name} SET ${rewrite(rest, { source: reader.source })}`,
    writes: table,
    onComputeNodes: true,
    ...(refusal && { before: [refusal] }),
  };
}

function readTargetAlias(reader: TokenReader): string | undefined {
  if (!reader.dialect.readings.updateTargetAlias || reader.sees('SET')) return undefined;
  reader.accept('AS');
  return reader.name();
}

/** Whether the session wants a row that is matched twice to be an error; PostgreSQL's planner asks it once. */
const STRICT_UPDATES = `pg_catalog.current_setting('rs.error_on_nondeterministic_update', true) = 'on'`;

/**
 * The query that UPDATE ... FROM needs before: with error_on_nondeterministic_update on, no row may be matched twice.
 * Throws when a table of FROM is joined by an outer join, or none by equality ("Examples of UPDATE statements").
 */
function readUpdateSources(
  reader: TokenReader,
  rest: readonly Token[],
  { head, name, row }: { readonly head: string; readonly name: string; readonly row: string },
): Step | undefined {
  const clauses = new TokenReader(reader.source, rest, reader.dialect);
  clauses.takeUntil(({ word }) => word === 'FROM' || word === 'WHERE');
  if (!clauses.accept('FROM')) return undefined;
  const sources = clauses.takeUntil(({ word }) => word === 'WHERE');
  clauses.accept('WHERE');
  const condition = clauses.rest();
  const outer = outside(sources).some(({ word }) => ['LEFT', 'RIGHT', 'FULL'].includes(word));
  if (outer || ![...sources, ...condition].some((token) => isOperator(token, '='))) {
    throw new RedshiftError(
      SQLSTATE.featureNotSupported,
      'Target table must be part of an equijoin predicate',
    );
  }
  // A query with parameters cannot be asked apart from its statement.
  if (rest.some(({ kind }) => kind === 'parameter')) return undefined;
  const [from, where] = [sources, condition].map((part) => rewrite(part, { source: reader.source }));
  const asked = where === '' ? STRICT_UPDATES : `${STRICT_UPDATES} AND (${where ?? ''})`;
  const many = `${head}SELECT FROM ${name}, ${from ?? ''} WHERE ${asked} GROUP BY ${row}.ctid HAVING count(*) > 1`;
  return { kind: 'refuse', sql: many, message: MULTIPLE_MATCHES };
}

/** The tokens that are in no parentheses. */
function outside(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    return depth === 0;
  });
}

/** Reads the statement after DELETE; `head` is the WITH clause before it, for the engine. */
export function readDelete(reader: TokenReader, head = ''): Statement {
  const withFrom = reader.accept('FROM');
  const table = reader.tableName();
  const next = reader.peek();
  if (next !== undefined && next.word !== 'WHERE' && !(withFrom && next.word === 'USING'))
    throw reader.unexpected();
  const rest = reader.rest();
  refuseLeaderFunctions(rest, { userTable: true, readings: reader.dialect.readings });
  const body = rewrite(rest, { source: reader.source });
  return { verb: 'DELETE', sql: `${head}DELETE FROM ${quoteTable(table)} ${body}`.trimEnd(), writes: table };
}

/** A statement that begins with SELECT or an opening parenthesis. */
export function translateSelect(reader: TokenReader, tokens: readonly Token[]): Statement {
  const into = translateInto(reader, tokens);
  if (into !== undefined) return into;
  const { source } = reader;
  refuseLeaderFunctions(tokens, { userTable: false, readings: reader.dialect.readings });
  const fromCatalog = readsCatalog(tokens);
  const sql = rewriteQuery(tokens, { source, readsCatalog: fromCatalog });
  return { verb: 'SELECT', sql, ...onNodes(tokens, fromCatalog) };
}

/** A statement that begins with WITH: the common table expressions are queries, then comes SELECT, UPDATE or DELETE. */
export function translateWith(reader: TokenReader, tokens: readonly Token[]): Statement {
  const { source } = reader;
  reader.expect('WITH');
  reader.accept('RECURSIVE');
  do readCommonTable(reader);
  while (reader.acceptOperator(','));
  const main = reader.peek();
  const length = tokens.length - reader.rest().length;
  const context = { source, readsCatalog: readsCatalog(tokens) };
  const head = `${rewrite(tokens.slice(0, length), context)} `;
  const body = tokens.slice(length);
  const bodyReader = new TokenReader(source, body.slice(1), reader.dialect);
  if (main?.word === 'UPDATE') return readUpdate(bodyReader, head);
  if (main?.word === 'DELETE') return readDelete(bodyReader, head);
  if (main?.word !== 'SELECT' && !isOperator(main, '(')) throw reader.unexpected(main);
  const into = translateInto(reader, tokens);
  if (into !== undefined) return into;
  refuseLeaderFunctions(tokens, { userTable: false, readings: reader.dialect.readings });
  const sql = `${head}${rewriteQuery(body, context)}`;
  return { verb: 'SELECT', sql, ...onNodes(tokens, context.readsCatalog) };
}

/** A query that reads tables runs on compute nodes. */
function onNodes(tokens: readonly Token[], fromCatalog: boolean): Pick<Statement, 'onComputeNodes'> {
  return !fromCatalog && tokens.some(({ word }) => word === 'FROM') ? { onComputeNodes: true } : {};
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
