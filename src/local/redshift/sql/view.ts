/** CREATE VIEW: bound to its tables as PostgreSQL has it, or late-binding ("CREATE VIEW"). */
import { SQLSTATE } from '../sqlstates.ts';
import { rewrite } from './expression.ts';
import { quoteName, quoteTable } from './names.ts';
import { readsCatalog } from './leader.ts';
import { rewriteQuery } from './query.ts';
import { isOperator, nameOf, type TokenReader } from './token-reader.ts';
import { RedshiftError, type NewView, type Statement } from './statement.ts';
import { call, regclass } from './steps.ts';
import { literal, syntaxError, type Token } from './tokens.ts';

/** Reads the statement after VIEW; `tokens` are all of it. */
export function readCreateView(reader: TokenReader, tokens: readonly Token[], replaces: boolean): Statement {
  const { source } = reader;
  const table = reader.tableName();
  const columns = reader.seesOperator('(') ? reader.nameList() : undefined;
  reader.expect('AS');
  const rest = reader.rest();
  const isLate =
    rest
      .slice(-4)
      .map(({ word }) => word)
      .join(' ') === 'WITH NO SCHEMA BINDING';
  const tokensOfQuery = isLate ? rest.slice(0, -4) : rest;
  refuseUnbalanced(tokensOfQuery, source);
  const query = rewriteQuery(tokensOfQuery, { source, readsCatalog: readsCatalog(tokensOfQuery) });
  const [first, last] = [tokens[0], tokens.at(-1)];
  const definition = `${source.slice(first?.at, last && last.at + last.text.length)};`;
  const view: NewView = {
    table,
    replaces,
    ...(columns && { columns }),
    query: namedColumns(query, columns),
    definition,
  };
  if (isLate) {
    refuseUnqualified(tokensOfQuery);
    return lateView(view);
  }
  return {
    verb: 'CREATE VIEW',
    sql: rewrite(tokens, { source }),
    view,
    ...(replaces && { after: [call('warehouse_forget_view', regclass(table))] }),
  };
}

/**
 * A late-binding view has no columns of its own: `query` is put in its place where it is read. The engine only parses it now; the block
 * of its procedural language does nothing when it runs.
 */
function lateView({ table, replaces, query, definition }: NewView): Statement {
  const parse = `begin if false then perform 1 from (${query}\n) q; end if; end`;
  return {
    verb: 'CREATE VIEW',
    sql: `CREATE ${replaces ? 'OR REPLACE ' : ''}VIEW ${quoteTable(table)} AS SELECT`,
    before: [{ kind: 'run', sql: `DO ${literal(parse)}` }],
    after: [keepView(table, definition, query)],
    lateView: { query },
  };
}

/** Has the catalog remember the query that is put in the place of the view. */
export function keepView(
  table: NewView['table'],
  definition: string,
  query: string,
): ReturnType<typeof call> {
  return call('warehouse_keep_view', regclass(table), literal(definition), literal(query));
}

/** The query with the names that the statement gives its columns. */
function namedColumns(query: string, columns: readonly string[] | undefined): string {
  return columns ? `SELECT * FROM (${query}\n) AS named (${columns.map(quoteName).join(', ')})` : query;
}

/** The query is put between parentheses, which it must not close. */
function refuseUnbalanced(query: readonly Token[], source: string): void {
  let depth = 0;
  for (const token of query) {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    if (depth < 0) throw syntaxError(source, token);
  }
  if (depth > 0) throw syntaxError(source, undefined);
}

function refuseUnqualified(query: readonly Token[]): void {
  const commonTables = new Set(
    query.flatMap((token, index) =>
      query[index + 1]?.word === 'AS' && isOperator(query[index + 2], '(') && isName(token)
        ? [nameOf(token)]
        : [],
    ),
  );
  const unqualified = query.some((token, index) => {
    if (token.word !== 'FROM' && token.word !== 'JOIN') return false;
    const [relation, next] = query.slice(index + 1, index + 3);
    if (relation === undefined || !isName(relation) || isOperator(next, '.') || isOperator(next, '('))
      return false;
    return !commonTables.has(nameOf(relation));
  });
  if (unqualified) {
    throw new RedshiftError(
      SQLSTATE.featureNotSupported,
      'All the relation names inside should be qualified when creating views with no schema binding.',
    );
  }
}

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted';
}
