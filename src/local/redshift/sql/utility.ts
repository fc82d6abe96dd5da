/** Transactions, schemas, maintenance and comments: the statements around the data. */
import { rewrite } from './expression.ts';
import { quoteName, quoteTable } from './names.ts';
import { unsupported, type TokenReader } from './token-reader.ts';
import type { Statement, TableName } from './statement.ts';
import { call, columnArray, refuseMaterialized, regclass, stepsAlone } from './steps.ts';
import { literal } from './tokens.ts';

/** Reads the statement after BEGIN or START TRANSACTION; isolation levels parse and have no effect ("BEGIN"). */
export function readBegin(reader: TokenReader, verb: 'BEGIN' | 'START TRANSACTION'): Statement {
  if (verb === 'BEGIN') reader.acceptAny(['WORK', 'TRANSACTION']);
  const access = readTransactionModes(reader);
  return { verb, sql: `${verb} ${access}`.trimEnd() };
}

/** Reads the modes of a transaction up to the end: `READ ONLY`, `READ WRITE`, or nothing, since levels have no effect. */
export function readTransactionModes(reader: TokenReader): string {
  let access = '';
  while (!reader.done) {
    reader.acceptOperator(',');
    if (reader.accept('ISOLATION', 'LEVEL')) readIsolation(reader);
    else if (reader.accept('READ', 'ONLY')) access = 'READ ONLY';
    else {
      reader.expect('READ', 'WRITE');
      access = 'READ WRITE';
    }
  }
  return access;
}

function readIsolation(reader: TokenReader): void {
  const known = reader.accept('SERIALIZABLE') || reader.accept('REPEATABLE', 'READ');
  if (known || reader.accept('READ', 'COMMITTED')) return;
  reader.expect('READ', 'UNCOMMITTED');
}

/** Reads the statement after COMMIT, END, ROLLBACK or ABORT. */
export function readEnd(reader: TokenReader, verb: 'COMMIT' | 'ROLLBACK'): Statement {
  reader.acceptAny(['WORK', 'TRANSACTION']);
  if (reader.sees('TO')) throw unsupported('ROLLBACK TO SAVEPOINT is not supported');
  if (reader.sees('PREPARED')) throw unsupported('Two-phase commit is not supported');
  reader.expectEnd();
  return { verb, sql: verb };
}

/** Reads the statement after CANCEL: the number of a session, and a message that the local warehouse does not pass on. */
export function readCancel(reader: TokenReader): Statement {
  const pid = reader.integer();
  if (!reader.done) reader.string();
  reader.expectEnd();
  return { verb: 'CANCEL', sql: `DO 'BEGIN PERFORM pg_catalog.pg_cancel_backend(${pid}); END'` };
}

/** Reads the statement after TRUNCATE: one table, and the open transaction is committed. */
export function readTruncate(reader: TokenReader): Statement {
  reader.accept('TABLE');
  const table = reader.tableName();
  reader.expectEnd();
  return { verb: 'TRUNCATE', sql: `TRUNCATE TABLE ${quoteTable(table)}`, commits: true };
}

/** Reads the statement after LOCK: always exclusive, no mode can be given. */
export function readLock(reader: TokenReader): Statement {
  reader.accept('TABLE');
  const tables = readTables(reader);
  reader.expectEnd();
  return { verb: 'LOCK', sql: `LOCK TABLE ${tables.map(quoteTable).join(', ')} IN ACCESS EXCLUSIVE MODE` };
}

/** Reads the statement after DROP TABLE. */
export function readDropTable(reader: TokenReader): Statement {
  const ifExists = reader.accept('IF', 'EXISTS') ? 'IF EXISTS ' : '';
  const tables = readTables(reader);
  const behaviour = reader.acceptAny(['RESTRICT', 'CASCADE']) ?? 'RESTRICT';
  reader.expectEnd();
  return {
    verb: 'DROP TABLE',
    sql: `DROP TABLE ${ifExists}${tables.map(quoteTable).join(', ')} ${behaviour}`,
    alters: { tables, privilege: 'DROP' },
  };
}

/** Reads the statement after DROP VIEW; `sql` is all of it, for the engine. */
export function readDropView(reader: TokenReader, sql: string): Statement {
  reader.accept('IF', 'EXISTS');
  return { verb: 'DROP VIEW', sql, before: [refuseMaterialized(readTables(reader), 'DROP VIEW')] };
}

function readTables(reader: TokenReader): TableName[] {
  const tables: TableName[] = [];
  do tables.push(reader.tableName());
  while (reader.acceptOperator(','));
  return tables;
}

/** Reads the statement after CREATE SCHEMA; a quota is kept and shown, but not held. */
export function readCreateSchema(reader: TokenReader): Statement {
  if (reader.sees('EXTERNAL')) throw unsupported('The local warehouse has no external schemas.');
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS') ? 'IF NOT EXISTS ' : '';
  const name = reader.sees('AUTHORIZATION') ? '' : quoteName(reader.schemaName());
  const owner = reader.accept('AUTHORIZATION')
    ? `${name === '' ? '' : ' '}AUTHORIZATION ${reader.userName()}`
    : '';
  const quota = reader.accept('QUOTA') ? readQuota(reader) : undefined;
  reader.expectEnd();
  const sql = `CREATE SCHEMA ${ifNotExists}${name}${owner}`;
  if (quota === undefined || name === '') return { verb: 'CREATE SCHEMA', sql };
  return { verb: 'CREATE SCHEMA', sql, after: [call('warehouse_set_quota', literal(name), quota)] };
}

const MEGABYTES: Readonly<Record<string, number>> = { MB: 1, GB: 1024, TB: 1024 * 1024 };

/** A number of megabytes, or null for UNLIMITED, as an argument. */
function readQuota(reader: TokenReader): string {
  if (reader.accept('UNLIMITED')) return 'null';
  const amount = reader.integer();
  return String(amount * (MEGABYTES[reader.acceptAny(['MB', 'GB', 'TB']) ?? 'GB'] ?? 1));
}

/** Reads the statement after ALTER SCHEMA. */
export function readAlterSchema(reader: TokenReader): Statement {
  const schema = reader.schemaName();
  if (reader.accept('QUOTA')) return readSchemaQuota(reader, schema);
  const head = `ALTER SCHEMA ${quoteName(schema)}`;
  if (reader.accept('RENAME', 'TO')) {
    const name = reader.name();
    reader.expectEnd();
    return { verb: 'ALTER SCHEMA', sql: `${head} RENAME TO ${quoteName(name)}` };
  }
  reader.expect('OWNER', 'TO');
  const owner = reader.userName();
  reader.expectEnd();
  return { verb: 'ALTER SCHEMA', sql: `${head} OWNER TO ${owner}` };
}

function readSchemaQuota(reader: TokenReader, schema: string): Statement {
  const quota = readQuota(reader);
  reader.expectEnd();
  return stepsAlone('ALTER SCHEMA', [call('warehouse_set_quota', literal(quoteName(schema)), quota)]);
}

/** Reads the statement after SAVE or RESTORE, which no cluster has: what a schema holds is kept, and brought back for a test. */
export function readSave(reader: TokenReader, verb: 'SAVE' | 'RESTORE'): Statement {
  reader.expect('SCHEMA');
  const schema = literal(quoteName(reader.schemaName()));
  reader.expectEnd();
  return stepsAlone(`${verb} SCHEMA`, [call(`warehouse_${verb.toLowerCase()}_schema`, schema)]);
}

/** Reads the statement after DROP SCHEMA. */
export function readDropSchema(reader: TokenReader): Statement {
  const ifExists = reader.accept('IF', 'EXISTS') ? 'IF EXISTS ' : '';
  const names: string[] = [];
  do names.push(quoteName(reader.schemaName()));
  while (reader.acceptOperator(','));
  reader.accept('DROP', 'EXTERNAL', 'DATABASE');
  const behaviour = reader.acceptAny(['RESTRICT', 'CASCADE']) ?? 'RESTRICT';
  reader.expectEnd();
  return { verb: 'DROP SCHEMA', sql: `DROP SCHEMA ${ifExists}${names.join(', ')} ${behaviour}` };
}

/** Reads the statement after COMMENT. */
export function readComment(reader: TokenReader): Statement {
  reader.expect('ON');
  if (reader.sees('SCHEMA')) throw unsupported('COMMENT ON SCHEMA is not supported');
  const kind = reader.acceptAny(['TABLE', 'COLUMN', 'CONSTRAINT', 'DATABASE', 'VIEW']);
  if (kind === undefined) throw reader.unexpected();
  const target = reader.takeUntil(({ word }) => word === 'IS');
  reader.expect('IS');
  const text = reader.take();
  if (text.kind !== 'string' && text.kind !== 'dollar' && text.word !== 'NULL') throw reader.unexpected(text);
  reader.expectEnd();
  return {
    verb: 'COMMENT',
    sql: `COMMENT ON ${kind} ${rewrite(target, { source: reader.source })} IS ${text.text}`,
  };
}

/** Reads the statement after ANALYZE. */
export function readAnalyze(reader: TokenReader): Statement {
  reader.accept('VERBOSE');
  if (reader.accept('COMPRESSION')) return readAnalyzeCompression(reader);
  let target = '';
  if (!reader.done && !reader.sees('PREDICATE') && !reader.sees('ALL')) {
    target = ` ${quoteTable(reader.tableName())}`;
    if (reader.seesOperator('(')) target += ` (${reader.nameList().map(quoteName).join(', ')})`;
  }
  if (!reader.accept('PREDICATE', 'COLUMNS')) reader.accept('ALL', 'COLUMNS');
  reader.expectEnd();
  return { verb: 'ANALYZE', sql: `ANALYZE${target}` };
}

/** Reads the statement after ANALYZE COMPRESSION: one table, whose columns are said to be encoded well. */
function readAnalyzeCompression(reader: TokenReader): Statement {
  const table = reader.done || reader.sees('COMPROWS') ? undefined : reader.tableName();
  const columns = reader.seesOperator('(') ? reader.nameList() : [];
  if (reader.accept('COMPROWS')) reader.integer();
  reader.expectEnd();
  const relation = table ? regclass(table) : 'null';
  const list = `pg_catalog.warehouse_analyze_compression(${relation}, ${columnArray(columns)})`;
  return {
    verb: 'ANALYZE COMPRESSION',
    sql: `SELECT * FROM ${list}`,
    outsideTransactionOnly: 'ANALYZE COMPRESSION cannot run inside a transaction block',
  };
}

/** Reads the statement after VACUUM; without a table there is nothing to do. */
export function readVacuum(reader: TokenReader): Statement {
  if (!reader.accept('SORT', 'ONLY') && !reader.accept('DELETE', 'ONLY')) {
    reader.acceptAny(['FULL', 'REINDEX', 'RECLUSTER']);
  }
  let sql = `DO 'BEGIN END'`;
  if (!reader.done) {
    sql = `VACUUM ${quoteTable(reader.tableName())}`;
    if (reader.accept('TO')) {
      reader.integer();
      reader.expect('PERCENT');
    }
    reader.accept('BOOST');
  }
  reader.expectEnd();
  return { verb: 'VACUUM', sql, outsideTransactionOnly: 'VACUUM cannot run inside a transaction block' };
}
