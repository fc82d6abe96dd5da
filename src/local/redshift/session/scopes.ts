/**
 * Gives the queries of a statement their meaning where it depends on the columns of the tables that they read; see sql/query/. The
 * engine is asked for the columns of what FROM names, so that tables, views, temporary tables and subqueries are all the same.
 */
import type { Statement, Step } from '../sql/statement.ts';
import { resolveStatement } from '../sql/query/statement.ts';
import { typeOfColumn } from '../sql/query/decimals.ts';
import type { ScopeColumn } from '../sql/query/scope.ts';
import type { Upstream } from '../wire/upstream.ts';

/** A word without which there is nothing to resolve. */
const QUERY = /\b(?:select|update|delete)\b/i;

/** Statements with queries. */
const READERS = new Set([
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'CREATE TABLE AS', 'CREATE VIEW'],
  ...['CREATE MATERIALIZED VIEW', 'UNLOAD', 'PREPARE', 'DECLARE', 'EXPLAIN'],
]);

/** What decides how queries are resolved. */
export interface ScopeSettings {
  /** Whether unquoted attributes of SUPER keep their case. */
  readonly keepsAttributeCase: boolean;
}

/** The queries of one session. */
export class Scopes {
  readonly #upstream: Upstream;
  readonly #settings: ScopeSettings;
  readonly #superOid: number;

  constructor(upstream: Upstream, settings: ScopeSettings, superOid: number) {
    this.#upstream = upstream;
    this.#settings = settings;
    this.#superOid = superOid;
  }

  /** The statement with its queries resolved. @throws EngineError, RedshiftError */
  async bind(statement: Statement): Promise<Statement> {
    if (!READERS.has(statement.verb) || statement.isPlain === true || this.#upstream.status === 'E')
      return statement;
    if (statement.lateView)
      return (await needsNothing(statement.lateView.query)) ? statement : withoutParsing(statement);
    const sql = await this.resolve(statement.sql);
    const before: Step[] = [];
    for (const step of statement.before ?? [])
      before.push(step.kind === 'call' ? step : { ...step, sql: await this.resolve(step.sql) });
    return { ...statement, sql, ...(statement.before && { before }) };
  }

  async resolve(sql: string): Promise<string> {
    if (!QUERY.test(sql)) return sql;
    const { keepsAttributeCase } = this.#settings;
    return await resolveStatement(sql, { describe: (query) => this.#describe(query), keepsAttributeCase });
  }

  async #describe(query: string): Promise<readonly ScopeColumn[]> {
    const columns = await this.#upstream.describe(query);
    return columns.map(({ name, type, modifier }) => ({
      ...{ name, isSuper: type === this.#superOid, number: typeOfColumn(type, modifier) },
    }));
  }
}

/** The engine cannot parse a query that is not resolved, and what a late-binding view reads need not exist yet. */
function withoutParsing(statement: Statement): Statement {
  return { ...statement, before: [] };
}

/** The query needs to be resolved. */
class NeededError extends Error {
  override readonly name = 'NeededError';
}

/** Whether the text stays as it is, whatever its tables are. @throws RedshiftError when it cannot be read. */
export async function needsNothing(sql: string): Promise<boolean> {
  if (!QUERY.test(sql)) return true;
  const describe = () => Promise.reject(new NeededError());
  try {
    return (await resolveStatement(sql, { describe, keepsAttributeCase: false })) === sql;
  } catch (error) {
    if (error instanceof NeededError) return false;
    throw error;
  }
}
