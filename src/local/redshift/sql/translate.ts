/** The dialect's front door: one message of a Redshift client becomes statements that PostgreSQL 16 runs. */
import { SQLSTATE } from '../sqlstates.ts';
import { readAlterTable } from './alter-table.ts';
import { readCopy } from './copy.ts';
import { readCreateTable } from './create-table.ts';
import { readAlterDatabase, refuseDatabases } from './database.ts';
import { DEFAULT_DIALECT, type Dialect } from './dialect.ts';
import { readDelete, readInsert, readUpdate, translateSelect, translateWith } from './dml.ts';
import { rewrite } from './expression.ts';
import { readCreateFunction } from './function.ts';
import { readDefaultPrivileges, readGrant } from './grants.ts';
import {
  readAlterMaterializedView,
  readCreateMaterializedView,
  readDropMaterializedView,
  readRefresh,
} from './materialized-view.ts';
import { withNamesInFull } from './long-names.ts';
import { readMerge } from './merge.ts';
import { readsCatalog } from './leader.ts';
import { engineName, isLongName } from './names.ts';
import { isOperator, nameOf, TokenReader, unsupported } from './token-reader.ts';
import {
  readClose,
  readDeallocate,
  readDeclare,
  readExecute,
  readExplain,
  readFetch,
  readPrepare,
  type TranslateInner,
} from './prepared.ts';
import { readTokens } from './read-tokens.ts';
import { readAttach, readCreatePolicy, readDropPolicy } from './row-security.ts';
import { readReset, readSet, readShow, readUse } from './settings.ts';
import { RedshiftError, type Statement } from './statement.ts';
import { literal, literalValue, splitStatements, syntaxError, type Token } from './tokens.ts';
import { readUnload } from './unload.ts';
import * as users from './users.ts';
import * as utility from './utility.ts';
import { readCreateView } from './view.ts';

/** Redshift's limit on a statement's text, in bytes ("Amazon Redshift SQL"). */
const MAX_STATEMENT_BYTES = 16 * 1024 * 1024;
const MAX_PARAMETERS = 32_767;
/** Statements in which a value may be a parameter. */
const PARAMETRIC = new Set([
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'PREPARE', 'EXECUTE', 'DECLARE', 'EXPLAIN'],
]);

/**
 * The statements of a simple-query message (or the one of a Parse message), rewritten. Names in the structured parts are
 * Redshift's (folded, up to 127 bytes); `sql` holds the engine's. Throws RedshiftError: 42601, 0A000 or another code of
 * Redshift's, for the first statement that Redshift or the local warehouse refuses.
 */
export function translate(sql: string, dialect: Dialect = DEFAULT_DIALECT): Statement[] {
  if (sql.length * 3 > MAX_STATEMENT_BYTES && Buffer.byteLength(sql) > MAX_STATEMENT_BYTES) {
    throw tooLarge(Buffer.byteLength(sql));
  }
  return splitStatements(readTokens(sql, dialect)).map((tokens) =>
    withLongNames(translateQuery(sql, tokens, dialect), tokens),
  );
}

/** The refusal of a statement of so many bytes, in the words that clusters were seen to use. */
export function tooLarge(bytes: number): RedshiftError {
  return unsupported(
    `Statement is too large. Statement Size: ${bytes} bytes. Maximum Allowed: ${MAX_STATEMENT_BYTES} bytes`,
  );
}

const QUERIES = new Set(['SELECT', 'WITH', 'DECLARE', 'EXPLAIN', 'PREPARE']);

/** Queries of the catalog compare its names, which may be held in a short form, with literals. */
function translateQuery(source: string, tokens: readonly Token[], dialect: Dialect): Statement {
  const [first] = tokens;
  const reads = (QUERIES.has(first?.word ?? '') || isOperator(first, '(')) && readsCatalog(tokens);
  if (!reads) return translateOne(source, tokens, dialect);
  const shortened = tokens.map((token) => {
    if (token.kind !== 'string' || token.text.length <= 21) return token;
    const name = literalValue(token.text);
    return dialect.longNames.has(name) ? { ...token, text: literal(engineName(name)) } : token;
  });
  const full = dialect.longNames.size === 0 ? shortened : withNamesInFull(shortened);
  return { ...translateOne(source, full, dialect), readsCatalog: true };
}

function withLongNames(statement: Statement, tokens: readonly Token[]): Statement {
  const names = new Set(statement.longNames);
  for (const token of tokens) {
    if (token.kind === 'parameter') checkParameter(Number(token.text.slice(1)), statement.verb);
    if ((token.kind !== 'word' && token.kind !== 'quoted') || token.text.length <= 21) continue;
    const name = nameOf(token);
    if (isLongName(name)) names.add(name);
  }
  return names.size === 0 ? statement : { ...statement, longNames: [...names] };
}

/** Redshift counts parameters in 16 bits with a sign, and takes none in statements that define or load. */
function checkParameter(number: number, verb: string): void {
  if (number > MAX_PARAMETERS) {
    throw new RedshiftError(
      SQLSTATE.undefinedParameter,
      `there is no parameter $${number - 2 * (MAX_PARAMETERS + 1)}`,
    );
  }
  if (!PARAMETRIC.has(verb))
    throw new RedshiftError(SQLSTATE.undefinedParameter, `there is no parameter $${number}`);
}

type ReadStatement = (reader: TokenReader, inner: TranslateInner) => Statement;

/** Parsers by the first word, which they do not see. */
const READERS: Readonly<Record<string, ReadStatement>> = {
  ABORT: (reader) => utility.readEnd(reader, 'ROLLBACK'),
  ANALYSE: utility.readAnalyze,
  ANALYZE: utility.readAnalyze,
  ATTACH: (reader) => readAttach(reader, 'ATTACH'),
  BEGIN: (reader) => utility.readBegin(reader, 'BEGIN'),
  CANCEL: utility.readCancel,
  CLOSE: readClose,
  COMMENT: utility.readComment,
  COMMIT: (reader) => utility.readEnd(reader, 'COMMIT'),
  COPY: readCopy,
  DEALLOCATE: readDeallocate,
  DECLARE: readDeclare,
  DELETE: (reader) => readDelete(reader),
  DETACH: (reader) => readAttach(reader, 'DETACH'),
  END: (reader) => utility.readEnd(reader, 'COMMIT'),
  EXECUTE: readExecute,
  EXPLAIN: readExplain,
  FETCH: readFetch,
  GRANT: (reader) => readGrant(reader, 'GRANT'),
  INSERT: readInsert,
  LOCK: utility.readLock,
  MERGE: readMerge,
  PREPARE: readPrepare,
  REFRESH: readRefresh,
  RESET: readReset,
  RESTORE: (reader) => utility.readSave(reader, 'RESTORE'),
  REVOKE: (reader) => readGrant(reader, 'REVOKE'),
  ROLLBACK: (reader) => utility.readEnd(reader, 'ROLLBACK'),
  SAVE: (reader) => utility.readSave(reader, 'SAVE'),
  SET: readSet,
  SHOW: readShow,
  TRUNCATE: utility.readTruncate,
  UPDATE: (reader) => readUpdate(reader),
  USE: readUse,
  VACUUM: utility.readVacuum,
};

/** Statements that only PostgreSQL has. */
const FOREIGN_STATEMENTS = new Set(
  `SAVEPOINT RELEASE LISTEN NOTIFY UNLISTEN DO DISCARD CLUSTER REINDEX CHECKPOINT LOAD SECURITY IMPORT REASSIGN MOVE`.split(
    /\s+/,
  ),
);

/** Statements of Redshift that the local warehouse does not serve. */
const UNSERVED_STATEMENTS = new Set(['CALL', 'DESC']);

function translateOne(source: string, tokens: readonly Token[], dialect: Dialect): Statement {
  const [first] = tokens;
  if (first === undefined) throw syntaxError(source, undefined);
  const reader = new TokenReader(source, tokens, dialect);
  if (first.word === 'SELECT' || isOperator(first, '(')) return translateSelect(reader, tokens);
  if (first.word === 'WITH') return translateWith(reader, tokens);
  reader.take();
  const read = READERS[first.word];
  if (read !== undefined) return read(reader, (inner) => translateOne(source, inner, dialect));
  switch (first.word) {
    case 'CREATE':
      return translateCreate(tokens, reader);
    case 'ALTER':
      return translateAlter(reader);
    case 'DROP':
      return translateDrop(source, tokens, reader);
    case 'UNLOAD':
      return readUnload(reader, (query, inner) =>
        withLongNames(translateQuery(query, inner, dialect), inner),
      );
    case 'START':
      reader.expect('TRANSACTION');
      return utility.readBegin(reader, 'START TRANSACTION');
    default:
      if (FOREIGN_STATEMENTS.has(first.word)) throw unsupported(`${first.word} is not supported`);
      if (UNSERVED_STATEMENTS.has(first.word)) {
        throw unsupported(`The local warehouse does not serve ${first.word}.`);
      }
      throw syntaxError(source, first);
  }
}

function translateCreate(tokens: readonly Token[], reader: TokenReader): Statement {
  const local = reader.accept('LOCAL');
  const temporary = reader.acceptAny(['TEMP', 'TEMPORARY']) !== undefined;
  if (local && !temporary) throw reader.unexpected();
  if (reader.accept('TABLE')) return readCreateTable(reader, temporary);
  if (temporary) throw reader.unexpected();
  if (reader.accept('SCHEMA')) return utility.readCreateSchema(reader);
  if (reader.sees('DATABASE')) throw refuseDatabases('CREATE');
  if (reader.accept('MATERIALIZED', 'VIEW')) return readCreateMaterializedView(reader, tokens);
  const replace = reader.accept('OR', 'REPLACE');
  if (reader.accept('VIEW')) return readCreateView(reader, tokens, replace);
  if (reader.accept('USER')) return users.readCreateUser(reader);
  if (reader.accept('GROUP')) return users.readCreateGroup(reader);
  if (reader.accept('ROLE')) return users.readCreateRole(reader);
  if (reader.accept('RLS', 'POLICY')) return readCreatePolicy(reader);
  if (reader.accept('FUNCTION')) {
    return readCreateFunction(reader, replace, (body, inner) => translateOne(body, inner, reader.dialect));
  }
  throw refusedObject('CREATE', reader);
}

function translateAlter(reader: TokenReader): Statement {
  if (reader.accept('TABLE')) return readAlterTable(reader);
  if (reader.accept('MATERIALIZED', 'VIEW')) return readAlterMaterializedView(reader);
  if (reader.accept('DATABASE')) return readAlterDatabase(reader);
  if (reader.accept('USER')) return users.readAlterUser(reader);
  if (reader.accept('GROUP')) return users.readAlterGroup(reader);
  if (reader.accept('ROLE')) return users.readAlterRole(reader);
  if (reader.accept('DEFAULT', 'PRIVILEGES')) return readDefaultPrivileges(reader);
  if (reader.accept('SCHEMA')) {
    return utility.readAlterSchema(reader);
  }
  throw refusedObject('ALTER', reader);
}

function translateDrop(source: string, tokens: readonly Token[], reader: TokenReader): Statement {
  if (reader.accept('TABLE')) return utility.readDropTable(reader);
  if (reader.accept('SCHEMA')) return utility.readDropSchema(reader);
  for (const kind of ['USER', 'GROUP', 'ROLE'] as const) {
    if (reader.accept(kind)) return users.readDropPrincipal(reader, kind);
  }
  if (reader.accept('RLS', 'POLICY')) return readDropPolicy(reader);
  if (reader.sees('DATABASE')) throw refuseDatabases('DROP');
  if (reader.accept('MATERIALIZED', 'VIEW')) return readDropMaterializedView(reader);
  if (reader.accept('VIEW')) return utility.readDropView(reader, rewrite(tokens, { source }));
  if (reader.accept('FUNCTION')) return { verb: 'DROP FUNCTION', sql: rewrite(tokens, { source }) };
  throw refusedObject('DROP', reader);
}

/** Kinds of objects that Redshift has and the local warehouse does not serve. */
const UNSERVED = new Set(
  'EXTERNAL LIBRARY MODEL DATASHARE IDENTITY MASKING RLS FUNCTION PROCEDURE'.split(' '),
);

/** Kinds of objects that only PostgreSQL has. */
const FOREIGN = new Set(
  `INDEX UNIQUE SEQUENCE TYPE DOMAIN EXTENSION TRIGGER RULE AGGREGATE OPERATOR UNLOGGED GLOBAL VIEW SYSTEM LANGUAGE
  CAST COLLATION POLICY FOREIGN SERVER PUBLICATION SUBSCRIPTION STATISTICS TABLESPACE CONVERSION EVENT ACCESS TEXT
  TRANSFORM RECURSIVE OWNED`.split(/\s+/),
);

function refusedObject(verb: string, reader: TokenReader): Error {
  const word = reader.peek()?.word ?? '';
  if (UNSERVED.has(word)) return unsupported(`The local warehouse does not serve ${verb} ${word}.`);
  return FOREIGN.has(word) ? unsupported(`${verb} ${word} is not supported`) : reader.unexpected();
}
