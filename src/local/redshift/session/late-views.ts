/**
 * Binds late-binding views when they are read ("CREATE VIEW", WITH NO SCHEMA BINDING): each is replaced by its query, whose
 * relations the engine looks up by name. The query has the rights of the view's owner. If the reader is the owner, it is put into
 * the statement. Otherwise the endpoint makes a temporary view that belongs to the owner, grants SELECT on it to the reader, and
 * drops it after the statement. For that it takes the owner's role, in which only CREATE VIEW runs: no expression is evaluated.
 */
import { LATE_PREFIX } from '../catalog/shown.ts';
import { EngineError } from '../errors.ts';
import { quoteName, quoteTable } from '../sql/names.ts';
import { findRelations, type RelationName, replaceRelations } from '../sql/relations.ts';
import { type NewView, RedshiftError, type Statement, type Step } from '../sql/statement.ts';
import { textArray } from '../sql/steps.ts';
import { unsupported } from '../sql/token-reader.ts';
import { literal, tokenize } from '../sql/tokens.ts';
import { keepView } from '../sql/view.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { Upstream } from '../wire/upstream.ts';

/** Statements that read relations. */
const READERS = new Set([
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'CREATE TABLE AS', 'CREATE VIEW'],
  ...['PREPARE', 'DECLARE', 'EXPLAIN', 'UNLOAD'],
]);

/** Views may read each other many times over. */
const MOST_VIEWS = 1000;
const MOST_CHARACTERS = 16 * 1024 * 1024;

const COLUMNS_FUNCTION = /\bpg_get_late_binding_view_cols\b/i;
const SAVEPOINT = 'warehouse_columns';
/** While a view is bound, its functions are looked for where its owner has them, not where the reader does. */
const OWNERS_PATH = 'SET LOCAL search_path TO "$user", public, pg_temp';

/** Resolves the queries of a text of the engine's; see `Scopes`. */
export interface ResolvesQueries {
  /** @throws EngineError, RedshiftError */
  resolve(sql: string): Promise<string>;
}

/** Whether there are late-binding views in the database; once there was one, it is true until the next start. */
export interface LateViewsKnown {
  hasLateViews: boolean;
}

interface LateView {
  readonly oid: string;
  readonly name: string;
  readonly query: string;
  /** The user who reads it. */
  readonly reader: string;
  /** Whether that is its owner. */
  readonly isOwn: boolean;
  /** Whether the reader has all rights of its owner. */
  readonly hasRights: boolean;
  readonly mayRead: boolean;
}

/** What has been bound for one statement. */
interface Work {
  readonly path: readonly string[];
  readonly count: { views: number; characters: number };
}

const newWork = (): Work => ({ path: [], count: { views: 0, characters: 0 } });

/** The late-binding views that one session reads. */
export class LateViews {
  readonly #upstream: Upstream;
  readonly #ticket: string;
  readonly #known: LateViewsKnown;
  readonly #scopes: ResolvesQueries;
  /** The numbers of the views for which there are temporary ones. */
  readonly #made = new Set<string>();
  /** Those that statements of PREPARE read. */
  readonly #prepared = new Set<string>();

  constructor(upstream: Upstream, ticket: string, known: LateViewsKnown, scopes: ResolvesQueries) {
    this.#upstream = upstream;
    this.#scopes = scopes;
    this.#ticket = ticket;
    this.#known = known;
  }

  /** The statement with the views bound that it reads. @throws EngineError, RedshiftError */
  async bind(statement: Statement): Promise<Statement> {
    if (statement.lateView) this.#known.hasLateViews = true;
    if (statement.executes !== undefined) await this.refresh([statement]);
    if (!this.#known.hasLateViews || !READERS.has(statement.verb) || this.#upstream.status === 'E')
      return statement;
    if (statement.view) return await this.#bindView(statement, statement.view);
    const work = newWork();
    const sql = await this.#expand(statement.sql, work);
    const before: Step[] = [];
    for (const step of statement.before ?? []) {
      before.push(step.kind === 'call' ? step : { ...step, sql: await this.#expand(step.sql, work) });
    }
    if (statement.prepares) for (const oid of this.#made) this.#prepared.add(oid);
    return { ...statement, sql, ...(statement.before && { before }) };
  }

  /** Binds the views again that statements read which were bound before. */
  async refresh(statements: readonly Statement[]): Promise<void> {
    if (!this.#known.hasLateViews || this.#upstream.status === 'E') return;
    const pattern = new RegExp(`pg_temp\\."${LATE_PREFIX}(\\d+)"`, 'g');
    const oids = new Set<string>();
    for (const { sql, executes } of statements) {
      for (const [, oid = ''] of sql.matchAll(pattern)) oids.add(oid);
      if (executes !== undefined) for (const oid of this.#prepared) oids.add(oid);
    }
    for (const oid of oids) {
      const [view] = (await this.#find(`array[${oid}::pg_catalog.oid]`)).values();
      if (view && !this.#made.has(oid)) await this.#textFor(view, newWork());
    }
  }

  /** To be called before a statement that asks for the columns of all views. */
  async tellColumns({ sql }: Statement): Promise<void> {
    if (!COLUMNS_FUNCTION.test(sql) || !this.#known.hasLateViews || this.#upstream.status === 'E') return;
    const columns = await this.#columnsOfAll();
    await this.#upstream.run(`SET warehouse.late_columns TO ${literal(JSON.stringify(columns))}`);
  }

  /** Drops the temporary views. To be called after a statement, unless it leaves a portal that was not executed. */
  async release(): Promise<void> {
    if (this.#made.size === 0 || this.#upstream.status === 'E') return;
    const oids = [...this.#made].join(', ');
    this.#made.clear();
    await this.#upstream.runWith(
      this.#ticket,
      `SELECT pg_catalog.warehouse_drop_late($1, array[${oids}]::pg_catalog.oid[])`,
    );
  }

  /** The text with the views in it bound. */
  async #expand(sql: string, work: Work): Promise<string> {
    const { count } = work;
    count.characters += sql.length;
    if (count.characters > MOST_CHARACTERS) throw tooComplex();
    const tokens = tokenize(sql, true, true);
    const relations = findRelations(tokens);
    if (relations.length === 0) return sql;
    const texts = new Map<number, string>();
    for (const [n, view] of await this.#find(oidsOf(relations)))
      texts.set(n, await this.#textFor(view, work));
    return texts.size === 0 ? sql : replaceRelations(tokens, relations, texts);
  }

  /** The views among the objects of a list of numbers, by their place in it. */
  async #find(oids: string): Promise<ReadonlyMap<number, LateView>> {
    const rows = await this.#upstream.run(`
      SELECT k.n - 1, v.view, c.relname, v.query, a.name, c.relowner OPERATOR(pg_catalog.=) a.oid,
        pg_catalog.pg_has_role(a.oid, c.relowner, 'usage'), pg_catalog.has_table_privilege(a.oid, c.oid, 'select')
      FROM pg_catalog.unnest(${oids}) WITH ORDINALITY k (oid, n)
      JOIN pg_catalog.warehouse_late_view v ON v.view OPERATOR(pg_catalog.=) k.oid
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) v.view
      CROSS JOIN (SELECT pg_catalog.warehouse_actor() AS oid, pg_catalog.pg_get_userbyid(pg_catalog.warehouse_actor()) AS name) a
      ORDER BY 1`);
    return new Map(
      rows.map(([n, oid, name, query, reader, isOwn, hasRights, mayRead]) => [
        Number(n),
        {
          ...{ oid: oid ?? '', name: name ?? '', query: query ?? '', reader: reader ?? '' },
          ...{ isOwn: isOwn === 't', hasRights: hasRights === 't', mayRead: mayRead === 't' },
        },
      ]),
    );
  }

  /** The SQL that replaces the view in the statement. */
  async #textFor(view: LateView, { path, count }: Work): Promise<string> {
    count.views += 1;
    if (count.views > MOST_VIEWS) throw tooComplex();
    if (path.includes(view.oid)) {
      throw new RedshiftError(
        SQLSTATE.invalidObjectDefinition,
        `infinite recursion detected in rules for relation "${view.name}"`,
      );
    }
    if (!view.mayRead) {
      throw new RedshiftError(SQLSTATE.insufficientPrivilege, `permission denied for relation ${view.name}`);
    }
    const work = { path: [...path, view.oid], count };
    if (!view.isOwn && !(await this.#isReadOnly())) return await this.#makeView(view, work);
    if (view.isOwn || view.hasRights) return `(${await this.#expand(view.query, work)}\n)`;
    throw unsupported(
      'The local warehouse reads late-binding views of other users only in transactions that may write.',
    );
  }

  async #isReadOnly(): Promise<boolean> {
    return (await this.#upstream.run('SHOW transaction_read_only'))[0]?.[0] === 'on';
  }

  /** Makes a temporary view of the owner's; its name. */
  async #makeView(view: LateView, work: Work): Promise<string> {
    const isOutermost = this.#upstream.status === 'I';
    if (isOutermost) await this.#upstream.run('BEGIN');
    try {
      const name = await this.#makeInBlock(view, work);
      if (isOutermost) await this.#upstream.run('COMMIT');
      this.#made.add(view.oid);
      return name;
    } catch (error) {
      if (isOutermost) await this.#upstream.run('ROLLBACK');
      throw error;
    }
  }

  async #makeInBlock({ oid, reader, query }: LateView, work: Work): Promise<string> {
    const name = `pg_temp.${quoteName(`${LATE_PREFIX}${oid}`)}`;
    const [[role = 'none'] = [], [path = ''] = []] = await this.#upstream.run(
      'SHOW role',
      'SHOW search_path',
    );
    const [[owner] = []] = await this.#upstream.runWith(
      this.#ticket,
      `SELECT pg_catalog.warehouse_lend_view($1, ${oid}::pg_catalog.regclass)`,
    );
    await this.#upstream.run(`SET LOCAL ROLE ${quoteRole(owner ?? '')}`, OWNERS_PATH);
    const bound = await this.#scopes.resolve(await this.#expand(query, work));
    await this.#upstream.run(
      `DROP VIEW IF EXISTS ${name}`,
      `CREATE TEMP VIEW ${quoteName(`${LATE_PREFIX}${oid}`)} AS ${bound}`,
      `GRANT SELECT ON ${name} TO ${quoteRole(reader)}`,
      `SET LOCAL ROLE ${role === null || role === 'none' ? 'NONE' : quoteRole(role)}`,
      `SET LOCAL search_path TO ${path === null || path === '' ? "''" : path}`,
    );
    // The loans of the views around this one are needed until the end.
    if (work.path.length === 1)
      await this.#upstream.runWith(this.#ticket, 'SELECT pg_catalog.warehouse_return($1)');
    return name;
  }

  /**
   * An ordinary view that reads a late-binding one has the columns of today, depends on what it reads, and is bound when it is read as
   * well.
   */
  async #bindView(
    statement: Statement,
    { table, replaces, columns, query, definition }: NewView,
  ): Promise<Statement> {
    const tokens = tokenize(query, true, true);
    const relations = findRelations(tokens);
    if (relations.length === 0) return statement;
    const oids = oidsOf(relations);
    if ((await this.#find(oids)).size === 0) return statement;
    const names = await this.#qualified(oids);
    const fields = await this.#describe(await this.#expand(query, newWork()));
    await this.release();
    const nulls = fields.map(({ name, type }, n) => `NULL::${type} AS ${quoteName(columns?.[n] ?? name)}`);
    const sources = [...new Set(names.values())].map((name, n) => `(SELECT FROM ${name}) r${n}`);
    const head = `CREATE ${replaces ? 'OR REPLACE ' : ''}VIEW ${quoteTable(table)}`;
    return {
      ...statement,
      sql: `${head} AS SELECT ${nulls.join(', ')} FROM ${sources.join(', ')}`,
      after: [keepView(table, definition, replaceRelations(tokens, relations, names))],
    };
  }

  /** The full names of the relations of a list of numbers, by their place in it. */
  async #qualified(oids: string): Promise<ReadonlyMap<number, string>> {
    const rows = await this.#upstream.run(`
      SELECT k.n - 1, pg_catalog.quote_ident(s.nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname)
      FROM pg_catalog.unnest(${oids}) WITH ORDINALITY k (oid, n)
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.oid
      JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace ORDER BY 1`);
    return new Map(rows.map(([n, name]) => [Number(n), name ?? '']));
  }

  /** The columns of a query, with their types as the engine names them. */
  async #describe(
    query: string,
  ): Promise<{ readonly name: string; readonly type: string; readonly shown: string }[]> {
    const columns = await this.#upstream.describe(await this.#scopes.resolve(query));
    const list = (values: readonly number[]) => `array[${values.join(', ')}]`;
    const types = await this.#upstream.run(`
      SELECT pg_catalog.format_type(t, m), pg_catalog.warehouse_type(t, m) FROM ROWS FROM (
        pg_catalog.unnest(${list(columns.map(({ type }) => type))}::pg_catalog.oid[]),
        pg_catalog.unnest(${list(columns.map(({ modifier }) => modifier))}::pg_catalog.int4[])) WITH ORDINALITY k (t, m, n) ORDER BY n`);
    return columns.map(({ name }, n) => ({ name, type: types[n]?.[0] ?? '', shown: types[n]?.[1] ?? '' }));
  }

  /** Schema, view, column, type and number of each column; a view that cannot be read now has none. */
  async #columnsOfAll(): Promise<readonly (readonly [string, string, string, string, number])[]> {
    const views = await this.#upstream.run(`
      SELECT s.nspname, c.relname, c.oid FROM pg_catalog.warehouse_late_view v
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) v.view AND c.relnatts OPERATOR(pg_catalog.=) 0
      JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace ORDER BY 1, 2`);
    const found: [string, string, string, string, number][] = [];
    for (const [schema, view, oid] of views) {
      const columns = await this.#undone(async () => {
        const [late] = (await this.#find(`array[${oid ?? ''}::pg_catalog.oid]`)).values();
        if (!late) return [];
        return await this.#describe(`SELECT * FROM ${await this.#textFor(late, newWork())} v`);
      });
      columns.forEach(({ name, shown }, n) => found.push([schema ?? '', view ?? '', name, shown, n + 1]));
    }
    return found;
  }

  /** What the work gives, whose effects in the engine are taken back; nothing when it fails. */
  async #undone<T>(work: () => Promise<readonly T[]>): Promise<readonly T[]> {
    const made = new Set(this.#made);
    const isOwn = this.#upstream.status === 'I';
    await this.#upstream.run(isOwn ? 'BEGIN' : `SAVEPOINT ${SAVEPOINT}`);
    try {
      return await work();
    } catch (error) {
      if (error instanceof EngineError || error instanceof RedshiftError) return [];
      throw error;
    } finally {
      const undo = [`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`, `RELEASE SAVEPOINT ${SAVEPOINT}`];
      await this.#upstream.run(...(isOwn ? ['ROLLBACK'] : undo));
      this.#made.clear();
      for (const oid of made) this.#made.add(oid);
    }
  }
}

/** A list of the numbers of the relations, for the engine; null for one that it does not find. */
function oidsOf(relations: readonly RelationName[]): string {
  const names = textArray(relations.map(({ relation }) => quoteTable(relation)));
  // What looks like the name of another database may be a path into a SUPER.
  const databases = textArray(relations.map(({ database = '' }) => database));
  return `array(SELECT CASE WHEN k.database OPERATOR(pg_catalog.=) ''
    OR k.database OPERATOR(pg_catalog.=) pg_catalog.current_database()::pg_catalog.text THEN pg_catalog.to_regclass(k.name)::pg_catalog.oid END
    FROM ROWS FROM (pg_catalog.unnest(${names}), pg_catalog.unnest(${databases})) WITH ORDINALITY k (name, database, n) ORDER BY k.n)`;
}

function quoteRole(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function tooComplex(): RedshiftError {
  return new RedshiftError(
    SQLSTATE.statementTooComplex,
    'The statement is too complex: its late-binding views read too many others.',
  );
}
