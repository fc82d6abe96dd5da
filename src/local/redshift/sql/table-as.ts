/** Tables made of a query: CREATE TABLE AS, and SELECT INTO, which is the same ("CREATE TABLE AS", "SELECT INTO"). */
import { SQLSTATE } from '../sqlstates.ts';
import { readTableAttributes, storageOf } from './design.ts';
import { readsCatalog, refuseLeaderFunctions } from './leader.ts';
import { quoteName, quoteTable } from './names.ts';
import { rewriteQuery } from './query.ts';
import { isOperator, TokenReader } from './token-reader.ts';
import { RedshiftError, type Statement, type TableDesign, type TableName } from './statement.ts';
import { syntaxError, type Token } from './tokens.ts';

/** `CREATE [TEMP] TABLE name` for the engine. Throws when a temporary table has a schema. */
export function createHead(table: TableName, { temporary = false, ifNotExists = false }): string {
  const passing = temporary || table.table.startsWith('#');
  if (passing && table.schema !== undefined) {
    throw new RedshiftError(
      SQLSTATE.invalidTableDefinition,
      'cannot create temporary relation in non-temporary schema',
    );
  }
  return `CREATE ${passing ? 'TEMP ' : ''}TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${quoteTable(table)}`;
}

/** Reads what follows the name in CREATE TABLE AS; `head` is what comes before, for the engine. */
export function readTableAs(reader: TokenReader, table: TableName, head: string): Statement {
  const names = reader.seesOperator('(') ? reader.nameList() : undefined;
  refuseTwice(names ?? []);
  const design = storageOf(readTableAttributes(reader), {});
  reader.expect('AS');
  const columns = names === undefined ? '' : ` (${names.map(quoteName).join(', ')})`;
  return tableOf(reader, `${head}${columns}`, reader.rest(), { table, design, keys: [] });
}

/** The statement of a query that has INTO; undefined when it has none. */
export function translateInto(reader: TokenReader, tokens: readonly Token[]): Statement | undefined {
  let depth = 0;
  const at = tokens.findIndex((token) => {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    return depth === 0 && token.word === 'INTO' && token.kind === 'word';
  });
  if (at === -1) return undefined;
  const target = new TokenReader(reader.source, tokens.slice(at + 1), reader.dialect);
  const local = target.accept('LOCAL');
  const temporary = target.acceptAny(['TEMP', 'TEMPORARY']) !== undefined;
  if (local && !temporary) throw target.unexpected();
  target.accept('TABLE');
  const table = target.tableName();
  const query = [...tokens.slice(0, at), ...target.rest()];
  const design: TableDesign = { encodings: {} };
  return tableOf(reader, createHead(table, { temporary }), query, { table, design, keys: [] });
}

function tableOf(
  { source, dialect }: TokenReader,
  head: string,
  query: readonly Token[],
  made: NonNullable<Statement['made']>,
): Statement {
  const [first] = query;
  if (!isOperator(first, '(') && first?.word !== 'SELECT' && first?.word !== 'WITH')
    throw syntaxError(source, first);
  const data = query.findIndex(({ word }, index) => word === 'DATA' && index === query.length - 1);
  if (data > 0 && ['WITH', 'NO'].includes(query[data - 1]?.word ?? ''))
    throw syntaxError(source, query[data]);
  refuseLeaderFunctions(query, { userTable: true, readings: dialect.readings });
  const text = rewriteQuery(query, { source, readsCatalog: readsCatalog(query) });
  return { verb: 'CREATE TABLE AS', sql: `${head} AS ${text}`, made, onComputeNodes: true };
}

/** Throws when a column is named twice. */
export function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new RedshiftError(SQLSTATE.duplicateColumn, `column "${twice}" specified more than once`);
}
