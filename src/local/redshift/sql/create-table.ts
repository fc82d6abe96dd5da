/** CREATE TABLE: the columns for PostgreSQL, the physical design and the informational keys aside. */
import { SQLSTATE } from '../sqlstates.ts';
import { ColumnReader, type ColumnDraft } from './column.ts';
import { readTableAttributes, storageOf, type DesignDraft } from './design.ts';
import { readTableConstraint } from './constraints.ts';
import { engineName, quoteTable } from './names.ts';
import { isOperator, type TokenReader, unsupported } from './token-reader.ts';
import {
  RedshiftError,
  type Statement,
  type TableConstraint,
  type TableDesign,
  type TableName,
} from './statement.ts';
import { createHead, readTableAs, refuseTwice } from './table-as.ts';
import { check, regclass } from './steps.ts';

/** Redshift's limit ("CREATE TABLE"). */
const MAX_COLUMNS = 1600;

/** Reads the statement after `CREATE [[LOCAL] TEMP[ORARY]] TABLE`. Throws 42601, 42701, 42703, 42P16 or 0A000. */
export function readCreateTable(reader: TokenReader, temporaryWord: boolean): Statement {
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS');
  const table = reader.tableName();
  const head = createHead(table, { temporary: temporaryWord, ifNotExists });
  if (isTableAs(reader)) {
    if (ifNotExists) throw reader.unexpected();
    return readTableAs(reader, table, head);
  }
  return readColumns(reader, table, head);
}

/** CREATE TABLE AS has at most a bare list of names in parentheses. */
function isTableAs(reader: TokenReader): boolean {
  if (!reader.seesOperator('(')) return true;
  const following = reader.peek(2);
  return isOperator(following, ',') || isOperator(following, ')');
}

/** What the parentheses of CREATE TABLE hold. */
interface Body {
  readonly columns: ColumnDraft[];
  /** Columns and LIKE clauses (as text) in the order written. */
  readonly elements: (ColumnDraft | string)[];
  readonly constraints: TableConstraint[];
  like?: TableName;
}

function readColumns(reader: TokenReader, table: TableName, head: string): Statement {
  const body: Body = { columns: [], elements: [], constraints: [] };
  reader.expectOperator('(');
  do readElement(reader, table, body);
  while (reader.acceptOperator(','));
  reader.expectOperator(')');
  const attributes = readTableAttributes(reader);
  reader.expectEnd();
  checkColumns(table, body);
  const design = designOf(body, attributes);
  const primaryKey = body.constraints.find(({ kind }) => kind === 'PRIMARY KEY')?.columns ?? [];
  const elements = body.elements.map((element) => definitionOf(element, primaryKey));
  const { like } = body;
  return {
    verb: 'CREATE TABLE',
    sql: `${head} (${elements.join(', ')})`,
    made: { table, design, keys: body.constraints, ...(like && { like }) },
    ...(like && { before: [check('warehouse_check_parent', regclass(like))] }),
  };
}

function readElement(reader: TokenReader, table: TableName, body: Body): void {
  if (reader.accept('LIKE')) {
    readLike(reader, body);
    return;
  }
  const constraint = readTableConstraint(reader);
  if (constraint !== undefined) {
    body.constraints.push(constraint);
    return;
  }
  const column = new ColumnReader(reader, table.table).read();
  body.columns.push(column);
  body.elements.push(column);
  body.constraints.push(...column.constraints);
}

/** Copies NOT NULL, and DEFAULT if wanted. */
function readLike(reader: TokenReader, body: Body): void {
  const parent = reader.tableName();
  let defaults = false;
  if (reader.accept('INCLUDING', 'DEFAULTS')) defaults = true;
  else reader.accept('EXCLUDING', 'DEFAULTS');
  body.elements.push(`LIKE ${quoteTable(parent)}${defaults ? ' INCLUDING DEFAULTS' : ''}`);
  body.like ??= parent;
}

function checkColumns(table: TableName, body: Body): void {
  if (body.columns.length > MAX_COLUMNS)
    throw new RedshiftError(SQLSTATE.tooManyColumns, 'tables can have at most 1600 columns');
  refuseTwice(body.columns.map(({ name }) => name));
  if (body.constraints.filter(({ kind }) => kind === 'PRIMARY KEY').length > 1) {
    throw new RedshiftError(
      SQLSTATE.invalidTableDefinition,
      `multiple primary keys for table "${table.table}" are not allowed`,
    );
  }
}

function designOf(body: Body, attributes: DesignDraft): TableDesign {
  if (body.like !== undefined && Object.keys(attributes).length > 0) {
    throw unsupported('DISTSTYLE, DISTKEY, SORTKEY and BACKUP can not be specified together with LIKE');
  }
  const { distKey: columnDistKey, sortKey: columnSortKey } = columnKeys(body.columns);
  if (columnDistKey !== undefined && attributes.distKey !== undefined) {
    throw new RedshiftError(SQLSTATE.syntaxError, 'cannot specify more than one DISTKEY');
  }
  if (columnSortKey !== undefined && attributes.sortKey !== undefined) {
    throw new RedshiftError(SQLSTATE.syntaxError, 'cannot specify more than one SORTKEY');
  }
  const distKey = columnDistKey ?? attributes.distKey;
  const sortKey = columnSortKey ?? attributes.sortKey;
  checkDistribution(attributes.distStyle, distKey);
  checkKeys(body, [...(distKey === undefined ? [] : [distKey]), ...(sortKey ?? [])]);
  const encodings = Object.fromEntries(
    body.columns.flatMap(({ name, encoding }) => (encoding ? [[engineName(name), encoding]] : [])),
  );
  return storageOf({ ...attributes, ...(distKey && { distKey }), ...(sortKey && { sortKey }) }, encodings);
}

function columnKeys(columns: readonly ColumnDraft[]): { distKey?: string; sortKey?: readonly string[] } {
  const dist = columns.filter((column) => column.distKey).map((column) => column.name);
  const sort = columns.filter((column) => column.sortKey).map((column) => column.name);
  if (dist.length > 1) throw new RedshiftError(SQLSTATE.syntaxError, 'cannot specify more than one DISTKEY');
  if (sort.length > 1)
    throw new RedshiftError(SQLSTATE.syntaxError, 'cannot specify more than one column as SORTKEY');
  return {
    ...(dist[0] === undefined ? {} : { distKey: dist[0] }),
    ...(sort.length === 0 ? {} : { sortKey: sort }),
  };
}

function checkDistribution(style: TableDesign['distStyle'], key: string | undefined): void {
  if (key === undefined && style === 'KEY')
    throw new RedshiftError(SQLSTATE.syntaxError, 'DISTSTYLE KEY requires a DISTKEY');
  if (key !== undefined && style !== undefined && style !== 'KEY') {
    throw new RedshiftError(SQLSTATE.syntaxError, `cannot specify DISTKEY with DISTSTYLE ${style}`);
  }
}

/** Keys must name columns of the table; SUPER, VARBYTE and INTERVAL columns cannot be distribution or sort keys. */
function checkKeys(body: Body, keys: readonly string[]): void {
  if (body.like !== undefined) return;
  for (const key of [...keys, ...body.constraints.flatMap(({ columns }) => columns)]) {
    const column = body.columns.find(({ name }) => name === key);
    if (column === undefined)
      throw new RedshiftError(SQLSTATE.undefinedColumn, `column "${key}" named in key does not exist`);
    if (keys.includes(key) && ['super', 'binary', 'interval'].includes(column.type.family)) {
      throw unsupported(`Column "${key}" of type ${column.type.sql} cannot be a distribution or sort key`);
    }
  }
}

function definitionOf(element: ColumnDraft | string, primaryKey: readonly string[]): string {
  if (typeof element === 'string') return element;
  const implied = !element.notNull && primaryKey.includes(element.name);
  return implied ? `${element.sql} NOT NULL` : element.sql;
}
