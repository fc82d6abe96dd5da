/**
 * Gives the queries of a statement their meaning where it depends on the columns of the tables that they read; see sql/query/. The
 * engine is asked for the columns of what FROM names, so that tables, views, temporary tables and subqueries are all the same.
 */
import type { Statement, Step } from '../sql/statement.ts';
import { resolveStatement } from '../sql/query/statement.ts';
import { isLooseColumn, typeOfColumn } from '../sql/query/decimals.ts';
import type { ScopeColumn } from '../sql/query/scope.ts';
import { mayStoreStrings, storeStrings } from '../sql/query/super-strings.ts';
import { quoteTable } from '../sql/names.ts';
import type { Upstream } from '../wire/upstream.ts';

/** A word without which there is nothing to resolve. */
const QUERY = /\b(?:select|update|delete)\b/i;

/** Statements with queries. */
const READERS = new Set([
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'CREATE TABLE AS', 'CREATE VIEW'],
  ...['CREATE MATERIALIZED VIEW', 'UNLOAD', 'PREPARE', 'DECLARE', 'EXPLAIN'],
]);

/** Statements that store values. */
const WRITERS = new Set(['INSERT', 'UPDATE', 'MERGE', 'PREPARE']);

/** What a statement has that may be the first to make a SUPER column, or a view or function that gives a SUPER. */
const MAKES_SUPER = /super|json_parse|split_to_array|array|object/i;

/** Whether there are SUPER columns in the database; once there was one, it is true until the next start. */
export interface SuperKnown {
  hasSuper: boolean;
  readonly superOid: number;
}

/** What decides how queries are resolved. */
export interface ScopeSettings {
  /** Whether unquoted attributes of SUPER keep their case. */
  readonly keepsAttributeCase: boolean;
}

/** The queries of one session. */
export class Scopes {
  readonly #upstream: Upstream;
  readonly #settings: ScopeSettings;
  readonly #known: SuperKnown;

  constructor(upstream: Upstream, settings: ScopeSettings, known: SuperKnown) {
    this.#upstream = upstream;
    this.#settings = settings;
    this.#known = known;
  }

  /** The statement with its queries resolved. @throws EngineError, RedshiftError */
  async bind(statement: Statement): Promise<Statement> {
    if (this.#upstream.status === 'E') return statement;
    if (/^(?:CREATE|ALTER)/.test(statement.verb) && MAKES_SUPER.test(statement.sql))
      this.#known.hasSuper = true;
    return await this.#storeStrings(await this.#resolveAll(statement));
  }

  /** The statement with strings in the place of bare literals that it stores in SUPER columns. */
  async #storeStrings(statement: Statement): Promise<Statement> {
    const { verb, sql, writes = statement.prepares?.writes } = statement;
    if (!this.#known.hasSuper || !writes || !WRITERS.has(verb) || !mayStoreStrings(sql)) return statement;
    return {
      ...statement,
      sql: storeStrings(sql, await this.#describe(`SELECT * FROM ${quoteTable(writes)}`)),
    };
  }

  async #resolveAll(statement: Statement): Promise<Statement> {
    if (!READERS.has(statement.verb) || statement.isPlain === true) return statement;
    if (statement.lateView)
      return (await needsNothing(statement.lateView.query)) ? statement : withoutParsing(statement);
    const sql = await this.resolve(statement.sql, statement.divides);
    const before: Step[] = [];
    for (const step of statement.before ?? [])
      before.push(step.kind === 'call' ? step : { ...step, sql: await this.resolve(step.sql) });
    return { ...statement, sql, ...(statement.before && { before }) };
  }

  async resolve(sql: string, divides = false): Promise<string> {
    if (!divides && !QUERY.test(sql)) return sql;
    const { keepsAttributeCase } = this.#settings;
    return await resolveStatement(sql, { describe: (query) => this.#describe(query), keepsAttributeCase });
  }

  async #describe(query: string): Promise<readonly ScopeColumn[]> {
    const columns = await this.#upstream.describe(query);
    return columns.map(({ name, type, modifier }) => ({
      ...{ name, isSuper: type === this.#known.superOid, number: typeOfColumn(type, modifier) },
      isLoose: isLooseColumn(type, modifier),
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
