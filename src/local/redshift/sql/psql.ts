/**
 * psql's backslash commands. psql asks PostgreSQL's catalogs in words that no Redshift understands (recent versions can
 * not describe a table of a real one); the local warehouse answers them, so that its tables can be looked at.
 */
import { FULL_SCHEMA } from '../catalog/shown.ts';
import { replaceCatalog } from './catalogs.ts';
import { isOperator } from './token-reader.ts';
import type { Statement } from './statement.ts';
import { splitStatements, type Token, tokenize } from './tokens.ts';

/** The query for the engine (names in it are the engine's), if all that it reads is named as psql names it: by PostgreSQL's schema, never a user's table. */
export function translateDescribe(source: string): Statement | undefined {
  const [tokens = [], ...others] = splitStatements(tokenize(source, true, true));
  if (others.length > 0) return undefined;
  if (tokens[0]?.word !== 'SELECT' || !readsOnlyCatalogs(tokens)) return undefined;
  const parts: string[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at];
    if (token === undefined) break;
    const replaced = replaceCatalog(tokens, at, source, FULL_SCHEMA);
    parts.push(token.gap, replaced?.text ?? token.text);
    at += replaced?.length ?? 1;
  }
  return { verb: 'SELECT', sql: parts.join('') };
}

function readsOnlyCatalogs(tokens: readonly Token[]): boolean {
  let catalogs = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.word !== 'FROM' && token.word !== 'JOIN') continue;
    const relation = tokens[at + 1];
    if (isOperator(relation, '(')) continue;
    if (relation?.word !== 'PG_CATALOG' || !isOperator(tokens[at + 2], '.')) return false;
    catalogs += 1;
  }
  return catalogs > 0;
}
