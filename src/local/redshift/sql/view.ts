/** CREATE VIEW: bound to its tables as PostgreSQL has it, or late-binding ("CREATE VIEW"). */
import { SQLSTATE } from '../sqlstates.ts';
import { rewrite } from './expression.ts';
import { isOperator, nameOf, type TokenReader } from './token-reader.ts';
import { RedshiftError, type Statement } from './statement.ts';
import { call, regclass } from './steps.ts';
import type { Token } from './tokens.ts';

/** Reads the statement after VIEW; `tokens` are all of it. A view WITH NO SCHEMA BINDING does not hold its tables. */
export function readCreateView(reader: TokenReader, tokens: readonly Token[]): Statement {
  const view = reader.tableName();
  const words = tokens.slice(-4).map(({ word }) => word);
  const late = words.join(' ') === 'WITH NO SCHEMA BINDING';
  const sql = rewrite(late ? tokens.slice(0, -4) : tokens, { source: reader.source });
  if (!late) return { verb: 'CREATE VIEW', sql };
  refuseUnqualified(reader.rest());
  return { verb: 'CREATE VIEW', sql, after: [call('warehouse_unbind', regclass(view))] };
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
