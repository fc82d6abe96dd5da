/**
 * Materialized views: CREATE, REFRESH, ALTER and DROP MATERIALIZED VIEW, and what cannot be done to one by other statements. Sources: Amazon
 * Redshift Database Developer Guide, "CREATE MATERIALIZED VIEW", "REFRESH MATERIALIZED VIEW", "ALTER MATERIALIZED VIEW", "DROP
 * MATERIALIZED VIEW".
 */
import { readStorage, redesign } from './alter-table.ts';
import { type DesignDraft, readTableAttributes, storageOf } from './design.ts';
import { readsCatalog, refuseLeaderFunctions } from './leader.ts';
import { quoteTable } from './names.ts';
import { rewriteQuery } from './query.ts';
import { findRelations } from './relations.ts';
import type { Statement, TableName } from './statement.ts';
import { call, check, foundRelations, json, regclass, stepsAlone } from './steps.ts';
import { isOperator, type TokenReader, unsupported } from './token-reader.ts';
import { literal, syntaxError, type Token } from './tokens.ts';

/** The table that holds the rows of a materialized view. */
function backingTable({ schema, table }: TableName): TableName {
  const backing = `mv_tbl__${table}__0`;
  return schema === undefined ? { table: backing } : { schema, table: backing };
}

/** Reads the statement after MATERIALIZED VIEW; `tokens` are all of it. */
export function readCreateMaterializedView(reader: TokenReader, tokens: readonly Token[]): Statement {
  const { source } = reader;
  const view = reader.tableName();
  if (view.table.startsWith('#')) throw unsupported('A materialized view cannot be temporary');
  const { attributes, autoRefresh } = readOptions(reader);
  reader.expect('AS');
  const query = reader.rest();
  const [head] = query;
  if (!isOperator(head, '(') && head?.word !== 'SELECT' && head?.word !== 'WITH')
    throw syntaxError(source, head);
  refuseClauses(query, reader);
  const isMutable = query.some(({ word, kind }) => kind === 'word' && MUTABLE.has(word));
  if (autoRefresh && isMutable)
    throw unsupported('AUTO REFRESH YES is not supported for a query that calls mutable functions');
  const text = rewriteQuery(query, { source });
  const backing = backingTable(view);
  const [name, stored] = [quoteTable(view), quoteTable(backing)];
  const [first, last] = [tokens[0], tokens.at(-1)];
  const definition = `${source.slice(first?.at, last && last.at + last.text.length)};`;
  const options = { autoRefresh, isMutable, isIncremental: !isMutable && isIncremental(query) };
  return {
    verb: 'CREATE MATERIALIZED VIEW',
    sql: `CREATE TABLE ${stored} AS ${text}`,
    onComputeNodes: true,
    before: [
      check('warehouse_check_bases', foundRelations(findRelations(query).map(({ relation }) => relation))),
      { kind: 'run', sql: `CREATE VIEW ${name} AS ${text}` },
      check('warehouse_check_functions', regclass(view)),
    ],
    after: [
      check('warehouse_widen', regclass(backing)),
      check('warehouse_settle', regclass(backing)),
      call('warehouse_remember', regclass(backing), json(storageOf(attributes, {})), 'null'),
      call(
        'warehouse_note_materialized',
        regclass(view),
        regclass(backing),
        literal(definition),
        json(options),
      ),
      { kind: 'run', sql: `DROP VIEW ${name}` },
      { kind: 'run', sql: `CREATE VIEW ${name} AS SELECT * FROM ${stored}` },
      call('warehouse_finish_materialized', regclass(view), regclass(backing)),
    ],
  };
}

/** BACKUP, the distribution and sort keys, and AUTO REFRESH, in any order. A view without a distribution style has EVEN. */
function readOptions(reader: TokenReader): {
  readonly attributes: DesignDraft;
  readonly autoRefresh: boolean;
} {
  let attributes = readTableAttributes(reader);
  let autoRefresh = false;
  if (reader.accept('AUTO', 'REFRESH')) {
    autoRefresh = readYes(reader);
    attributes = { ...attributes, ...readTableAttributes(reader) };
  }
  const hasStyle = attributes.distStyle !== undefined || attributes.distKey !== undefined;
  return { attributes: hasStyle ? attributes : { ...attributes, distStyle: 'EVEN' }, autoRefresh };
}

function readYes(reader: TokenReader): boolean {
  if (reader.accept('YES')) return true;
  reader.expect('NO');
  return false;
}

/** ORDER BY belongs to a window or to WITHIN GROUP, if it is there at all; there is no LIMIT. */
function refuseClauses(query: readonly Token[], reader: TokenReader): void {
  if (readsCatalog(query)) throw unsupported('A materialized view cannot read system tables and views');
  refuseLeaderFunctions(query, { userTable: true, readings: reader.dialect.readings });
  const openedBy: (string | undefined)[] = [];
  query.forEach((token, at) => {
    const before = query[at - 1]?.word;
    if (isOperator(token, '(')) openedBy.push(before);
    else if (isOperator(token, ')')) openedBy.pop();
    const isClause = token.kind === 'word' && ['LIMIT', 'OFFSET', 'TOP', 'ORDER'].includes(token.word);
    const isOrder = token.word === 'ORDER' && ['OVER', 'GROUP'].includes(openedBy.at(-1) ?? '');
    if (isClause && !isOrder && !isOperator(query[at - 1], '.') && before !== 'AS')
      throw unsupported(`A materialized view cannot be defined with ${clauseName(token.word)}`);
    if (token.word === 'INTO' && token.kind === 'word') throw syntaxError(reader.source, token);
    if (token.kind === 'parameter') throw syntaxError(reader.source, token);
  });
}

function clauseName(word: string): string {
  return word === 'ORDER' ? 'ORDER BY' : word;
}

/** Functions that return different results for the same arguments. */
const MUTABLE = new Set(
  'SYSDATE GETDATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP NOW TIMEOFDAY RANDOM AGE'.split(
    ' ',
  ),
);

/** What makes a refresh compute all rows again ("REFRESH MATERIALIZED VIEW", "Limitations for incremental refresh"). */
const RECOMPUTING = new Set(
  `LEFT RIGHT FULL UNION INTERSECT EXCEPT MINUS DISTINCT OVER MEDIAN PERCENTILE_CONT PERCENTILE_DISC LISTAGG STDDEV STDDEV_SAMP
  STDDEV_POP VARIANCE VAR_SAMP VAR_POP APPROXIMATE BIT_AND BIT_OR BOOL_AND BOOL_OR AVG MIN MAX`.split(/\s+/),
);

function isIncremental(query: readonly Token[]): boolean {
  return !query.some((token, at) => {
    if (token.kind !== 'word') return false;
    if (['LEFT', 'RIGHT'].includes(token.word) && isOperator(query[at + 1], '(')) return false;
    // A subquery that is no relation of FROM.
    if (token.word === 'SELECT' && isOperator(query[at - 1], '(')) {
      const before = query[at - 2];
      const isRelation =
        before === undefined || ['FROM', 'JOIN', 'AS'].includes(before.word) || isOperator(before, ',');
      return !isRelation;
    }
    return RECOMPUTING.has(token.word);
  });
}

/** Reads the statement after REFRESH. */
export function readRefresh(reader: TokenReader): Statement {
  reader.expect('MATERIALIZED', 'VIEW');
  const view = reader.tableName();
  const cascades = reader.acceptAny(['CASCADE', 'RESTRICT']) === 'CASCADE';
  reader.expectEnd();
  const verb = 'REFRESH MATERIALIZED VIEW';
  const block = `BEGIN PERFORM pg_catalog.warehouse_refresh(${regclass(view)}, ${cascades}); END`;
  return {
    verb,
    // The engine's notices of this statement are the client's.
    sql: `DO ${literal(block)}`,
    // Locks the table too. What is read after that is what the refresh before it has left.
    before: [{ kind: 'run', sql: `LOCK TABLE ${quoteTable(view)} IN SHARE ROW EXCLUSIVE MODE` }],
    after: [call('warehouse_refreshed', regclass(view), String(cascades))],
  };
}

/** Reads the statement after ALTER MATERIALIZED VIEW. */
export function readAlterMaterializedView(reader: TokenReader): Statement {
  const verb = 'ALTER MATERIALIZED VIEW';
  const view = reader.tableName();
  const isView = check('warehouse_must_be_materialized', regclass(view));
  if (reader.accept('AUTO', 'REFRESH')) {
    const refreshes = readYes(reader);
    reader.expectEnd();
    return stepsAlone(verb, [isView, call('warehouse_set_auto_refresh', regclass(view), String(refreshes))]);
  }
  if (reader.sees('ROW'))
    throw unsupported('The local warehouse does not serve row-level security of materialized views.');
  reader.expect('ALTER');
  const storage = readStorage(reader);
  if (storage === undefined) throw reader.unexpected();
  reader.expectEnd();
  return stepsAlone(verb, [isView, redesign(backingTable(view), storage.columns, storage.design)]);
}

/** Reads the statement after DROP MATERIALIZED VIEW. */
export function readDropMaterializedView(reader: TokenReader): Statement {
  const ifExists = reader.accept('IF', 'EXISTS') ? 'IF EXISTS ' : '';
  const views: TableName[] = [];
  do views.push(reader.tableName());
  while (reader.acceptOperator(','));
  const behaviour = reader.acceptAny(['RESTRICT', 'CASCADE']) ?? 'RESTRICT';
  reader.expectEnd();
  return {
    verb: 'DROP MATERIALIZED VIEW',
    sql: `DROP VIEW ${ifExists}${views.map(quoteTable).join(', ')} ${behaviour}`,
    before: views.map((view) =>
      check(
        'warehouse_must_be_materialized',
        `pg_catalog.to_regclass(${literal(quoteTable(view))})::pg_catalog.oid`,
      ),
    ),
  };
}
