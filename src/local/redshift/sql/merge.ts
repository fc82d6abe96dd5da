/** MERGE in Redshift's two forms: exactly one clause for each outcome, or REMOVE DUPLICATES; no target alias, equality only. */
import { SQLSTATE } from '../sqlstates.ts';
import { rewrite } from './expression.ts';
import { quoteName, quoteTable } from './names.ts';
import { isOperator, nameOf, TokenReader, unsupported } from './token-reader.ts';
import { MULTIPLE_MATCHES, RedshiftError, type Statement, type TableName, type Step } from './statement.ts';
import { check, regclass } from './steps.ts';
import type { Token } from './tokens.ts';

/** Reads the statement after MERGE. A row matched twice is PostgreSQL's 21000, which the session words as Redshift does. */
export function readMerge(reader: TokenReader): Statement {
  reader.expect('INTO');
  const table = reader.tableName();
  reader.expect('USING');
  const source = readSource(reader, table);
  reader.expect('ON');
  const condition = takeClause(reader, ['REMOVE']);
  checkCondition(reader, condition);
  const match = rewrite(condition, { source: reader.source });
  if (reader.accept('REMOVE')) {
    reader.expect('DUPLICATES');
    reader.expectEnd();
    const simplified = removeDuplicates({ table, source, condition, match });
    return { verb: 'MERGE', ...simplified, writes: table, onComputeNodes: true };
  }
  const matched = readMatched(reader);
  const insert = readNotMatched(reader);
  reader.expectEnd();
  const sql = `MERGE INTO ${quoteTable(table)} USING ${source.sql} ON ${match} ${matched} ${insert}`;
  const checks = source.relation === undefined ? [] : [checkOf('merge', table, source.relation)];
  return { verb: 'MERGE', sql, writes: table, onComputeNodes: true, ...checked(checks) };
}

/** Has the catalog compare the two relations. */
function checkOf(what: 'merge' | 'alike', target: TableName, source: TableName): Step {
  return check(`warehouse_check_${what}`, regclass(target), regclass(source));
}

function checked(before: readonly Step[]): Pick<Statement, 'before'> {
  return before.length === 0 ? {} : { before };
}

interface Source {
  /** The table or view; undefined for a subquery. */
  readonly relation?: TableName;
  readonly sql: string;
  /** What `.*` is taken from. */
  readonly name: string;
}

function readSource(reader: TokenReader, target: TableName): Source {
  if (reader.seesOperator('(')) {
    const query = reader.parenthesized();
    refuseTarget(query, target);
    reader.accept('AS');
    const alias = quoteName(reader.name());
    return { sql: `(${rewrite(query, { source: reader.source })}) AS ${alias}`, name: alias };
  }
  const table = reader.tableName();
  const aliased = reader.accept('AS') || !reader.sees('ON');
  if (!aliased) return { sql: quoteTable(table), name: quoteTable(table), relation: table };
  const alias = quoteName(reader.name());
  return { sql: `${quoteTable(table)} AS ${alias}`, name: alias, relation: table };
}

function refuseTarget(query: readonly Token[], target: TableName): void {
  const named = (token: Token | undefined): string | undefined =>
    token !== undefined && (token.kind === 'word' || token.kind === 'quoted') ? nameOf(token) : undefined;
  query.forEach((token, index) => {
    if (token.word !== 'FROM' && token.word !== 'JOIN') return;
    const last = isOperator(query[index + 2], '.') ? query[index + 3] : query[index + 1];
    if (named(last) !== target.table) return;
    throw new RedshiftError(
      SQLSTATE.featureNotSupported,
      'Source view/subquery in Merge statement cannot reference target table.',
    );
  });
}

/** The tokens up to the next WHEN that belongs to no CASE, or one of the other words. */
function takeClause(reader: TokenReader, words: readonly string[]): readonly Token[] {
  let cases = 0;
  return reader.takeUntil((token) => {
    if (token.word === 'CASE') cases += 1;
    else if (token.word === 'END') cases -= 1;
    return cases === 0 && (token.word === 'WHEN' || words.includes(token.word));
  });
}

/** Equality predicates joined by AND; by one reading, at least one of them. */
function checkCondition(reader: TokenReader, condition: readonly Token[]): void {
  const equalities = readPredicates(reader, condition);
  const enough = reader.dialect.readings.mergePredicates
    ? equalities.includes(true)
    : !equalities.includes(false);
  if (!enough) throw unsupported('Merge statement supports equality predicates in the ON condition only.');
}

/** For each predicate, whether it is an equality. */
function readPredicates(reader: TokenReader, condition: readonly Token[]): readonly boolean[] {
  if (condition.length === 0) throw reader.unexpected();
  const inner = new TokenReader(reader.source, condition, reader.dialect);
  const found: boolean[] = [];
  do {
    const predicate = inner.takeUntil(({ word }) => word === 'AND');
    // The AND of BETWEEN joins no predicates.
    if (predicate.some(({ word }) => word === 'BETWEEN') && inner.accept('AND'))
      inner.takeUntil(({ word }) => word === 'AND');
    const grouped = isOperator(predicate[0], '(') && wrapsAll(predicate);
    found.push(...(grouped ? readPredicates(inner, predicate.slice(1, -1)) : [isEquality(predicate)]));
  } while (inner.accept('AND'));
  inner.expectEnd();
  return found;
}

function isEquality(predicate: readonly Token[]): boolean {
  let depth = 0;
  let equals = 0;
  for (const token of predicate) {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    else if (depth === 0 && isOperator(token, '=')) equals += 1;
    else if (depth === 0 && (NOT_EQUALITY.has(token.word) || NOT_EQUALITY.has(token.text))) equals = Infinity;
  }
  return equals === 1;
}

const NOT_EQUALITY = new Set([
  'OR',
  'NOT',
  'IS',
  'IN',
  'LIKE',
  'ILIKE',
  'BETWEEN',
  '<',
  '>',
  '<=',
  '>=',
  '<>',
  '!=',
]);

function wrapsAll(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.every((token, index) => {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    return depth > 0 || index === tokens.length - 1;
  });
}

function readMatched(reader: TokenReader): string {
  reader.expect('WHEN', 'MATCHED', 'THEN');
  if (reader.accept('DELETE')) return 'WHEN MATCHED THEN DELETE';
  reader.expect('UPDATE', 'SET');
  const assignments = new TokenReader(reader.source, takeClause(reader, []), reader.dialect);
  const items: string[] = [];
  do items.push(readAssignment(assignments));
  while (assignments.acceptOperator(','));
  assignments.expectEnd();
  return `WHEN MATCHED THEN UPDATE SET ${items.join(', ')}`;
}

function readAssignment(reader: TokenReader): string {
  const column = reader.name();
  reader.expectOperator('=');
  const value = reader.takeUntil((token) => isOperator(token, ','));
  if (value.length === 0) throw reader.unexpected();
  return `${quoteName(column)} = ${rewrite(value, { source: reader.source })}`;
}

function readNotMatched(reader: TokenReader): string {
  reader.expect('WHEN', 'NOT', 'MATCHED', 'THEN', 'INSERT');
  const columns = reader.seesOperator('(') ? ` (${reader.nameList().map(quoteName).join(', ')})` : '';
  reader.expect('VALUES');
  const values = rewrite(reader.parenthesized(), { source: reader.source });
  return `WHEN NOT MATCHED THEN INSERT${columns} VALUES (${values})`;
}

/**
 * Matching target rows go, all source rows come ("MERGE", simplified mode). A target row that several source rows match
 * is refused as in the other mode; the page says it of MERGE as a whole.
 */
function removeDuplicates(merge: {
  readonly table: TableName;
  readonly source: Source;
  readonly condition: readonly Token[];
  readonly match: string;
}): Pick<Statement, 'sql' | 'before'> {
  const { table, source, condition, match } = merge;
  const target = quoteTable(table);
  const removed = `DELETE FROM ${target} USING ${source.sql} WHERE ${match}`;
  const { relation } = source;
  const checks =
    relation === undefined ? [] : [checkOf('merge', table, relation), checkOf('alike', table, relation)];
  // A query with parameters cannot be asked apart from its statement.
  if (!condition.some(({ kind }) => kind === 'parameter')) {
    const many = `SELECT FROM ${target}, ${source.sql} WHERE ${match} GROUP BY ${target}.ctid HAVING count(*) > 1`;
    checks.push({ kind: 'refuse', sql: many, message: MULTIPLE_MATCHES });
  }
  return {
    sql: `WITH rs_removed AS (${removed}) INSERT INTO ${target} SELECT ${source.name}.* FROM ${source.sql}`,
    ...checked(checks),
  };
}
