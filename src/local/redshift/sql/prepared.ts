/** Statements that hold another statement: PREPARE, EXECUTE, DEALLOCATE, cursors, and EXPLAIN. */
import { rewrite } from './expression.ts';
import { quoteName } from './names.ts';
import { refuseOwnName } from './own-names.ts';
import { isOperator, TokenReader, unsupported } from './token-reader.ts';
import type { Statement } from './statement.ts';
import type { Token } from './tokens.ts';
import { readColumnType } from './types.ts';

/** Translates the inner statement. */
export type TranslateInner = (tokens: readonly Token[]) => Statement;

const PREPARABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const EXPLAINABLE = [...PREPARABLE, 'CREATE TABLE AS'];

/** The name of a prepared statement or cursor. */
function objectName(reader: TokenReader): string {
  const name = reader.name();
  refuseOwnName(name);
  return name;
}

/** Reads the statement after PREPARE: only SELECT, INSERT, UPDATE and DELETE can be prepared ("PREPARE"). */
export function readPrepare(reader: TokenReader, inner: TranslateInner): Statement {
  if (reader.sees('TRANSACTION')) throw unsupported('Two-phase commit is not supported');
  const name = objectName(reader);
  const types = reader.seesOperator('(') ? ` (${readTypes(reader)})` : '';
  reader.expect('AS');
  const { verb, sql, writes } = readInner(reader, inner, PREPARABLE);
  return {
    verb: 'PREPARE',
    sql: `PREPARE ${quoteName(name)}${types} AS ${sql}`,
    prepares: { name, verb, ...(writes && { writes }) },
  };
}

function readTypes(reader: TokenReader): string {
  const types = new TokenReader(reader.source, reader.parenthesized());
  const texts: string[] = [];
  do texts.push(readColumnType(types, '?column?').sql);
  while (types.acceptOperator(','));
  types.expectEnd();
  return texts.join(', ');
}

/** Reads the statement after EXECUTE. */
export function readExecute(reader: TokenReader): Statement {
  const name = objectName(reader);
  const values = reader.seesOperator('(') ? ` (${rewriteAll(reader, reader.parenthesized())})` : '';
  reader.expectEnd();
  return { verb: 'EXECUTE', sql: `EXECUTE ${quoteName(name)}${values}`, executes: name };
}

/** Reads the statement after DEALLOCATE; there is no ALL ("DEALLOCATE"). */
export function readDeallocate(reader: TokenReader): Statement {
  reader.accept('PREPARE');
  const name = objectName(reader);
  reader.expectEnd();
  return { verb: 'DEALLOCATE', sql: `DEALLOCATE ${quoteName(name)}` };
}

/** Reads the statement after DECLARE: cursors go forward and end with their transaction ("DECLARE"). */
export function readDeclare(reader: TokenReader, inner: TranslateInner): Statement {
  const name = objectName(reader);
  reader.expect('CURSOR');
  reader.accept('WITHOUT', 'HOLD');
  reader.expect('FOR');
  const { sql } = readInner(reader, inner, ['SELECT']);
  return {
    verb: 'DECLARE',
    sql: `DECLARE ${quoteName(name)} NO SCROLL CURSOR FOR ${sql}`,
    cursor: { name, opens: true },
  };
}

/** Reads the statement after FETCH: `NEXT`, `ALL`, a count, or `FORWARD` with one of the last two ("FETCH"). */
export function readFetch(reader: TokenReader): Statement {
  let amount = '';
  if (reader.accept('NEXT')) amount = 'NEXT ';
  else if (reader.accept('ALL')) amount = 'ALL ';
  else if (!reader.sees('FROM')) {
    reader.accept('FORWARD');
    if (reader.accept('ALL')) amount = 'ALL ';
    else if (!reader.sees('FROM')) amount = `FORWARD ${readCount(reader)} `;
  }
  if (!reader.accept('FROM')) reader.expect('IN');
  const name = objectName(reader);
  reader.expectEnd();
  return { verb: 'FETCH', sql: `FETCH ${amount}FROM ${quoteName(name)}` };
}

function readCount(reader: TokenReader): number {
  const token = reader.peek();
  const count = reader.integer();
  if (count < 0) throw reader.unexpected(token);
  return count;
}

/** Reads the statement after CLOSE. */
export function readClose(reader: TokenReader): Statement {
  const name = objectName(reader);
  reader.expectEnd();
  return { verb: 'CLOSE', sql: `CLOSE ${quoteName(name)}`, cursor: { name, opens: false } };
}

/** Reads the statement after EXPLAIN, which executes nothing: there is no ANALYZE ("EXPLAIN"). */
export function readExplain(reader: TokenReader, inner: TranslateInner): Statement {
  const verbose = reader.accept('VERBOSE');
  const { sql } = readInner(reader, inner, EXPLAINABLE);
  // The engine names the schemas of tables in a verbose plan only: see session/explain.ts.
  return { verb: 'EXPLAIN', sql: `EXPLAIN VERBOSE ${sql}`, explains: { verbose } };
}

function readInner(reader: TokenReader, inner: TranslateInner, verbs: readonly string[]): Statement {
  const first = reader.peek();
  const nested = isOperator(first, '(') && (isOperator(reader.peek(1), '(') || isQuery(reader.peek(1)));
  const opens = nested || isQuery(first) || first?.word === 'CREATE';
  if (!opens && !verbs.includes(first?.word ?? '')) throw reader.unexpected();
  const statement = inner(reader.rest());
  if (!verbs.includes(statement.verb)) throw reader.unexpected(first);
  return statement;
}

function isQuery(token: Token | undefined): boolean {
  return token?.word === 'SELECT' || token?.word === 'WITH';
}

function rewriteAll(reader: TokenReader, tokens: readonly Token[]): string {
  return rewrite(tokens, { source: reader.source });
}
